import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SpeedPixQueue
import Synchronization

/// Where one try of a row in a worker writes down what it pays for: the row's log in the queue, and the worker's own journal.
struct WorkerJournaling: RowJournaling {
    /// The batch's.
    let seed: Int64
    let row: HandedRow
    let own: WorkerJournal
    let budget: BudgetLeases?
    let rate: RateLeases?
    /// Called for each create that the budget stops.
    let onRefusal: @Sendable () -> Void
    let logged = LoggedTry()

    /// The journal of the try, once it has one.
    final class LoggedTry: Sendable {
        let journal = Mutex<LoggedJournal?>(nil)
    }

    var writeProblem: SpeedPixError? { own.writeProblem }

    /// A new run of the own journal: what other takes have created is in the row's log.
    func begin(_ queued: QueuedRow, arguments: [String: String]) async throws -> RowJournal? {
        try own.opened().beginTake(
            RowTake(row: queued.row.key.description, take: row.log.take ?? ""), parameters: arguments)
    }

    func predictions(of journal: RowJournal) -> any PredictionJournal {
        let logged = LoggedJournal(row.log, local: journal.journal)
        self.logged.journal.withLock { $0 = logged }
        guard budget != nil || rate != nil else { return logged }
        return LeasedJournal(logged, budget: budget, rate: rate, onRefusal: onRefusal)
    }

    func openForDryRun(_ row: BatchRow) throws -> DryRunJournal? { nil }

    /// Only whether the worker's next start has to look at the take: how a row has ended is in its log.
    func finish(
        _ row: RowJournal, version: RowVersion, files: [String: String], names: [[UInt8]: String], result: RowResult
    ) async throws {
        if logged.journal.withLock({ $0 })?.isWhole == true { try own.opened().noteLogged(row) }
    }
}

/// A worker's own journal of one batch, which is begun with its first row.
final class WorkerJournal: Sendable {
    /// How the rows of a batch in a queue are named in a journal.
    static let rowsPrefix = "queue:"

    private let store: JournalStore
    private let description: RunDescription
    private let seed: Int64
    private let journal = Mutex<BatchJournal?>(nil)

    init(_ store: JournalStore, _ manifest: BatchManifest, command: [String]) {
        self.store = store
        seed = manifest.seed
        description = RunDescription(
            script: manifest.script.name, folder: "", rows: Self.rowsPrefix + manifest.name,
            parameters: manifest.constants, endpoint: manifest.endpoint, appKey: manifest.appKey, command: command)
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func opened() throws -> BatchJournal {
        try journal.withLock { journal in
            if let journal { return journal }
            let opened = try store.beginBatch(description, seed: seed)
            journal = opened
            return opened
        }
    }

    /// Why something could not be written down; nil while everything could be.
    var writeProblem: SpeedPixError? { journal.withLock { $0 }?.writeProblem }

    /// The worker has no row of the batch any more. If a row's log lacks what was paid for, its next start compares.
    func end() async {
        // If that cannot be written, it compares as well.
        try? await journal.withLock { $0 }?.endTakes()
    }
}
