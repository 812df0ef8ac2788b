import SpeedPix
import SpeedPixBatch
import SpeedPixQueue

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension BatchReport {
    /// How a row stands that has no result.
    static let withoutResult = RowResult(
        .notRun,
        failure: RowResult.Failure(
            code: "waiting", message: "it had no result when this page was written", isRetryable: true))

    /// The report of a batch in a queue: its rows come from the results, and what they have saved is shown where this machine sees it
    /// at the same path.
    ///
    /// - Parameters:
    ///   - path: As the command line names it; nil if none is wanted.
    ///   - secrets: What the page must not show.
    /// - Returns: Nil if none is wanted.
    /// - Throws: ``CommandFailure`` if it cannot be written.
    static func make(
        _ path: String?, of manifest: BatchManifest, _ results: BatchPlan.Results, secrets: Redaction, isQuiet: Bool,
        in context: CommandContext
    ) throws -> BatchReport? {
        guard let found = try Self.place(path, rows: manifest.rows.count, in: context) else { return nil }
        let subject = Subject(
            title: "\(manifest.script.name) · \(manifest.rows.source)", count: manifest.rows.count, results: results,
            redaction: secrets, isQuiet: isQuiet)
        return try BatchReport(found, subject, in: context)
    }

    /// What stands below the title of such a report that is written now.
    func facts(of manifest: BatchManifest) -> [String] {
        [
            "batch \(manifest.name)", "begun \(timeOfDay(Date(timeIntervalSince1970: manifest.time)))",
            "as of \(timeOfDay(context.now()))", CountText.of(manifest.rows.count, "row"),
        ]
    }
}
