import ArgumentParser

/// The page that a run writes.
struct ReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Writes a page that shows every result of the run; {date}, {time} and {run} in the name are when it began, and its"
                + " number.", valueName: "FILE.html"))
    var report: String?

    func validate() throws {
        if let report { try ReportName.check(report) }
    }
}
