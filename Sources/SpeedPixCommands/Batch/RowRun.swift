import LuaRuntime
import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SpeedPixLua
import SpeedPixQueue
import Synchronization

/// What rows of a batch share while they run.
struct RowEnvironment: Sendable {
    let plan: RowScript
    /// Of all rows, which share its connections, poll rate and uploads.
    let client: SpeedPixClient
    let journaling: any RowJournaling
    let scriptDigest: String
    /// Hides secrets in what rows return, and in why they failed.
    let redaction: Redaction
    /// Counts the creates of all rows; nil without a budget.
    let budget: CreateLimit?
    /// The names that results of all rows were saved under.
    let names: BatchNames
    /// Spaces the creates of all rows; nil without a rate.
    let rate: CreateRateLimiter?
    /// Set for `--json`.
    let events: EventStream?
    /// Its streams are the scripts'; what is written there does not break the display of progress.
    let context: CommandContext
    /// What a dry run lists; nil for a real one.
    let dryRun: DryRunList?
    let onEvent: @Sendable (RowEvent) -> Void
    /// Why no more rows are to begin: the budget is used up, or the journal cannot be written.
    let onStop: @Sendable (BatchStop) -> Void
    /// Whether standard output is lost: all rows end then, and what a script makes of it is no failure of its row.
    let hasLostOutput: @Sendable () -> Bool
}

/// One try of one row: a VM and a place in the journal of its own.
struct RowRun {
    let environment: RowEnvironment
    let queued: QueuedRow

    private var plan: RowScript { environment.plan }
    private var row: BatchRow { queued.row }

    /// What has happened besides what the script says of it.
    private final class Facts: Sendable {
        struct State {
            var predictions: [String] = []
            var files: [String] = []
            var warnings: [String] = []
            var isBudgetUsed = false
            /// Why it is unknown whether a create was made.
            var doubt: String?
        }

        let state = Mutex(State())
        /// The URL of the preview that was reported last.
        private let preview = Mutex<String?>(nil)

        /// Reports the newest preview of the row, if it is another one than before.
        func notePreview(_ recorder: RunRecorder, report: (String?) -> Void) {
            preview.withLock { last in
                // Read within the lock: of two threads the later one does not report the older preview.
                let newest = recorder.withState { $0.preview }
                guard newest != last else { return }
                last = newest
                report(newest)
            }
        }

        func note(_ event: ScriptEvent) {
            switch event {
            case .created(let prediction, _), .reused(let prediction, _):
                state.withLock { $0.predictions.append(prediction.id) }
            case .inDoubt(_, _, let error): state.withLock { $0.doubt = $0.doubt ?? error.message }
            case .saved(let path, _), .kept(let path, _, _):
                state.withLock { Self.add([path], to: &$0.files, most: RowResult.mostFiles) }
            case .ended(let prediction):
                let warnings = ResultWarnings(prediction).names
                guard !warnings.isEmpty else { return }
                state.withLock { Self.add(warnings, to: &$0.warnings, most: RowResult.mostWarnings) }
            default: break
            }
        }

        private static func add(_ texts: [String], to list: inout [String], most: Int) {
            for text in texts where list.count < most && !list.contains(text) { list.append(text) }
        }
    }

