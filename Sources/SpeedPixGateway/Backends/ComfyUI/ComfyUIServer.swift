import ComfyUI
import Logging
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One server: whether it answers, what it has, and the frames of its WebSocket.
///
/// While ``run(_:)`` runs, it is asked every few seconds, and its WebSocket is opened again whenever it ends.
actor ComfyUIServer {
    /// What is told of a server whenever that may have changed.
    struct Report: Sendable {
        let state: ComfyUIServerState
        /// Of its classes, as it last said; nil if it never did.
        let definitions: NodeDefinitions?
        /// Bytes that an upload may have; nil if that is not known.
        let uploadLimit: Int64?
    }

    /// Gets the frames of one prompt, and those that do not say of which prompt they are. It is called in order, and must be
    /// quick.
    typealias Follower = @Sendable (ComfyUIEvent) -> Void

    /// Between two looks at a server that answers.
    static let pollInterval: Duration = .seconds(5)
    /// After so many looks, its memory is asked for, too.
    private static let looksPerStatistics = 6
    /// The longest pause before a server that does not answer is asked again.
    private static let longestPause: Duration = .seconds(30)
    /// How soon a server tells of a new prompt that its queue has changed.
    private static let statusLimit: Duration = .seconds(5)

    /// Its URL, by which it is known everywhere.
    nonisolated let id: String
    nonisolated let client: ComfyUIClient
    /// Prompts that are sent with it tell on the WebSocket how they go on.
    nonisolated let clientID: String
    /// How long a look may take, all its calls together: longer, and the server counts as one that does not answer.
    private let lookLimit: Duration
    private let socketLimits: ComfyUISocket.Limits
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Date
    private let logger: Logger

    private var state: ComfyUIServerState
    private var definitions: NodeDefinitions?
    private var features: ServerFeatures?
    /// Whether it may have been started again since its classes were asked for.
    private var isStale = true
    private var looks = 0
    private var report: @Sendable (Report) async -> Void = { _ in }
    private var followers: [String: Follower] = [:]
    /// Prompts that are to be stopped as soon as the server answers again.
    private var stops: Set<String> = []
    private var statusFrames = 0
    private var connection: Task<Void, any Error>?

    /// - Parameters:
    ///   - number: Counted from 1.
    ///   - now: This machine's date, by which a certificate is valid or not.
    init(
        number: Int, address: ComfyUIServerAddress, clientID: String, configuration: ComfyUIConfiguration,
        clock: any Clock<Duration>, now: @escaping @Sendable () -> Date, logger: Logger
    ) {
        id = address.text
        client = ComfyUIClient(address, limits: configuration.callLimits, clock: clock)
        self.clientID = clientID
        lookLimit = configuration.callLimits.call
        socketLimits = configuration.socketLimits
        self.clock = clock
        self.now = now
        self.logger = logger
        state = ComfyUIServerState(number: number, address: address.text)
    }

    /// Keeps an eye on the server until the task is cancelled.
    func run(_ report: @escaping @Sendable (Report) async -> Void) async {
        self.report = report
        await withDiscardingTaskGroup { group in
            group.addTask { await self.poll() }
            group.addTask { await self.listen() }
        }
    }

    private func tell() async {
        await report(Report(state: state, definitions: definitions, uploadLimit: features?.maxUploadSize))
    }

    private static func pause(after failures: Int) -> Duration {
        min(.seconds(1 << min(max(failures - 1, 0), 5)), longestPause)
    }

    // MARK: Polling

    private func poll() async {
        var failures = 0
        while !Task.isCancelled {
            failures = await look() ? 0 : failures + 1
            await tell()
            if state.isUp { await stopLate() }
            try? await clock.sleep(for: failures == 0 ? Self.pollInterval : Self.pause(after: failures))
        }
    }

    /// - Returns: Whether it answers.
    private func look() async -> Bool {
        do {
            let wantsStatistics = !state.isUp || looks % Self.looksPerStatistics == 0
            let (statistics, queue) = try await withinLimit { client -> (ServerStatistics?, QueueSnapshot) in
                var statistics: ServerStatistics?
                if wantsStatistics { statistics = try await client.systemStats() }
                return (statistics, try await client.queue())
            }
            if let statistics {
                state.version = statistics.version
                state.devices = statistics.devices
            }
            state.running = queue.running.count
            state.waiting = queue.pending.count
            state.strangers = queue.strangers(besides: clientID)
            looks += 1
            if isStale || definitions == nil { try await readDefinitions() }
            if !state.isUp { logger.info("a server answers", metadata: ["server": "\(id)"]) }
            state.isKnown = true
            state.isUp = true
            state.problem = nil
            return true
        } catch {
            guard !Task.isCancelled else { return false }
            noteDown(error)
            return false
        }
    }

    /// Makes calls that together may take as long as a look.
    private nonisolated func withinLimit<Result: Sendable>(
        _ calls: @escaping @Sendable (ComfyUIClient) async throws -> Result
    ) async throws -> Result {
        let late: @Sendable () -> any Error = { [id] in
            ComfyUIError(.timeout, "\(id) did not answer in time", mayHaveTakenEffect: false)
        }
        return try await withDeadline(lookLimit, clock: clock, expired: late) { [client] in try await calls(client) }
    }

    private func readDefinitions() async throws {
        isStale = false
        do {
            features = try await client.features()
            definitions = NodeDefinitions(objectInfo: try await client.objectInfo())
        } catch {
            isStale = true
            throw error
        }
    }

    private func noteDown(_ error: any Error) {
        if state.isUp {
            logger.warning("a server does not answer", metadata: ["server": "\(id)", "error": "\(error)"])
        }
        state.isKnown = true
        state.isUp = false
        state.problem = (error as? ComfyUIError)?.message ?? "\(error)"
        isStale = true
    }

    /// Asks for the classes now: custom nodes may have been installed, and models.
    ///
    /// - Throws: ``ComfyUIError``; `CancellationError`.
    func refreshed() async throws -> NodeDefinitions {
        try await readDefinitions()
        await tell()
        return definitions ?? NodeDefinitions()
    }

    /// Notes that the server could not be reached: nothing begins there until it answers again.
    func noteFailure(_ error: ComfyUIError) async {
        guard error.code == .unreachable else { return }
        noteDown(error)
        await tell()
    }

    func setDraining(_ isDraining: Bool) async {
        state.isDraining = isDraining
        await tell()
    }

    // MARK: Frames

    private func listen() async {
        var failures = 0
        while !Task.isCancelled {
            let connection = Task { try await self.receive() }
            self.connection = connection
            await withTaskCancellationHandler {
                _ = await connection.result
            } onCancel: {
                connection.cancel()
            }
            if state.isConnected {
                failures = 0
                // A server that was started again has other classes, perhaps.
                isStale = true
            }
            failures += 1
            state.isConnected = false
            await tell()
            try? await clock.sleep(for: Self.pause(after: failures))
        }
    }

    private func receive() async throws {
        try await ComfyUISocket.withConnection(
            to: client.address, clientID: clientID, limits: socketLimits, now: now
        ) { events in
            state.isConnected = true
            await tell()
            for try await event in events { handle(event) }
        }
    }

    private func handle(_ event: ComfyUIEvent) {
        switch event {
        case .status: statusFrames += 1
        case .features, .ignored: break
        default:
            if let prompt = event.promptID {
                followers[prompt]?(event)
            } else {
                for follower in followers.values { follower(event) }
            }
        }
    }

    /// Has the frames of a prompt go somewhere.
    func follow(_ prompt: String, _ follower: @escaping Follower) {
        followers[prompt] = follower
    }

    func unfollow(_ prompt: String) {
        followers[prompt] = nil
    }

    /// A server that has lost hold of a connection sends nothing more on it, and does not say so.
    private func expectStatus(after count: Int) {
        guard state.isConnected, statusFrames == count, let waiting = connection else { return }
        Task {
            try? await clock.sleep(for: Self.statusLimit)
            guard statusFrames == count, connection == waiting else { return }
            waiting.cancel()
        }
    }

    // MARK: Prompts

    /// Puts a prompt into the server's queue.
    ///
    /// - Throws: As `ComfyUIClient/submit`.
    func submit(
        _ prompt: JSONValue, id promptID: String, extraData: JSONValue, targets: [String]
    ) async throws -> SubmittedPrompt {
        let count = statusFrames
        let submitted = try await client.submit(
            prompt: prompt, promptID: promptID, clientID: clientID, extraData: extraData, partialTargets: targets)
        expectStatus(after: count)
        return submitted
    }

    /// Where the server has a prompt: its queue, and then its history.
    nonisolated func sighting(of prompt: String) async -> PromptRun.Sighting {
        do {
            return try await withinLimit { client -> PromptRun.Sighting in
                let queue = try await client.queue()
                if queue.isRunning(prompt) { return .running }
                if queue.contains(prompt) { return .waiting }
                return try await client.history(prompt).map { .ended($0.end) } ?? .nowhere
            }
        } catch {
            return .unreachable
        }
    }

    /// Takes a prompt out of the queue or stops it; if the server does not answer, as soon as it does.
    ///
    /// - Returns: Whether that is done, as far as the server does it at all.
    @discardableResult
    func stop(_ prompt: String) async -> Bool {
        do {
            try await cancel(prompt)
        } catch let error as ComfyUIError where Self.isFinal(error) {
            logger.warning("a prompt was not stopped", metadata: ["server": "\(id)", "error": "\(error.message)"])
        } catch {
            stops.insert(prompt)
            return false
        }
        stops.remove(prompt)
        return true
    }

    /// Whether the server would say the same once more.
    private static func isFinal(_ error: ComfyUIError) -> Bool {
        guard let status = error.status else { return false }
        return (400...499).contains(status) && ![408, 425, 429].contains(status)
    }

    private func stopLate() async {
        for prompt in stops { await stop(prompt) }
    }

    private func cancel(_ prompt: String) async throws {
        if try await client.cancelJob(prompt) != nil { return }
        try await client.removeFromQueue([prompt])
        // These versions stop whatever runs, and another's may have begun meanwhile.
        if try await client.queue().isRunning(prompt) { try await client.interrupt(promptID: prompt) }
    }

    /// Has the server forget what is stored by now. Failures do not matter: its history is bounded.
    nonisolated func forget(_ prompts: [String]) async {
        try? await client.deleteHistory(prompts)
    }
}
