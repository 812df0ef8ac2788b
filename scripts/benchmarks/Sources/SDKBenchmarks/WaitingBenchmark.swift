import BenchmarkKit
import CReference
import SpeedPix

/// What a prediction costs while it is waited for, everything counted: its values, its task, its place in the queue.
let waitingBenchmark = Benchmark("sdk/waiting", "bytes for each of 10,000 predictions that are waited for at once") {
    let count = 10_000
    let client = SpeedPixClient(
        try Configuration(appKey: "key", appSecret: "secret", endpoint: "http://127.0.0.1:9"),
        dependencies: ClientDependencies(transport: Unreachable()))
    let options = WaitOptions(timeout: .seconds(86_400), pollingInterval: .seconds(43_200))
    let base = reference_allocated_bytes()
    let tasks = (0..<count).map { number in
        Task { try await client.predictions.wait(for: Prediction(id: "prediction-\(number)"), options: options) }
    }
    while client.predictions.waitingCount < count { await Task.yield() }
    let bytes = Double(reference_allocated_bytes() - base) / Double(count)
    for task in tasks { task.cancel() }
    for task in tasks { _ = await task.result }
    return [Figure("each waiting prediction", bytes, .bytes, target: .atMost(4 * 1024))]
}

/// Nothing is polled before the measuring is over.
private struct Unreachable: HTTPTransport {
    func send(_ request: TransportRequest) async throws -> TransportResponse {
        throw TransportError("nobody is there", mayHaveReachedService: false)
    }
}
