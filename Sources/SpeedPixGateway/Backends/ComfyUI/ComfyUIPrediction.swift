import ComfyUI
import SpeedPix
import SystemPackage

/// Takes one prediction through ComfyUI: does what a ``PromptRun`` says, and tells it what came of it.
///
/// It goes on when the task that asked for it is cancelled, until it was told to end: what runs at a server has to be stopped.
actor ComfyUIPrediction {
    /// What it takes from the gateway.
    struct Services: Sendable {
        let servers: ComfyUIServers
        let records: PromptRecords
        let configuration: ComfyUIConfiguration
        let store: ObjectStore
        let clock: any Clock<Duration>
    }

    /// What has happened.
    private enum Signal: Sendable {
        /// - Parameter server: Its id.
        case assigned(server: String)
        /// - Parameter prompt: The prompt that it is about; nil for the prediction itself. What an earlier one tells is too late.
        case event(PromptRun.Event, prompt: String?)
        case fetched(WorkflowResult, prompt: String)
        /// It cannot go on.
        case broken(any Error)
        /// The gateway ends.
        ///
        /// - Parameter stopping: Whether no gateway will take the prompt up.
        case quit(stopping: Bool)
    }

    private struct Timer {
        let deadline: Duration
        let task: Task<Void, Never>
    }

    /// How long the end of a gateway waits for a server to stop a prompt.
    private static let quitLimit: Duration = .seconds(2)
    /// After so many uploads that failed, the prediction fails.
    private static let uploadLimit = 3

    private let job: BackendJob
    private let workflow: PublishedWorkflow
    private let need: ComfyUIServers.Need
    private let progress: ReportedProgress
    private let services: Services
    private let elapsed: @Sendable () -> Duration
    private let signals: AsyncStream<Signal>
    private let signal: AsyncStream<Signal>.Continuation

    private var state: PromptRun
    private var current: PromptRun.Attempt?
    private var followed: FollowedPrompt?
    private var attempts = 0
    /// The prompts of which a server has said that they have ended: nothing of them has to be stopped.
    private(set) var endedPrompts: Set<String> = []
    private var result: WorkflowResult?
    /// The one thing that is being done.
    private var work: Task<Void, Never>?
    private var timer: Timer?
    private var waitingSince: Duration?
    /// When it got the server that it has; nil for one that an earlier gateway has given it.
    private var assignedAt: Duration?
    private var waited: Duration = .zero
    /// What files are called at servers, by their paths here.
    private var remoteNames: [FilePath: String] = [:]
    private var failedUploads = 0

    init(_ job: BackendJob, of workflow: PublishedWorkflow, progress: ReportedProgress, services: Services) {
        self.job = job
        self.workflow = workflow
        self.progress = progress
        self.services = services
        let fitness = ServerFitness(workflow: workflow)
        need = ComfyUIServers.Need(prediction: job.id, fitness: fitness, chosen: fitness.chosen(job.inputs))
        elapsed = services.clock.stopwatch()
        state = PromptRun(limits: services.configuration.runLimits)
        (signals, signal) = AsyncStream.makeStream()
    }

    /// The user cancels: what runs is stopped.
    nonisolated func cancel() {
        signal.yield(.event(.cancel, prompt: nil))
    }

    /// The gateway ends.
    ///
    /// - Parameter stopping: Whether what runs is stopped, since no gateway will take it up.
    nonisolated func quit(stopping: Bool) {
        signal.yield(.quit(stopping: stopping))
    }

    // MARK: The run

    /// Runs it to its end. To be called once.
    ///
    /// - Throws: ``WorkflowFailure``; ``WorkflowCanceled``; ``StorageError``; `CancellationError` after ``quit(stopping:)``.
    func run() async throws -> WorkflowResult {
        let result: Result<WorkflowResult, any Error>
        do {
            result = .success(try await carryOut())
        } catch {
            result = .failure(error)
        }
        signal.finish()
        timer?.task.cancel()
        work?.cancel()
        // What it is doing would otherwise wait for a server, follow a prompt or write one down after all of that is given up.
        await work?.value
        progress.removePreview()
        await unfollow()
        await services.servers.release(job.id)
        return try result.get()
    }

    private func carryOut() async throws -> WorkflowResult {
        let recorded = try await services.records.attempts(of: job.id)
        attempts = recorded.count
        if let last = recorded.last {
            current = last
            progress.begin(after: .zero)
            await services.servers.takeUp(need, on: last.server)
            await follow(last)
        }
        if let outcome = perform(state.begin(recorded: recorded, at: elapsed())) {
            return try await value(of: outcome)
        }
        setTimer()
        for await signal in signals {
            guard let actions = try await actions(after: signal) else { continue }
            if let outcome = perform(actions) { return try await value(of: outcome) }
            setTimer()
        }
        throw CancellationError()
    }

    /// - Returns: Nil for what comes too late.
    private func actions(after signal: Signal) async throws -> [PromptRun.Action]? {
        switch signal {
        case .assigned(let server):
            if let since = waitingSince { waited += elapsed() - since }
            waitingSince = nil
            assignedAt = elapsed()
            progress.begin(after: waited)
            let attempt = PromptRun.Attempt(server: server, promptID: services.configuration.uniqueID())
            return state.handle(.assigned(attempt), at: elapsed())
        case .event(let event, let prompt):
            guard prompt == nil || prompt == current?.promptID else { return nil }
            if let prompt, event.isEnd { endedPrompts.insert(prompt) }
            if case .time = event { timer = nil }
            return state.handle(event, at: elapsed()) + lateEnd(after: event)
        case .fetched(let result, let prompt):
            guard prompt == current?.promptID else { return nil }
            self.result = result
            return state.handle(.fetched, at: elapsed())
        case .broken(let error): throw error
        case .quit(let stopping):
            if stopping { await stopBeforeTheEnd() }
            throw CancellationError()
        }
    }

    /// A fast server says that a prompt has ended before its answer to the post is here, or while it is looked for.
    private func lateEnd(after event: PromptRun.Event) -> [PromptRun.Action] {
        switch event {
        case .submitted, .sighted: followed?.end.map { state.handle(.ended($0), at: elapsed()) } ?? []
        default: []
        }
    }

    private func value(of outcome: PromptRun.Outcome) async throws -> WorkflowResult {
        switch outcome {
        case .succeeded(let attempt):
            if let assignedAt { await services.servers.note(elapsed() - assignedAt, on: attempt.server) }
            return result ?? WorkflowResult(outputs: [:])
        case .failed(let message): throw WorkflowFailure(message)
        case .canceled: throw WorkflowCanceled()
        }
    }

    private func stopBeforeTheEnd() async {
        guard let current, let server = services.servers.server(current.server) else { return }
        _ = try? await withDeadline(
            Self.quitLimit, clock: TimerClock(), expired: { CancellationError() },
            operation: { await server.stop(current.promptID) })
    }

    private func setTimer() {
        let deadline = state.deadline
        guard timer?.deadline != deadline else { return }
        timer?.task.cancel()
        timer = nil
        guard let deadline else { return }
        let pause = max(deadline - elapsed(), .zero)
        let task = Task { [signal, clock = services.clock] in
            do {
                try await clock.sleep(for: pause)
                signal.yield(.event(.time, prompt: nil))
            } catch {
                // Something else has happened first.
            }
        }
        timer = Timer(deadline: deadline, task: task)
    }

    // MARK: Actions

    /// Begins what is to be done.
    ///
    /// - Returns: The outcome, if there is one.
    private func perform(_ actions: [PromptRun.Action]) -> PromptRun.Outcome? {
        for action in actions {
            switch action {
            case .assign(let avoided): assign(avoiding: avoided)
            case .record(let attempt):
                current = attempt
                attempts += 1
                begin { await $0.record(attempt) }
            case .discard(let attempt):
                attempts -= 1
                let (records, id) = (services.records, job.id)
                Task { try? await records.remove(attempt, of: id) }
            case .submit(let attempt): begin { await $0.submit(attempt) }
            case .look(let attempt): begin { await $0.look(attempt) }
            case .fetch(let attempt): begin { await $0.fetch(attempt) }
            case .stop(let attempt):
                let server = services.servers.server(attempt.server)
                Task { await server?.stop(attempt.promptID) }
            case .end(let outcome): return outcome
            }
        }
        return nil
    }

    private func begin(_ body: @escaping @Sendable (ComfyUIPrediction) async -> Void) {
        work = Task { await body(self) }
    }

    private func assign(avoiding avoided: Set<String>) {
        waitingSince = elapsed()
        let (servers, need, progress, signal) = (services.servers, need, progress, signal)
        begin { prediction in
            await prediction.unfollow()
            guard !Task.isCancelled else { return }
            do {
                try await servers.assign(need, avoiding: avoided, progress: progress) { server in
                    signal.yield(.assigned(server: server.id))
                }
            } catch {
                signal.yield(.broken(error))
            }
        }
    }

    private func record(_ attempt: PromptRun.Attempt) async {
        guard !Task.isCancelled else { return }
        do {
            try await services.records.add(attempt, of: job.id)
            guard !Task.isCancelled else { return }
            await follow(attempt)
            tell(.recorded, of: attempt)
        } catch {
            signal.yield(.broken(error))
        }
    }

    private func look(_ attempt: PromptRun.Attempt) async {
        guard let server = services.servers.server(attempt.server) else {
            return tell(.sighted(.unreachable), of: attempt)
        }
        let sighting = await server.sighting(of: attempt.promptID)
        if sighting == .running { followed?.markRunning() }
        tell(.sighted(sighting), of: attempt)
    }

    private func tell(_ event: PromptRun.Event, of attempt: PromptRun.Attempt) {
        signal.yield(.event(event, prompt: attempt.promptID))
    }

    // MARK: Frames

    private func follow(_ attempt: PromptRun.Attempt) async {
        let prompt = FollowedPrompt(
            attempt.promptID, graph: workflow.graph, targets: workflow.targets, reported: progress
        ) { [signal] event in signal.yield(.event(event, prompt: attempt.promptID)) }
        followed = prompt
        await services.servers.server(attempt.server)?.follow(attempt.promptID) { prompt.handle($0) }
    }

    private func unfollow() async {
        followed = nil
        guard let left = current else { return }
        current = nil
        await services.servers.server(left.server)?.unfollow(left.promptID)
    }

    // MARK: Sending

    private func submit(_ attempt: PromptRun.Attempt) async {
        guard let server = services.servers.server(attempt.server) else { return }
        do {
            let graph = try await graph(for: server)
            // Before, since its frames may come sooner than the answer.
            progress.update(fraction: 0, step: "queued at ComfyUI", number: nil, total: nil)
            let submitted = try await server.submit(
                graph.json, id: attempt.promptID, extraData: extraData, targets: workflow.targets)
            guard submitted.promptID == attempt.promptID else {
                await server.stop(submitted.promptID)
                throw WorkflowFailure("\(server.id) gives prompts ids of its own: update ComfyUI there")
            }
            tell(.submitted(leftOut: submitted.leftOut.map { "\(server.id): \($0)" }), of: attempt)
        } catch let error as ComfyUIError {
            await server.noteFailure(error)
            tell(.notSubmitted(error), of: attempt)
        } catch is CancellationError {
            // Somebody has ended it, who knows.
        } catch {
            signal.yield(.broken(error))
        }
    }

    private var extraData: JSONValue {
        var members: [String: JSONValue] = ["preview_method": "auto"]
        if workflow.usesPartnerNodes, let key = services.configuration.partnerKey {
            members["api_key_comfy_org"] = .string(key.revealed)
        }
        return .object(members)
    }

    /// What a server is sent, when it has all files.
    ///
    /// - Throws: ``ComfyUIError`` that the prompt was not sent; ``WorkflowFailure``; ``StorageError``; `CancellationError`.
    private func graph(for server: ComfyUIServer) async throws -> WorkflowGraph {
        let inputs = try await job.allInputs()
        var (files, placed) = ([String: String](), [GraphField: String]())
        do {
            for (name, input) in inputs {
                guard let file = input.fileValue else { continue }
                files[name] = try await place(FilePath(file.path), filename: file.filename, at: server)
            }
            for file in workflow.files {
                placed[file.field] = try await place(
                    services.store.path(of: file.key), filename: file.filename, at: server)
            }
        } catch let error as ComfyUIError {
            throw uploadFailure(error)
        }
        // What a run that went wrong has saved must not be taken for that of the next one, nor its files from the cache.
        let substituted = try WorkflowSubstitution(workflow: workflow).substituted(
            prediction: attempts > 1 ? "\(job.id)-\(attempts)" : job.id, inputs: inputs, files: files,
            placed: placed, seeds: job.seeds)
        return ServerFitness.spelled(substituted.graph, await services.servers.definitions(of: server.id))
    }

    private func place(_ path: FilePath, filename: String, at server: ComfyUIServer) async throws -> String {
        let name: String
        if let known = remoteNames[path] {
            name = known
        } else {
            name = try await InputUpload.remoteName(of: path, filename: filename)
            remoteNames[path] = name
        }
        return try await InputUpload(path: path, name: name).place(at: server.client)
    }

    /// What failed before a prompt was sent. Another server is tried, but not for ever.
    private func uploadFailure(_ error: ComfyUIError) -> ComfyUIError {
        failedUploads += 1
        var error = error
        error.message = "an input could not be uploaded: \(error.message)"
        error.mayHaveTakenEffect = false
        let isPassing = [.unreachable, .lostAnswer, .timeout, .malformed].contains(error.code)
        if isPassing || error.status ?? 0 >= 500 {
            error.code = failedUploads < Self.uploadLimit ? .unreachable : .refused
        }
        return error
    }

    // MARK: Fetching

    private func fetch(_ attempt: PromptRun.Attempt) async {
        guard let server = services.servers.server(attempt.server) else { return tell(.outputMissing, of: attempt) }
        do {
            guard let outputs = try await outputs(of: attempt, at: server) else {
                return tell(.fetchFailed("the server does not say what the prompt gave"), of: attempt)
            }
            let fetch = OutputFetch(
                workflow: workflow, client: server.client, scratch: job.scratch,
                stripsMetadata: services.configuration.stripsMetadata)
            signal.yield(.fetched(try await fetch.result(of: outputs), prompt: attempt.promptID))
        } catch is OutputFetch.Missing {
            tell(.outputMissing, of: attempt)
        } catch let error as ComfyUIError {
            tell(error.code == .notFound ? .outputMissing : .fetchFailed(error.message), of: attempt)
        } catch is CancellationError {
            // Somebody has ended it, who knows.
        } catch {
            signal.yield(.broken(error))
        }
    }

    /// What its nodes gave: as frames told it, if they told all, else as the history has it.
    ///
    /// - Returns: Nil if the history does not have it yet, which is written after the last frame.
    /// - Throws: ``OutputFetch/Missing`` if the server knows nothing of the prompt; ``ComfyUIError``.
    private func outputs(
        of attempt: PromptRun.Attempt, at server: ComfyUIServer
    ) async throws -> [String: JSONValue]? {
        let heard = followed?.outputs ?? [:]
        if workflow.targets.allSatisfy({ heard[$0] != nil }) { return heard }
        if let entry = try await server.client.history(attempt.promptID) {
            return heard.merging(entry.outputs) { $1 }
        }
        guard try await server.client.queue().contains(attempt.promptID) else { throw OutputFetch.Missing() }
        return nil
    }
}
