import SpeedPixLua

/// Where what a script prints, logs and shows goes.
struct ScriptOutput: Sendable {
    var write: @Sendable ([UInt8]) throws -> Void
    var writeError: @Sendable ([UInt8]) -> Void
    var log: @Sendable (ScriptLogLevel, String) -> Void
    /// Nil if pictures can only be named.
    var display: PictureDisplay?

    /// To the command's own streams.
    ///
    /// - Parameter isVerbose: Whether `log.debug` is shown, too.
    static func streams(
        of context: CommandContext, isVerbose: Bool, pictures: PictureProtocol? = nil
    ) -> ScriptOutput {
        ScriptOutput(
            write: context.writeOutput, writeError: context.writeError,
            log: { level, message in
                guard level != .debug || isVerbose else { return }
                context.say("\(level.rawValue): \(message)".printable(keepingLines: true))
            },
            display: .terminal(context, chosen: pictures))
    }

    /// Among the events of a run. A line about each picture is an event that a program can read.
    static func events(_ events: EventStream, _ context: CommandContext, isVerbose: Bool) -> ScriptOutput {
        ScriptOutput(
            write: { events.print($0) }, writeError: context.writeError,
            log: { level, message in
                guard level != .debug || isVerbose else { return }
                events.send("log", ["level": .string(level.rawValue), "message": .string(message)])
            },
            display: nil)
    }

    /// Nowhere.
    static let none = ScriptOutput(write: { _ in }, writeError: { _ in }, log: { _, _ in }, display: nil)
}
