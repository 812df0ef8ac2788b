internal import CImaging

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Where a picture is read from.
enum PictureContent {
    /// A file that is open for reading and seekable.
    case descriptor(Int32)
    case memory([UInt8])

    /// Reads the picture as ``Image/open(path:fitting:damaged:limits:)`` does.
    func open(
        options: inout spx_open_options, picture out: UnsafeMutablePointer<OpaquePointer?>, info: inout spx_info,
        warnings: UnsafeMutablePointer<spx_warnings>, error: UnsafeMutablePointer<spx_error>
    ) -> Int32 {
        switch self {
        case .descriptor(let descriptor): spx_open_descriptor(descriptor, &options, out, &info, warnings, error)
        case .memory(let bytes):
            bytes.withUnsafeBytes { spx_open_bytes($0.baseAddress, $0.count, &options, out, &info, warnings, error) }
        }
    }

    /// All of it, in memory.
    ///
    /// - Throws: ``ImagingError`` with `fileAccess`.
    func bytes(name: String) throws -> [UInt8] {
        switch self {
        case .memory(let bytes): return bytes
        case .descriptor(let descriptor):
            var all: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                let count = pread(descriptor, &chunk, chunk.count, off_t(all.count))
                if count == 0 { return all }
                if count > 0 {
                    all += chunk[..<count]
                } else if errno != EINTR {
                    throw ImagingError(
                        .fileAccess, "cannot read \(name): \(FileProblem.last)", remedy: "check the disk that it is on")
                }
            }
        }
    }
}
