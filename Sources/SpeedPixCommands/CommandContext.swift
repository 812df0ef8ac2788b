public import SpeedPix

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What a command has of the process it runs in. `main` hands in the real one, tests one of their own.
public struct CommandContext: Sendable {
    /// The command line, without the program's name.
    public var arguments: [String] = []
    /// The environment variables by name, e.g. `SPEEDPIX_APP_KEY`.
    public var environment: [String: String]
    /// Where relative paths start.
    public var workingDirectory: String
    /// What `~/` stands for.
    public var homeDirectory: String
    /// Writes bytes to standard output; throws when its reader has closed it.
    public var writeOutput: @Sendable ([UInt8]) throws -> Void
    /// Writes bytes to standard error; what cannot be written is lost.
    public var writeError: @Sendable ([UInt8]) -> Void
    /// All of standard input.
    public var readInput: @Sendable () throws -> [UInt8]
    /// What standard input has next, as soon as it has anything; nothing at its end. It blocks. Nil if there is only
    /// ``readInput``.
    public var readSomeInput: (@Sendable () throws -> [UInt8])?
    /// Measures timeouts, sleeps and polls.
    public var clock: any Clock<Duration>
    /// The date that signatures and the local gateway's records carry.
    public var now: @Sendable () -> Date
    /// What a run's random draws begin with, where the command line does not say.
    public var randomSeed: @Sendable () -> Int64 = { Int64.random(in: 0...Int64(Int32.max)) }
    /// The time zone that dates are shown in, and that names have their date from.
    public var timeZone = TimeZone.current
    /// Text that cannot be guessed, for credentials of a gateway that lives as long as one command.
    public var randomToken: @Sendable () -> String
    /// What this machine is called.
    public var hostName: @Sendable () -> String = { "worker" }
    /// The size of the terminal that standard output is, asked anew each time; nil if it is none.
    public var outputTerminal: @Sendable () -> TerminalExtent? = { nil }
    /// The size of the terminal that standard error is, asked anew each time; nil if it is none.
    public var errorTerminal: @Sendable () -> TerminalExtent? = { nil }
    /// The terminal that a person types at; nil unless standard input and output both are one.
    public var lineTerminal: LineTerminal?
    /// Where a session's lines come from instead, for tests: made of the session's output and of what Tab does.
    var makeLineReader: (@Sendable (SessionOutput, @escaping @Sendable (String) -> Completion) -> any LineReader)?
    /// Through which a command handles Ctrl-C before the process ends.
    public var interrupts = Interrupts()
    /// Where the process's end is asked for, and made sure of.
    public var end = ProcessEnd()
    /// The number of the signal that asked the process to end; nil while none has.
    public var signal: @Sendable () -> Int32? = { nil }

    /// What comes between a script and its journal; for tests that end the process at a certain point.
    package var wrapJournal: @Sendable (any PredictionJournal) -> any PredictionJournal = { $0 }
    /// What comes between a script and the service; for tests.
    package var middleware: [any ClientMiddleware] = []

    /// What has no default is the process's; the clock, the date and tokens are the real ones unless given.
    public init(
        environment: [String: String],
        workingDirectory: String,
        homeDirectory: String,
        writeOutput: @escaping @Sendable ([UInt8]) throws -> Void,
        writeError: @escaping @Sendable ([UInt8]) -> Void,
        readInput: @escaping @Sendable () throws -> [UInt8],
        clock: any Clock<Duration> = TimerClock(),
        now: @escaping @Sendable () -> Date = { Date() },
        randomToken: @escaping @Sendable () -> String = { UUID().uuidString.lowercased() }
    ) {
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.homeDirectory = homeDirectory
        self.writeOutput = writeOutput
        self.writeError = writeError
        self.readInput = readInput
        self.clock = clock
        self.now = now
        self.randomToken = randomToken
    }

    /// An environment variable; an empty one counts as unset.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A line on standard error.
    func say(_ text: String) {
        writeError(Array((text + "\n").utf8))
    }

    /// An absolute path for one that the user gave.
    func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        if path.hasPrefix("~/") { return homeDirectory + path.dropFirst(1) }
        return path == "." ? workingDirectory : "\(workingDirectory)/\(path.trimmingPrefix("./"))"
    }
}
