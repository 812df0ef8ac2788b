import LuaRuntime
import SpeedPix
import SpeedPixGateway
import SpeedPixLua
import Spelling

/// A session at the prompt: reads a chunk, runs it, shows what came of it, until there is no more.
actor Repl {
    private let context: CommandContext
    private let vm: LuaVM
    private let host: ScriptHost
    private let reader: any LineReader
    private let output: SessionOutput
    private var lineHistory: LineHistory
    /// See ``ReplComponents/fetchSecret``; nil once it has been called.
    private var fetchSecret: (@Sendable () async -> String?)?
    private let recorder: RunRecorder
    /// How many creates in doubt were reported.
    private var reportedDoubts = 0
    /// What becomes of its predictions at the gateway inside this process; nil for a service.
    private let localMode: LocalMode?
    /// Whether a person sees the prompts.
    private let isInteractive: Bool
    private let palette: Palette
    /// The lines of a chunk that goes on, for completion.
    private let pending: PendingLines
    private let workflows: @Sendable () -> [KnownWorkflow]
    private let listWorkflows: @Sendable () async throws -> String
    private let display: SessionDisplay

    private var count = 0
    /// By the names that messages give them.
    private var chunks: [String: LuaChunk] = [:]
    private var constants: Set<String> = []
    private var script = SessionScript()
    /// The status of what failed first; success while nothing has failed.
    private var firstFailure = ExitStatus.success
    private var isOutputGone = false

    /// - Parameter context: Its streams are the session's own.
    init(_ components: ReplComponents) {
        context = components.context
        vm = components.vm
        host = components.host
        reader = components.reader
        output = components.output
        lineHistory = components.history
        fetchSecret = components.fetchSecret
        recorder = components.recorder
        localMode = components.localMode
        isInteractive = components.isInteractive
        pending = components.pending
        workflows = components.workflows
        listWorkflows = components.listWorkflows
        display = components.display
        palette = Palette(components.context)
    }

    /// Runs until the input ends or the user leaves.
    ///
    /// - Returns: Success if a person was there to see what failed; otherwise the status of what failed first.
    func run() async throws -> ExitStatus {
        let output = output
        let palette = palette
        if isInteractive {
            // While Ctrl-C still ends the program: the command may wait for a passphrase.
            await fetchSecretOnce()
            for line in lineHistory.load() { reader.remember(line) }
        }
        ignoreInterrupts()
        context.interrupts.watch { [reader] in reader.refreshTerminal() }
        defer {
            context.interrupts.handle(nil)
            context.interrupts.watch(nil)
        }
        try await vm.openSession { error in
            let text = ErrorText.describe(error, chunk: LuaChunk("", name: ""))
            output.writeError(Array((palette.paint("a task failed: \(text)", .red) + "\n").utf8))
        }
        await withTaskCancellationHandler {
            await loop()
        } onCancel: { [reader] in
            reader.interrupt(ends: true)
        }
        await vm.endDetachedTasks()
        reportUnfinished()
        guard !Task.isCancelled else { throw CommandFailure.interrupted }
        return isInteractive && !isOutputGone ? .success : firstFailure
    }

    private func loop() async {
        var lines: [[UInt8]] = []
        func chunk() -> [UInt8] { Array(lines.joined(separator: [UInt8(ascii: "\n")])) }
        while !Task.isCancelled, !isOutputGone {
            if isInteractive { pending.set(String(decoding: chunk(), as: UTF8.self)) }
            switch await readLine(isFirst: lines.isEmpty) {
            case .end:
                // Ctrl-D in the middle of a chunk gives the chunk up, and not the session.
                if isInteractive, !lines.isEmpty {
                    remember(chunk())
                    lines = []
                    continue
                }
                if !lines.isEmpty { await evaluate(chunk(), isComplete: true) }
                return
            case .interrupted:
                // What was typed of it can be had again.
                remember(chunk())
                lines = []
            case .failure(let reason): return fail(reason, .failure)
            case .bytes(let line):
                if lines.isEmpty, let command = await command(String(decoding: line, as: UTF8.self)) {
                    remember(line)
                    guard await run(command) else { return }
                    continue
                }
                lines.append(line)
                if await evaluate(chunk(), isComplete: false) { lines = [] }
            }
        }
    }

    private func readLine(isFirst: Bool) async -> LineInput {
        guard isInteractive else { return await reader.readLine(prompt: "") }
        output.beginLine(reader)
        context.interrupts.handle { [reader] in
            reader.interrupt(ends: false)
            return true
        }
        let line = await reader.readLine(prompt: palette.paintPrompt(isFirst ? "›" : "…", isFirst ? .bold : .dim))
        ignoreInterrupts()
        output.endLine()
        return line
    }

    /// What is kept must not hold the secret, also where it is not needed to sign with. Where nothing is kept the command
    /// that prints it is not run.
    private func fetchSecretOnce() async {
        guard let fetch = fetchSecret else { return }
        fetchSecret = nil
        if let secret = await fetch() { lineHistory.hide(secret) }
    }

    /// - Parameter input: All lines of it.
    private func remember(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        guard isInteractive, lineHistory.isKept(text) else { return }
        reader.remember(text)
        lineHistory.append(text)
    }

    // MARK: Evaluating

    /// - Parameter isComplete: No more lines will come.
    /// - Returns: Whether that was all of it; otherwise more lines must follow.
    @discardableResult
    private func evaluate(_ source: [UInt8], isComplete: Bool) async -> Bool {
        let name = "input[\(count + 1)]"
        let input = LuaInput(source, name: name)
        if !isComplete {
            if case .incomplete = input { return false }
            // Before it runs: the session may end with it.
            remember(source)
        }
        switch input {
        case .empty: return true
        case .incomplete:
            fail("the input ends in the middle of a chunk", .failure)
        case .failure(let error):
            count += 1
            fail(error, LuaChunk(typed: source, name: name))
        case .expression(let chunk):
            count += 1
            await run(chunk, shownAs: LuaChunk(typed: source, name: name), isExpression: true)
        case .statements(let chunk):
            count += 1
            await run(chunk, shownAs: chunk, isExpression: false)
        }
        return true
    }

    /// - Returns: Whether it worked.
    @discardableResult
    private func run(_ chunk: LuaChunk, shownAs shown: LuaChunk, isExpression: Bool) async -> Bool {
        chunks[shown.name] = shown
        host.resetSavedNames()
        let topLevel = isExpression ? nil : LuaTopLevel(chunk)
        if let error = constantAssignment(topLevel?.chunk ?? chunk, declared: topLevel?.names ?? []) {
            fail(error, shown)
            return false
        }
        let before = created.count
        let result = await interruptibly { [display, vm] in
            try await display.run {
                try await vm.evaluate(topLevel?.chunk ?? chunk, declaring: topLevel?.names ?? [])
            }
        }
        reportDoubts()
        switch result {
        case .success(let evaluation):
            if let topLevel { constants = constants.subtracting(topLevel.names).union(topLevel.constants) }
            script.add(shown.source, isExpression: isExpression)
            show(evaluation.values)
            return true
        case .failure(let error as LuaError): fail(error, shown)
        case .failure(is CancellationError):
            // Lines that were pasted behind this one are dropped, since they were to follow what was stopped.
            reader.interrupt(ends: false)
            reportInterrupt(before)
        case .failure(let error): fail("\(error)", .failure)
        }
        return false
    }

    /// Does something that Ctrl-C can stop.
    private func interruptibly<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async -> Result<Value, any Error> {
        let stop = EvaluationCancellation()
        if isInteractive {
            // Before it begins: Ctrl-C may come with its first output.
            context.interrupts.handle { [output] in
                output.noteEcho()
                // Pressed three times, it ends the session.
                return stop.interrupt() < 3
            }
        }
        defer { ignoreInterrupts() }
        let work = Task { try await body() }
        stop.begin { work.cancel() }
        return await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            work.cancel()
        }
    }

    /// Where nothing is to be stopped Ctrl-C must not end the session, either.
    private func ignoreInterrupts() {
        if isInteractive { context.interrupts.handle { true } }
    }

    /// A constant of an earlier chunk is one for later chunks, too; Lua itself looks no further than its own chunk.
    private func constantAssignment(_ chunk: LuaChunk, declared: [String]) -> LuaError? {
        guard !constants.isEmpty, let globals = try? chunk.globals() else { return nil }
        let wrong = globals.first { $0.isWrite && constants.contains($0.name) && !declared.contains($0.name) }
        return wrong.map {
            LuaError(.syntax, "\(chunk.name):\($0.line): attempt to assign to const variable '\($0.name)'")
        }
    }

    private func show(_ values: [LuaSnapshot]) {
        output.startLine()
        // A call that gives nothing shows nothing, as does one that gives nil: most statements are such calls.
        guard !values.isEmpty else { return }
        if values.count == 1, values[0].isUninformative { return }
        let width = context.outputTerminal()?.columns ?? 80
        write(ValuePrinter(palette: palette, width: width).text(values) + "\n")
    }

    // MARK: Reports

    private func write(_ text: String) {
        do {
            try context.writeOutput(Array(text.utf8))
        } catch {
            // Output is not read any more, so that the input typed ahead need not run.
            isOutputGone = true
            guard !(error is ClosedOutputError) else {
                if firstFailure == .success { firstFailure = .failure }
                return
            }
            fail("\(error)", .failure)
        }
    }

    private func say(_ text: String, _ color: Palette.Color? = nil) {
        output.startLine()
        context.say(color.map { palette.paint(text, $0) } ?? text)
    }

    private func fail(_ error: LuaError, _ chunk: LuaChunk) {
        if let usage = ScriptUsage.failure(error, of: ":load \(chunk.name)") {
            return fail(usage.message ?? error.message, usage.status)
        }
        let text = ErrorText.describe(error, chunk: chunk) { self.chunks[$0] }
        fail(text, ErrorText.status(error))
    }

    private func fail(_ text: String, _ status: ExitStatus) {
        say(isInteractive ? text : "speedpix: \(text)", .red)
        if firstFailure == .success { firstFailure = status }
    }

    /// At the end of the session. Predictions that end with it are not reported.
    private func reportUnfinished() {
        let ids = unfinished(after: 0)
        guard !ids.isEmpty, let flag = localMode.laterFlag else { return }
        say("these predictions go on \(localMode.laterLocation): \(ids.joined(separator: " "))")
        for line in NotCanceledText.lines(recorder.withState { $0.notCanceled }, of: ids) { say(line) }
        // At a service no flag is needed, and the list of jobs is known.
        if localMode != nil { say("fetch one later: speedpix jobs download ID\(flag)") }
    }

    private func reportInterrupt(_ before: Int) {
        guard isInteractive else { return }
        say("interrupted", .red)
        let ids = unfinished(after: before)
        // When the process is to end, those that outlast it are named at the session's end.
        guard !ids.isEmpty, !Task.isCancelled else { return }
        let location =
            switch localMode {
            case nil: "at the service"
            case .persistent?: "at the local gateway"
            case .temporary?: "at the local gateway, as long as this session lasts"
            }
        say("these predictions go on \(location): \(ids.joined(separator: " "))")
        for line in NotCanceledText.lines(recorder.withState { $0.notCanceled }, of: ids) { say(line) }
        say("fetch one later with speedpix.get(id), or end it with speedpix.cancel(id)")
    }

    private func reportDoubts() {
        let doubts = recorder.withState { $0.inDoubt }
        for create in doubts.dropFirst(reportedDoubts) {
            say("this create may have started a prediction, look in the console: \(create)".printable())
        }
        reportedDoubts = doubts.count
    }

    /// What the session created.
    private var created: [RunHistory.Entry] { recorder.withState { $0.own } }

    /// The ids of those that were created after the first `count`, and go on.
    private func unfinished(after count: Int) -> [String] {
        created.dropFirst(count).filter { $0.endedAt == nil && !$0.status.isTerminal }.map(\.id)
    }

    // MARK: Commands

    /// - Returns: Nil for a line that is Lua.
    private func command(_ line: String) async -> SessionCommand? {
        if let command = SessionCommand(line) { return command }
        return await SessionCommand(withoutColon: line) { [vm] name in
            await vm.members(of: []).contains { $0.name == name }
        }
    }

    /// - Returns: Whether the session goes on.
    private func run(_ command: SessionCommand) async -> Bool {
        switch command {
        case .quit: return false
        case .mistake(let text): fail(text, .usage)
        case .help(let topic): help(topic)
        case .jobs: await listJobs()
        case .workflows:
            // An interrupt shows no list, and is no failure.
            if case .success(let list) = await interruptibly(listWorkflows) { write(list + "\n") }
        case .load(let path, let arguments): await load(path, arguments)
        case .save(let path, let replaces): await save(path, replaces)
        case .time(let expression): await time(expression)
        }
        return true
    }

    private func help(_ topic: String?) {
        let width = context.outputTerminal()?.columns ?? .max
        func show(_ text: String) { write(SessionHelp.wrapped(text, width: width) + "\n") }
        guard let topic else { return show(SessionHelp.overview(palette)) }
        let reference = ScriptReference.all
        let name = topic.trimming { "()".contains($0) }
        if let text = reference.help(for: name) { return show(text) }
        let members = reference.topics.filter { $0.hasSuffix(":\(name)") || $0.hasSuffix(".\(name)") }
        if let first = members.first, let text = reference.help(for: first) {
            return show(([text] + members.dropFirst().map { "see also :help \($0)" }).joined(separator: "\n"))
        }
        let workflows = workflows()
        if let workflow = workflows.first(where: { $0.id == name }) { return show(SessionWorkflows.help(workflow)) }
        let nearest = NearestName.suggestion(for: name, among: reference.topics + workflows.map(\.id))
        let hint = nearest.map { "did you mean :help \($0)?" } ?? ":help lists what there is"
        fail("there is no help on \(name.printable()); \(hint)", .usage)
    }

    private func listJobs() async {
        // The ends of predictions without a wait are noticed only now.
        let going = created.filter { !$0.status.isTerminal }.suffix(20)
        _ = await interruptibly { [host, recorder] in
            for entry in going {
                let prediction = Prediction(id: entry.id, of: entry.workflow)
                recorder.note(.progressed(try await host.client.predictions.reload(prediction)))
            }
        }
        write(SessionJobs.text(created, tasks: await vm.detachedTasks, palette))
    }

    private func load(_ path: String, _ arguments: [String: String]) async {
        do {
            host.load(arguments: arguments)
            let file = try await interruptibly { [context] in try ScriptFile(path, in: context) }.get()
            try file.checkEncoding()
            try ScriptUsage.check(arguments, of: file, run: ":load \(path)")
            guard await run(file.chunk, shownAs: file.chunk, isExpression: false) else { return }
            if let unread = host.unreadArguments { fail(LuaError(refusing: unread), file.chunk) }
        } catch {
            let failure = error as? CommandFailure
            fail(failure?.message ?? "\(error)", failure?.status ?? .failure)
        }
    }

    private func save(_ path: String, _ replaces: Bool) async {
        await fetchSecretOnce()
        do {
            let full = context.absolute(path)
            try SessionFile.write(
                script.text(isSecret: lineHistory.hasSecret), to: full, named: path, replaces: replaces)
            say("saved \(script.entries.count == 1 ? "1 chunk" : "\(script.entries.count) chunks") to \(path)", .dim)
        } catch {
            let failure = error as? CommandFailure
            fail(failure?.message ?? "\(error)", failure?.status ?? .failure)
        }
    }

    private func time(_ expression: String) async {
        let elapsed = context.clock.stopwatch()
        await evaluate(Array(expression.utf8), isComplete: true)
        say("\(elapsed().preciseSeconds) s", .dim)
    }
}
