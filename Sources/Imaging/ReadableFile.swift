#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// A regular file, open for reading for as long as the value lives.
struct ReadableFile: ~Copyable {
    let descriptor: Int32

    init(path: String) throws {
        guard !path.utf8.contains(0) else { throw ImagingError(.fileAccess, "a path cannot hold a zero byte") }
        // Without O_NONBLOCK, opening a named pipe would wait for a writer that may never come.
        let opened = Self.retrying { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard opened >= 0 else {
            throw ImagingError(
                .fileAccess, "cannot open \(path): \(FileProblem.last)", remedy: "check the path and its permissions")
        }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw ImagingError(.fileAccess, "\(path) is not a file", remedy: "name a picture, not a folder or a device")
        }
        descriptor = opened
    }

    deinit { close(descriptor) }

    private static func retrying(_ call: () -> Int32) -> Int32 {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}

/// The text of `errno`.
enum FileProblem {
    static var last: String { strerror(errno).map { String(cString: $0) } ?? "unknown error" }
}
