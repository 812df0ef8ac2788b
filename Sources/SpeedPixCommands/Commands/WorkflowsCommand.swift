import ArgumentParser
import SpeedPix

/// `speedpix workflows …`: what a gateway offers, and publishing there.
struct WorkflowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflows",
        abstract: "Lists, shows and publishes the workflows of a gateway.",
        discussion: """
            Examples:
              speedpix workflows publish shop.json --id shop --alias main
              speedpix workflows show shop
              speedpix workflows alias shop main v2

            The gateway is the one that "speedpix serve" runs on the same data folder, or
            the one that --gateway and --admin-token-file name: application keys may not
            publish, since a workflow is code that runs on its machine.
            """,
        subcommands: [
            WorkflowsListCommand.self, WorkflowsShowCommand.self, WorkflowsPublishCommand.self,
            WorkflowsAliasCommand.self, WorkflowsRemoveCommand.self, WorkflowsExportCommand.self,
        ],
        defaultSubcommand: WorkflowsListCommand.self)
}

/// `speedpix workflows list`
struct WorkflowsListCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the workflows of a gateway.",
        discussion: """
            Example:
              speedpix workflows list --json

            Each line has the id, the version that the alias main stands for (else the
            latest one), what it is made of, and its title.
            """)

    @OptionGroup var admin: AdminOptions

    @Flag(help: "One JSON object a line.")
    var json = false

    func run(in context: CommandContext) async throws {
        try await admin.withClient(context) { gateway in
            let workflows = try await gateway.call(.get, ["workflows"])["workflows"]?.arrayValue ?? []
            if json {
                for workflow in workflows { try context.print(workflow) }
            } else {
                for line in WorkflowText.list(workflows) { try context.print(line) }
            }
        }
    }
}

/// `speedpix workflows show ID`
struct WorkflowsShowCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows the versions, aliases, inputs and outputs of a workflow.",
        discussion: """
            Example:
              speedpix workflows show shop
            """)

    @Argument(help: ArgumentHelp("The workflow.", valueName: "ID"))
    var id: String

    @OptionGroup var admin: AdminOptions

    @Flag(help: "One JSON object on standard output.")
    var json = false

    func run(in context: CommandContext) async throws {
        try await admin.withClient(context) { gateway in
            let workflow = try await gateway.call(.get, ["workflows", id])
            if json { return try context.print(workflow) }
            for line in WorkflowText.show(workflow) { try context.print(line) }
        }
    }
}
