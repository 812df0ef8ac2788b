import BenchmarkKit
import LuaRuntime
import Synchronization

/// Lua calls an asynchronous Swift function, which does nothing, and goes on with its result.
let waitBenchmark = Benchmark("lua/wait", "a call from Lua to an async function of Swift and back") {
    let calls = 20_000
    let marks = Mutex<[ContinuousClock.Instant]>([])
    let module = LuaModule(
        name: "bench",
        functions: [
            .immediate("mark") { _ in
                marks.withLock { $0.append(.now) }
                return .nil
            },
            .waiting("later") { arguments in
                let value = try arguments.value(1)
                return { _ in value }
            },
        ])
    let vm = try LuaVM(modules: [module])
    let loop = "for i = 1, \(calls) do bench.later(i) bench.mark() end"
    try await vm.execute(LuaChunk("for i = 1, 2000 do bench.later(i) end", name: "warm-up"))
    try await vm.execute(LuaChunk(loop, name: "wait"))
    let times = marks.withLock { marks in
        zip(marks.dropFirst(), marks).map { Stopwatch.nanoseconds($0 - $1) }
    }
    // Tasks that wait at the same time share the threads that are awake.
    let many = LuaChunk(
        """
        local n = 0
        local function work() for i = 1, \(calls / 100) do bench.later(i) end end
        for i = 1, 100 do tasks.spawn(work) end
        """, name: "many")
    let parallel = try LuaVM(modules: [module, .concurrency(name: "tasks")])
    let all = try await Stopwatch.compare(rounds: 3) {
        try await parallel.execute(many)
    } with: {
    }
    return [
        Figure("Lua to async Swift to Lua, median", Statistics.median(times), .nanoseconds, target: .atMost(6000)),
        Figure("the same, mean of 100 tasks at once", all.work / Double(calls), .nanoseconds),
    ]
}
