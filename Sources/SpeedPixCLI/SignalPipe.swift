import Dispatch

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Signals as bytes in a pipe, from the moment it is made.
///
/// A dispatch source of its own would need the signals ignored, and one that comes before it listens would be lost.
struct SignalPipe {
    private let output: Int32

    /// - Returns: Nil if there is no pipe to be had; the signals then end the process as they always do.
    init?(_ numbers: [Int32]) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        output = ends[0]
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            // Neither the handler nor the reader of the pipe may block.
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        signalInput = ends[1]
        for number in numbers {
            let former = signal(number, noteSignal)
            // The parent process has the signal ignored on purpose: nohup, or a shell that started this in the background.
            if unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
        }
    }

    /// Calls `body` for each signal, also those that came before, until the source is let go.
    func source(_ body: @escaping @Sendable (Int32) -> Void) -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(
            fileDescriptor: output, queue: .global(qos: .userInteractive))
        source.setEventHandler { [output] in
            var number: UInt8 = 0
            while read(output, &number, 1) == 1 { body(Int32(number)) }
        }
        source.resume()
        return source
    }
}

/// Where the handler writes. Set once, before any handler is.
nonisolated(unsafe) private var signalInput: Int32 = -1

/// A signal handler may do next to nothing; `write(2)` it may.
private func noteSignal(_ number: Int32) {
    let before = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(signalInput, &byte, 1)
    errno = before
}
