import ComfyUI
import Logging
import SpeedPix
import Synchronization
import SystemPackage
import _NIOFileSystem

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Runs predictions of published workflows at servers of ComfyUI.
///
/// A prompt goes on when the gateway ends, where predictions are kept: the next one takes it up. Otherwise it is stopped.
final class ComfyUIBackend: Backend {
    private struct Active: Sendable {
        let prediction: ComfyUIPrediction
        let task: Task<Void, Never>
    }

    private struct State: Sendable {
        var active: [String: Active] = [:]
        /// Predictions whose end is written down and whose prompts have still to be stopped.
        var ended: Set<String> = []
        /// The prompts that have ended, by predictions whose prompts have still to be cleared away.
        var endedPrompts: [String: Set<String>] = [:]
    }

    /// Bytes that a form may have beside its file.
    private static let formOverhead: Int64 = 4096

    let name = "comfyui"
    /// None of its own: what is published runs here.
    let workflows: [any Workflow] = []
    let servers: ComfyUIServers
    private let services: ComfyUIPrediction.Services
    private let logger: Logger
    private let state = Mutex(State())

    private init(_ services: ComfyUIPrediction.Services, logger: Logger) {
        servers = services.servers
        self.services = services
        self.logger = logger
    }

    /// - Parameters:
    ///   - database: Where prompts are written down before they are sent; nil if predictions end with the gateway.
    ///   - store: Has the files of published workflows.
    ///   - now: This machine's date.
    static func make(
        _ configuration: ComfyUIConfiguration, database: PredictionDatabase?, store: ObjectStore,
        clock: any Clock<Duration>, now: @escaping @Sendable () -> Date, logger: Logger
    ) async -> ComfyUIBackend {
        // Every call has a time limit and every prediction one of an hour: sleeps that are cancelled must leave nothing.
        let clock: any Clock<Duration> = clock is ContinuousClock ? TimerClock() : clock
        let records = PromptRecords(database)
        var addresses = configuration.servers
        if configuration.isAssumed {
            // The gateway before may have been told of others.
            for text in (try? await records.servers()) ?? [] where !addresses.contains(where: { $0.text == text }) {
                if let address = try? ComfyUIServerAddress(text) { addresses.append(address) }
            }
        }
        var servers: [ComfyUIServer] = []
        for (index, address) in addresses.enumerated() {
            let new = configuration.uniqueID()
            // Without the old one, frames of prompts that went on are lost, and not the prompts.
            let clientID = (try? await records.clientID(of: address.text, new: new)) ?? new
            servers.append(
                ComfyUIServer(
                    number: index + 1, address: address, clientID: clientID, configuration: configuration,
                    clock: clock, now: now, logger: logger))
        }
        let services = ComfyUIPrediction.Services(
            servers: ComfyUIServers(
                servers, perServer: configuration.predictionsPerServer, isAssumed: configuration.isAssumed),
            records: records, configuration: configuration, store: store, clock: clock)
        return ComfyUIBackend(services, logger: logger)
    }

    /// Begins to look at the servers, and clears away what an earlier gateway has left there.
    func start() async {
        await servers.start()
        Task { await clearLeftovers() }
    }

    /// Ends what still runs, and closes the connections.
    func close() async {
        let active = state.withLock { Array($0.active.values) }
        for run in active { run.prediction.quit(stopping: !services.records.isLasting) }
        for run in active { await run.task.value }
        await servers.close()
    }

    // MARK: Predictions

    func check(_ workflow: any Workflow, inputs: [String: PreparedInput]) async throws {
        guard let workflow = workflow as? PublishedWorkflow else { return }
        guard services.configuration.partnerKey != nil || !workflow.usesPartnerNodes else {
            throw Refusal(
                "PartnerNodes",
                "the workflow \(workflow.id) spends credits of comfy.org, which this gateway does not:"
                    + " it is started without --partner-nodes")
        }
        var values: [String: WorkflowInputValue] = [:]
        for (name, input) in inputs {
            if case .value(let value) = input { values[name] = value }
        }
        let fitness = ServerFitness(workflow: workflow)
        let need = ComfyUIServers.Need(prediction: "", fitness: fitness, chosen: fitness.chosen(values))
        do throws(WorkflowFailure) {
            _ = try await servers.eligible(for: need)
        } catch {
            throw Refusal("NoServer", error.message)
        }
        try await checkSizes(values)
    }

