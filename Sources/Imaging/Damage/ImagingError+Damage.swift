extension ImagingError {
    /// For a picture of which nothing, or not all, could be decoded.
    ///
    /// - Parameters:
    ///   - message: The decoder's account, with or without the file's name before it.
    ///   - bytes: The file's content, to say where it ends too early.
    ///   - isAllowed: Whether damage was allowed already, and there is nothing more to suggest.
    static func damaged(
        _ name: String, decoder message: String, format: ImageFormat?, bytes: [UInt8], isAllowed: Bool
    ) -> ImagingError {
        let reason = String(message.trimmingPrefix("\(name): "))
        if let format, !bytes.isEmpty, let truncation = Truncation.find(in: bytes, format: format) {
            return truncated(name, truncation.place, decoder: reason, isAllowed: isAllowed)
        }
        return ImagingError(
            .damaged, "\(name): the picture is damaged: \(reason)", remedy: remedy(isAllowed: isAllowed))
    }

    /// For a file that ends too early, at such a place ("inside frame 2").
    static func truncated(
        _ name: String, _ place: String, decoder: String? = nil, isAllowed: Bool = false
    ) -> ImagingError {
        let said = decoder.map { " (\($0))" } ?? ""
        return ImagingError(
            .damaged, "\(name): the picture is truncated: the file ends \(place)\(said)",
            remedy: remedy(isAllowed: isAllowed))
    }

    private static func remedy(isAllowed: Bool) -> String {
        isAllowed
            ? "nothing of it can be decoded; get the file again or export it anew"
            : "get the file again or export it anew; opened with damaged = \"allow\", it shows what there is"
    }
}
