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

/// Takes arguments, environment, standard streams and signals from the process, and hands them to the command.
@main
struct Main {
    static func main() async {
        occupyStandardDescriptors()
        await ProcessDescriptors.prepare()
        // A closed pipe is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let signals = ReceivedSignals()
        // From here on none is lost, however early it comes.
        let pipe = SignalPipe([SIGINT, SIGTERM, SIGHUP, SIGCONT, SIGWINCH])
        let end = ProcessEnd { status in
            eraseBelow(STDERR_FILENO)
            _exit(status)
        }
        let input = StandardInput(STDIN_FILENO, signals: signals, end: end)
        var context = CommandContext(
            environment: ProcessInfo.processInfo.environment,
            workingDirectory: FileManager.default.currentDirectoryPath,
            homeDirectory: ProcessInfo.processInfo.environment["HOME"] ?? "/",
            writeOutput: { try StandardStream(STDOUT_FILENO, end).write($0) },
            writeError: { try? StandardStream(STDERR_FILENO, end).write($0) },
            readInput: { try input.readAll() })
        context.hostName = { ProcessInfo.processInfo.hostName }
        context.readSomeInput = { try input.read() }
        context.outputTerminal = { extent(of: STDOUT_FILENO) }
        context.errorTerminal = { extent(of: STDERR_FILENO) }
        context.signal = { signals.first }
        context.end = end
        if isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 {
            context.lineTerminal = LineTerminal(
                input: STDIN_FILENO, output: STDOUT_FILENO, showsErrors: isatty(STDERR_FILENO) == 1)
        }
        let interrupts = context.interrupts
        let problem = CommandLineText.problem(arguments: argumentBytes(), workingDirectory: workingDirectoryBytes())
        let command = Task { [context] in
            if let problem { return SpeedPixCommand.refuse(problem, in: context) }
            return await SpeedPixCommand.execute(Array(CommandLine.arguments.dropFirst()), in: context)
        }
        let drains = DrainSignals()
        // The first signal ends the command in order, the second one at once; of a worker the first one drains it.
        let source = pipe?.source { number in
            if number == SIGCONT || number == SIGWINCH { return interrupts.terminalHasChanged() }
            // A session goes on: only what it is doing ends.
            if number == SIGINT {
                end.interruptStreams()
                if interrupts.interrupt() { return }
            }
            if number == SIGINT || number == SIGTERM, drains.begin(interrupts) { return }
            if signals.note(number) {
                eraseBelow(STDERR_FILENO)
                _exit(128 + number)
            }
            end.begin()
            command.cancel()
            signals.noteCancelled()
            end.force(128 + number, after: longestEnd)
        }
        let status = await command.value
        withExtendedLifetime(source) {}
        let number = status.processStatus(signal: signals.first)
        // A thread that is stuck may still use what is taken down at an exit.
        if end.isForced { _exit(number) }
        exit(number)
    }

    /// As the system has them: as text, what is not UTF-8 would be repaired.
    private static func argumentBytes() -> [[UInt8]] {
        (0..<Int(CommandLine.argc)).compactMap { index in
            CommandLine.unsafeArgv[index].map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        }
    }

    private static func workingDirectoryBytes() -> [UInt8] {
        guard let path = getcwd(nil, 0) else { return [] }
        defer { free(path) }
        return Array(UnsafeRawBufferPointer(start: path, count: strlen(path)))
    }

    /// From the first signal to the end: what scripts may take to close, what cancelling at the service may take, and some
    /// seconds to report it.
    private static let longestEnd: Duration = .seconds(20)

    /// Daemons and schedulers start programs with streams closed. Whatever is opened first would get their numbers, and
    /// printed text would end in a result or in a socket. What stands there now fails as a closed stream should.
    private static func occupyStandardDescriptors() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Progress is shown below the cursor, and must be erased before the process ends at once.
    private static func eraseBelow(_ descriptor: Int32) {
        let term = ProcessInfo.processInfo.environment["TERM"] ?? ""
        guard isatty(descriptor) == 1, !term.isEmpty, term != "dumb" else { return }
        let erase = Array("\r\u{1B}[J".utf8)
        _ = write(descriptor, erase, erase.count)
    }

    /// Nil if it is not a terminal.
    private static func extent(of descriptor: Int32) -> TerminalExtent? {
        var size = winsize()
        guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
        return TerminalExtent(
            columns: Int(size.ws_col), rows: Int(size.ws_row), pixelWidth: Int(size.ws_xpixel),
            pixelHeight: Int(size.ws_ypixel))
    }
}

/// A standard stream that does not work any more.
struct StreamError: Error, CustomStringConvertible {
    var code: Int32
    var description: String { "standard output or input: \(String(cString: strerror(code)))" }
}
