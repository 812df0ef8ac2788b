import BenchmarkKit
import Foundation
import ProcessKit

@main
enum JournalBenchmarks {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // A measured run is a process of its own, so that its memory and its CPU time are nobody else's.
        if arguments.first == MeasuredRun.word { return try await MeasuredRun.main(Array(arguments.dropFirst())) }
        await BenchmarkRunner.run(
            [createsBenchmark, slowDiskBenchmark, stepsBenchmark, resumeBenchmark], arguments: arguments)
    }
}

/// A folder that is removed with the measurement.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "speedpix-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

private let createsBenchmark = Benchmark(
    "journal/creates", "2,000 predictions at 64 at a time against the gateway, with a journal and without"
) {
    let count = 2000
    let gateway = try GatewayProcess()
    defer { gateway.stop() }
    func cost(_ journal: String) throws -> OwnCost {
        try withFolder { try MeasuredRun.run(["creates", gateway.endpoint, "\(count)", journal, $0]) }
    }
    // In turn, and the best of each: the gateway has a share in the time.
    var (with, without) = (try cost("journal"), try cost("memory"))
    for _ in 1..<5 {
        let (one, other) = (try cost("journal"), try cost("memory"))
        with.cpuSeconds = min(with.cpuSeconds, one.cpuSeconds)
        with.seconds = min(with.seconds, one.seconds)
        without.cpuSeconds = min(without.cpuSeconds, other.cpuSeconds)
        without.seconds = min(without.seconds, other.seconds)
    }
    let each = 1e9 / Double(count)
    return [
        Figure(
            "CPU time of a prediction", with.cpuSeconds * each, .nanoseconds, reference: without.cpuSeconds * each,
            target: .ratioAtMost(1.15)),
        Figure(
            "predictions a second", Double(count) / with.seconds, .perSecond,
            reference: Double(count) / without.seconds,
            target: .ratioAtLeast(0.8)),
    ]
}

private let slowDiskBenchmark = Benchmark(
    "journal/slow-disk", "creates for each fsync, where an fsync takes 5 ms, at 64 at a time"
) {
    let count = 2000
    let shim = try Tool.slowDisk.path
    let cost = try withFolder {
        try MeasuredRun.run(["creates-alone", "-", "\(count)", "journal", $0], environment: ["LD_PRELOAD": shim])
    }
    return [
        Figure(
            "creates for each commit", Double(count) / Double(max(cost.counts["commits"] ?? 1, 1)), .count,
            target: .atLeast(8)),
        Figure("creates a second", Double(count) / cost.seconds, .perSecond),
    ]
}

private let stepsBenchmark = Benchmark(
    "journal/steps", "recorded steps for each CPU second, against DBOS on SQLite"
) {
    let count = 2000
    // A step of ours is synced twice, before it is sent and after it, and one of DBOS once: alone, that is most of the CPU time.
    return try [1, 64].map { concurrency in
        let ours = try withFolder { try MeasuredRun.run(["steps", "-", "\(count)", "journal", $0, "\(concurrency)"]) }
        let text = try withFolder {
            try ChildProcess.run(try Tool.python.path, ["dbos_steps.py", "\(count)", "\(concurrency)", $0])
        }
        guard let theirs = Double(text) else { throw ChildProcess.Failure(message: "DBOS printed \(text)") }
        return Figure(
            "steps per CPU second, \(concurrency) at a time", Double(count) / ours.cpuSeconds, .perSecond,
            reference: Double(count) / theirs, target: concurrency == 1 ? nil : .ratioAtLeast(10))
    }
}

private let resumeBenchmark = Benchmark(
    "journal/resume", "a finished run of 20,000 predictions that is run again"
) {
    let count = 20_000
    return try withFolder { folder in
        _ = try MeasuredRun.run(["record", "-", "\(count)", "journal", folder])
        let again = try MeasuredRun.run(["resume", "-", "\(count)", "journal", folder])
        guard again.counts["calls"] == 0 else { throw ChildProcess.Failure(message: "the service was asked") }
        return [
            Figure("CPU time", again.cpuSeconds * 1e9, .nanoseconds, target: .atMost(2e9)),
            Figure("peak memory", again.peakMemory, .bytes, target: .atMost(150e6)),
        ]
    }
}
