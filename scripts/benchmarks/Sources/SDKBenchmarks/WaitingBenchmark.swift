import BenchmarkKit
import CReference
import SpeedPix
import Synchronization

/// What a prediction costs while it is waited for, everything counted: its values, its task, its place in the queue.
let waitingBenchmark = Benchmark("sdk/waiting", "bytes for each of 10,000 predictions that are waited for at once") {
    let count = 10_000
    var configuration = try Configuration(appKey: "key", appSecret: "secret", endpoint: "http://127.0.0.1:9")
    configuration.pollRate = 1_000_000
    let service = Running()
    let client = SpeedPixClient(configuration, dependencies: ClientDependencies(transport: service))
    let options = WaitOptions(timeout: .seconds(86_400), pollingInterval: .seconds(43_200))
    // What the first of all makes once and for all is no cost of waiting.
    let first = Task { try await client.predictions.wait(for: Prediction(id: "first"), options: options) }
    while service.answered < 1 || client.predictions.waitingCount < 1 { await Task.yield() }
    let base = reference_allocated_bytes()
    let tasks = (0..<count).map { number in
        Task { try await client.predictions.wait(for: Prediction(id: "prediction-\(number)"), options: options) }
    }
    // Each has been asked for once, and waits for the next time.
    while service.answered <= count || client.predictions.waitingCount <= count { await Task.yield() }
    let bytes = Double(reference_allocated_bytes() - base) / Double(count)
    for task in tasks + [first] { task.cancel() }
    for task in tasks + [first] { _ = await task.result }
    return [Figure("each waiting prediction", bytes, .bytes, target: .atMost(4 * 1024))]
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
