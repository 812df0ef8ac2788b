import ArgumentParser
import Spelling

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The path of a report, in which `{date}`, `{time}` and `{run}` stand for the day and the time at which the run began, here,
/// and for its number in the journal: `2026-11-29`, `14-03-27` and `12`; 0 for a run that was not written down.
struct ReportName: Sendable {
    private static let placeholders = ["date", "time", "run"]

    private let text: String

    /// - Parameter timeZone: Whose date and time of day they are.
    init(_ text: String, began: Date, in timeZone: TimeZone) {
        let date = Date.ISO8601FormatStyle(timeZone: timeZone).year().month().day()
        // A colon cannot be in a file's name everywhere.
        let time = Date.ISO8601FormatStyle(timeZone: timeZone).time(includingFractionalSeconds: false)
        self.text = text.replacing("{date}", with: began.formatted(date))
            .replacing("{time}", with: began.formatted(time).replacing(":", with: "-"))
    }

    /// - Throws: `ValidationError` for a path with any other word in braces, which would stay in the name as it is.
    static func check(_ text: String) throws {
        for match in text.matches(of: /\{([A-Za-z][^{}\/]*)\}/) where !placeholders.contains(String(match.output.1)) {
            let nearest = NearestName.suggestion(for: String(match.output.1), among: placeholders)
            throw ValidationError(
                "--report knows no \(match.output.0): in the name can be {date}, {time} and {run}"
                    + (nearest.map { "; did you mean {\($0)}?" } ?? ""))
        }
    }

    /// - Parameter run: Nil for a run without a number.
    func path(run: Int64?) -> String { text.replacing("{run}", with: String(run ?? 0)) }
}
