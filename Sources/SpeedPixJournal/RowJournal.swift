public import SpeedPix

/// The journal of one row in one attempt of a batch.
public struct RowJournal: Sendable {
    /// By what the row is known again.
    public let key: String
    /// What the row's random draws begin with.
    public let seed: Int64
    private let deferred: DeferredJournal

    init(key: String, seed: Int64, _ open: @escaping @Sendable () throws -> RunJournal) {
        self.key = key
        self.seed = seed
        deferred = DeferredJournal(open)
    }

    init(key: String, seed: Int64, opened journal: RunJournal) {
        self.key = key
        self.seed = seed
        deferred = DeferredJournal(journal)
    }

    /// For a client's ``ClientDependencies/journal``.
    public var journal: any PredictionJournal { deferred }

    /// The row's run, once it has begun.
    public var run: RunJournal? { deferred.runJournal }

    /// The row's run, which begins now if it has not.
    func begun() throws -> RunJournal { try deferred.begun() }
}
