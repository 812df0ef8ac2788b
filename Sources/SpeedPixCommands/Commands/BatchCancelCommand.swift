import ArgumentParser
import SpeedPixQueue

/// `speedpix batch cancel NAME`: ends a batch in a queue.
struct BatchCancelCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Ends a batch in a queue for good: no more rows begin. Those that run end.",
        discussion: """
            Example:
              speedpix batch cancel card-products-3f9a0c11

            What was done stays: speedpix batch results NAME writes the table.
            """)

    @Argument(help: ArgumentHelp("The batch's name.", valueName: "NAME"), transform: QueueOptions.name)
    var name: BatchName

    @OptionGroup var queueOptions: QueueOptions

    func run(in context: CommandContext) async throws {
        try await queueOptions.withAccess(context) { access, target in
            let reader = BatchReader(name, access)
            _ = try await reader.manifest()
            let isNew = try await reader.cancel(token: context.randomToken())
            context.say(
                isNew
                    ? "cancelled \(name): no more rows begin; for what was done: speedpix batch results \(name)\(target.flag)"
                    : "\(name) was cancelled before")
        }
    }
}
