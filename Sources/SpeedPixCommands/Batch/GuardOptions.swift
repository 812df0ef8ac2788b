import ArgumentParser
import SpeedPixBatch

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What keeps a batch from costing more than it should.
struct GuardOptions: ParsableArguments {
    // Negative numbers are numbers, too, and are refused as such.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many rows run at once, each with its own tasks.", valueName: "N"))
    var concurrency = 8

    @Option(
        help: ArgumentHelp(
            "The most predictions that all rows together create in a time, evenly spaced: 60/min, 2/s, 1000/h.",
            valueName: "N/min"))
    var rate: CreateRate?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How often a row is tried again whose failure may pass: after 5 seconds, then after twice as long each time, up"
                + " to 5 minutes.", valueName: "N"))
    var retry = 0

    @Option(
        name: .customLong("stop-after"), parsing: .unconditional,
        help: ArgumentHelp(
            "Begins no more rows once so many in a row have failed with the same code; 0 for never.", valueName: "N"))
    var stopAfter = 10

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The most predictions that all rows together create; ends with status 75 if rows are left then.",
            valueName: "N"))
    var budget: Int?

    @Option(
        help: ArgumentHelp(
            "Begins no row after this time, today or else tomorrow; ends with status 75 if rows are left then.",
            valueName: "HH:MM"))
    var until: TimeOfDay?

    @Option(
        help: ArgumentHelp(
            "Where the table of results goes; otherwise ROWS-results.csv beside ROWS.", valueName: "FILE.csv|.jsonl"))
    var results: String?

    /// More would have more open files than most systems allow.
    private static let mostConcurrency = 1000

    func validate() throws {
        guard (1...Self.mostConcurrency).contains(concurrency) else {
            throw ValidationError("--concurrency is a number of rows from 1 to \(Self.mostConcurrency)")
        }
        guard (0...1000).contains(retry) else { throw ValidationError("--retry is a number of times from 0 to 1000") }
        guard stopAfter >= 0 else { throw ValidationError("--stop-after is a number of rows, or 0 for never") }
        if let budget, budget < 0 { throw ValidationError("--budget is a number of predictions, 0 or more") }
        if let results, ResultsFormat(path: results) == nil {
            throw ValidationError("--results is the name of a file that ends in .csv or .jsonl")
        }
    }

    /// The rules of the queue, whose times count from now.
    func rules(in context: CommandContext) -> RowSchedule.Rules {
        var rules = RowSchedule.Rules()
        rules.retries = retry
        rules.stopAfter = stopAfter
        if let until {
            let now = context.now()
            let seconds = until.next(after: now, in: context.timeZone).timeIntervalSince(now)
            rules.deadline = (.seconds(seconds), until.text)
        }
        return rules
    }
}

extension CreateRate: ExpressibleByArgument {
    /// As the command line has it.
    package init?(argument: String) { self.init(argument) }
}
