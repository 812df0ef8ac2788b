import ProcessKit
import SpeedPix

/// The SDK at work for a server that is measured, in a process of its own.
enum MeasuredClient {
    static let word = "measured-client"

    /// How many predictions or transfers are under way at the same time.
    private static let concurrency = 64

    /// Runs this executable again for one job.
    static func run(_ arguments: [String]) throws {
        _ = try ChildProcess.run(CommandLine.arguments[0], [word] + arguments)
    }

    static func client(of endpoint: String) throws -> SpeedPixClient {
        var configuration = try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: endpoint)
        configuration.pollRate = 10_000
        return SpeedPixClient(configuration)
    }

    static func main(_ arguments: [String]) async throws {
        let client = try client(of: arguments[1])
        let count = Int(arguments[2]) ?? 0
        switch arguments[0] {
        case "predictions": try await predictions(client, count)
        case "uploads":
            let path = arguments[3]
            _ = try await map(count) { _ in
                try await client.files.upload(.path(path), contentType: "application/octet-stream", reusing: false)
            }
        case "results":
            let size = JSONValue.integer(Int64(arguments[3]) ?? 0)
            _ = try await map(count) { number in
                let done = try await client.run("zeros", input: ["seed": .json(.integer(Int64(number)))])
                guard done.output?["images"]?["size"] == size else { throw wrong(done) }
            }
        default: throw ChildProcess.Failure(message: "no job \(arguments[0])")
        }
    }

    /// Creates all, and then asks of each how it stands and for its result: by then it has ended, if it is not the only one.
    private static func predictions(_ client: SpeedPixClient, _ count: Int) async throws {
        let ids = try await map(count) { number in
            try await client.predictions.create("echo", input: ["text": .string("\(number)")]).id
        }
        _ = try await map(count) { number in
            var done = try await client.predictions.get(ids[number])
            while !done.status.isTerminal { done = try await client.predictions.reload(done) }
            guard done.output?["text"] == .string("\(number)") else { throw wrong(done) }
        }
    }

    private static func wrong(_ prediction: Prediction) -> ChildProcess.Failure {
        ChildProcess.Failure(message: "a wrong output: \(prediction)")
    }

    /// What `work` gives for each number, by the number.
    private static func map<Value: Sendable>(
        _ count: Int, _ work: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            var values: [Int: Value] = [:]
            for number in 0..<count {
                if number >= concurrency, let (done, value) = try await group.next() { values[done] = value }
                group.addTask { (number, try await work(number)) }
            }
            for try await (done, value) in group { values[done] = value }
            return values.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
