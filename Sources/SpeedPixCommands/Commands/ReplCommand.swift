import ArgumentParser
import Dispatch
import LuaRuntime
import SpeedPix
import SpeedPixGateway
import SpeedPixLua
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `speedpix repl`: Lua at a prompt.
struct ReplCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "repl",
        abstract: "Lua at a prompt: one step at a time.",
        discussion: """
            Examples:
              speedpix repl --local
              echo 'run("echo", { text = "hello" }).text' | speedpix repl --local

            Values are shown, locals stay, Tab completes, :help explains. Ctrl-C stops what runs, Ctrl-D leaves.
            From a pipe it reads the same without prompts; the exit status is then that of the first failure.
            """)

    @OptionGroup var service: ServiceOptions
    @OptionGroup var sandbox: SandboxOptions
    @OptionGroup var stopping: StopOptions

    @Option(
        help: ArgumentHelp(
            "How the terminal takes pictures: kitty, iterm, sixel, blocks or none; SPEEDPIX_PICTURES, else recognised.",
            valueName: "HOW"))
    var pictures: PictureProtocol?

    @Flag(help: "Shows what log.debug logs, too.")
    var verbose = false

    func run(in context: CommandContext) async throws {
        let service = service.selection(context)
        let status = try await service.withTarget { try await session(at: $0, of: service, context) }
        if status != .success { throw CommandFailure(status) }
    }

    private func session(
        at target: ServiceTarget, of service: ServiceSelection, _ process: CommandContext
    ) async throws -> ExitStatus {
        let configuration = target.configuration
        let output = SessionOutput(process)
        var context = process
        context.writeOutput = output.write
        context.writeError = output.writeError
        let recorder = RunRecorder(clock: context.clock, keepsHistory: true)
        let plan = try HostPlan(
            configuration, sandbox: sandbox, withheld: service.withheldFiles, directory: context.workingDirectory,
            // The session's lines come from there.
            readsInput: false, cancelsOnStop: stopping.cancels(target.settings), createCheck: target.createCheck,
            in: context)
        let streams = ScriptStreams(context, isVerbose: verbose, pictures: pictures)
        let host = ScriptHost(plan, streams: streams, context, onEvent: recorder.note)
        let vm = try SpeedPixModule.makeVM(host)
        let isLocal = target.localMode != nil
        let history = LineHistory(
            path: LineHistory.path(context.environment, home: context.homeDirectory),
            secrets: service.heldSecrets + [configuration.appSecret.revealed])
        var fetchSecret: (@Sendable () async -> String?)?
        // Without --local the command has been run already.
        if isLocal { fetchSecret = { await service.secretOfCommand() } }
        let pending = PendingLines()
        let known = isLocal ? try await BuiltInWorkflows.load().map { KnownWorkflow($0) } : []
        let fetched = FetchedWorkflows { try await host.client.workflows() }
        let workflows: @Sendable () -> [KnownWorkflow] = {
            let listed = known + fetched.known
            let ids = Set(recorder.withState { $0.own }.map(\.workflow)).subtracting(listed.map(\.id))
            return listed + ids.sorted().map { KnownWorkflow(id: $0) }
        }
        var completion = NameCompletion(members: { vm.membersWithinTimeout($0) }, workflows: workflows)
        completion.values = { workflow, input in
            let entries = recorder.withState { $0.own }.filter { $0.workflow == workflow }
            return Set(entries.compactMap { $0.input[input]?.stringValue }).sorted()
        }
        completion.files = { Self.names(in: process.absolute($0.isEmpty ? "." : $0)) }
        let editor = lineReader(in: context, output: output) { [completion] in
            completion.complete($0, earlier: pending.lines)
        }
        if editor != nil {
            let name = isLocal ? "a gateway on this machine" : configuration.endpoint
            context.say("speedpix \(SpeedPixVersion.current), Lua 5.4, \(name). :help explains, Ctrl-D leaves.")
        }
        // For completion; a session at a pipe has none, and asks only when it lists them.
        let fetching = isLocal || editor == nil ? nil : Task { try? await fetched.refresh() }
        defer { fetching?.cancel() }
        let display = SessionDisplay(
            output: output, process: process, recorder: recorder,
            previews: editor == nil ? nil : PreviewDisplay(configuration, process, chosen: pictures),
            isInteractive: editor != nil)
        let repl = Repl(
            ReplComponents(
                context: context, vm: vm, host: host,
                reader: editor ?? StreamLineReader(context),
                output: output, history: history, fetchSecret: fetchSecret, recorder: recorder, pending: pending,
                workflows: workflows,
                listWorkflows: {
                    // One that cannot be reached lists what was used here, as a service does that gives no list.
                    if !isLocal { try? await fetched.refresh() }
                    try Task.checkCancellation()
                    return SessionWorkflows.list(workflows(), isComplete: isLocal || fetched.isComplete)
                }, display: display, localMode: target.localMode, isInteractive: editor != nil))
        return try await repl.run()
    }

    /// What there is in a folder; folders end with a slash.
    private static func names(in folder: String) -> [String] {
        let files = FileManager.default
        return ((try? files.contentsOfDirectory(atPath: folder)) ?? []).map { name in
            var isFolder = false
            return files.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder) && isFolder ? "\(name)/" : name
        }
    }

    /// Nil if standard input is not a terminal.
    private func lineReader(
        in context: CommandContext, output: SessionOutput, complete: @escaping @Sendable (String) -> Completion
    ) -> (any LineReader)? {
        if let make = context.makeLineReader { return make(output, complete) }
        guard let terminal = context.lineTerminal else { return nil }
        return LineEditor(terminal, term: context.environment["TERM"], output: output, complete: complete)
    }
}

extension LuaVM {
    /// ``members(of:)`` for a thread that can wait, but not long: a busy script must not delay typing.
    fileprivate nonisolated func membersWithinTimeout(_ path: [String]) -> [Member] {
        final class Answer: Sendable {
            let members = Mutex<[Member]>([])
            let isThere = DispatchSemaphore(value: 0)
        }
        let answer = Answer()
        Task {
            let members = await self.members(of: path)
            answer.members.withLock { $0 = members }
            answer.isThere.signal()
        }
        _ = answer.isThere.wait(timeout: .now() + .milliseconds(300))
        return answer.members.withLock { $0 }
    }
}
