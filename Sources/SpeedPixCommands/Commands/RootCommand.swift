import ArgumentParser
import SpeedPix

/// `speedpix` itself.
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speedpix",
        abstract: "Runs published AI image workflows from Lua scripts.",
        discussion: """
            Example:
              speedpix run examples/white_background.lua --local

            Credentials come from SPEEDPIX_APP_KEY and SPEEDPIX_APP_SECRET; with --local none are needed.
            """,
        version: SpeedPixVersion.current,
        subcommands: [RunCommand.self, ReplCommand.self, ServeCommand.self])
}

/// A command that runs in a context.
protocol ContextCommand: ParsableCommand {
    /// - Throws: ``CommandFailure`` for every way to end but success.
    func run(in context: CommandContext) async throws
}
