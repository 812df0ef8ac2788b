import ArgumentParser

/// The page that a run or a batch writes.
struct ReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Writes a page that shows every result; {date}, {time} and {run} in the name are when the run or batch began, and"
                + " its number.", valueName: "FILE.html"))
    var report: String?

    func validate() throws {
        if let report { try ReportName.check(report) }
    }
}
