import BenchmarkKit
import ProcessKit
import SpeedPix

/// What pages cost that are left open while as much runs as can.
let consoleRunningBenchmark = Benchmark(
    "gateway/console/running", "CPU time of a gateway in which 64 predictions run, with 50 open pages, against none"
) {
    let (span, rounds, count) = (Duration.seconds(20), 2, 50)
    // In memory: how long a disk takes is another figure.
    let folder = try ScratchFolder(in: ScratchFolder.memory)
    defer { folder.remove() }
    let gateway = try MeasuredServer.gateway(in: folder)
    defer { _ = try? gateway.stop() }
    let client = try MeasuredClient.client(of: gateway.endpoint)
    let console = try await ConsoleClient(gateway, in: folder)
    try await createLasting(1000, client)
    // By then those that began at the same time report at different ones.
    try await Task.sleep(for: .seconds(15))
    var (with, without, bytes) = (0.0, 0.0, 0)
    for _ in 0..<rounds {
        without += try await gateway.load(for: span)
        try await checkWaiting(console)
        let pages = try await OpenPages.open(count, by: console)
        // What opening and closing them leaves to do is over by then.
        try await Task.sleep(for: .seconds(2))
        let before = pages.bytes
        with += try await gateway.load(for: span)
        bytes += pages.bytes - before
        try await checkWaiting(console)
        try await pages.close()
        try await Task.sleep(for: .seconds(2))
    }
    let told = try await timesOfChanges(20, client, console, besides: count)
    // CPU time in a second.
    let each = 1e9 / Double(rounds)
    let streamed = Double(bytes) / Double(count * rounds) / (span / .seconds(1))
    return [
        Figure("CPU time in a second, 50 pages open", with * each, .nanoseconds, reference: without * each),
        // A tenth of a core.
        Figure("what they add to it", (with - without) * each, .nanoseconds, target: .atMost(100e6)),
        Figure("what each of them gets in a second", streamed, .bytes),
        Figure(
            "until one more is told of a create, median", Statistics.median(told), .nanoseconds, target: .atMost(200e6)),
        Figure("the same, worst of 20", told.max() ?? .infinity, .nanoseconds, target: .atMost(200e6)),
    ]
}

/// Creates more predictions than can run at a time. Each takes 8 to 12 seconds, and reports a step about every half second.
private func createLasting(_ count: Int, _ client: SpeedPixClient) async throws {
    for number in 0..<count {
        // Different times, so that not all report at the same moment.
        let seconds = 8 + Double(number % 41) / 10
        _ = try await client.predictions.create("echo", input: ["duration": .json(.double(seconds))])
    }
}

/// While some wait, as many run as can.
private func checkWaiting(_ console: ConsoleClient) async throws {
    guard try await console.predictionCount("state=waiting&limit=1") > 0 else {
        throw ChildProcess.Failure(message: "there were too few predictions to keep 64 running")
    }
}

/// How soon one more page is told of a create, while others are open.
private func timesOfChanges(
    _ count: Int, _ client: SpeedPixClient, _ console: ConsoleClient, besides others: Int
) async throws -> [Double] {
    let pages = try await OpenPages.open(others, by: console)
    var events = try await ConsoleEvents(console)
    var times: [Double] = []
    for _ in 0..<count { times.append(try await events.timeOfCreate(by: client)) }
    try await checkWaiting(console)
    try await pages.close()
    return times
}
