import ArgumentParser
import SpeedPix

/// `speedpix`: parses a command line and runs one command.
public enum SpeedPixCommand {
    /// Runs one command line.
    ///
    /// - Parameter arguments: Without the program's name.
    /// - Returns: The exit status. Cancelling the task stops the command, which then says 130.
    public static func execute(_ arguments: [String], in context: CommandContext) async -> ExitStatus {
        var context = context
        context.arguments = arguments
        let arguments = OptionalValues.spelled(arguments)
        if let complaint = UsageText.unknownTopic(arguments) {
            context.say(complaint)
            return .usage
        }
        do {
            var parsed = try RootCommand.parseAsRoot(arguments)
            guard let command = parsed as? any ContextCommand else {
                // `speedpix` alone, or a call for help: it ends with the text to read.
                try parsed.run()
                return .success
            }
            try await command.run(in: context)
            return .success
        } catch let failure as CommandFailure {
            if let message = failure.message { context.say("speedpix: \(message)") }
            return failure.status
        } catch is ClosedOutputError {
            return .failure
        } catch is CancellationError {
            return .interrupted
        } catch {
            let code = RootCommand.exitCode(for: error)
            if code == .success {
                return show(RootCommand.fullMessage(for: error), context)
            }
            guard code == .validationFailure else {
                context.say("speedpix: \(error)".printable())
                return .failure
            }
            context.say(UsageText.describe(error, arguments))
            return .usage
        }
    }

    /// Ends a command line that cannot be used.
    public static func refuse(_ problem: String, in context: CommandContext) -> ExitStatus {
        context.say("speedpix: \(problem)")
        return .usage
    }

    /// Ends a command with a text that was asked for: if nobody gets it, the command has failed.
    private static func show(_ text: String, _ context: CommandContext) -> ExitStatus {
        do {
            try context.writeOutput(Array((text + "\n").utf8))
            return .success
        } catch is ClosedOutputError {
            return .failure
        } catch {
            context.say("speedpix: \(error)".printable())
            return .failure
        }
    }
}
