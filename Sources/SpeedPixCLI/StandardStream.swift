import SpeedPixCommands

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Standard output or error. A reader that has stopped reading holds a write up, but not past the end of what it is for.
struct StandardStream {
    /// POSIX promises that a pipe which is ready takes this much without blocking.
    private static let atOnce = 512

    private let descriptor: Int32
    private let end: ProcessEnd

    init(_ descriptor: Int32, _ end: ProcessEnd) {
        self.descriptor = descriptor
        self.end = end
    }

    /// - Throws: `ClosedOutputError` if the reader has closed the stream; ``StreamError`` otherwise, also if the end
    ///   begins, or a session is interrupted, while the reader does not read.
    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        let hadBegun = end.hasBegun
        let interruptions = end.interruptions
        var lastTaken = ContinuousClock.now
        while !rest.isEmpty {
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            // In milliseconds: how long a signal may go unnoticed.
            let found = poll(&ready, 1, 100)
            if found == 0 || found < 0 && errno == EINTR {
                let isOver =
                    hadBegun
                    ? ContinuousClock.now - lastTaken > ProcessEnd.patience
                    : end.hasBegun || end.interruptions != interruptions
                if isOver { throw StreamError(code: EINTR) }
                continue
            }
            // A terminal and a file take everything at once; a full pipe would block on more than it has room for.
            let count = rest.prefix(Self.atOnce).withUnsafeBytes { systemWrite(descriptor, $0) }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                if errno == EPIPE { throw ClosedOutputError() }
                throw StreamError(code: errno)
            }
            rest = rest.dropFirst(count)
            lastTaken = .now
        }
    }
}

/// `write(2)`, which inside ``StandardStream`` would be the method of that name.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