    /// Runs the script for the row, and writes down how it has ended.
    ///
    /// - Returns: Its result: whatever goes wrong is in it.
    func run() async -> RowResult {
        let elapsed = environment.context.clock.stopwatch()
        let arguments = plan.arguments(of: row)
        let reads = RowReads()
        let facts = Facts()
        var journal: RowJournal?
        var result: RowResult
        do {
            journal = try await environment.journaling.begin(queued, arguments: arguments)
            let returned = try await execute(arguments, reads: reads, facts: facts, journal: journal)
            do {
                // As its journal keeps them: an attempt that goes on has them from there.
                let values = try ReturnedValues.values(returned).map {
                    ($0.name, environment.redaction($0.value).withoutSignatures)
                }
                result = RowResult(.succeeded, values: values)
            } catch {
                throw LuaError(refusing: error)
            }
        } catch {
            result = outcome(of: error)
        }
        // Also where the script has gone on after it: the row is not done.
        let known = facts.state.withLock { $0 }
        if let doubt = known.doubt {
            let code = SpeedPixError.Code.unknownOutcome.rawValue
            let failure = result.failure?.code == code ? result.failure : nil
            result = RowResult(.inDoubt, failure: failure ?? RowResult.Failure(code: code, message: doubt))
        } else if known.isBudgetUsed,
            result.state == .succeeded || result.failure?.code == SpeedPixError.Code.notAllowed.rawValue
        {
            result = BatchStop.budget(environment.budget?.most ?? 0).result
        } else if result.state == .failed, environment.hasLostOutput() {
            result = BatchStop.interrupted.result
        } else if result.state == .succeeded, let doubt = journal?.run?.doubts.first {
            // The script has come by without it, and the row is not done before somebody has said what became of it.
            result.state = .inDoubt
            result.failure = RowResult.Failure(
                code: SpeedPixError.Code.unknownOutcome.rawValue, message: settlement(of: doubt, journal?.run?.run))
        }
        if let failure = result.failure { result.failure?.message = redacted(failure.message) }
        (result.predictions, result.files) = (known.predictions, known.files)
        result.warnings = known.warnings.map(redacted)
        result.duration = elapsed()
        if let journal {
            do {
                let version = RowVersion(script: environment.scriptDigest, values: arguments)
                try await environment.journaling.finish(
                    journal, version: version, files: reads.files, names: environment.names.saved(by: row.key),
                    result: result)
                environment.names.forget(row.key)
            } catch {
                // What was paid for stays in the table of results.
                let problem = outcome(of: error)
                (result.state, result.failure) = (problem.state, problem.failure)
            }
        }
        return result
    }

    private func execute(
        _ arguments: [String: String], reads: RowReads, facts: Facts, journal: RowJournal?
    ) async throws -> [LuaValue] {
        let onEvent: @Sendable (ScriptEvent) -> Void = { [environment, key = row.key] event in
            facts.note(event)
            environment.events?.send(event, of: key)
            environment.dryRun?.note(event)
            switch event {
            case .created: environment.onEvent(.created)
            case .reused: environment.onEvent(.reused)
            default: break
            }
        }
        let recorder = RunRecorder(clock: environment.context.clock, observers: [{ event, _, _ in onEvent(event) }])
        let note: @Sendable (ScriptEvent) -> Void = { [environment, queued] event in
            recorder.note(event)
            facts.notePreview(recorder) { environment.onEvent(.previewed(queued, $0)) }
        }
        let overlay = plan.isDryRun ? DryRun.makeOverlay(environment.context) : nil
        defer { overlay?.discard() }
        var host = ScriptHost(
            plan.host.row(arguments, reads: reads),
            client: environment.client.with(
                journal: try guarded(journal, facts), onRetry: { recorder.note(.retried($0)) }),
            streams: streams, environment.context, overlay: overlay, onEvent: note)
        host.savedNames = SavedNames(shared: environment.names.names(of: row.key))
        let seed = journal?.seed ?? BatchJournal.seed(of: row.key.description, in: environment.journaling.seed)
        let vm = try SpeedPixModule.makeVM(host, seed: seed)
        defer {
            let unsaved = recorder.withState { $0.unsaved.entries.count }
            environment.onEvent(.unsaved(queued, unsaved))
        }
        do {
            let returned = try await BoundedRun(
                vm: vm, timeout: plan.timeout, context: environment.context, isWholeCommand: false
            ).run(plan.script.chunk)
            if let unread = host.unreadArguments { throw LuaError(refusing: unread) }
            if let overlay { environment.dryRun?.note(overlay.changes) }
            return returned
        } catch {
            // A try that follows takes up what this one has created.
            if host.cancelsOnStop, !isTriedAgain(after: error) {
                await host.cancelAbandoned(recorder.state.abandoned)
            }
            throw error
        }
    }

