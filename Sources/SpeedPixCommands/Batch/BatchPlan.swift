import SpeedPix
import SpeedPixBatch

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

    let rules: RowSchedule.Rules
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

    var isDryRun: Bool { host.isDryRun }

    /// The columns of results that come from the rows. Rows that are known by a digest have it in one more, since it is what
    /// `--only` and `--again` take.
    var resultColumns: [String] {
        let names = table.columns.map(\.name)
        guard rows.hasDigestKeys else { return names }
        return names + [names.contains("key") ? "row_key" : "key"]
    }
}
