import SpeedPixBatch
import SpeedPixLua

extension ScriptStreams {
    /// The command's own streams.
    ///
    /// - Parameter isVerbose: Whether `log.debug` is shown, too.
    init(_ context: CommandContext, isVerbose: Bool, pictures: PictureProtocol? = nil) {
        self.init(
            write: context.writeOutput, writeError: context.writeError,
            log: { level, message in
                guard level != .debug || isVerbose else { return }
                context.say("\(level.rawValue): \(message)".printable(keepingLines: true))
            },
            display: .terminal(context, chosen: pictures))
    }

    /// Among the events of a run. A line about each picture is an event that a program can read.
    ///
    /// - Parameter row: The row of a batch that the script runs for.
    init(_ events: EventStream, _ context: CommandContext, isVerbose: Bool, row: RowKey? = nil) {
        self.init(
            write: { events.print($0, of: row) }, writeError: context.writeError,
            log: { level, message in
                guard level != .debug || isVerbose else { return }
                events.send("log", ["level": .string(level.rawValue), "message": .string(message)], of: row)
            })
    }

    /// The same with an input.
    func reading(_ readInput: @escaping @Sendable () throws -> [UInt8]) -> ScriptStreams {
        var streams = self
        streams.readInput = readInput
        return streams
    }
}
