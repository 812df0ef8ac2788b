import SpeedPix
import Synchronization

/// The workflows that a session's gateway has told of.
final class FetchedWorkflows: Sendable {
    private let fetch: @Sendable () async throws -> [WorkflowDescription]
    /// Nil as long as nothing was told.
    private let state = Mutex<[KnownWorkflow]?>(nil)

    init(_ fetch: @escaping @Sendable () async throws -> [WorkflowDescription]) {
        self.fetch = fetch
    }

    /// None as long as nothing was told.
    var known: [KnownWorkflow] { state.withLock { $0 } ?? [] }

    /// Whether ``known`` is all that there is. A service gives no list.
    var isComplete: Bool { state.withLock { $0 != nil } }

    /// Asks once more. What was told before stays if nothing is told now.
    ///
    /// - Throws: ``SpeedPixError``, but none from a service that gives no list; `CancellationError`.
    func refresh() async throws {
        do {
            let workflows = try await fetch().map { KnownWorkflow($0) }
            state.withLock { $0 = workflows }
        } catch let error as SpeedPixError where error.code == .unsupported {}
    }
}
