import Foundation
import SpeedPixBatch
import Testing

@testable import SpeedPixCommands

@Suite("GuardOptions")
struct GuardOptionsTests {
    private func context(now: String, zone: String = "UTC") throws -> CommandContext {
        let date = try Date(now, strategy: .iso8601)
        var context = CommandContext(
            environment: [:], workingDirectory: "/", homeDirectory: "/", writeOutput: { _ in }, writeError: { _ in },
            readInput: { [] }, now: { date })
        context.timeZone = try #require(TimeZone(identifier: zone))
        return context
    }

    @Test("The guards have defaults")
    func defaults() throws {
        let options = try GuardOptions.parse([])
        #expect(options.concurrency == 8 && options.rate == nil && options.budget == nil && options.results == nil)
        #expect(options.rules == RowSchedule.Rules())
        #expect(options.deadline(in: try context(now: "2024-03-01T12:00:00Z")) == nil)
    }

    @Test("Each guard is read from the command line")
    func values() throws {
        let options = try GuardOptions.parse([
            "--concurrency", "20", "--rate", "60/min", "--retry", "3", "--stop-after", "0", "--budget", "500",
            "--until", "6:00", "--results", "out.jsonl",
        ])
        #expect(options.concurrency == 20 && options.rate?.interval == .seconds(1) && options.budget == 500)
        #expect(options.rules.retries == 3 && options.rules.stopAfter == 0)
        let deadline = options.deadline(in: try context(now: "2024-03-01T04:30:00Z"))
        let date = try Date("2024-03-01T06:00:00Z", strategy: .iso8601)
        #expect(deadline?.name == "06:00" && deadline?.date == date)
    }

    @Test(
        "What makes no sense is refused",
        arguments: [
            ["--concurrency", "0"], ["--concurrency", "-1"], ["--concurrency", "1001"], ["--rate", "60"],
            ["--rate", "0/s"], ["--retry", "-1"], ["--stop-after", "-1"], ["--budget", "-5"], ["--until", "24:00"],
            ["--until", "6"], ["--until", "06:60"], ["--until", "+6:00"], ["--until", "006:00"],
            ["--results", "out.xlsx"],
        ])
    func refusals(arguments: [String]) {
        #expect(throws: (any Error).self) { try GuardOptions.parse(arguments) }
    }

    @Test("The time left until a deadline counts from when the queue begins")
    func timeLeft() throws {
        let date = try Date("2024-03-01T06:00:00Z", strategy: .iso8601)
        let deadline = BatchPlan.Deadline(date: date, name: "06:00")
        #expect(deadline.rule(at: date.addingTimeInterval(-90)).time == .seconds(90))
        #expect(deadline.rule(at: date.addingTimeInterval(5)).time < .zero && deadline.rule(at: date).name == "06:00")
    }

    @Test(
        "A rate and a time that cannot be read are answered with one that can",
        arguments: [(["--rate", "60"], "such as --rate 60/min"), (["--until", "6"], "such as --until 06:00")])
    func examples(arguments: [String], example: String) throws {
        let error = #expect(throws: (any Error).self) { try GuardOptions.parse(arguments) }
        let text = GuardOptions.message(for: try #require(error))
        #expect(text.contains(example), "\(text)")
    }

    @Test(
        "--until is today or else tomorrow, by the clock on the wall",
        arguments: [
            ("2024-03-01T05:59:00Z", "UTC", "06:00", 60.0), ("2024-03-01T06:00:00Z", "UTC", "06:00", 86_400),
            ("2024-03-01T23:00:00Z", "UTC", "06:00", 25_200), ("2024-03-01T23:00:00Z", "Asia/Shanghai", "07:30", 1800),
            // The clocks go from 2:00 to 3:00.
            ("2024-03-31T00:00:00Z", "Europe/Berlin", "06:00", 14_400),
            ("2024-03-31T00:00:00Z", "Europe/Berlin", "02:30", 3600),
            ("2024-02-28T23:59:30Z", "UTC", "00:00", 30),
        ])
    func until(now: String, zone: String, time: String, seconds: Double) throws {
        let context = try context(now: now, zone: zone)
        let until = try #require(TimeOfDay(time))
        #expect(until.next(after: context.now(), in: context.timeZone).timeIntervalSince(context.now()) == seconds)
    }
}
