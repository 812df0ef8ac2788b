import BenchmarkKit
import LuaRuntime

/// What it costs that every script can be stopped. The reference runs the same script in liblua without a hook.
let interruptBenchmark = Benchmark("lua/interrupt", "an arithmetic loop with the interrupt hook, against one without") {
    let loop = "local x = 1 for i = 1, 20000000 do x = (x * 31 + i) % 65521 end return x"
    let vm = try LuaVM()
    let plain = try PlainLua(loop)
    let chunk = LuaChunk(loop, name: "loop")
    let times = try await Stopwatch.compare(rounds: 9) {
        try await vm.execute(chunk)
    } with: {
        try plain.run()
    }
    return [
        Figure(
            "arithmetic loop at the default interval", times.work, .nanoseconds, reference: times.reference,
            target: .ratioAtMost(1.05))
    ]
}
