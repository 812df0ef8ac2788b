import ArgumentParser
import SpeedPixBatch

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
            valueName: "N/min"),
        transform: GuardOptions.rate)
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
            valueName: "HH:MM"),
        transform: GuardOptions.time)
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

    /// The rules of the queue; the deadline is added when the queue begins, since its time counts from then.
    var rules: RowSchedule.Rules {
        var rules = RowSchedule.Rules()
        rules.retries = retry
        rules.stopAfter = stopAfter
        return rules
    }

    /// From when on no row begins; nil for no such time.
    func deadline(in context: CommandContext) -> BatchPlan.Deadline? {
        until.map { BatchPlan.Deadline(date: $0.next(after: context.now(), in: context.timeZone), name: $0.text) }
    }

    private static func rate(_ text: String) throws -> CreateRate {
        guard let rate = CreateRate(text) else {
            throw ValidationError("it is a number of predictions in a time, such as --rate 60/min, 2/s or 1000/h")
        }
        return rate
    }

    private static func time(_ text: String) throws -> TimeOfDay {
        guard let time = TimeOfDay(text) else {
            throw ValidationError("it is a time from 0:00 to 23:59, such as --until 06:00")
        }
        return time
    }
}
