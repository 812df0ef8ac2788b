import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The page that shows every result of a run, while the run goes on: its path, and pictures that are made beside it.
struct RunReport: Sendable {
    let thumbnails = ThumbnailMaker()
    private let file: ReportFile
    private let context: CommandContext

    /// - Throws: ``CommandFailure`` if it cannot be written.
    init(_ path: String, in context: CommandContext) throws {
        file = try ReportFile(path, beginning: ReportPage.beginning, in: context)
        self.context = context
    }

    /// - Parameter files: Fetches pictures that the script has not saved.
    /// - Throws: ``CommandFailure`` if it cannot be written.
    func write(_ plan: RunPlan, end: RunEnd, history: RunHistory, elapsed: Duration, files: Files) async throws {
        if !Task.isCancelled { await thumbnails.fetchMissing(history, files) }
        let page = ReportPage(
            history: history, thumbnails: await thumbnails.finished(), title: plan.name,
            began: context.now().addingTimeInterval(-(elapsed / .seconds(1))), elapsed: elapsed, end: end,
            redaction: Redaction(plan.secrets).adding(plan.host.configuration), nonce: context.randomToken())
        try file.write(page.pieces())
    }
}
