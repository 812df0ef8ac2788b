/// Where what a script prints, logs and shows goes, and where its input comes from.
public struct ScriptStreams: Sendable {
    /// The script's standard output; it throws when the reader has gone away.
    public var write: @Sendable ([UInt8]) throws -> Void
    /// The script's standard error; what cannot be written is lost. Discards everything unless set.
    public var writeError: @Sendable ([UInt8]) -> Void
    /// All of standard input; empty unless set.
    public var readInput: @Sendable () throws -> [UInt8]
    /// Receives what the script logs. Discards everything unless set.
    public var log: @Sendable (ScriptLogLevel, String) -> Void
    /// Where `show` puts pictures; with nil it can only describe them. Nil unless set.
    public var display: PictureDisplay?

    /// Standard output alone, unless more is given.
    public init(
        write: @escaping @Sendable ([UInt8]) throws -> Void,
        writeError: @escaping @Sendable ([UInt8]) -> Void = { _ in },
        readInput: @escaping @Sendable () throws -> [UInt8] = { [] },
        log: @escaping @Sendable (ScriptLogLevel, String) -> Void = { _, _ in },
        display: PictureDisplay? = nil
    ) {
        self.write = write
        self.writeError = writeError
        self.readInput = readInput
        self.log = log
        self.display = display
    }

    /// Discards all output and has no input.
    public static let none = ScriptStreams(write: { _ in })
}

/// How much a line of a script's log matters.
public enum ScriptLogLevel: String, Sendable, CaseIterable {
    case debug, info, warn, error
}
