import SpeedPixCommands

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Standard input. A read may wait for a person to type; a signal ends that wait.
struct StandardInput {
    private let descriptor: Int32
    private let signals: ReceivedSignals
    private let end: ProcessEnd

    init(_ descriptor: Int32, signals: ReceivedSignals, end: ProcessEnd) {
        self.descriptor = descriptor
        self.signals = signals
        self.end = end
    }

    /// What there is next, as soon as there is anything; nothing at the end.
    ///
    /// - Throws: `CancellationError` once a signal or a time limit has asked for the end, or a session is interrupted;
    ///   ``StreamError``.
    func read() throws -> [UInt8] {
        let interruptions = end.interruptions
        while true {
            guard !signals.haveCancelled, !end.timeLimitHasPassed, end.interruptions == interruptions else {
                throw CancellationError()
            }
            var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            // In milliseconds: how long a signal may go unnoticed.
            let found = poll(&ready, 1, 100)
            if found == 0 || found < 0 && errno == EINTR { continue }
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, size in
                count = systemRead(descriptor, UnsafeMutableRawBufferPointer(buffer))
                size = max(0, count)
            }
            if count >= 0 { return bytes }
            if errno != EINTR, errno != EAGAIN { throw StreamError(code: errno) }
        }
    }

    /// Bytes. As much as a script may hold by default; a program that prints without end would take all there is.
    private static let limit = 512 << 20

    /// All that there is until the end.
    ///
    /// - Throws: As ``read()``; ``StreamError`` (`EFBIG`) if it does not end.
    func readAll() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let more = try read()
            if more.isEmpty { return bytes }
            bytes += more
            guard bytes.count <= Self.limit else { throw StreamError(code: EFBIG) }
        }
    }
}

/// `read(2)`, which inside ``StandardInput`` would be the method of that name.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
