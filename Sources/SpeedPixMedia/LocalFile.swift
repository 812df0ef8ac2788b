import LocalFiles
import SpeedPix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A regular file, with what can be found out about it without a decoder.
struct LocalFile {
    /// Never starts with a dash, so that no program takes it for an option.
    let absolutePath: String
    let size: Int64
    /// By the first bytes; nil if they show nothing.
    let mediaType: String?

    init(_ path: String) throws {
        do {
            absolutePath = try RealPath.resolve(path)
        } catch {
            throw SpeedPixError(
                .fileNotFound, "could not look into \(path): \(error)",
                remedy: "check the path; relative paths start at the working folder")
        }
        // Without O_NONBLOCK, opening a named pipe would wait for a writer that may never come.
        let descriptor = open(absolutePath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw SpeedPixError(.fileSystem, "could not read \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SpeedPixError(.invalidArgument, "\(path) is not a regular file")
        }
        size = Int64(status.st_size)
        var head = [UInt8](repeating: 0, count: MediaType.sniffedLength)
        let count = read(descriptor, &head, head.count)
        mediaType = count > 0 ? MediaType.sniff(Array(head.prefix(count))) : nil
    }
}
