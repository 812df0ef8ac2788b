import BenchmarkKit
import ProcessKit

/// What a prediction costs the gateway in which nothing is computed: three signed calls, and two commits.
let rateBenchmark = Benchmark(
    "gateway/rate", "Echo predictions (create, one poll, result) for each CPU second of the gateway, against FastAPI"
) {
    let count = 4000
    func rate(_ start: (ScratchFolder) throws -> MeasuredServer) throws -> Double {
        func cpuSeconds(_ count: Int) throws -> Double {
            let folder = try ScratchFolder()
            defer { folder.remove() }
            let server = try start(folder)
            defer { _ = try? server.stop() }
            try MeasuredClient.run(["predictions", server.endpoint, "\(count)"])
            return try server.stop().cpuSeconds
        }
        // Without what it takes to start, and to do something for the first time.
        return Double(count - 1) / (try cpuSeconds(count) - cpuSeconds(1))
    }
    let ours = try rate { try MeasuredServer.gateway(in: $0) }
    let theirs = try rate { try MeasuredServer.fastAPI(in: $0) }
    return [
        Figure("predictions per CPU second", ours, .perSecond, reference: theirs, target: .ratioAtLeast(5))
    ]
}
