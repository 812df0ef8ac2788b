import SpeedPixBatch

/// What every row of a batch runs, and how: all that a ``RowRun`` needs to know of a batch. A value.
struct RowScript: Sendable {
    let script: ScriptFile
    /// What every row works with; each has its own values besides.
    let host: HostPlan
    /// How often a row whose failure may pass is tried again.
    let retries: Int
    /// Predictions that one row may create at most.
    let limit: Int?
    /// How long one try of a row may take.
    let timeout: Duration?
    /// Whether `log.debug` is shown, too.
    let isVerbose: Bool
    /// The option that names the journal's folder, for commands that are shown; with a blank before it, empty if there is no need.
    var journalOption = ""
    /// Whether somebody else goes on with a row that is interrupted, and with what it has created.
    var isHandedBack = false

    var isDryRun: Bool { host.isDryRun }

    /// All that the script is called with for a row.
    func arguments(of row: BatchRow) -> [String: String] { host.arguments.merging(row.values) { $1 } }
}

extension BatchPlan {
    var rowScript: RowScript {
        RowScript(
            script: script, host: host, retries: rules.retries, limit: limit, timeout: timeout, isVerbose: isVerbose,
            journalOption: journal?.folder.option ?? "")
    }

    /// All that the script is called with for a row.
    func arguments(of row: BatchRow) -> [String: String] { rowScript.arguments(of: row) }
}
