import ArgumentParser
import LuaRuntime
import SpeedPix
import SpeedPixLua

/// `speedpix run FILE`: runs a script against the service or the local gateway.
struct RunCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a Lua script.",
        usage:
            "speedpix run FILE|- [key=value ...] [--local] [--endpoint URL] [--profile NAME] [--out DIR] [--timeout SECONDS]"
            + " [--allow-read DIR] [--allow-write DIR] [--allow-env NAME] [--verbose]",
        discussion: """
            Examples:
              speedpix run examples/white_background.lua --local
              speedpix run pipeline.lua image=./shoe.jpg count=8 --out results
              speedpix run pipeline.lua --help        the parameters of the script

            What the script prints goes to standard output, everything else to standard error.
            Exit status: 0 done, 1 script error, 2 usage, 3 failed prediction, 4 credentials, 130 interrupted.
            """,
        // `run FILE --help` is about the script, which ArgumentParser knows nothing of.
        helpNames: [])

    @Argument(
        help: ArgumentHelp("The script; - for standard input.", valueName: "FILE"),
        completion: .file(extensions: ["lua"]))
    var file: String?

    @Argument(help: ArgumentHelp("Values for the script's parameters.", valueName: "key=value"))
    var parameters: [String] = []

    @OptionGroup var service: ServiceOptions
    @OptionGroup var sandbox: SandboxOptions

    @Flag(help: "Shows what the script logs with log.debug, too.")
    var verbose = false

    @Option(help: ArgumentHelp("Stops the script after this time.", valueName: "SECONDS"))
    var timeout: Double?

    @Flag(name: [.customShort("h"), .long], help: "Shows this text, or the parameters of the script.")
    var help = false

    func validate() throws {
        if let timeout, !(timeout > 0 && timeout <= 1e9) {
            throw ValidationError("--timeout is a positive number of seconds")
        }
        for parameter in parameters where !parameter.contains("=") {
            throw ValidationError("\"\(parameter)\" is no key=value; parameters of a script look like count=8")
        }
    }

    func run(in context: CommandContext) async throws {
        guard let file else {
            guard help else { throw CommandFailure(.usage, "which script?\n\n\(Self.helpMessage())") }
            try context.writeOutput(Array((Self.helpMessage() + "\n").utf8))
            return
        }
        let script = try ScriptFile(file, in: context)
        if help { return try await showParameters(of: script, named: file, context) }
        try await service.withConfiguration(context, beside: script.directory) { try await run(script, $0, context) }
    }

    private var arguments: [String: String] {
        Dictionary(
            parameters.map { parameter in
                let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), String(parts[1]))
            }, uniquingKeysWith: { $1 })
    }

    private func host(
        _ script: ScriptFile, _ configuration: Configuration, _ context: CommandContext
    ) -> ScriptHost {
        var host = ScriptHost(
            configuration, sandbox: sandbox, arguments: arguments, directory: script.directory, isVerbose: verbose,
            context)
        // A script from standard input has used it up.
        if script.directory != nil { host.readInput = context.readInput }
        return host
    }

    private func run(
        _ script: ScriptFile, _ configuration: Configuration, _ context: CommandContext
    ) async throws {
        var host = host(script, configuration, context)
        let unfinished = UnfinishedPredictions()
        host.onEvent = unfinished.note
        do {
            let vm = try LuaVM(modules: SpeedPixModule.modules(host))
            try await vm.execute(script.chunk, timeout: timeout.map { .seconds($0) }, clock: context.clock)
        } catch {
            if !service.isLocal(context, beside: script.directory) { unfinished.report(context) }
            if error is CancellationError { throw CommandFailure(.interrupted, "interrupted") }
            guard let error = error as? LuaError else { throw error }
            throw CommandFailure(
                ErrorText.status(error),
                ErrorText.describe(error, chunk: script.chunk) { script.module(named: $0, in: context) })
        }
    }

    /// Runs the script as far as `speedpix.params`; nothing is sent.
    private func showParameters(of script: ScriptFile, named name: String, _ context: CommandContext) async throws {
        let declared = DeclaredParameters()
        var host = host(script, try Configuration(appKey: "none", appSecret: "none"), context)
        host.onParameters = declared.set
        // What it prints before that belongs to no help text.
        host.write = { _ in }
        do {
            try await LuaVM(modules: SpeedPixModule.modules(host))
                .execute(script.chunk, timeout: .seconds(10), clock: context.clock)
        } catch let error as LuaError where declared.all == nil && !ScriptHost.isHelpRefusal(error) {
            throw CommandFailure(.failure, ErrorText.describe(error, chunk: script.chunk))
        } catch is LuaError {
            // Ending the script there is what params does when it is asked.
        }
        var text = "usage: speedpix run \(name)"
        if let parameters = declared.all, !parameters.isEmpty {
            text += " [key=value ...]\n\n" + parameters.map { "  \($0.usage)\n" }.joined()
        } else {
            text += "\n\nThe script declares no parameters (speedpix.params).\n"
        }
        try context.writeOutput(Array(text.utf8))
    }
}
