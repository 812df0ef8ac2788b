import SpeedPixJournal

/// The batch that a plan goes on with, and the journal that has it: found once, before anything is made.
struct BatchTarget: Sendable {
    /// Nil if there is none yet, or none was looked for.
    let store: JournalStore?
    /// The batch's number; nil to begin one.
    let run: Int64?

    /// - Throws: ``CommandFailure`` if there is nothing to go on with; ``SpeedPixError`` `journal_failed`.
    init(_ batch: BatchPlan) throws {
        guard let plan = batch.journal, let target = plan.target else {
            (store, run) = (nil, nil)
            return
        }
        let store = JournalStore.exists(in: plan.folder.path) ? try JournalStore(folder: plan.folder.path) : nil
        let newest = try store?.newestBatch(plan.description)
        self.store = store
        switch target {
        case .run(let number): run = number
        case .auto: run = newest
        case .newest:
            guard let newest else {
                throw CommandFailure(
                    .usage,
                    "there is no batch of \(plan.description.script) with these rows and parameters to go on with"
                        .printable(),
                    hint: "leave --resume out to begin one, or say --resume=auto; speedpix runs lists all")
            }
            run = newest
        }
    }
}
