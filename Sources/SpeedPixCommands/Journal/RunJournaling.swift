import SpeedPix
import SpeedPixJournal

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The journal of a run under way: opens it, reports what it has, and ends it.
struct RunJournaling: Sendable {
    /// Where creates are written down; nil for memory.
    let journal: (any PredictionJournal)?
    /// What the run's random draws begin with.
    let seed: Int64
    private let deferred: DeferredJournal?
    /// Set for a dry run that goes on with a run.
    let dryRunJournal: DryRunJournal?
    private let plan: JournalPlan?
    private let client: SpeedPixClient
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - plan: Nil for a run that writes nothing down.
    ///   - seed: What the command line says.
    ///   - isDryRun: Whether only what an earlier run has is looked at.
    ///   - client: Asks what is still there.
    /// - Throws: ``CommandFailure`` if there is nothing to go on with; ``SpeedPixError`` `journal_failed`.
    init(
        _ plan: JournalPlan?, seed: Int64?, isDryRun: Bool, isQuiet: Bool, client: SpeedPixClient,
        in context: CommandContext
    ) throws {
        let report: @Sendable (String) -> Void = { if !isQuiet { context.say($0.printable()) } }
        let drawn = seed ?? context.randomSeed()
        self.plan = isDryRun ? nil : plan
        self.client = client
        clock = context.clock
        guard let plan else {
            (journal, self.seed, deferred, dryRunJournal) = (nil, drawn, nil, nil)
            return
        }
        guard let target = plan.target, let run = try Self.number(of: target, plan: plan, in: context) else {
            // A dry run with `auto` begins nothing either.
            let deferred = isDryRun ? nil : DeferredJournal { try Self.begin(plan, seed: drawn, report) }
            (journal, self.seed, self.deferred, dryRunJournal) = (deferred, drawn, deferred, nil)
            return
        }
        let store = try JournalStore(folder: plan.folder.path)
        let recorded = try store.run(run)
        if isDryRun {
            let opened = try store.openForDryRun(
                run, endpoint: plan.description.endpoint, appKey: plan.description.appKey, plan.choices)
            (journal, self.seed, deferred, dryRunJournal) = (opened, recorded.seed, nil, opened)
            return
        }
        var callbacks = ResumeCallbacks { create, differences in report(Self.explanation(create, differences)) }
        callbacks.commandOptions = plan.folder.option
        if plan.isLocal {
            // What the gateway has swept away was free.
            callbacks.existsAtService = { prediction in try await client.predictions.isKnown(prediction.id) }
        }
        let resumed = try store.resume(
            run, endpoint: plan.description.endpoint, appKey: plan.description.appKey, plan.choices,
            callbacks: callbacks)
        report(Self.greeting(recorded, resumed))
        if !plan.choices.makesDoubtsAgain {
            let doubts = recorded.inDoubt > 0 ? try store.doubts(of: run) : []
            for line in Self.lines(doubts: doubts, of: run, plan.folder, in: context.timeZone) { context.say(line) }
        }
        let deferred = DeferredJournal(resumed)
        (journal, self.seed, self.deferred, dryRunJournal) = (deferred, resumed.seed, deferred, nil)
    }

    /// The run's number; nil to begin one.
    private static func number(of target: ResumeTarget, plan: JournalPlan, in context: CommandContext) throws -> Int64?
    {
        let isThere = JournalStore.exists(in: plan.folder.path)
        if case .run(let number) = target {
            do {
                if isThere { return try JournalStore(folder: plan.folder.path).run(number).number }
            } catch let error as SpeedPixError where error.code == .invalidArgument {
                // Said below.
            }
            throw CommandFailure(.usage, "there is no run \(number) to go on with\nhint: speedpix runs lists them")
        }
        if isThere, let newest = try JournalStore(folder: plan.folder.path).newestUnfinished(plan.description) {
            return newest
        }
        guard target == .newest else { return nil }
        throw CommandFailure(
            .usage,
            nothingToResume(isThere ? try JournalStore(folder: plan.folder.path).runs() : [], plan, context)
                .printable(keepingLines: true))
    }

