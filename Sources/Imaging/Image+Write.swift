internal import CImaging
internal import LocalFiles

extension Image {
    /// The picture as a file's content.
    ///
    /// JPEG gets a white background where the picture is transparent.
    ///
    /// - Parameters:
    ///   - format: Any but HEIF.
    ///   - quality: 1…100, for JPEG and WebP.
    ///   - metadata: Whether ``metadata`` is written, too. The density always is: 72 dots per inch where ``dotsPerInch`` is nil.
    /// - Throws: ``ImagingError`` with `invalidArgument`, or `unsupportedFormat`.
    public func encoded(
        format: ImageFormat = .png, quality: Int = 90, metadata: MetadataPolicy = .keep
    ) throws -> [UInt8] {
        try encode(format: format, quality: quality, metadata: metadata) { options, bytes, count, error in
            spx_image_encode(raster.handle, &options, &bytes, &count, error)
        }
    }

    func encode(
        format: ImageFormat, quality: Int, metadata: MetadataPolicy,
        _ call: (
            inout spx_encode_options, inout UnsafeMutableRawPointer?, inout Int, UnsafeMutablePointer<spx_error>
        ) -> Int32
    ) throws -> [UInt8] {
        guard (1...100).contains(quality) else {
            throw ImagingError(.invalidArgument, "quality \(quality) is not between 1 and 100")
        }
        let kept = metadata == .keep ? self.metadata : nil
        var options = spx_encode_options(
            format: format.code, quality: Int32(quality), dots_per_inch: dotsPerInch ?? 0, metadata: kept?.handle,
            xmp: nil)
        var bytes: UnsafeMutableRawPointer?
        var count = 0
        try withExtendedLifetime(kept) {
            // Ends with a zero, as C wants it.
            let packet = kept.flatMap { $0.packet(for: format) }.map { Array($0.utf8CString) }
            try (packet ?? [0]).withUnsafeBufferPointer { text in
                options.xmp = packet == nil ? nil : text.baseAddress
                defer { options.xmp = nil }
                try Raster.call("encode") { call(&options, &bytes, &count, $0) }
            }
        }
        defer { spx_bytes_free(bytes) }
        let content = Array(UnsafeRawBufferPointer(start: bytes, count: count))
        // The density of a WebP is in its EXIF.
        let hasEXIF = format != .webp || dotsPerInch != nil || kept?.block("exif-data") != nil
        return hasEXIF ? content : WebPChunks.withoutEXIF(content)
    }

    /// Writes the picture to a file, in one step: a reader finds the old file or the whole new one.
    ///
    /// - Parameter format: `nil` takes the format from the path's extension.
    /// - Throws: ``ImagingError`` as ``encoded(format:quality:metadata:)`` does, or with `fileAccess`; nothing is left behind then.
    public func write(
        to path: String, format: ImageFormat? = nil, quality: Int = 90, metadata: MetadataPolicy = .keep
    ) throws {
        guard let format = format ?? ImageFormat(fileName: path) else {
            throw ImagingError(
                .unsupportedFormat, "\(path) does not end in a picture's extension",
                remedy: "end the name in .jpg, .png, .webp, .gif or .tiff")
        }
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw ImagingError(.fileAccess, "an empty path, or one with a zero byte, names no file")
        }
        let bytes = try encoded(format: format, quality: quality, metadata: metadata)
        do {
            try AtomicFile.replace(path, with: bytes)
        } catch {
            throw ImagingError(
                .fileAccess, "cannot write \(path): \(error)",
                remedy: "check the folder, its permissions and the disk")
        }
    }
}
