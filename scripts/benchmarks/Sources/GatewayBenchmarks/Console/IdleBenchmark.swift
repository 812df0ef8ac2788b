import BenchmarkKit
import ProcessKit

/// What pages cost that are left open while nothing happens.
let consoleIdleBenchmark = Benchmark(
    "gateway/console/idle", "CPU time of a gateway in which nothing runs, with 1 and 50 open pages, against none"
) {
    // Of the comments that show that a stream stands, each stream gets three in it.
    let span = Duration.seconds(60)
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let gateway = try MeasuredServer.gateway(in: folder)
    defer { _ = try? gateway.stop() }
    let client = try await ConsoleClient(gateway, in: folder)
    func load(_ count: Int) async throws -> Double {
        let pages = try await OpenPages.open(count, by: client)
        // What opening and closing them leaves to do is over by then.
        try await Task.sleep(for: .seconds(3))
        let load = try await gateway.load(for: span)
        try await pages.close()
        return load
    }
    let (none, one, fifty) = (try await load(0), try await load(1), try await load(50))
    let minute = 60e9
    return [
        Figure("CPU time in a minute, 1 page open", one * minute, .nanoseconds, reference: none * minute),
        Figure("CPU time in a minute, 50 pages open", fifty * minute, .nanoseconds, reference: none * minute),
        // A thousandth of a core.
        Figure("what 50 add in a minute", (fifty - none) * minute, .nanoseconds, target: .atMost(60e6)),
    ]
}
