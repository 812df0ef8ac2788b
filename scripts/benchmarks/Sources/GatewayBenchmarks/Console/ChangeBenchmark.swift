import BenchmarkKit
import ProcessKit

/// How soon an open page shows what others do.
let consoleChangeBenchmark = Benchmark(
    "gateway/console/change", "from the beginning of a client's create until an open page of the console is told of it"
) {
    // In memory: how long a disk takes is another figure.
    let folder = try ScratchFolder(in: ScratchFolder.memory)
    defer { folder.remove() }
    let gateway = try MeasuredServer.gateway(in: folder)
    defer { _ = try? gateway.stop() }
    let client = try MeasuredClient.client(of: gateway.endpoint)
    var events = try await ConsoleEvents(try await ConsoleClient(gateway, in: folder))
    // What the first call of a process costs is not the gateway's.
    _ = try await events.timeOfCreate(by: client)
    var (alone, behind) = ([Double](), [Double]())
    for _ in 0..<100 {
        // By then the end of the one before was told, too, and so long ago that the next change need not wait for its turn.
        try await Task.sleep(for: .milliseconds(400))
        alone.append(try await events.timeOfCreate(by: client))
    }
    // Right after an event, so that each waits as long as one has to at most.
    for _ in 0..<100 { behind.append(try await events.timeOfCreate(by: client)) }
    let most = 200e6
    return [
        Figure("after a while without changes, median", Statistics.median(alone), .nanoseconds, target: .atMost(most)),
        Figure("the same, worst of 100", alone.max() ?? .infinity, .nanoseconds, target: .atMost(most)),
        Figure("right behind another change, median", Statistics.median(behind), .nanoseconds, target: .atMost(most)),
        Figure("the same, worst of 100", behind.max() ?? .infinity, .nanoseconds, target: .atMost(most)),
    ]
}