    /// Why there is nothing to go on with, and what else can be done.
    ///
    /// - Parameter runs: All, the newest first.
    private static func nothingToResume(
        _ runs: [RecordedRun], _ plan: JournalPlan, _ context: CommandContext
    ) -> String {
        let script = plan.description.script
        let others = runs.filter { $0.isUnfinished && $0.description.script == script }
        var lines: [String] = []
        var hints: [String] = []
        if let finished = runs.first(where: { $0.description.isSameRun(as: plan.description) }) {
            let number = finished.number
            let rest =
                finished.unsaved == 0
                ? "nothing of it is left to do"
                : "\(RunText.predictions(finished.unsaved)) of it \(finished.unsaved == 1 ? "is" : "are") not saved"
                    + " (speedpix jobs list --unsaved --run \(number))"
            lines.append("run \(number) of \(script) with these parameters has finished: \(rest)")
            hints.append(
                "--resume=\(number) runs the script again with what that run has, and creates only what is new")
            // It has ended well: a create that failed was handled, and would be sent as well.
            let made = RunText.predictions(finished.created)
            hints.append(
                plan.isLocal
                    ? "without --resume, \(made) would be created anew"
                    : "without --resume, \(made) would be created and paid for once more")
        } else {
            lines.append("there is no unfinished run of \(script) with these parameters to go on with")
            if others.isEmpty { hints.append("leave --resume out to begin one; speedpix runs lists all runs") }
        }
        if !others.isEmpty {
            lines += others.prefix(5).map { "  run \(RunText.line($0, in: context.timeZone))" }
            hints.append("these were begun with other parameters, or elsewhere: --resume=RUN goes on with one of them")
        }
        return (lines + hints.map { "hint: \($0)" }).joined(separator: "\n")
    }

    /// At the first create of a new run.
    private static func begin(_ plan: JournalPlan, seed: Int64, _ report: (String) -> Void) throws -> RunJournal {
        let store = try JournalStore(folder: plan.folder.path)
        if plan.target == nil, let unfinished = try store.newestUnfinished(plan.description) {
            let run = try store.run(unfinished)
            let paid = run.succeeded + run.unended
            if paid + run.inDoubt > 0 {
                let what = paid > 0 ? "has paid for \(RunText.predictions(paid))" : "has \(run.inDoubt) in doubt"
                report(
                    "run \(unfinished) of this script is unfinished, and \(what); this is a new one, and pays anew"
                        + " (to go on with that one: \(plan.resumeCommand))")
            }
        }
        return try store.begin(plan.description, seed: seed, refusesUnfinished: plan.target == .auto)
    }

    private static func greeting(_ run: RecordedRun, _ journal: RunJournal) -> String {
        "going on with run \(run.number), attempt \(journal.attempt): \(RunText.paid(run, whose: " of it", "paid for"))"
    }

    private static func lines(
        doubts: [RecordedCreate], of run: Int64, _ folder: JournalFolder, in zone: TimeZone
    ) -> [String] {
        guard !doubts.isEmpty else { return [] }
        let lines =
            ["\(doubts.count) in doubt, since it was stopped between sending and the answer:"]
            + doubts.map { "  \(RunText.doubt($0, in: zone))" } + [
                "look in the console whether there are such predictions, and say so: speedpix runs settle \(run) POSITION"
                    + " --id ID\(folder.option), or --not-created"
            ]
        return lines.map { $0.printable() }
    }

    private static func explanation(_ create: JournaledCreate, _ differences: [String]) -> String {
        let name = create.label.map { "\($0) \(create.workflowID)" } ?? create.workflowID
        let what = differences.isEmpty ? "its options differ" : differences.joined(separator: ", ") + " differs"
        return "\(name) is new, though \(create.position?.rawValue ?? "this place") is paid for: \(what)"
    }

    // MARK: The end

    /// The run's number; nil while nothing was written down.
    var run: Int64? { deferred?.runJournal?.run }

    /// The run is over.
    ///
    /// - Returns: Why that could not be written down.
    func end(succeeded: Bool) async -> SpeedPixError? {
        guard let plan, let journal = deferred?.runJournal else { return nil }
        if succeeded {
            await UnendedPredictions.ask(
                about: Array(journal.unended.prefix(UnendedPredictions.mostOfRun)), client, clock, id: { $0 },
                onEnd: { prediction, _ in journal.recordEnded(prediction, byCaller: false) },
                onGone: journal.recordGone)
        }
        do {
            try await journal.end(succeeded: succeeded)
            try journal.store.prune(olderThan: plan.keepsRuns)
            return nil
        } catch {
            return error as? SpeedPixError ?? SpeedPixError(.journalFailed, "\(error)")
        }
    }

    /// The last line of a run that did not end well: what it has paid for, in all attempts, is not lost.
    func hint() -> String? {
        guard let plan, let journal = deferred?.runJournal else { return nil }
        let next = "go on with: \(plan.resumeCommand)"
        // A journal that cannot be read has been reported.
        guard let run = try? journal.store.run(journal.run) else { return next }
        guard run.created > 0 else { return run.inDoubt > 0 ? "what is in doubt is kept; \(next)" : nil }
        return "\(RunText.paid(run)); \(next)"
    }
}
