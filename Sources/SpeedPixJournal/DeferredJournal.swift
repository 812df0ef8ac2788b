package import SpeedPix
import Synchronization

/// The journal of a run that is begun at its first create: what creates nothing leaves no trace.
///
/// Until then, what is recorded of predictions and files need not be kept for the run.
package final class DeferredJournal: ForwardingJournal {
    private struct State {
        var opened: Result<RunJournal, any Error>?
        var values: [String: JSONValue] = [:]

        /// The run's journal, once it has begun.
        var run: RunJournal? { try? opened?.get() }
    }

    private let open: @Sendable () throws -> RunJournal
    private let state = Mutex(State())
    /// Records what comes before the run has begun.
    private let early = MemoryJournal()

    /// - Parameter open: Begins the run. Called once, at the first create, from any thread.
    package init(_ open: @escaping @Sendable () throws -> RunJournal) {
        self.open = open
    }

    /// A run that is going on.
    package init(_ journal: RunJournal) {
        open = { journal }
        state.withLock { $0.opened = .success(journal) }
    }

    /// The run's journal, once it has begun.
    package var runJournal: RunJournal? { state.withLock { $0.run } }

    /// The run's, or one that keeps nothing beyond the process.
    package var journal: any PredictionJournal { runJournal ?? early }

    /// The run's journal; the run begins now if it has not.
    func begun() throws -> RunJournal {
        try state.withLock { state in
            if let opened = state.opened { return try opened.get() }
            let opened = Result { try open() }
            state.opened = opened
            let journal = try opened.get()
            for (name, value) in state.values { journal.keep(value, name) }
            return journal
        }
    }

    /// True, as of the run that is begun.
    package var identifiesCreates: Bool { true }

    /// - Throws: What opening the journal throws, each time; as ``RunJournal/claim(_:)``.
    package func claim(_ create: JournaledCreate) async throws -> JournalClaim { try await begun().claim(create) }

    /// Never recorded in ``early``: no create is sent that is only in memory.
    package func recordIntent(_ key: JournalKey) async throws { try await begun().recordIntent(key) }

    /// What was kept, before and after the beginning.
    package func value(_ name: String) -> JSONValue? {
        state.withLock { $0.run?.value(name) ?? $0.values[name] }
    }

    /// Kept in memory until the first create. Within the lock, so that a run that is begun meanwhile has it.
    package func keep(_ value: JSONValue, _ name: String) {
        state.withLock { state in
            if let run = state.run {
                run.keep(value, name)
            } else {
                state.values[name] = value
            }
        }
    }
}
