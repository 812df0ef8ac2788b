import SpeedPix
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Keeps a run to one process: a file of its own, locked for as long as the process lives (`flock`), with its number in it.
final class RunLock: Sendable {
    private let descriptor: Mutex<Int32>
    private let path: String

    /// - Throws: ``SpeedPixError`` `journal_failed` if another process has the run, or the file system has no locks.
    init(path: String, run: Int64) throws {
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.number(in: descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw Self.failure(path, reason) }
            throw SpeedPixError(
                .journalFailed, "run \(run) is going on in another process" + (holder.map { " (number \($0))" } ?? ""),
                remedy: "wait for it to end, or stop it")
        }
        let number = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = write(descriptor, number, number.count)
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Lets another process have the run. The file stays: where it is removed, one process can lock the removed file, and
    /// another one the new file of its name.
    func release() {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            close(descriptor)
            descriptor = -1
        }
    }

    /// Removes the file of a run that there is no more.
    func remove() { unlink(path) }

    private static func number(in descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").first ?? "")
    }

    private static func failure(_ path: String, _ code: Int32) -> SpeedPixError {
        SpeedPixError(
            .journalFailed, "the lock \(path) cannot be had: \(String(cString: strerror(code)))",
            remedy: "name a folder on a local disk with --state")
    }
}
