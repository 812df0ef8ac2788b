internal import CImaging

/// The owner of one libvips image.
///
/// `@unchecked Sendable`: the pixels are computed before the handle gets here and are never written afterwards, the
/// reference count that libvips keeps is atomic, and `handle` is a constant.
final class Raster: @unchecked Sendable {
    let handle: OpaquePointer

    private init(owning handle: OpaquePointer) { self.handle = handle }

    deinit { spx_image_unref(handle) }

    var width: Int { Int(spx_image_width(handle)) }
    var height: Int { Int(spx_image_height(handle)) }
    /// 3, or 4 with alpha.
    var bands: Int { Int(spx_image_bands(handle)) }

    /// Calls `body` with the pixels, rows from top to bottom without padding.
    func withPixels<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        try withExtendedLifetime(self) {
            try body(UnsafeBufferPointer(start: spx_image_pixels(handle), count: width * height * bands))
        }
    }

    /// Runs one call of the C face that makes a picture.
    static func make(
        _ operation: String, alone: Bool = false,
        _ body: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<spx_error>) -> Int32
    ) throws -> Raster {
        var handle: OpaquePointer?
        try call(operation, alone: alone) { body(&handle, $0) }
        guard let handle else { throw ImagingError(.failed, "\(operation): no picture came back") }
        return Raster(owning: handle)
    }

    /// Runs one call of the C face, and throws what it reports; `CancellationError` once the thread's ``ImagingStop`` is set.
    ///
    /// - Parameter alone: Whether no other call may run meanwhile, in the whole process. Only then is the text of a JPEG
    ///   decoder's warning sure to be this call's own.
    static func call(_ operation: String, alone: Bool = false, _ body: (UnsafeMutablePointer<spx_error>) -> Int32)
        throws
    {
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { text in
            text.initialize(repeating: 0)
            var error = spx_error(text: text.baseAddress, capacity: text.count)
            var status = spx_start(&error)
            if status == SPX_OK { status = spx_enter(alone) }
            if status == SPX_OK {
                status = body(&error)
                spx_leave()
            }
            guard status != SPX_OK else { return }
            if status == SPX_STOPPED { throw CancellationError() }

            let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            // libvips gives one account a line, from the innermost outwards; as one sentence they read well.
            let reason = String(decoding: bytes, as: UTF8.self).split(separator: "\n").joined(separator: "; ")
            throw failure(status, "\(operation): \(reason)")
        }
    }

    private static func failure(_ status: Int32, _ message: String) -> ImagingError {
        switch status {
        case Int32(SPX_UNSUPPORTED): ImagingError(.unsupportedFormat, message)
        case Int32(SPX_TOO_LARGE): ImagingError(.tooLarge, message)
        default: ImagingError(.failed, message)
        }
    }
}
