import SpeedPix

/// Everything that is decided about a run of a script before it begins. A seed that the command line does not give is drawn when
/// the run begins.
struct RunPlan: Sendable {
    let script: ScriptFile
    /// As the command line names it.
    let name: String
    /// What the script works with.
    let host: HostPlan
    /// What becomes of its predictions at the gateway inside this process; nil for a service.
    let localMode: LocalMode?
    /// What its journal is to be; nil to write nothing down.
    let journal: JournalPlan?
    /// What `math.random` is to begin with, if the command line says so.
    let seed: Int64?
    /// Predictions that it may create at most.
    let limit: Int?
    /// How long it may take.
    let timeout: Duration?
    /// Whether `log.debug` is shown, too.
    let isVerbose: Bool
    /// How progress is shown.
    let progress: ProgressMode
    let isQuiet: Bool
    let showsSummary: Bool
    /// The page that shows every result, as the command line names it.
    let report: String?
    /// The folder of results, as the command line names it.
    let out: String?
    /// What nothing that is kept may show.
    let secrets: [String]

    var isDryRun: Bool { host.isDryRun }
}
