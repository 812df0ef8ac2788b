import ArgumentParser
import SpeedPix

/// `speedpix workflows alias ID ALIAS VERSION`
struct WorkflowsAliasCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias",
        abstract: "Lets an alias stand for a version of a workflow.",
        discussion: """
            Example:
              speedpix workflows alias shop main v2

            Predictions name an alias, main if nothing else is said: from now on they get
            this version. Those that have begun go on with the one they have.
            """)

    @Argument(help: ArgumentHelp("The workflow.", valueName: "ID"))
    var id: String

    @Argument(help: ArgumentHelp("The alias, such as main.", valueName: "ALIAS"))
    var alias: String

    @Argument(help: ArgumentHelp("The version, such as v2.", valueName: "VERSION"))
    var version: String

    @OptionGroup var admin: AdminOptions

    func run(in context: CommandContext) async throws {
        try await admin.withClient(context) { gateway in
            _ = try await gateway.call(
                .put, ["workflows", id, "aliases", alias], ["version": .string(version)])
        }
        context.say("\(alias) of \(id) stands for \(version)".printable())
    }
}
