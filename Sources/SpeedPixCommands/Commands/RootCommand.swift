import ArgumentParser
import SpeedPix

/// `speedpix` itself.
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speedpix",
        abstract: "Runs published AI image workflows from Lua scripts.",
        discussion: """
            Example:
              speedpix init shop && cd shop
              speedpix run pipeline.lua --local --out out

            With --local nothing else is needed. For the service, credentials come from
            SPEEDPIX_APP_KEY and SPEEDPIX_APP_SECRET, or from speedpix.toml;
            "speedpix doctor" tells what is set and what is missing.
            """,
        version: SpeedPixVersion.current,
        subcommands: [
            RunCommand.self, BatchesCommand.self, WorkerCommand.self, EvalCommand.self, CheckCommand.self,
            PredictCommand.self,
            UploadCommand.self,
            JobsCommand.self, RunsCommand.self, ReplCommand.self, ServeCommand.self,
            ConsoleCommand.self, KeysCommand.self, WorkflowsCommand.self, ServersCommand.self, InitCommand.self,
            TypesCommand.self,
            DoctorCommand.self, VersionCommand.self,
            CompletionsCommand.self, ManualCommand.self,
        ])
}

/// A command that runs in a context.
protocol ContextCommand: ParsableCommand {
    /// Does what the command is for; to return is success.
    ///
    /// - Throws: ``CommandFailure`` with the exit status and what to say; `CancellationError`, which ends as an interrupt, and
    ///   says nothing; any other error is shown as it is, and ends with ``ExitStatus/failure``.
    func run(in context: CommandContext) async throws
}
