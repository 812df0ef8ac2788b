import ArgumentParser
import SpeedPix

/// `speedpix workflows remove ID [VERSION]`
struct WorkflowsRemoveCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Offers a version of a workflow, or all of it, no more.",
        discussion: """
            Examples:
              speedpix workflows remove shop v1
              speedpix workflows remove shop

            Predictions that have begun with it go on. A version that an alias stands for
            stays; numbers are not given again.
            """)

    @Argument(help: ArgumentHelp("The workflow.", valueName: "ID"))
    var id: String

    @Argument(help: ArgumentHelp("The version; all of them if not given.", valueName: "VERSION"))
    var version: String?

    @OptionGroup var admin: AdminOptions

    func run(in context: CommandContext) async throws {
        try await admin.withClient(context) { gateway in
            _ = try await gateway.call(.delete, ["workflows", id] + (version.map { ["versions", $0] } ?? []))
        }
        context.say("\(id)\(version.map { " \($0)" } ?? "") is offered no more".printable())
    }
}
