import BenchmarkKit
import LuaRuntime

/// Tasks of a script that begin, end and are joined.
let spawnBenchmark = Benchmark("lua/spawn", "tasks spawned and joined in a second") {
    let count = 100_000
    let vm = try LuaVM(modules: [.concurrency(name: "tasks")])
    let pairs = LuaChunk(
        "local spawn, f = tasks.spawn, function(x) return x end for i = 1, \(count) do spawn(f, i):join() end",
        name: "pairs")
    let crowd = LuaChunk(
        """
        local spawn, f, crowd = tasks.spawn, function(x) return x end, {}
        for i = 1, \(count) do crowd[i] = spawn(f, i) end
        for i = 1, \(count) do crowd[i]:join() end
        """, name: "crowd")
    let one = try await Stopwatch.compare(rounds: 7) {
        try await vm.execute(pairs)
    } with: {
    }
    let many = try await Stopwatch.compare(rounds: 7) {
        try await vm.execute(crowd)
    } with: {
    }
    return [
        Figure("spawn and join, one by one", Double(count) / (one.work / 1e9), .perSecond, target: .atLeast(200_000)),
        Figure("spawn all, then join all", Double(count) / (many.work / 1e9), .perSecond, target: .atLeast(200_000)),
    ]
}
