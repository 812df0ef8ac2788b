#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Writes a file in one step: whoever looks sees the old content or the whole new one.
enum AtomicFile {
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw ImagingError(.fileAccess, "an empty path, or one with a zero byte, names no file")
        }
        // A file beside the target, because a rename is atomic only within one file system; O_EXCL, because another
        // process may be writing the same picture.
        var attempt = 0
        var temporary: String
        var descriptor: Int32
        repeat {
            attempt += 1
            temporary = "\(path).\(getpid())-\(attempt).part"
            descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        } while descriptor < 0 && (errno == EEXIST || errno == EINTR) && attempt < 100
        guard descriptor >= 0 else { throw failure(path, FileProblem.last) }

        var problem = fill(descriptor, with: bytes)
        if close(descriptor) != 0, problem == nil { problem = FileProblem.last }
        if problem == nil, rename(temporary, path) != 0 { problem = FileProblem.last }
        if let problem {
            unlink(temporary)
            throw failure(path, problem)
        }
    }

    private static func fill(_ descriptor: Int32, with bytes: [UInt8]) -> String? {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let written = write(descriptor, rest.baseAddress, rest.count)
                if written < 0 && errno == EINTR { continue }
                if written <= 0 { return FileProblem.last }
                done += written
            }
            return nil
        }
    }

    private static func failure(_ path: String, _ problem: String) -> ImagingError {
        ImagingError(
            .fileAccess, "cannot write \(path): \(problem)", remedy: "check the folder, its permissions and the disk")
    }
}
