#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a report goes, and when that began of which it reports.
struct ReportPlace: Sendable {
    /// When it was made: at the beginning.
    let began: Date
    private let name: ReportName
    private let context: CommandContext

    /// Looks whether a page can be written there.
    ///
    /// - Parameter path: As the command line names it; see ``ReportName``.
    /// - Throws: ``CommandFailure`` if it cannot be written.
    init(_ path: String, in context: CommandContext) throws {
        self.context = context
        began = context.now()
        name = ReportName(path, began: began, in: context.timeZone)
        // The run has no number yet; where the page goes can be written to all the same.
        _ = try file(run: nil)
    }

    /// The page's path, as the command line names it.
    ///
    /// - Parameter run: Its number in the journal; nil for a run without one.
    func path(run: Int64?) -> String { name.path(run: run) }

    /// - Throws: ``CommandFailure`` if it cannot be written.
    func file(run: Int64?) throws -> ReportFile {
        try ReportFile(path(run: run), beginning: ReportPage.beginning, in: context)
    }
}
