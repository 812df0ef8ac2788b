import BenchmarkKit
import ProcessKit

/// Predictions for each second of the client's own CPU time, against the official Python client.
let predictionsBenchmark = Benchmark(
    "sdk/predictions", "2,000 predictions at 64 at a time, per CPU second, against the official Python client"
) {
    let count = 2000
    let gateway = try GatewayProcess()
    defer { gateway.stop() }
    let ours = try MeasuredClient.run(["predictions", gateway.endpoint, "\(count)"])
    let text = try ChildProcess.run(
        try Tool.python.path, ["official_client.py", gateway.endpoint, "\(count)", "64"])
    guard let theirs = Double(text) else { throw ChildProcess.Failure(message: "the official client printed \(text)") }
    return [
        Figure(
            "predictions per CPU second", Double(count) / ours.cpuSeconds, .perSecond,
            reference: Double(count) / theirs, target: .ratioAtLeast(10)),
        Figure("peak memory of the client", ours.peakMemory, .bytes),
    ]
}
