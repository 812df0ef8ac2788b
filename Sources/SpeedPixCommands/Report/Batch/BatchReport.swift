import LocalFiles
import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import Synchronization
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The page that shows every row of a batch, while the batch goes on: what there is to say of each row is kept on the disk, and its
/// thumbnails are made when it has ended.
final class BatchReport: Sendable {
    /// From so many rows on, pictures and details are in files beside the page, which opens at once then.
    static let fewestWithFiles = 500
    /// From so many rows on that wait for their thumbnails, it is said that they are made.
    private static let manyWaiting = 200

    /// Nil for a page that has everything in itself.
    let folder: ReportFolder?
    let thumbnails: RowThumbnails

    private let plan: BatchPlan
    private let place: ReportPlace
    private let run: Int64?
    private let context: CommandContext
    /// The page's absolute path, its folder without links.
    private let path: FilePath
    private let spool: RowSpool
    private let redaction: Redaction
    /// What attempts before have left of a row.
    private let recorded: @Sendable (BatchRow) throws -> RecordedRow?
    /// Why the page will not be whole.
    private let problem = Mutex<(any Error)?>(nil)
    private let worker: Task<Void, Never>

    /// Looks whether a report can be written; to be asked before anything is begun.
    ///
    /// - Returns: Nil if none is wanted.
    /// - Throws: ``CommandFailure`` if it cannot be written.
    static func place(of plan: BatchPlan, in context: CommandContext) throws -> ReportPlace? {
        guard let report = plan.report else { return nil }
        let place = try ReportPlace(report, in: context)
        if hasFiles(plan) { try ReportFolder(beside: absolute(place.path(run: nil), context)).check() }
        return place
    }

    /// - Throws: ``CommandFailure`` if it cannot be written.
    init(_ place: ReportPlace, _ plan: BatchPlan, _ journaling: BatchJournaling, in context: CommandContext) throws {
        self.plan = plan
        self.place = place
        self.context = context
        run = journaling.journal?.run
        recorded = journaling.recorded
        let shown = place.path(run: run)
        path = Self.absolute(shown, context)
        redaction = Redaction(plan.secrets).adding(plan.host.configuration)
        folder = Self.hasFiles(plan) ? ReportFolder(beside: path) : nil
        do {
            try folder?.make()
            spool = try RowSpool(beside: path)
        } catch {
            throw CommandFailure.writing(shown, error)
        }
        let thumbnails = RowThumbnails(folder: folder)
        self.thumbnails = thumbnails
        worker = Task { await thumbnails.work() }
    }

    deinit { worker.cancel() }

    private static func hasFiles(_ plan: BatchPlan) -> Bool { plan.rows.count >= fewestWithFiles }

    private static func absolute(_ shown: String, _ context: CommandContext) -> FilePath {
        let path = FilePath(context.absolute(shown)).lexicallyNormalized()
        let parent = path.removingLastComponent()
        guard let name = path.lastComponent, let real = try? RealPath.resolve(parent) else { return path }
        return real.appending(name)
    }

    // MARK: Rows

    /// Receives what happens to rows, from any thread.
    @Sendable func note(_ event: RowEvent, _: Duration) {
        do {
            switch event {
            case .ended(let queued, let result):
                // A row that has not begun is as attempts before have left it.
                if queued.tries == 0, try addRecorded(queued.row) { return }
                try add(queued.row, result, ended: result.duration == nil ? nil : context.now(), isEarlier: false)
            case .skipped(let row): _ = try addRecorded(row)
            case .left(let row, let result):
                if try !addRecorded(row) { try add(row, result, ended: nil, isEarlier: false) }
            case .started, .retried, .reopened, .running, .created, .reused, .unsaved, .previewed: break
            }
        } catch {
            problem.withLock { $0 = $0 ?? error }
        }
    }

    /// - Returns: Whether attempts before have left a result of it.
    private func addRecorded(_ row: BatchRow) throws -> Bool {
        guard let recorded = try recorded(row), let result = recorded.result.flatMap(RowResult.init(json:)),
            result.state != .notRun
        else { return false }
        let ended = recorded.ended.map { Date(timeIntervalSince1970: $0) }
        try add(row, result, ended: ended, isEarlier: true)
        return true
    }

    private func add(_ row: BatchRow, _ result: RowResult, ended: Date?, isEarlier: Bool) throws {
        let entry = RowEntry(
            row, result, ended: ended.map(timeOfDay), isEarlier: isEarlier,
            pageFolder: path.removingLastComponent())
        try spool.append(
            row.number, rank: entry.rank, redaction(ReportText.withoutQueries(entry.json)).encoded())
        thumbnails.make(row.number, entry.pictures)
    }

    private func timeOfDay(_ date: Date) -> String {
        date.formatted(
            Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZoneSeparator: .colon, timeZone: context.timeZone))
    }

    // MARK: The page

    /// Writes the page in one step, and removes what only the one before needed.
    ///
    /// - Returns: The page's path, as the command line names it.
    /// - Throws: ``CommandFailure`` if it cannot be written; the page that was there stays as it was then.
    func write(_ state: BatchState, end: RunEnd, summary: BatchSummary?) async throws -> String {
        let shown = place.path(run: run)
        worker.cancel()
        await worker.value
        let waiting = thumbnails.waitingCount
        if waiting >= Self.manyWaiting, !plan.isQuiet {
            context.say("making thumbnails of \(CountText.of(waiting, "row")) for the report")
        }
        await thumbnails.finish()
        do {
            if let problem = problem.withLock({ $0 }) { throw problem }
            let page = BatchReportPage(
                head: head(state, end: end, summary: summary), spool: spool, thumbnails: thumbnails, folder: folder,
                nonce: context.randomToken())
            let file = try place.file(run: run)
            var used: Set<String> = []
            try file.write(page.pieces(used: &used))
            folder?.removeOthers(than: used)
        } catch let error as Errno {
            throw CommandFailure.writing(shown, error)
        }
        return shown
    }

    private func head(_ state: BatchState, end: RunEnd, summary: BatchSummary?) -> JSONValue {
        let elapsed = summary?.elapsed ?? .zero
        var facts = [
            timeOfDay(place.began), "\(end.status) after \(DurationText.short(elapsed))",
            CountText.of(state.total, "row"),
        ]
        if state.skipped > 0 { facts.append("\(CountText.grouped(state.skipped)) done by attempts before") }
        if state.created > 0 { facts.append("\(CountText.of(state.created, "prediction")) created") }
        if state.reused > 0 { facts.append("\(CountText.grouped(state.reused)) from attempts before") }
        var head: [String: JSONValue] = [
            "title": .string("\(plan.name) · \(plan.table.name)"), "facts": .array(facts.map { .string($0) }),
        ]
        if end.failure != nil { head["problem"] = .optional(summary?.stop?.sentence ?? end.message) }
        let results = FilePath(plan.results.path)
        head["results"] = [
            "name": .string(plan.results.shown),
            "link": .string(RelativeLink.text(to: real(results), from: path.removingLastComponent())),
        ]
        return redaction(ReportText.withoutQueries(.object(head)))
    }

    private func real(_ path: FilePath) -> FilePath { (try? RealPath.resolve(path)) ?? path }
}
