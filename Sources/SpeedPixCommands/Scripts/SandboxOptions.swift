import ArgumentParser
import SpeedPixLua

/// What a script may reach, as the command line says.
struct SandboxOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where relative paths of results start; the working folder if not given.", valueName: "DIR"),
        completion: .directory)
    var out: String?

    @Option(
        name: .customLong("allow-read"),
        help: ArgumentHelp(
            "A folder that the script may read, besides its own and the working folder.", valueName: "DIR"),
        completion: .directory)
    var readableFolders: [String] = []

    @Option(
        name: .customLong("allow-write"),
        help: ArgumentHelp(
            "A folder that the script may write, besides the working folder and --out.", valueName: "DIR"),
        completion: .directory)
    var writableFolders: [String] = []

    @Option(
        name: .customLong("allow-env"),
        help: ArgumentHelp("An environment variable that the script may read; never the secret.", valueName: "NAME"))
    var environmentNames: [String] = []

    /// - Parameters:
    ///   - directory: The script's folder; nil if it has none.
    ///   - named: Paths that the command line names: they may be read wherever they lie.
    ///   - withheld: What the script may neither read nor write: journals, settings, credentials.
    ///   - watched: Records which files the script reads and writes.
    func files(
        directory: String?, named: [String], withheld: [String] = [], watched: WatchedFiles? = nil,
        _ context: CommandContext
    ) -> FileAccess {
        var files = FileAccess(
            workingDirectory: context.workingDirectory, outputDirectory: out.map(context.absolute),
            homeDirectory: context.homeDirectory,
            readable: (directory.map { [$0] } ?? []) + readableFolders.map(context.absolute),
            readableFiles: named, writable: writableFolders.map(context.absolute))
        files.withheld = withheld
        files.onRead = watched?.noteRead
        files.onWrite = watched?.noteWrite
        return files
    }

    func environment(_ context: CommandContext) -> ScriptEnvironment {
        ScriptEnvironment(context.environment, allowed: environmentNames)
    }
}
