import BenchmarkKit
import Foundation
import ProcessKit

/// A script that does nothing, against a Python program that does no more than import the official client.
let startupBenchmark = Benchmark(
    "command/startup", "run of an empty script, against the import of the official Python client"
) {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let script = try folder.write("", to: "empty.lua")
    let cost = try ProcessCost.compare(rounds: 15) {
        try ProcessCost.measure(try Tool.speedpix.path, ["run", script], environment: ScratchFolder.credentials)
    } with: {
        try ProcessCost.measure(try Tool.python.path, ["-c", "import speedpix"])
    }
    return [
        Figure(
            "run of an empty script", cost.work.seconds * 1e9, .nanoseconds, reference: cost.reference.seconds * 1e9,
            target: .ratioAtMost(0.1)),
        Figure(
            "its peak memory", cost.work.peakMemory, .bytes, reference: cost.reference.peakMemory,
            target: .atMost(40 * 1024 * 1024)),
    ]
}
