import SpeedPix
import SpeedPixBatch
import SpeedPixJournal

/// The journal of a batch under way: opens it, begins and ends its rows, and ends it.
struct BatchJournaling: RowJournaling {
    /// Nil for a batch that writes nothing down, as a dry run.
    let journal: BatchJournal?
    /// What attempts before have left; nil if there was none.
    let earlier: BatchReader?
    /// What the random draws of rows are made of.
    let seed: Int64
    private let plan: JournalPlan?
    private let again: Set<String>

    /// - Parameter client: Asks what is still there.
    /// - Throws: ``CommandFailure`` if there is nothing to go on with; ``SpeedPixError`` `journal_failed`.
    init(_ batch: BatchPlan, client: SpeedPixClient, in context: CommandContext) throws {
        let drawn = batch.seed ?? context.randomSeed()
        plan = batch.journal
        again = batch.again
        guard let plan = batch.journal, !batch.isDryRun || JournalStore.exists(in: plan.folder.path) else {
            (journal, seed, earlier) = (nil, drawn, nil)
            return
        }
        var callbacks = ResumeCallbacks()
        if plan.isLocal {
            // What the gateway has swept away was free.
            callbacks.existsAtService = { prediction in try await client.predictions.isKnown(prediction.id) }
        }
        let store = try JournalStore(folder: plan.folder.path)
        if let target = plan.target, let run = try Self.number(of: target, store, plan) {
            if batch.isDryRun {
                let reader = try store.readBatch(run, plan.description)
                (journal, seed, earlier) = (nil, reader.seed, reader)
            } else {
                let opened = try store.resumeBatch(run, plan.description, choices: plan.choices, callbacks: callbacks)
                (journal, seed, earlier) = (opened, opened.seed, opened.reader)
            }
            return
        }
        if batch.isDryRun {
            (journal, seed, earlier) = (nil, drawn, nil)
            return
        }
        if plan.target == nil, !batch.isQuiet, let newest = try store.newestBatch(plan.description) {
            let earlier = try store.run(newest)
            if earlier.created > 0 {
                let state = earlier.isUnfinished ? "is unfinished" : "has done its rows"
                let text =
                    "batch \(newest) of these rows \(state), and has paid for \(RunText.predictions(earlier.created));"
                    + " this is a new one, and pays anew (to do only what is missing: \(plan.resumeCommand))"
                context.say(text.printable())
            }
        }
        journal = try store.beginBatch(
            plan.description, seed: drawn, refusesEarlier: plan.target == .auto, choices: plan.choices,
            callbacks: callbacks)
        (seed, earlier) = (drawn, nil)
    }

    /// Whether there is a batch to go on with. Makes nothing.
    ///
    /// - Throws: As ``init(_:client:in:)``.
    static func goesOn(_ plan: JournalPlan) throws -> Bool {
        guard let target = plan.target, JournalStore.exists(in: plan.folder.path) else { return false }
        return try number(of: target, JournalStore(folder: plan.folder.path), plan) != nil
    }

    /// The batch's number; nil to begin one.
    private static func number(of target: ResumeTarget, _ store: JournalStore, _ plan: JournalPlan) throws -> Int64? {
        if case .run(let number) = target { return number }
        if let newest = try store.newestBatch(plan.description) { return newest }
        guard target == .newest else { return nil }
        throw CommandFailure(
            .usage,
            "there is no batch of \(plan.description.script) with these rows and parameters to go on with".printable(),
            hint: "leave --resume out to begin one, or say --resume=auto; speedpix runs lists all")
    }

    /// What attempts before have left of a row; nil for a new one.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func recorded(_ row: BatchRow) throws -> RecordedRow? { try earlier?.row(row.key.description) }

    /// The result that attempts before have left of a row; not run if there is none.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func result(_ row: BatchRow) throws -> RowResult {
        try recorded(row)?.result.flatMap(RowResult.init(json:)) ?? RowResult(.notRun)
    }

    func begin(_ queued: QueuedRow, arguments: [String: String]) async throws -> RowJournal? {
        guard let journal else { return nil }
        // What the try before has submitted is to be read.
        if queued.tries > 1 { try await journal.flush() }
        let key = queued.row.key.description
        return try journal.begin(
            key, try journal.reader.row(key), parameters: arguments, paysAnew: queued.tries == 1 && again.contains(key))
    }

    func predictions(of row: RowJournal) -> any PredictionJournal { row.journal }

    func finish(_ row: RowJournal, version: RowVersion, files: [String: String], result: RowResult) async throws {
        try await journal?.finish(
            row, digest: version.text, files: files, result: result.json, succeeded: result.state == .succeeded)
    }

    func openForDryRun(_ row: BatchRow) throws -> DryRunJournal? {
        guard let earlier, !again.contains(row.key.description) else { return nil }
        return try recorded(row).map { try earlier.openForDryRun($0, plan?.choices ?? ResumeChoices()) }
    }

    /// The batch is over.
    ///
    /// - Parameter succeeded: Whether every row is done.
    /// - Returns: Why that could not be written down.
    func end(succeeded: Bool) async -> SpeedPixError? {
        guard let plan, let journal else { return nil }
        do {
            try await journal.end(succeeded: succeeded)
            try journal.store.prune(olderThan: plan.keepsRuns)
            return nil
        } catch {
            return error as? SpeedPixError ?? SpeedPixError(.journalFailed, "\(error)")
        }
    }

    /// What goes on with the batch, for a shell; nil if nothing was written down.
    var resumeCommand: String? { journal == nil ? nil : plan?.resumeCommand }
}
