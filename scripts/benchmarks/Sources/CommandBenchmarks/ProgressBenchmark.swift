import BenchmarkKit
import ProcessKit

/// What live progress costs while a thousand predictions run at once.
let progressBenchmark = Benchmark(
    "command/progress", "CPU time of `run` with 1,000 concurrent predictions: live progress against none"
) {
    let folder = try ScratchFolder()
    let gateway = try GatewayProcess()
    defer {
        gateway.stop()
        folder.remove()
    }
    // The gateway computes 64 at a time; all thousand are waited for and shown.
    let script = try folder.write(
        """
        local list = {}
        for i = 1, 1000 do list[i] = i end
        speedpix.map(list, function() return run("echo", { duration = 1 }) end, { concurrency = 1000 })
        """, to: "many.lua")
    var environment = ScratchFolder.credentials
    environment["SPEEDPIX_ENDPOINT"] = gateway.endpoint
    environment["TERM"] = "xterm"
    environment["LANG"] = "C.UTF-8"
    func cpu(_ mode: String) throws -> Double {
        try ProcessCost.measure(
            try Tool.speedpix.path, ["run", script, "--progress", mode], environment: environment, isSilent: true
        ).cpuSeconds
    }
    // In turn, and the least of each: what is left when the machine had nothing else to do.
    var (live, none) = (Double.infinity, Double.infinity)
    for _ in 0..<3 {
        live = min(live, try cpu("tty"))
        none = min(none, try cpu("none"))
    }
    return [
        Figure(
            "CPU time with live progress", live * 1e9, .nanoseconds, reference: none * 1e9,
            // At most 5 % of what the client takes with it.
            target: .ratioAtMost(1 / 0.95))
    ]
}
