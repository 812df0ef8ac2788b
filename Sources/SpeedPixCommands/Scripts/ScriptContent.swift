import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Reads what a script's path leads to.
enum ScriptContent {
    /// The content of a regular file.
    ///
    /// - Throws: `Errno`, `fileTooLarge` for one of more than `limit` bytes.
    static func read(_ path: FilePath, limit: Int) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter { try collect(file, limit: limit, wait: {}) }
    }

    /// What comes from a named pipe, a shell's `<(…)`, or a device, until its end.
    ///
    /// - Throws: `Errno`, `fileTooLarge` for more than `limit` bytes; `CancellationError` once the task is cancelled, or the end of
    ///   the process or of what a session is doing was asked for.
    static func readStream(_ path: FilePath, limit: Int, _ end: ProcessEnd) throws -> [UInt8] {
        let file: FileDescriptor
        if let number = openNumber(path) {
            // The very pipe that the shell has opened: opened once more, it would have no end if its writer has closed it already.
            file = try FileDescriptor(rawValue: number).duplicate()
        } else {
            // The open would block until the pipe has a writer.
            file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        }
        let interruptions = end.interruptions
        return try file.closeAfter {
            try collect(file, limit: limit) {
                while true {
                    if end.isInterruptingCaller || end.interruptions != interruptions { throw CancellationError() }
                    var ready = pollfd(fd: file.rawValue, events: Int16(POLLIN), revents: 0)
                    // In milliseconds: how long a signal may go unnoticed.
                    if poll(&ready, 1, 100) > 0 { return }
                }
            }
        }
    }

    /// The number in `/dev/fd/63`, under which a shell hands over what it has opened.
    private static func openNumber(_ path: FilePath) -> Int32? {
        let folder = path.removingLastComponent()
        guard folder == "/dev/fd" || folder == "/proc/self/fd" else { return nil }
        return path.lastComponent.flatMap { Int32($0.string) }
    }

    private static func collect(_ file: FileDescriptor, limit: Int, wait: () throws -> Void) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let piece = 64 << 10
        while true {
            try wait()
            var count = 0
            do {
                try withUnsafeTemporaryAllocation(byteCount: piece, alignment: 16) { buffer in
                    count = try file.read(into: buffer)
                    bytes += buffer[..<count]
                }
            } catch Errno.resourceTemporarilyUnavailable {
                continue
            }
            if count == 0 { return bytes }
            guard bytes.count <= limit else { throw Errno.fileTooLarge }
        }
    }
}
