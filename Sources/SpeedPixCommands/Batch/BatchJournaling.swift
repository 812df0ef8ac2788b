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
    private let client: SpeedPixClient
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - target: What it goes on with.
    ///   - client: Asks what is still there.
    /// - Throws: ``SpeedPixError``: `invalid_argument` for a batch that cannot be gone on with; `journal_failed`.
    init(_ batch: BatchPlan, _ target: BatchTarget, client: SpeedPixClient, in context: CommandContext) throws {
        let drawn = batch.seed ?? context.randomSeed()
        plan = batch.journal
        again = batch.again
        self.client = client
        clock = context.clock
        guard let plan = batch.journal, !batch.isDryRun || JournalStore.exists(in: plan.folder.path) else {
            (journal, seed, earlier) = (nil, drawn, nil)
            return
        }
        var callbacks = ResumeCallbacks()
        callbacks.commandOptions = plan.folder.option
        if plan.isLocal {
            // What the gateway has swept away was free.
            callbacks.existsAtService = { prediction in try await client.predictions.isKnown(prediction.id) }
        }
        let store = try target.store ?? JournalStore(folder: plan.folder.path)
        if let run = target.run {
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
        return try await journal.begin(
            key, try journal.reader.row(key), parameters: arguments, paysAnew: queued.tries == 1 && again.contains(key))
    }

    func predictions(of row: RowJournal) -> any PredictionJournal { row.journal }

    func finish(
        _ row: RowJournal, version: RowVersion, files: [String: String], names: [[UInt8]: String], result: RowResult
    ) async throws {
        try await journal?.finish(
            row, digest: version.text, files: files, names: names, result: result.json,
            succeeded: result.state == .succeeded)
    }

    func openForDryRun(_ row: BatchRow) throws -> DryRunJournal? {
        guard let earlier, !again.contains(row.key.description) else { return nil }
        return try recorded(row).map { try earlier.openForDryRun($0, plan?.choices ?? ResumeChoices()) }
    }

    var writeProblem: SpeedPixError? { journal?.writeProblem }

    /// The batch is over.
    ///
    /// - Parameters:
    ///   - succeeded: Whether every row is done.
    ///   - asksAboutUnended: Whether to wait for the service's answers about predictions that rows have not waited for.
    /// - Returns: Why that could not be written down.
    func end(succeeded: Bool, asksAboutUnended: Bool) async -> SpeedPixError? {
        guard let plan, let journal else { return nil }
        do {
            if asksAboutUnended, let unended = try? await journal.unended(most: UnendedPredictions.mostOfBatch) {
                await UnendedPredictions.ask(
                    about: unended, client, clock, id: \.id, onEnd: journal.recordEnded, onGone: journal.recordGone)
            }
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
