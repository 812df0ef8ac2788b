import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The page that shows every result of a run, while the run goes on: its path, and pictures that are made beside it.
struct RunReport: Sendable {
    let thumbnails = ThumbnailMaker()
    private let place: ReportPlace
    private let context: CommandContext

    /// - Parameter path: As the command line names it; see ``ReportName``.
    /// - Throws: ``CommandFailure`` if it cannot be written.
    init(_ path: String, in context: CommandContext) throws {
        self.context = context
        place = try ReportPlace(path, in: context)
    }

    /// - Parameters:
    ///   - run: Its number in the journal; nil if nothing was written down.
    ///   - files: Fetches pictures that the script has not saved.
    /// - Returns: The page's path, as the command line names it.
    /// - Throws: ``CommandFailure`` if it cannot be written.
    func write(
        _ plan: RunPlan, run: Int64?, end: RunEnd, history: RunHistory, elapsed: Duration, files: Files
    ) async throws -> String {
        if !Task.isCancelled {
            await thumbnails.fetchMissing(history, files)
            thumbnails.make(history.madePictures)
        }
        let page = ReportPage(
            history: history, thumbnails: await thumbnails.finished(), title: plan.name, began: place.began,
            timeZone: context.timeZone, elapsed: elapsed, end: end,
            // What the gateway in this process has given out leads nowhere once the process has ended.
            endedEndpoint: plan.localMode == nil ? nil : plan.host.configuration.endpoint,
            redaction: Redaction(plan.secrets).adding(plan.host.configuration), nonce: context.randomToken())
        try place.file(run: run).write(page.pieces())
        return place.path(run: run)
    }
}