    private func checkSizes(_ values: [String: WorkflowInputValue]) async throws {
        guard let limit = await servers.uploadLimit else { return }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let file = value.fileValue,
                let size = try? await FileSystem.shared.info(forFileAt: FilePath(file.path))?.size,
                size > limit - Self.formOverhead
            else { continue }
            throw Refusal.invalidParameter(
                "the input \"\(name)\" has \(size) bytes, and no server of ComfyUI takes more than \(limit):"
                    + " start it with --max-upload-size MEGABYTES, or make the file smaller")
        }
    }

    func run(_ job: BackendJob, progress: ReportedProgress) async throws -> WorkflowResult {
        guard let workflow = job.workflow as? PublishedWorkflow else {
            throw WorkflowFailure("the \(name) backend does not run the workflow \(job.workflow.id)")
        }
        progress.wait(behind: 0)
        let prediction = ComfyUIPrediction(job, of: workflow, progress: progress, services: services)
        let answer = RunAnswer()
        state.withLock { state in
            let task = Task {
                let result: Result<WorkflowResult, any Error>
                do {
                    result = .success(try await prediction.run())
                } catch {
                    result = .failure(error)
                }
                await finished(job.id, endedPrompts: await prediction.endedPrompts)
                answer.complete(with: result)
            }
            state.active[job.id] = Active(prediction: prediction, task: task)
        }
        let isLasting = services.records.isLasting
        return try await withTaskCancellationHandler {
            try await answer.value()
        } onCancel: {
            // Whoever waits need not wait for the server.
            answer.complete(with: .failure(CancellationError()))
            if progress.isCanceled { prediction.cancel() } else { prediction.quit(stopping: !isLasting) }
        }
    }

    func isUnderWay(_ id: String) async throws -> Bool {
        try await !services.records.attempts(of: id).isEmpty
    }

    private func finished(_ id: String, endedPrompts: Set<String>) async {
        let isEnded = state.withLock { state in
            state.active[id] = nil
            if !endedPrompts.isEmpty { state.endedPrompts[id] = endedPrompts }
            return state.ended.remove(id) != nil
        }
        if isEnded { await clear(id) }
    }

    func ended(_ id: String) async {
        let isActive = state.withLock { state in
            let isActive = state.active[id] != nil
            if isActive { state.ended.insert(id) }
            return isActive
        }
        if !isActive { await clear(id) }
    }

    // MARK: Clearing away

    /// Has servers stop and forget a prediction's prompts, and then forgets them here: in this order, so that none is left
    /// there.
    private func clear(_ id: String) async {
        let ended = state.withLock { $0.endedPrompts.removeValue(forKey: id) } ?? []
        do {
            let attempts = try await services.records.attempts(of: id)
            guard !attempts.isEmpty else { return }
            for attempt in attempts {
                try await clear(attempt, of: id, isEnded: ended.contains(attempt.promptID))
            }
        } catch {
            // The next gateway does it.
            logger.debug("prompts were not cleared away", metadata: ["prediction": "\(id)", "error": "\(error)"])
        }
    }

    private func clear(_ attempt: PromptRun.Attempt, of id: String, isEnded: Bool) async throws {
        if let server = servers.server(attempt.server) {
            var isDone = isEnded
            // One of a server that died, or of a prediction that could not be begun again, may still run.
            if !isDone { isDone = await server.stop(attempt.promptID) }
            // It is stopped when the server answers again; if that is too late for this gateway, by the next one.
            guard isDone || !services.records.isLasting else { return }
            if !services.configuration.leavesHistory { await server.forget([attempt.promptID]) }
        }
        try await services.records.remove(attempt, of: id)
    }

    private func clearLeftovers() async {
        do {
            for leftover in try await services.records.leftovers() {
                try await clear(leftover.attempt, of: leftover.prediction, isEnded: false)
            }
        } catch {
            logger.debug("prompts were not cleared away", metadata: ["error": "\(error)"])
        }
    }
}

/// What one caller waits for, completed once.
private final class RunAnswer: Sendable {
    private enum State: Sendable {
        case open
        case awaited(CheckedContinuation<WorkflowResult, any Error>)
        case completed(Result<WorkflowResult, any Error>)
    }

    private let state = Mutex(State.open)

    func complete(with result: Result<WorkflowResult, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<WorkflowResult, any Error>? in
            switch state {
            case .open:
                state = .completed(result)
                return nil
            case .awaited(let continuation):
                state = .completed(result)
                return continuation
            case .completed: return nil
            }
        }
        waiting?.resume(with: result)
    }

    func value() async throws -> WorkflowResult {
        try await withCheckedThrowingContinuation { continuation in
            let result = state.withLock { state -> Result<WorkflowResult, any Error>? in
                if case .completed(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }
}

extension PublishedWorkflow {
    /// Whether it has classes that spend credits of comfy.org.
    var usesPartnerNodes: Bool {
        graph.nodes.values.contains { definitions[$0.classType]?.isPartnerNode == true }
    }
}