    /// The row's journal behind the limits that count its creates, and those of all rows.
    private func guarded(_ journal: RowJournal?, _ facts: Facts) throws -> any PredictionJournal {
        var guarded = journal.map(environment.journaling.predictions) ?? MemoryJournal()
        if plan.isDryRun, let found = try environment.journaling.openForDryRun(row) { guarded = found }
        guarded = environment.context.wrapJournal(guarded).checked(by: plan.host.createCheck)
        if let rate = environment.rate { guarded = PacedJournal(journal: guarded, rate: rate) }
        guarded = guarded.counted(
            by: environment.budget,
            onRefusal: { [environment] in
                facts.state.withLock { $0.isBudgetUsed = true }
                environment.onStop(.budget(environment.budget?.most ?? 0))
            })
        return guarded.counted(by: plan.limit.map { CreateLimit($0) })
    }

    private var streams: ScriptStreams {
        let context = environment.context
        if let events = environment.events {
            return ScriptStreams(events, context, isVerbose: plan.isVerbose, row: row.key)
        }
        return ScriptStreams(context, isVerbose: plan.isVerbose)
    }

    // MARK: The end

    private func outcome(of error: any Error) -> RowResult {
        if error is CancellationError { return BatchStop.interrupted.result }
        let end = RunEnd(error, script: plan.script, in: environment.context)
        let code = end.code ?? "internal"
        // In one line: it is a cell of a table.
        var message = (end.message ?? "\(error)").replacing("\nhint: ", with: "; ").replacing("\n", with: " ")
        if let hint = Self.hint(of: error), !message.contains(hint) { message += "; \(hint)" }
        let failure = RowResult.Failure(code: code, message: message, isRetryable: Self.isRetryable(error))
        // A record of this row alone that cannot be read is no reason to stop the others.
        if code == SpeedPixError.Code.journalFailed.rawValue, environment.journaling.writeProblem != nil {
            environment.onStop(.journal(message))
        }
        let isDoubt = code == SpeedPixError.Code.unknownOutcome.rawValue
        return RowResult(isDoubt ? .inDoubt : .failed, failure: failure)
    }

    /// What to do about a create of an attempt before that this one has not come upon.
    private func settlement(of doubt: RecordedDoubt, _ run: Int64?) -> String {
        let name = doubt.label.map { "\($0) (\(doubt.workflowID))" } ?? doubt.workflowID
        let position = doubt.position.map { "\"\($0)\"" } ?? "\(doubt.number)"
        return
            "an attempt before may have created \(name): look in the console whether there is such a prediction, and say"
            + " so: speedpix runs settle \(run ?? 0) \(position) --id ID\(plan.journalOption), or --not-created"
    }

    /// Results and journal show neither secrets nor what signs URLs.
    private func redacted(_ text: String) -> String {
        environment.redaction(text).withoutSignatures
    }

    /// What to do about it, where the error says so.
    private static func hint(of error: any Error) -> String? {
        switch error {
        case let error as LuaError: error.value.tableValue?["hint"]?.text
        case let error as SpeedPixError: error.remedy
        default: nil
        }
    }

    private func isTriedAgain(after error: any Error) -> Bool {
        if plan.isHandedBack {
            if error is CancellationError { return true }
            // Another worker has the row, or the queue hands it out once more: what was created is taken up there.
            let code = RunEnd(error, script: plan.script, in: environment.context).code
            let codes: [SpeedPixError.Code] = [.rowLost, .journalFailed, .rowLogUnreadable]
            if codes.contains(where: { $0.rawValue == code }) { return true }
        }
        return queued.tries <= plan.retries && Self.isRetryable(error) && !environment.context.end.isInterruptingCaller
    }

    private static func isRetryable(_ error: any Error) -> Bool {
        switch error {
        case let error as LuaError: error.value.tableValue?["retryable"] == .boolean(true)
        case let error as SpeedPixError: error.isRetryable
        default: false
        }
    }
}

/// A journal whose creates are spaced: each waits before its intent is written down, so that a process that is killed meanwhile leaves no
/// doubt.
private struct PacedJournal: ForwardingJournal {
    let journal: any PredictionJournal
    let rate: CreateRateLimiter

    func recordIntent(_ key: JournalKey) async throws {
        try await rate.wait()
        try await journal.recordIntent(key)
    }
}
