import BenchmarkKit
import LuaRuntime

/// What a waiting coroutine costs, everything counted: Lua's thread, the scheduler's task, Swift's own task.
let waitingTasksBenchmark = Benchmark("lua/memory", "bytes for each of 10,000 coroutines that wait") {
    let count = 10_000
    let gate = Gate()
    let module = LuaModule(
        name: "bench",
        functions: [
            .waiting("wait") { _ in
                { _ in
                    await gate.wait()
                    return .nil
                }
            }
        ])
    let vm = try LuaVM(modules: [module, .concurrency(name: "tasks")])
    // The base: everything that the first of them makes once and for all.
    async let warm: Void = vm.execute(LuaChunk("tasks.spawn(bench.wait)", name: "warm-up"))
    await gate.arrived(1)
    await gate.open()
    try await warm
    await vm.collectGarbage()
    let base = PlainLua.allocatedBytes
    let luaBase = await vm.memoryUsed
    async let run: Void = vm.execute(
        LuaChunk(
            "local wait = bench.wait for i = 1, \(count) do tasks.spawn(function() wait() return i end) end",
            name: "crowd"))
    await gate.arrived(count)
    let lua = Double(await vm.memoryUsed - luaBase) / Double(count)
    let all = Double(PlainLua.allocatedBytes - base) / Double(count)
    await gate.open()
    try await run
    return [
        Figure("each waiting coroutine, Lua and Swift", all, .bytes, target: .atMost(3 * 1024)),
        Figure("of which inside Lua", lua, .bytes),
    ]
}

/// Holds all who wait until it opens. Its own list is part of what is measured: 8 bytes each.
private actor Gate {
    private var waiting: [UnsafeContinuation<Void, Never>] = []
    private var watcher: (count: Int, continuation: UnsafeContinuation<Void, Never>)?

    func wait() async {
        await withUnsafeContinuation { continuation in
            waiting.append(continuation)
            if let watcher, waiting.count >= watcher.count {
                self.watcher = nil
                watcher.continuation.resume()
            }
        }
    }

    func arrived(_ count: Int) async {
        if waiting.count < count { await withUnsafeContinuation { watcher = (count, $0) } }
    }

    func open() {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
