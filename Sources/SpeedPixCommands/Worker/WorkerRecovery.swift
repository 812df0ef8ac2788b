import NATS
import SpeedPix
import SpeedPixJournal
import SpeedPixQueue

/// What a worker has paid for, and the rows' logs lack: it is in the journal of the worker, on this machine. The worker has ended without
/// a word, or NATS has lost what it had confirmed.
struct WorkerRecovery: Sendable {
    /// What was found.
    struct Outcome: Sendable, Equatable {
        /// Of how many predictions the logs were asked.
        var compared = 0
        /// How many of them the logs lacked, and have now.
        var added = 0
        /// How many could not be added: they stay for the next start.
        var missing = 0
        /// How many runs could not be looked at, since another worker has them.
        var held = 0

        /// Whether the logs have all of it.
        var isWhole: Bool { missing + held == 0 }

        var heldText: String { held == 1 ? "1 batch" : "\(CountText.grouped(held)) batches" }

        var text: String {
            "\(CountText.of(compared, "prediction")) of a worker before compared with the queue,"
                + " \(CountText.grouped(added)) added to the rows' logs"
        }
    }

    /// A run of the journal that is a batch of this queue.
    private struct Candidate {
        let run: RecordedRun
        let batch: BatchName
        /// When its last take that was noted as logged has ended.
        let lastEnd: Double?
    }

    private let store: JournalStore
    private let access: QueueAccess
    /// Of the rows' logs.
    private let settings: RowLogSettings
    /// Tells of what cannot be appended.
    private let say: @Sendable (String) -> Void
    /// How many takes are read at once: of a million rows their creates do not fit into memory.
    private static let portion = 256
    /// How many takes are compared at once.
    private static let width = 16
    /// So long before the last take's end, in seconds, NATS may have lost what it had confirmed, if its machine lost power.
    private static let doubtfulTime = 600.0

    /// - Parameter worker: What it is called.
    init(_ store: JournalStore, _ access: QueueAccess, _ worker: String, in context: CommandContext) {
        (self.store, self.access) = (store, access)
        settings = WorkerRunner.logs(worker, context)
        say = { context.say($0.printable()) }
    }

    /// Appends it to the logs. What a worker has that runs is left alone, and so are batches that this queue does not have: they are
    /// another one's. What cannot be appended stays for the next worker.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed` if the worker's own journal cannot be read; `NATSError`; `CancellationError`, which
    ///   may be late while a log cannot be reached.
    func run() async throws -> Outcome {
        let candidates = try await candidates()
        // Also of other batches: while takes of any of them ended well, NATS had power.
        let recently = candidates.compactMap(\.lastEnd).max().map { $0 - Self.doubtfulTime }
        var outcome = Outcome()
        for candidate in candidates { try await compare(candidate, endedSince: recently, &outcome) }
        return outcome
    }

    private func candidates() async throws -> [Candidate] {
        var candidates: [Candidate] = []
        var known: [BatchName: KnownBatch] = [:]
        for run in try store.runs() {
            guard let rows = run.description.rows, rows.hasPrefix(WorkerJournal.rowsPrefix),
                let batch = BatchName(String(rows.dropFirst(WorkerJournal.rowsPrefix.count)))
            else { continue }
            if known[batch] == nil { known[batch] = try await read(batch) }
            guard known[batch]?.mayBe(run) == true else { continue }
            candidates.append(Candidate(run: run, batch: batch, lastEnd: try store.lastTakeEnd(of: run.number)))
        }
        return candidates
    }

    private func compare(_ candidate: Candidate, endedSince recently: Double?, _ outcome: inout Outcome) async throws {
        let (run, batch) = (candidate.run, candidate.batch)
        func takes(after last: Int64, _ limit: Int) throws -> [Int64] {
            try store.takesToCompare(of: run.number, after: last, endedSince: recently, limit: limit)
        }
        // That a worker has done with a batch does not say that NATS still has all of it.
        if run.hasSucceeded, try takes(after: 0, 1).isEmpty { return }
        // Locked by the worker whose it is.
        guard let journal = try? store.resumeBatch(run.number, run.description) else {
            outcome.held += 1
            return
        }
        var last: Int64 = 0
        while true {
            let portion = try takes(after: last, Self.portion)
            guard let end = portion.last else { break }
            last = end
            // Several at once, since each waits for NATS.
            let found = try await portion.concurrentMap(limit: Self.width) { try await compare($0, batch) }
            var (whole, added): ([Int64], Set<Int64>) = ([], [])
            for (take, found) in zip(portion, found) {
                outcome.compared += found.compared
                outcome.added += found.added
                outcome.missing += found.missing
                if found.isWhole { whole.append(take) }
                if found.added > 0 { added.insert(take) }
            }
            try await journal.noteLogged(takes: whole, added: added)
        }
        try await journal.endTakes()
    }

    /// Whether the row's log has all that the take has created.
    private func compare(_ take: Int64, _ batch: BatchName) async throws -> Outcome {
        var outcome = Outcome()
        for create in try store.creates(of: take) {
            try Task.checkCancellation()
            guard let prediction = create.prediction, let row = create.rowKey.flatMap(RowTake.init(text:))?.row,
                let place = create.position.flatMap(LocalPosition.init)
            else { continue }
            do {
                if try await recover(create, place, prediction, batch, row) { outcome.added += 1 }
                outcome.compared += 1
            } catch let error as SpeedPixError {
                try Task.checkCancellation()
                outcome.missing += 1
                say("batch \(batch), row \(row): \(prediction.id) is not in the row's log yet: \(error.message)")
            }
        }
        return outcome
    }

    // MARK: What the queue has

    private enum KnownBatch {
        case absent
        case present(BatchManifest)
        /// It is there, and another version's.
        case unreadable

        /// Another batch may have the name by now: it has another seed.
        func mayBe(_ run: RecordedRun) -> Bool {
            switch self {
            case .absent: false
            case .present(let manifest): manifest.seed == run.seed
            case .unreadable: true
            }
        }
    }

    private func read(_ batch: BatchName) async throws -> KnownBatch {
        do {
            return .present(try await BatchReader(batch, access).manifest())
        } catch let error as QueueError {
            return error.code == .notFound ? .absent : .unreadable
        } catch let error as NATSError where error.code == .notFound {
            // It has no streams of batches at all.
            return .absent
        }
    }

    /// - Returns: Whether the log lacked it.
    private func recover(
        _ create: RecordedCreate, _ place: LocalPosition, _ prediction: Prediction, _ batch: BatchName, _ row: String
    ) async throws -> Bool {
        var settings = settings
        (settings.batch, settings.rowKey) = (batch.text, row)
        let store = JetStreamRowLogStore(access.jetStream, batch: batch.text, row: RowToken(key: row).text)
        let intent = LoggedIntent(
            create: place.create, position: place.position, digest: create.identity?.digest,
            inputs: create.identity?.inputs ?? [:], workflowID: create.workflowID, label: create.label,
            input: create.input)
        return try await RowLog(store, settings).recover(intent, prediction)
    }
}
