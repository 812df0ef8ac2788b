import SpeedPix
import Tables

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The content of a small text file.
struct FileText {
    /// Without a byte order mark.
    let text: String
    /// The file's mode, as `stat` gives it.
    let mode: mode_t

    /// - Parameter limit: Bytes, at most.
    /// - Returns: Nil if there is no such file.
    /// - Throws: ``FileTextError`` for what is not a file, cannot be read, is larger than `limit`, or not UTF-8.
    static func read(_ path: String, limit: Int) throws(FileTextError) -> FileText? {
        func failure(_ message: String) -> FileTextError { FileTextError(message: "\(path.printable()) \(message)") }
        guard !path.utf8.contains(0) else { throw failure("has a zero byte in its name") }
        // Not waiting for a writer of what may be a pipe.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure("is not a regular file")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Self.read(descriptor, into: &buffer)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw failure("is larger than \(limit >> 10) KiB") }
        }
        do {
            return FileText(text: try UTF8Text.decode(bytes), mode: status.st_mode)
        } catch {
            throw failure(error.message)
        }
    }

    private static func read(_ descriptor: Int32, into buffer: inout [UInt8]) -> Int {
        #if canImport(Darwin)
        Darwin.read(descriptor, &buffer, buffer.count)
        #elseif canImport(Musl)
        Musl.read(descriptor, &buffer, buffer.count)
        #else
        Glibc.read(descriptor, &buffer, buffer.count)
        #endif
    }
}

/// Why a text file cannot be used.
struct FileTextError: Error {
    /// Begins with the path.
    let message: String
}
