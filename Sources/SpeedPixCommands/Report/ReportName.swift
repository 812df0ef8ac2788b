#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The path of a report, in which `{date}`, `{time}` and `{run}` stand for the day and the time at which the run began, here,
/// and for its number in the journal: `2026-11-29`, `14-03-27` and `12`; 0 for a run that was not written down.
struct ReportName: Sendable {
    private let text: String

    /// - Parameter timeZone: Whose date and time of day they are.
    init(_ text: String, began: Date, in timeZone: TimeZone) {
        let date = Date.ISO8601FormatStyle(timeZone: timeZone).year().month().day()
        // A colon cannot be in a file's name everywhere.
        let time = Date.ISO8601FormatStyle(timeZone: timeZone).time(includingFractionalSeconds: false)
        self.text = text.replacing("{date}", with: began.formatted(date))
            .replacing("{time}", with: began.formatted(time).replacing(":", with: "-"))
    }

    /// - Parameter run: Nil for a run without a number.
    func path(run: Int64?) -> String { text.replacing("{run}", with: String(run ?? 0)) }
}
