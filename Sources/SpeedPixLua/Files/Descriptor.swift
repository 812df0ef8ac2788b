import LocalFiles
import SpeedPix
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// An open file or folder, closed with its last reference.
final class Descriptor: Sendable {
    let number: Int32
    /// Called with the count of bytes before they are written; what it throws stops the write.
    let willWrite: (@Sendable (Int) throws -> Void)?

    init(_ number: Int32, willWrite: (@Sendable (Int) throws -> Void)? = nil) {
        self.number = number
        self.willWrite = willWrite
    }

    deinit {
        close(number)
    }

    /// - Throws: ``SpeedPixError`` `file_system` or `file_not_found` with the system's reason.
    static func opening(
        _ path: FilePath, _ flags: Int32, in folder: Descriptor? = nil, shownAs name: String,
        willWrite: (@Sendable (Int) throws -> Void)? = nil
    ) throws -> Descriptor {
        // A pipe without a writer would otherwise block the open; a program that is started later must not inherit it.
        let all = flags | O_CLOEXEC | O_NONBLOCK
        let number = retrying {
            path.withPlatformString { openat(folder?.number ?? AT_FDCWD, $0, all, mode_t(0o666)) }
        }
        guard number >= 0 else { throw failure(errno, name) }
        return Descriptor(number, willWrite: willWrite)
    }

    /// Where it lies now, whatever it was opened by; nil if the system does not say.
    var path: FilePath? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        #if canImport(Darwin)
        guard fcntl(number, F_GETPATH, &buffer) == 0 else { return nil }
        #else
        guard readlink("/proc/self/fd/\(number)", &buffer, buffer.count - 1) > 0 else { return nil }
        #endif
        return FilePath(platformString: buffer)
    }

    var status: stat? {
        var status = stat()
        return fstat(number, &status) == 0 ? status : nil
    }

    static func retrying(_ call: () -> Int32) -> Int32 {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    /// What the system said about a file, as a script sees it.
    static func failure(_ code: Int32, _ name: String) -> SpeedPixError {
        let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return SpeedPixError(
            code == ENOENT ? .fileNotFound : .fileSystem, "\(name): \(reason)", cause: Errno(rawValue: code))
    }
}
