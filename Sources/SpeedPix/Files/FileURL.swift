/// The URL of a file as services write it: mostly as RFC 3986 has it, but some leave blanks and Chinese names as they are.
enum FileURL {
    /// The URL with those bytes encoded that no URL may have, and everything else as it is; nil for a text that is not a
    /// http or https URL.
    ///
    /// - Parameter isNamedURL: Whether the service says that the text is a URL. Of any other text with blanks in it only
    ///   one that ends like a file's name is taken for one.
    static func encoded(_ text: String, isNamedURL: Bool) -> String? {
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else { return nil }
        guard !text.utf8.allSatisfy(isPlain) else { return text }
        // A line break or a tab is in no file's name.
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        let authority = text.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains(" ") else { return nil }
        if text.contains(" "), !isNamedURL, !hasFileEnding(text) { return nil }
        return PercentEncoding.encode(text, keeping: isPlain)
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

    /// Whether the path's last part has an extension.
    private static func hasFileEnding(_ text: String) -> Bool {
        let name = text.withoutQuery.split(separator: "/").last ?? ""
        let ending = MediaType.fileExtension(of: String(name))
        return (1...5).contains(ending.count) && ending.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
}
