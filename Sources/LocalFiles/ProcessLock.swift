import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Keeps something to one process: a file of its own, locked for as long as the process lives (`flock`), with its number in it.
package final class ProcessLock: Sendable {
    /// Why there is no lock.
    package enum Failure: Error {
        /// Another process has it; its number, if it has written it down.
        case held(by: Int?)
        /// The file cannot be made, or its file system has no locks: the system's words.
        case refused(String)
    }

    private let descriptor: Mutex<Int32>
    private let path: String

    /// - Parameter path: The file. It is made if it is not there.
    package init(path: String) throws(Failure) {
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .refused(String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.number(in: descriptor)
            close(descriptor)
            throw reason == EWOULDBLOCK ? .held(by: holder) : .refused(String(cString: strerror(reason)))
        }
        let number = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = write(descriptor, number, number.count)
        self.descriptor = Mutex(descriptor)
    }

    /// Whether somebody has the lock of a file. Nobody has one of a file that is not there, or cannot be read.
    ///
    /// A lock that nobody has is taken for a moment: whoever wants it just then is told that it is held.
    package static func isHeld(path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    deinit { release() }

    /// Lets another process have it. The file stays: where it is removed, one process can lock the removed file, and another
    /// one the new file of its name.
    package func release() {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            close(descriptor)
            descriptor = -1
        }
    }

    /// Removes the file of something that there is no more, and never will be again.
    package func remove() { unlink(path) }

    private static func number(in descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").first ?? "")
    }
}
