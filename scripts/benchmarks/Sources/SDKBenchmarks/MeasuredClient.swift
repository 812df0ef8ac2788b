import Foundation
import ProcessKit
import SpeedPix

/// The SDK at work, in a process of its own; prints what it took.
enum MeasuredClient {
    static let word = "measured-client"

    /// Runs this executable again for one job.
    static func run(_ arguments: [String]) throws -> OwnCost {
        try OwnCost.ofChild([word] + arguments)
    }

    static func main(_ arguments: [String]) async throws {
        let (job, endpoint) = (arguments[0], arguments[1])
        var configuration = try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: endpoint)
        configuration.pollRate = 10_000
        let client = SpeedPixClient(configuration)
        let cost = OwnCost.begin()
        switch job {
        case "predictions": try await predictions(client, count: Int(arguments[2]) ?? 0, concurrency: 64)
        case "upload": _ = try await client.files.upload(.path(arguments[2]), contentType: "application/octet-stream")
        case "download": _ = try await client.files.download(arguments[2], to: arguments[3])
        default: throw ChildProcess.Failure(message: "no job \(job)")
        }
        try cost.print()
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
}
