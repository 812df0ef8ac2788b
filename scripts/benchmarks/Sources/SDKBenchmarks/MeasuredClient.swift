import Foundation
import ProcessKit
import SpeedPix

/// The SDK at work, in a process of its own; prints what it took.
enum MeasuredClient {
    static let word = "measured-client"

    /// What a measured process prints.
    struct Report: Codable {
        var seconds: Double
        var cpuSeconds: Double
        /// Bytes, at the worst moment.
        var peakMemory: Double
    }

    /// Runs this executable again for one job.
    static func run(_ arguments: [String]) throws -> Report {
        let text = try ChildProcess.run(CommandLine.arguments[0], [word] + arguments)
        return try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    }

    static func main(_ arguments: [String]) async throws {
        let (job, endpoint) = (arguments[0], arguments[1])
        var configuration = try Configuration(appKey: "key", appSecret: "secret", endpoint: endpoint)
        configuration.pollRate = 10_000
        let client = SpeedPixClient(configuration)
        let cpu = cpuSeconds()
        let clock = ContinuousClock()
        let start = clock.now
        switch job {
        case "predictions": try await predictions(client, count: Int(arguments[2]) ?? 0, concurrency: 64)
        case "upload": _ = try await client.files.create(.path(arguments[2]), contentType: "application/octet-stream")
        case "download": _ = try await client.files.download(arguments[2], to: arguments[3])
        default: throw ChildProcess.Failure(message: "no job \(job)")
        }
        let report = Report(
            seconds: (clock.now - start) / .seconds(1), cpuSeconds: cpuSeconds() - cpu, peakMemory: peakMemory())
        print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }

    private static func predictions(_ client: SpeedPixClient, count: Int, concurrency: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= concurrency { try await group.next() }
                group.addTask {
                    let done = try await client.run("echo", input: ["text": .string("\(number)")])
                    guard done.output?["text"] == .string("\(number)") else {
                        throw ChildProcess.Failure(message: "a wrong output: \(String(describing: done.output))")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func usage() -> rusage {
        var usage = rusage()
        #if canImport(Darwin)
        getrusage(RUSAGE_SELF, &usage)
        #else
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #endif
        return usage
    }

    private static func cpuSeconds() -> Double {
        let usage = usage()
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    private static func peakMemory() -> Double {
        #if canImport(Darwin)
        Double(usage().ru_maxrss)
        #else
        // Linux counts it in KiB.
        Double(usage().ru_maxrss) * 1024
        #endif
    }
}
