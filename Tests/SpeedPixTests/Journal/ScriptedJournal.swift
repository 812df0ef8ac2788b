import SpeedPix
import SpeedPixTestSupport
import Synchronization

/// A journal that notes what it is told and, as a middleware, what is sent; it fails or stalls where the test says.
final class ScriptedJournal: PredictionJournal, ClientMiddleware {
    enum Step: String, CaseIterable, Sendable {
        case claim, intent, withdraw, created, inDoubt, notMade, ended
    }

    struct Broken: Error {}

    private struct State {
        var log: [String] = []
        var failing: Set<Step> = []
        var stalling: Set<Step> = []
        var recorded: Prediction?
        var next: UInt64 = 0
    }

    private let state = Mutex(State())
    private let reached = AsyncStream<Step>.makeStream()
    private let release = AsyncStream<Void>.makeStream()

    /// - Parameter recorded: What every claim finds.
    init(failing: Set<Step> = [], stalling: Set<Step> = [], recorded: Prediction? = nil) {
        state.withLock { state in
            state.failing = failing
            state.stalling = stalling
            state.recorded = recorded
        }
    }

    /// What happened, in order: journal steps and "send".
    var log: [String] { state.withLock { $0.log } }

    func note(_ text: String) { state.withLock { $0.log.append(text) } }

    func intercept(
        _ request: TransportRequest, operation: ClientOperation, next: ClientMiddleware.Next
    ) async throws -> TransportResponse {
        note("send")
        return try await next(request)
    }

    /// Waits until a step that stalls was reached.
    func isReached() async { for await _ in reached.stream { return } }

    func letGo() { release.continuation.yield() }

    private func step(_ step: Step, _ detail: String = "") async throws {
        let (fails, stalls) = state.withLock { ($0.failing.contains(step), $0.stalling.contains(step)) }
        if stalls {
            reached.continuation.yield(step)
            // A journal goes on whatever becomes of the calling task.
            await Task { [release] in for await _ in release.stream { return } }.value
        }
        note(step.rawValue + detail)
        if fails { throw Broken() }
    }

    var identifiesCreates: Bool { false }

    func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        try await step(.claim)
        return state.withLock { state in
            if let recorded = state.recorded { return .recorded(recorded) }
            state.next += 1
            return .new(JournalKey(rawValue: state.next))
        }
    }

    func recordIntent(_ key: JournalKey) async throws { try await step(.intent) }
    func withdrawIntent(_ key: JournalKey) async throws { try await step(.withdraw) }
    func recordCreated(_ prediction: Prediction, _ key: JournalKey) async throws {
        try await step(.created, " \(prediction.id)")
    }
    func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) async throws { try await step(.inDoubt) }
    func recordNotMade(_ key: JournalKey) async throws { try await step(.notMade) }
    func recordEnded(_ prediction: Prediction, byCaller: Bool) async throws {
        try await step(.ended, " \(prediction.status)")
    }
}
