import LocalFiles
import SpeedPix
import SpeedPixBatch
import SpeedPixQueue
import SystemPackage

/// Puts a batch into a queue, where workers do its rows, and follows it.
struct QueueRunner: Sendable {
    let context: CommandContext
    /// Set for `--json`.
    let events: EventStream?
    let target: QueueTarget

    /// - Parameters:
    ///   - name: Nil for one made of script, rows and content.
    ///   - isResuming: Whether rows that have failed are opened once more.
    func run(_ plan: BatchPlan, named name: BatchName?, isResuming: Bool) async -> BatchResult {
        events?.start(plan.host)
        do {
            try ResultsFile.check(path: plan.results.path, shown: plan.results.shown, rows: plan.rowsPath)
            _ = try BatchReport.place(plan.report, rows: plan.rows.count, in: context)
            let script = try QueuedScript(plan.script, named: plan.name)
            let manifest: BatchManifest
            do {
                manifest = try plan.manifest(named: name, script: script.manifest, in: context)
            } catch let error as QueueError {
                throw CommandFailure(error)
            }
            return try await QueueSession.run(target, in: context, isQuiet: plan.isQuiet) { access in
                try await run(plan, script, manifest, access, isResuming: isResuming)
            }
        } catch {
            return BatchResult(end: RunEnd(error, script: nil, in: context))
        }
    }

    private func run(
        _ plan: BatchPlan, _ script: QueuedScript, _ wanted: BatchManifest, _ access: QueueAccess, isResuming: Bool
    ) async throws -> BatchResult {
        try await QueueSetup.prepare(access.jetStream, replicas: target.replicas)
        guard let name = BatchName(wanted.name) else { throw QueueError(.malformed, BatchName.rule) }
        let reader = BatchReader(name, access)
        try await checkIsFree(plan, reader, wanted)
        let report = try BatchReport.make(
            plan.report, of: wanted, plan.results, secrets: Redaction(plan.secrets).adding(plan.host.configuration),
            isQuiet: plan.isQuiet, in: context)
        let publisher = BatchPublisher(access)
        let (manifest, isNew) = try await publisher.begin(wanted)
        if !plan.isQuiet { say(manifest, isNew: isNew, besides: wanted) }
        let rows = plan.followedRows
        do {
            try await publisher.publishScript(script.contents, of: manifest)
            try await publisher.publishRows(plan.queuedLines, of: manifest) { count in
                guard !plan.isQuiet, count < rows.count else { return }
                context.say("\(CountText.grouped(count)) of \(CountText.of(rows.count, "row")) are in the queue")
            }
            if isResuming {
                try await QueueResuming(choice: plan.choice, isQuiet: plan.isQuiet)
                    .run(reader, manifest, rows: rows, in: context)
            }
        } catch is CancellationError {
            throw CommandFailure(
                .interrupted, "interrupted, before all rows were in the queue",
                hint: "the same command goes on; to end the batch: speedpix batch cancel \(name)\(target.flag)")
        }
        return await QueueFollowing(
            context: context, events: events, reader: reader, manifest: manifest, rows: rows, results: plan.results,
            rowsPath: plan.rowsPath, report: report, progress: plan.progress, isQuiet: plan.isQuiet,
            showsSummary: plan.showsSummary, flag: target.flag
        ).run()
    }

    /// What another batch has paid for is not overwritten.
    private func checkIsFree(_ plan: BatchPlan, _ reader: BatchReader, _ manifest: BatchManifest) async throws {
        guard FileKind(FilePath(plan.results.path)) != nil else { return }
        do {
            if try await reader.manifest().contentDigest == manifest.contentDigest { return }
            // The name is in use by another batch, which is what is said then.
        } catch let error as QueueError where error.code == .notFound {
            throw CommandFailure(
                .usage, "\(plan.results.shown) has the results of another batch".printable(),
                hint: "name another file with --results, or move this one away")
        }
    }

    private func say(_ manifest: BatchManifest, isNew: Bool, besides wanted: BatchManifest) {
        guard !isNew else {
            context.say("batch \(manifest.name) begun: speedpix worker --queue \(target.url) does its rows".printable())
            if target.replicas < 3 {
                context.say(
                    "if any process dies, nothing is lost or paid twice; if NATS loses power, that may happen, unless it has"
                        + " sync_interval: always or three replicas")
            }
            return
        }
        context.say("going on with batch \(manifest.name)")
        var guards = wanted.guards
        // The same time of day.
        if guards.untilText == manifest.guards.untilText { guards.until = manifest.guards.until }
        if manifest.guards != guards {
            context.say(
                "what it was begun with counts: --budget, --rate, --retry, --timeout, --until and the like stay as they were"
            )
        }
        if manifest.version != wanted.version {
            context.say("it was begun by speedpix \(manifest.version), whose workers do its rows".printable())
        }
    }
}
