import Dispatch
import SpeedPixCommands
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The one place that touches the process: arguments, environment, standard streams, signals.
@main
struct Main {
    static func main() async {
        // A closed pipe is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let context = CommandContext(
            environment: ProcessInfo.processInfo.environment,
            workingDirectory: FileManager.default.currentDirectoryPath,
            homeDirectory: ProcessInfo.processInfo.environment["HOME"] ?? "/",
            writeOutput: { try write($0, to: STDOUT_FILENO) },
            writeError: { try? write($0, to: STDERR_FILENO) },
            readInput: { try readAll(STDIN_FILENO) })
        let command = Task { await SpeedPixCommand.execute(Array(CommandLine.arguments.dropFirst()), in: context) }
        let sources = [SIGINT, SIGTERM].map { cancel(command, on: $0) }
        let status = await command.value
        withExtendedLifetime(sources) {}
        exit(status.rawValue)
    }

    /// The first signal ends the command in order, the second one at once.
    private static func cancel(
        _ command: Task<ExitStatus, Never>, on number: Int32
    ) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
        let received = SignalCount()
        source.setEventHandler {
            if received.next() > 1 { _exit(128 + number) }
            command.cancel()
        }
        source.resume()
        return source
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                throw StreamError(code: errno)
            }
            rest = rest.dropFirst(count)
        }
    }

    private static func readAll(_ descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw StreamError(code: errno)
            }
            bytes += buffer[..<count]
        }
    }
}

/// A standard stream that does not work any more.
struct StreamError: Error, CustomStringConvertible {
    var code: Int32
    var description: String { "standard output or input: \(String(cString: strerror(code)))" }
}

/// How often a signal came.
final class SignalCount: Sendable {
    private let count = Atomic(0)

    func next() -> Int {
        count.add(1, ordering: .relaxed).newValue
    }
}

/// `write(2)`, which inside ``Main`` would be the method of that name.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
