package import SpeedPix
import Synchronization

/// The journal of one row that a worker has taken: what it creates is in the row's log before it is sent, and what other takes
/// of the row have paid for is given back.
///
/// The order of a create is: the worker's own journal has the intent; the log has it, acknowledged; it is sent, once, within
/// ``RowLogSettings/sendWindow``; the worker's own journal has the prediction; the log has it. So whatever ends in between, the
/// prediction is in the log, in the worker's own journal, or in doubt.
package final class LoggedJournal: PredictionJournal {
    private struct Pending {
        var create: JournaledCreate
        var intent: LoggedIntent
        /// Of ``local``.
        var local: JournalKey
        /// When the log was first asked for the newest intent, by its clock.
        var intended: Duration?
    }

    private struct Shared {
        var next: UInt64 = 0
        var pending: [JournalKey: Pending] = [:]
        /// Creates of other takes that were given back: by their numbers, which no later intent of this take has.
        var claimed: Set<Int64> = []
        /// What this take has kept. Before what the log has.
        var values: [String: JSONValue] = [:]
        var cancelWanted: Set<String> = []
        /// Predictions whose end was noted.
        var ended: Set<String> = []
        /// Files of outputs of other takes, by their URLs; nil until they are needed.
        var outputs: [String: OutputFileID]?
        /// How many predictions the log does not have yet.
        var unlogged = 0
        /// Nothing more is created then.
        var failure: SpeedPixError?
    }

    private let log: RowLog
    private let local: any PredictionJournal
    private let shared = Mutex(Shared())
    /// The take's number: creates of lower ones are of attempts before.
    private let epoch: Int

    /// - Parameters:
    ///   - log: Of a row that it has taken.
    ///   - local: The worker's own: a new run for this take, which has nothing of attempts before. Its positions have the log's
    ///     names of the creates in them, see ``LocalPosition``.
    package init(_ log: RowLog, local: any PredictionJournal) {
        self.log = log
        self.local = local
        epoch = log.state.epoch
    }

    /// Whether the log has every prediction that this take was told of.
    package var isWhole: Bool { shared.withLock { $0.unlogged } == 0 }

    /// True: other takes' creates are looked for.
    package var identifiesCreates: Bool { true }

    // MARK: Claims

    /// - Throws: ``SpeedPixError``: `unknown_outcome` for one that may have been made by another take, `not_deterministic`
    ///   for one that is another than at the same place before, `journal_failed`. `CancellationError` while it waits for
    ///   the outcome of another's.
    package func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        while true {
            let creates = log.state.creates.filter { $0.epoch < epoch }
            let claim = shared.withLock { shared -> EarlierCreates.Claim in
                var earlier = EarlierCreates(creates.compactMap(\.earlier)) { [claimed = shared.claimed] in
                    claimed.contains($0.number)
                }
                let claim = earlier.claim(position: create.position, digest: create.identity?.digest)
                if case .found(let found) = claim, found.state != .inDoubt { shared.claimed.insert(found.number) }
                return claim
            }
            switch claim {
            case .found(let found):
                guard let logged = creates.first(where: { $0.number == found.number }) else { continue }
                guard found.state == .inDoubt else { return .recorded(try prediction(of: logged)) }
                try await waitForOutcome(of: logged)
            case .changed(let other): throw notDeterministic(create, other)
            case .none:
                if let digest = create.identity?.digest, let position = create.position,
                    let other = creates.last(where: {
                        $0.isUnknown && $0.intent.position == position && $0.intent.digest.map { $0 != digest } == true
                    })?.earlier
                {
                    throw notDeterministic(create, other)
                }
                return .new(try await add(create))
            }
        }
    }

    private func prediction(of create: LoggedCreate) throws -> Prediction {
        if let prediction = create.prediction { return prediction }
        throw SpeedPixError(.journalFailed, "the row's log has a create without its prediction")
    }

    private func add(_ create: JournaledCreate) async throws -> JournalKey {
        let intent = RowLogRecord.intent(create, named: log.settings.token())
        var marked = create
        marked.position = LocalPosition(create: intent.create, position: create.position).encoded
        guard case .new(let local) = try await local.claim(marked) else {
            throw SpeedPixError(
                .journalFailed, "the worker's own journal has a create that was never made",
                remedy: "name another folder with --state")
        }
        return shared.withLock { shared in
            shared.next += 1
            let key = JournalKey(rawValue: shared.next)
            shared.pending[key] = Pending(create: create, intent: intent, local: local)
            return key
        }
    }

    /// Returns when it is known what became of another take's create.
    private func waitForOutcome(of create: LoggedCreate) async throws {
        let name = create.intent.create
        while true {
            try await log.refresh()
            guard let known = log.state.create(name), known.isUnknown else { return }
            let rest = log.settings.outcomeWait - log.age(name)
            if known.state == .inDoubt || rest <= .zero { break }
            try await log.settings.clock.sleep(for: min(rest, log.settings.outcomePoll))
        }
        let fact = RowLogFact.inDoubt(create: name, problem: "its worker has not said what became of it")
        try await log.append { $0.refusal(of: fact, by: nil) == nil ? [fact] : [] }
        guard let known = log.state.create(name), known.isUnknown else { return }
        throw doubt(known)
    }

    private func doubt(_ create: LoggedCreate) -> SpeedPixError {
        let intent = create.intent
        let name = intent.label.map { "\($0) (\(intent.workflowID))" } ?? intent.workflowID
        return SpeedPixError(
            .unknownOutcome,
            "an attempt before may have created \(name): its worker ended between sending and the answer",
            remedy: "look in the console whether there is such a prediction, and say so: speedpix batch settle"
                + " \(log.settings.batch) \"\(log.settings.rowKey)\" \"\(intent.position?.rawValue ?? "")\""
                + " --id ID, or --not-created")
    }

    private func notDeterministic(_ create: JournaledCreate, _ other: EarlierCreate) -> SpeedPixError {
        let inputs = (create.identity?.inputs ?? [:]).mapValues { String($0.prefix(16)) }
        let before = log.state.creates.first { $0.number == other.number }?.intent.inputs ?? [:]
        let differences = CreateIdentity(digest: "", inputs: inputs).differences(
            from: CreateIdentity(digest: "", inputs: before))
        return SpeedPixError(
            .notDeterministic,
            "an attempt before has created something else at \(create.position?.rawValue ?? "the same place")"
                + (differences.isEmpty ? "" : "; these inputs differ: \(differences.joined(separator: ", "))"),
            remedy: "let the script ask for the same each time: keep with once what depends on the time or on chance")
    }

    // MARK: Creates

    /// - Throws: ``SpeedPixError``: `row_lost` if another has the row; `unknown_outcome`; `journal_failed`. Nothing may be
    ///   sent then.
    package func recordIntent(_ key: JournalKey) async throws {
        if let failure = shared.withLock({ $0.failure }) { throw failure }
        guard let pending = shared.withLock({ $0.pending[key] }) else { return }
        try await local.recordIntent(pending.local)
        do {
            let intended = try await logIntent(pending.intent)
            shared.withLock { $0.pending[key]?.intended = intended }
        } catch {
            try? await local.withdrawIntent(pending.local)
            throw error
        }
    }

    /// - Returns: When the log was first asked for it, by its clock.
    private func logIntent(_ intent: LoggedIntent) async throws -> Duration {
        let (fact, take) = (RowLogFact.intent(intent), log.take)
        for _ in 0..<log.settings.intentTries {
            let began = try await log.append { [self] state in
                switch state.refusal(of: fact, by: take) {
                case nil: return [fact]
                case .inDoubt, .known:
                    throw doubt(LoggedCreate(intent: intent, number: 0, epoch: 0, time: 0, state: .open))
                default: throw RowLog.lost(state)
                }
            }
            // Counted from before the append: its answer may have waited for a process that was stopped, while another counts.
            if let began, log.now - began <= log.settings.sendWindow { return began }
            try await withdraw(intent.create)
        }
        throw SpeedPixError(
            .journalFailed, "the batch's log answers too slowly to send anything",
            remedy: "look whether NATS is overloaded, or its disk", isRetryable: true)
    }

    /// Whether it is still within ``RowLogSettings/sendWindow``: it may have waited for a connection, or the process was stopped.
    package func sendCondition(_ key: JournalKey) -> (@Sendable () -> Bool)? {
        guard let intended = shared.withLock({ $0.pending[key]?.intended }) else { return nil }
        return { [log] in log.now - intended <= log.settings.sendWindow }
    }

    private func withdraw(_ create: String) async throws {
        let fact = RowLogFact.withdrawn(create: create)
        try await log.append { $0.refusal(of: fact, by: nil) == nil ? [fact] : [] }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    package func withdrawIntent(_ key: JournalKey) async throws {
        guard let pending = shared.withLock({ $0.pending[key] }) else { return }
        // The log first: what only the worker's own journal has as intended is not recovered from it.
        try await withdraw(pending.intent.create)
        try await local.withdrawIntent(pending.local)
    }

    /// Returns when the log has it, however long that takes. Nothing more is created meanwhile.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed` if the log cannot be read any more, or its connection is closed for good: the
    ///   worker's own journal has it then. After that nothing is intended.
    package func recordCreated(_ prediction: Prediction, _ key: JournalKey) async throws {
        guard let pending = shared.withLock({ $0.pending.removeValue(forKey: key) }) else { return }
        let record = RowLogRecord.bounded(prediction, repeating: pending.intent)
        let fact = RowLogFact.created(create: pending.intent.create, record: record)
        do {
            let localResult: Result<Void, any Error>
            do { localResult = .success(try await local.recordCreated(prediction, pending.local)) } catch {
                // Its own journal cannot write; the log still can.
                localResult = .failure(error)
            }
            shared.withLock { $0.unlogged += 1 }
            try await log.append(mustHold: true) { $0.refusal(of: fact, by: nil) == nil ? [fact] : [] }
            shared.withLock { $0.unlogged -= 1 }
            try localResult.get()
        } catch {
            let failure =
                error as? SpeedPixError
                ?? SpeedPixError(
                    .journalFailed, "the worker's own journal could not be written: \(error)", cause: error)
            shared.withLock { $0.failure = $0.failure ?? failure }
            throw failure
        }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`: the log says the same, since it has the intent.
    package func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) async throws {
        guard let pending = shared.withLock({ $0.pending.removeValue(forKey: key) }) else { return }
        let fact = RowLogFact.inDoubt(
            create: pending.intent.create, problem: error.message.withoutSignatures)
        try? await local.recordInDoubt(pending.local, error)
        try await log.append { $0.refusal(of: fact, by: nil) == nil ? [fact] : [] }
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    package func recordNotMade(_ key: JournalKey) async throws {
        guard let pending = shared.withLock({ $0.pending.removeValue(forKey: key) }) else { return }
        // Without an intent in the log there is nothing to withdraw.
        if log.state.create(pending.intent.create)?.isUnknown == true { try await withdraw(pending.intent.create) }
        try await local.recordNotMade(pending.local)
    }

    /// Returns at once: it goes with the next entry of the log, which the row's result is at the latest.
    package func recordEnded(_ prediction: Prediction, byCaller: Bool) async throws {
        let isNew = shared.withLock { $0.ended.insert(prediction.id).inserted }
        if isNew, let create = log.state.create(ofPrediction: prediction.id) {
            let isCanceledByCaller =
                byCaller || shared.withLock { $0.cancelWanted.contains(prediction.id) }
            let word =
                prediction.status == .canceled && !isCanceledByCaller ? "stopped" : prediction.status.rawValue
            log.note(
                .ended(
                    create: create.intent.create, state: word,
                    record: RowLogRecord.bounded(prediction, repeating: create.intent)))
        }
        try await local.recordEnded(prediction, byCaller: byCaller)
    }

    package func recordCancelWanted(_ predictionID: String) {
        shared.withLock { _ = $0.cancelWanted.insert(predictionID) }
        local.recordCancelWanted(predictionID)
    }

    // MARK: Files

    /// Files of outputs that other takes have had.
    package func outputFileID(of url: String) async throws -> OutputFileID? {
        if let outputs = shared.withLock({ $0.outputs }) { return outputs[url] }
        var outputs: [String: OutputFileID] = [:]
        for create in log.state.creates where create.epoch < epoch {
            guard let prediction = create.prediction else { continue }
            for (number, file) in prediction.files.enumerated() where outputs[file.url] == nil {
                outputs[file.url] = OutputFileID(predictionID: prediction.id, number: number)
            }
        }
        shared.withLock { [outputs] in $0.outputs = outputs }
        return outputs[url]
    }

    // Files are where their worker has saved them: only its own journal knows them.

    package func recordSaved(_ file: SavedFile) async throws { try await local.recordSaved(file) }
    package func recordUsed(_ output: OutputFileID) { local.recordUsed(output) }
    package func savedFiles(_ output: OutputFileID) async throws -> [SavedFile] { try await local.savedFiles(output) }

    // MARK: Values

    /// What another take, or this one, has kept.
    package func value(_ name: String) -> JSONValue? {
        shared.withLock { $0.values[name] } ?? log.state.values[name]
    }

    /// Goes with the next entry of the log. One that does not fit keeps creates that come after it from being sent.
    package func keep(_ value: JSONValue, _ name: String) {
        let logged = value.withoutSignatures
        guard RowLogRecord.size(logged) <= RowLogRecord.largest else {
            let failure = SpeedPixError(
                .journalFailed, "the value \(name) does not fit into the row's log",
                remedy: "keep less than \(RowLogRecord.largest) bytes of it with once")
            return shared.withLock { $0.failure = $0.failure ?? failure }
        }
        shared.withLock { $0.values[name] = value }
        log.note(.value(name: name, value: logged))
    }

    /// - Throws: ``SpeedPixError`` `journal_failed`.
    package func flush() async throws {
        try await log.appendPending()
        try await local.flush()
        if let failure = shared.withLock({ $0.failure }) { throw failure }
    }
}
