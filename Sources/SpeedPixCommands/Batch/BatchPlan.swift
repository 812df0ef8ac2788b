import SpeedPix
import SpeedPixBatch

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Everything that is decided about a batch before it begins. A value.
struct BatchPlan: Sendable {
    /// Where the table of results goes.
    struct Results: Sendable {
        /// Absolute.
        let path: String
        /// As the user named it.
        let shown: String
        let format: ResultsFormat
    }

    /// When no row begins any more.
    struct Deadline: Sendable {
        let date: Date
        /// As the command line has it, such as `06:00`.
        let name: String

        /// For the rules of a queue that begins now.
        func rule(at now: Date) -> (time: Duration, name: String) {
            (.seconds(date.timeIntervalSince(now)), name)
        }
    }

    /// Which rows are done.
    enum Choice: Sendable, Equatable {
        /// All that are not done already.
        case missing
        /// Those that an attempt before has left without success.
        case failed
        /// Those that no attempt before has had.
        case new
        /// Those with these keys.
        case keys(Set<String>)
    }

    let script: ScriptFile
    /// As the command line names it.
    let name: String
    let table: RowTable
    let rows: BatchRows
    /// The absolute path of the file that the rows come from; nil if they come from none.
    let rowsPath: String?
    /// What every row works with; each has its own values besides.
    let host: HostPlan
    /// What becomes of its predictions at the gateway inside this process; nil for a service.
    let localMode: LocalMode?
    /// What its journal is to be; nil to write nothing down.
    let journal: JournalPlan?
    let choice: Choice
    /// Keys of rows that are done once more, and paid for once more.
    let again: Set<String>
    /// What the random draws of rows are made of, if the command line says so.
    let seed: Int64?

    /// Without the deadline, see ``rules(at:)``.
    let rules: RowSchedule.Rules
    /// Nil for none.
    let deadline: Deadline?
    /// How many rows run at once.
    let concurrency: Int
    /// How fast all rows together create; nil for as fast as they like.
    let rate: CreateRate?
    /// Predictions that all rows together may create at most.
    let budget: Int?
    /// Predictions that one row may create at most.
    let limit: Int?
    /// How long one try of a row may take.
    let timeout: Duration?

    let results: Results
    /// Where the report goes, as the command line names it; nil if none is wanted.
    let report: String?
    /// Whether `log.debug` is shown, too.
    let isVerbose: Bool
    /// How progress is shown.
    let progress: ProgressMode
    let isQuiet: Bool
    let showsSummary: Bool
    /// The folder of what rows save, as the command line names it.
    let out: String?
    /// What nothing that is kept may show.
    let secrets: [String]

    /// The rules of a queue that begins now: its times count from then.
    func rules(at now: Date) -> RowSchedule.Rules {
        var rules = rules
        rules.deadline = deadline?.rule(at: now)
        return rules
    }

    var isDryRun: Bool { host.isDryRun }

    /// A row of the table of results.
    func record(_ row: BatchRow, _ result: RowResult) -> ResultRecord {
        var source = table.columns.indices.map { table.value(row.number - 1, $0) }
        if rows.hasDigestKeys { source.append(.string(row.key.description)) }
        return ResultRecord(number: row.number, source: source, result: result)
    }

    /// The columns of results that come from the rows. Rows that are known by a digest have it in one more, since it is what
    /// `--only` and `--again` take.
    var resultColumns: [String] {
        let names = table.columns.map(\.name)
        guard rows.hasDigestKeys else { return names }
        return names + [names.contains("key") ? "row_key" : "key"]
    }
}
