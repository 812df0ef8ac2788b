import BenchmarkKit
import CReference
import SpeedPix
import Synchronization

/// What a prediction costs while it is waited for, everything counted: its values, its task, its place in the queue.
let waitingBenchmark = Benchmark("sdk/waiting", "bytes for each of 10,000 predictions that are waited for at once") {
    let options = WaitOptions(timeout: .seconds(86_400), pollingInterval: .seconds(43_200))
    let waiting = try await bytesOfEach(calls: 1) { client, number in
        _ = try await client.predictions.wait(for: Prediction(id: "prediction-\(number)"), options: options)
    }
    let running = try await bytesOfEach(calls: 2) { client, number in
        _ = try await client.predictions.run(
            "workflow", input: ["number": .json(.integer(Int64(number)))], options: RunOptions(wait: options))
    }
    return [
        Figure("each waiting prediction", waiting, .bytes, target: .atMost(4 * 1024)),
        Figure("each waiting run, input included", running, .bytes),
    ]
}

/// - Parameters:
///   - calls: How many the client makes for each before it waits.
///   - follow: Follows one prediction, for ever.
private func bytesOfEach(
    calls: Int, _ follow: @escaping @Sendable (SpeedPixClient, Int) async throws -> Void
) async throws -> Double {
    let count = 10_000
    var configuration = try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "http://127.0.0.1:9")
    configuration.pollRate = 1_000_000
    let service = Running()
    let client = SpeedPixClient(configuration, dependencies: ClientDependencies(transport: service))
    // What the first of all makes once and for all is not a cost of waiting.
    let first = Task { try await follow(client, 0) }
    while service.answered < calls || client.predictions.waitingCount < 1 { await Task.yield() }
    let base = reference_allocated_bytes()
    let tasks = (1...count).map { number in Task { try await follow(client, number) } }
    // Each has been asked for once, and waits for the next time.
    while service.answered < calls * (count + 1) || client.predictions.waitingCount <= count { await Task.yield() }
    let bytes = Double(reference_allocated_bytes() - base) / Double(count)
    for task in tasks + [first] { task.cancel() }
    for task in tasks + [first] { _ = await task.result }
    return bytes
}

/// A service whose predictions run for ever.
private final class Running: HTTPTransport {
    private let count = Atomic(0)

    var answered: Int { count.load(ordering: .relaxed) }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        defer { count.add(1, ordering: .relaxed) }
        let body = #"{"status":10,"data":{"taskId":"t","status":"running","progress":0.5}}"#
        return TransportResponse(status: .ok, headers: [:], body: AnyByteStream(body.utf8))
    }
}
