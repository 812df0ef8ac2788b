import BenchmarkKit
import Foundation
import ProcessKit

/// What live progress costs while a thousand predictions run at once.
let progressBenchmark = Benchmark(
    "command/progress", "CPU time of `run` with 1,000 concurrent predictions: live progress against none"
) {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let script = try folder.write(
        """
        local list = {}
        for i = 1, 1000 do list[i] = i end
        speedpix.map(list, function() return run("echo", { duration = 8 }) end, { concurrency = 1000 })
        """, to: "many.lua")
    let gateway = try GatewayProcess()
    defer { gateway.stop() }
    var environment = ScratchFolder.credentials
    environment["SPEEDPIX_ENDPOINT"] = gateway.endpoint
    environment["TERM"] = "xterm"
    func run(_ mode: String) throws -> ProcessCost {
        // The shell is replaced by the program; what is drawn goes nowhere.
        try ProcessCost.measure(
            "/bin/sh",
            ["-c", "exec \"$0\" \"$@\" 2>/dev/null", try Tool.speedpix.path, "run", script, "--progress", mode],
            environment: environment)
    }
    let cost = try ProcessCost.compare(rounds: 3) {
        try run("tty")
    } with: {
        try run("none")
    }
    return [
        Figure(
            "CPU time with live progress", cost.work.cpuSeconds * 1e9, .nanoseconds,
            reference: cost.reference.cpuSeconds * 1e9,
            // At most 5 % of what the client takes with it.
            target: .ratioAtMost(1 / 0.95)),
        Figure(
            "peak memory with live progress", cost.work.peakMemory, .bytes, reference: cost.reference.peakMemory),
    ]
}
