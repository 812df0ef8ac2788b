public import SpeedPix
import Synchronization

/// The journal of a run that is begun at its first create: what creates nothing leaves no trace.
public final class DeferredJournal: PredictionJournal {
    private struct State {
        var opened: Result<RunJournal, any Error>?
        var values: [String: JSONValue] = [:]
    }

    private let open: @Sendable () throws -> RunJournal
    private let state = Mutex(State())

    /// - Parameter open: Begins the run. Called once, at the first create, from any thread.
    public init(_ open: @escaping @Sendable () throws -> RunJournal) {
        self.open = open
    }

    /// A run that is going on.
    public init(_ journal: RunJournal) {
        open = { journal }
        state.withLock { $0.opened = .success(journal) }
    }

    /// The run's journal, once it has begun.
    public var journal: RunJournal? { state.withLock { try? $0.opened?.get() } }

    private func begun() throws -> RunJournal {
        try state.withLock { state in
            if let opened = state.opened { return try opened.get() }
            let opened = Result { try open() }
            state.opened = opened
            let journal = try opened.get()
            for (name, value) in state.values { journal.keep(value, name) }
            return journal
        }
    }

    /// True.
    public var identifiesCreates: Bool { true }

    /// - Throws: What opening the journal throws, each time; as ``RunJournal/claim(_:)``.
    public func claim(_ create: JournaledCreate) async throws -> JournalClaim { try await begun().claim(create) }
    /// As the run's journal does it, like everything here that comes after a claim.
    public func recordIntent(_ key: JournalKey) async throws { try await begun().recordIntent(key) }
    /// See ``RunJournal``.
    public func withdrawIntent(_ key: JournalKey) async throws { try await begun().withdrawIntent(key) }
    /// See ``RunJournal``.
    public func recordCreated(_ prediction: Prediction, _ key: JournalKey) async throws {
        try await begun().recordCreated(prediction, key)
    }
    /// See ``RunJournal``.
    public func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) async throws {
        try await begun().recordInDoubt(key, error)
    }
    /// See ``RunJournal``.
    public func recordNotMade(_ key: JournalKey) async throws { try await begun().recordNotMade(key) }
    /// Nothing to do while nothing was created.
    public func recordEnded(_ prediction: Prediction, byCaller: Bool) {
        journal?.recordEnded(prediction, byCaller: byCaller)
    }
    /// Nothing to do while nothing was created.
    public func recordCancelWanted(_ predictionID: String) { journal?.recordCancelWanted(predictionID) }
    /// None while nothing was created.
    public func outputFileID(of url: String) async throws -> OutputFileID? { try await journal?.outputFileID(of: url) }
    /// Nothing to do while nothing was created.
    public func recordSaved(_ file: SavedFile) async throws { try await journal?.recordSaved(file) }
    /// None while nothing was created.
    public func savedFiles(_ output: OutputFileID) async throws -> [SavedFile] {
        try await journal?.savedFiles(output) ?? []
    }

    /// What was kept, before and after the beginning.
    public func value(_ name: String) -> JSONValue? {
        state.withLock { state in (try? state.opened?.get())?.value(name) ?? state.values[name] }
    }

    /// Kept in memory until the first create.
    public func keep(_ value: JSONValue, _ name: String) {
        state.withLock { state in
            if let journal = try? state.opened?.get() {
                journal.keep(value, name)
            } else {
                state.values[name] = value
            }
        }
    }

    /// Nothing to do while nothing was created: nothing that is paid for depends on what was kept.
    public func flush() async throws { try await journal?.flush() }
}
