internal import CImaging
internal import LocalFiles

extension Image {
    /// The picture as a file's content, without metadata other than the density.
    ///
    /// JPEG gets a white background where the picture is transparent.
    ///
    /// - Parameters:
    ///   - format: Any but HEIF.
    ///   - quality: 1…100, for JPEG and WebP.
    /// - Throws: ``ImagingError`` with `invalidArgument`, or `unsupportedFormat`.
    public func encoded(format: ImageFormat = .png, quality: Int = 90) throws -> [UInt8] {
        guard (1...100).contains(quality) else {
            throw ImagingError(.invalidArgument, "quality \(quality) is not between 1 and 100")
        }
        var bytes: UnsafeMutableRawPointer?
        var count = 0
        try Raster.call("encode") {
            spx_image_encode(raster.handle, format.code, Int32(quality), dotsPerInch ?? 0, &bytes, &count, $0)
        }
        defer { spx_bytes_free(bytes) }
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// Writes the picture to a file, in one step: a reader finds the old file or the whole new one.
    ///
    /// - Parameter format: `nil` takes the format from the path's extension.
    /// - Throws: ``ImagingError`` as ``encoded(format:quality:)`` does, or with `fileAccess`; nothing is left behind then.
    public func write(to path: String, format: ImageFormat? = nil, quality: Int = 90) throws {
        guard let format = format ?? ImageFormat(fileName: path) else {
            throw ImagingError(
                .unsupportedFormat, "\(path) does not end in a picture's extension",
                remedy: "end the name in .jpg, .png, .webp, .gif or .tiff")
        }
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw ImagingError(.fileAccess, "an empty path, or one with a zero byte, names no file")
        }
        let bytes = try encoded(format: format, quality: quality)
        do {
            try AtomicFile.replace(path, with: bytes)
        } catch {
            throw ImagingError(
                .fileAccess, "cannot write \(path): \(error)",
                remedy: "check the folder, its permissions and the disk")
        }
    }
}
