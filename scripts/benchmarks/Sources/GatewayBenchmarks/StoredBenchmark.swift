import BenchmarkKit
import ProcessKit
import SpeedPix

/// Whether what has ended makes the gateway slower.
let storedBenchmark = Benchmark(
    "gateway/stored", "create, progress and start-up with 100,000 predictions in the store, against none"
) {
    let count = 100_000
    // In memory: how long a disk takes is another figure, and no two syncs take as long.
    let (empty, full) = (try ScratchFolder(in: ScratchFolder.memory), try ScratchFolder(in: ScratchFolder.memory))
    defer {
        empty.remove()
        full.remove()
    }
    try await StoredPredictions.fill(full, count: count, input: ["text": .string("stored")])
    let without = try MeasuredServer.gateway(in: empty)
    defer { _ = try? without.stop() }
    let fewer = try MeasuredClient.client(of: without.endpoint)
    // What the first call of a process costs is not the gateway's.
    let waiting = try await waitingPrediction(fewer)

    let start = ContinuousClock.now
    let with = try MeasuredServer.gateway(in: full)
    defer { _ = try? with.stop() }
    let more = try MeasuredClient.client(of: with.endpoint)
    try await checkStored(more, number: count)
    let startup = Stopwatch.nanoseconds(ContinuousClock.now - start)

    let beside = try await waitingPrediction(more)
    let calls = 200
    let create = try await Stopwatch.compare(rounds: 15) {
        for _ in 0..<calls { try await createEcho(more) }
    } with: {
        for _ in 0..<calls { try await createEcho(fewer) }
    }
    let progress = try await Stopwatch.compare(rounds: 15) {
        for _ in 0..<calls { _ = try await more.predictions.get(beside) }
    } with: {
        for _ in 0..<calls { _ = try await fewer.predictions.get(waiting) }
    }
    let stored = try await Stopwatch.nanoseconds {
        for number in 1...calls { try await checkStored(more, number: number * (count / calls)) }
    }
    try await checkStored(more, number: 1)
    let each = 1 / Double(calls)
    return [
        Figure(
            "create", create.work * each, .nanoseconds, reference: create.reference * each, target: .ratioAtMost(1.2)),
        Figure(
            "progress", progress.work * each, .nanoseconds, reference: progress.reference * each,
            target: .ratioAtMost(1.2)),
        Figure("progress and result of one in the store", stored * each, .nanoseconds),
        Figure("start-up, until it tells of one in the store", startup, .nanoseconds, target: .atMost(1e9)),
    ]
}

private func checkStored(_ client: SpeedPixClient, number: Int) async throws {
    let stored = try await client.predictions.get("stored-\(number)")
    guard stored.output?["text"] == .string("stored") else {
        throw ChildProcess.Failure(message: "a prediction in the store has a wrong output: \(stored)")
    }
}

private func createEcho(_ client: SpeedPixClient) async throws {
    _ = try await client.predictions.create("echo", input: ["text": .string("new")])
}

/// The id of a prediction that has not ended when it is asked for: then one call says how it stands.
private func waitingPrediction(_ client: SpeedPixClient) async throws -> String {
    try await client.predictions.create("echo", input: ["duration": .json(.double(3600))]).id
}
