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

    /// What a report is of. A value.
    struct Subject: Sendable {
        /// What stands above everything else: the names of the script and the rows.
        let title: String
        /// How many rows there are.
        let count: Int
        let results: BatchPlan.Results
        /// Hides what a page must not show.
        let redaction: Redaction
        let isQuiet: Bool
        /// The batch's number in the journal; nil for one without.
        var run: Int64?
        /// What attempts before have left of a row.
        var recorded: @Sendable (BatchRow) throws -> RecordedRow? = { _ in nil }
    }

    /// Nil for a page that has everything in itself.
    let folder: ReportFolder?
    let thumbnails: RowThumbnails
    let context: CommandContext

    private let subject: Subject
    private let place: ReportPlace
    /// The page's absolute path, its folder without links.
    private let path: FilePath
    private let spool: RowSpool
    /// Why the page will not be whole.
    private let problem = Mutex<(any Error)?>(nil)
    private let worker: Task<Void, Never>

    /// Looks whether a report can be written; to be asked before anything is begun.
    ///
    /// - Parameters:
    ///   - path: As the command line names it; nil if none is wanted.
    ///   - count: How many rows the batch has.
    /// - Returns: Nil if none is wanted.
    /// - Throws: ``CommandFailure`` if it cannot be written.
    static func place(_ path: String?, rows count: Int, in context: CommandContext) throws -> ReportPlace? {
        guard let path else { return nil }
        let place = try ReportPlace(path, in: context)
        if hasFiles(count) { try ReportFolder(beside: absolute(place.path(run: nil), context)).check() }
        return place
    }

    /// - Throws: ``CommandFailure`` if it cannot be written.
    init(_ place: ReportPlace, _ subject: Subject, in context: CommandContext) throws {
        self.subject = subject
        self.place = place
        self.context = context
        let shown = place.path(run: subject.run)
        path = Self.absolute(shown, context)
        folder = Self.hasFiles(subject.count) ? ReportFolder(beside: path) : nil
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

    private static func hasFiles(_ count: Int) -> Bool { count >= fewestWithFiles }

    private static func absolute(_ shown: String, _ context: CommandContext) -> FilePath {
        let path = FilePath(context.absolute(shown)).lexicallyNormalized()
        let parent = path.removingLastComponent()
        guard let name = path.lastComponent, let real = try? RealPath.resolve(parent) else { return path }
        return real.appending(name)
    }

    // MARK: Rows

    /// Receives what happens to rows, from any thread.
    @Sendable func note(_ event: RowEvent, _: Duration) {
        keepingProblem {
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
        }
    }

    /// Receives how a row that ran elsewhere stands, in place of how it stood before, from any thread.
    ///
    /// - Parameters:
    ///   - worker: Who has done it; nil for nobody.
    ///   - ended: When, in seconds since 1970; nil if it has no result.
    func note(_ row: BatchRow, _ result: RowResult, worker: String?, ended: Double?) {
        keepingProblem {
            let ended = ended.map { Date(timeIntervalSince1970: $0) }
            try add(row, result, ended: ended, isEarlier: false, worker: worker)
        }
    }

    private func keepingProblem(_ body: () throws -> Void) {
        do { try body() } catch { problem.withLock { $0 = $0 ?? error } }
    }

    /// - Returns: Whether attempts before have left a result of it.
    private func addRecorded(_ row: BatchRow) throws -> Bool {
        guard let recorded = try subject.recorded(row), let result = recorded.result.flatMap(RowResult.init(json:)),
            result.state != .notRun
        else { return false }
        let ended = recorded.ended.map { Date(timeIntervalSince1970: $0) }
        try add(row, result, ended: ended, isEarlier: true)
        return true
    }

    private func add(
        _ row: BatchRow, _ result: RowResult, ended: Date?, isEarlier: Bool, worker: String? = nil
    ) throws {
        let entry = RowEntry(
            row, result, ended: ended.map(timeOfDay), isEarlier: isEarlier, worker: worker,
            pageFolder: path.removingLastComponent())
        try spool.append(
            row.number, rank: entry.rank, subject.redaction(ReportText.withoutQueries(entry.json)).encoded())
        thumbnails.make(row.number, entry.pictures)
    }

    /// A time as the page shows it.
    func timeOfDay(_ date: Date) -> String {
        date.formatted(
            Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZoneSeparator: .colon, timeZone: context.timeZone))
    }

    // MARK: The page

    /// When the report was begun.
    var began: Date { place.began }

    /// Writes the page in one step, and removes what only the one before needed.
    ///
    /// - Parameters:
    ///   - facts: What stands below the title.
    ///   - problem: Why not every row is done; nil for no reason.
    /// - Returns: The page's path, as the command line names it.
    /// - Throws: ``CommandFailure`` if it cannot be written; the page that was there stays as it was then.
    func write(_ facts: [String], problem reason: String?) async throws -> String {
        let shown = place.path(run: subject.run)
        worker.cancel()
        await worker.value
        let waiting = thumbnails.waitingCount
        if waiting >= Self.manyWaiting, !subject.isQuiet {
            context.say("making thumbnails of \(CountText.of(waiting, "row")) for the report")
        }
        await thumbnails.finish()
        do {
            if let problem = problem.withLock({ $0 }) { throw problem }
            let page = BatchReportPage(
                head: head(facts, problem: reason), spool: spool, thumbnails: thumbnails, folder: folder,
                nonce: context.randomToken())
            let file = try place.file(run: subject.run)
            var used: Set<String> = []
            try file.write(page.pieces(used: &used))
            folder?.removeOthers(than: used)
        } catch let error as Errno {
            throw CommandFailure.writing(shown, error)
        }
        return shown
    }

    private func head(_ facts: [String], problem: String?) -> JSONValue {
        var head: [String: JSONValue] = [
            "title": .string(subject.title), "facts": .array(facts.map { .string($0) }),
        ]
        head["problem"] = problem.map { .string($0) }
        let results = FilePath(subject.results.path)
        head["results"] = [
            "name": .string(subject.results.shown),
            "link": .string(RelativeLink.text(to: real(results), from: path.removingLastComponent())),
        ]
        return subject.redaction(ReportText.withoutQueries(.object(head)))
    }

    private func real(_ path: FilePath) -> FilePath { (try? RealPath.resolve(path)) ?? path }
}
