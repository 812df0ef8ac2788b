import BenchmarkKit
import LuaRuntime

/// Lua calls Swift: three integers in, one out. The reference is a C function that does the same through liblua.
let callBenchmark = Benchmark("lua/call", "a call from Lua to Swift and back, against one to C") {
    let calls = 1_000_000
    func loop(_ function: String) -> String {
        "local add = \(function) for i = 1, \(calls) do add(i, 2, 3) end"
    }
    let module = LuaModule(
        name: "bench",
        functions: [
            .immediate("add", .init("The sum.", ["a: integer", "b: integer", "c: integer"], returns: "integer")) {
                .integer(try $0.integer(1) &+ $0.integer(2) &+ $0.integer(3))
            },
            .immediate("text", .init("The same text.", ["text: string"], returns: "string")) {
                .string(LuaString(try $0.bytes(1).bytes))
            },
        ])
    let vm = try LuaVM(modules: [module])
    let plain = try PlainLua(loop("add"))
    let chunk = LuaChunk(loop("bench.add"), name: "call")
    let times = try await Stopwatch.compare(rounds: 9) {
        try await vm.execute(chunk)
    } with: {
        try plain.run()
    }
    let text = LuaChunk(
        "local text = bench.text for i = 1, \(calls) do text('forty-two bytes of text, give or take') end", name: "text"
    )
    let texts = try await Stopwatch.compare(rounds: 3) {
        try await vm.execute(text)
    } with: {
    }
    return [
        Figure(
            "Lua to Swift, three integers in, one out", times.work / Double(calls), .nanoseconds,
            reference: times.reference / Double(calls), target: .ratioAtMost(2.5)),
        Figure("Lua to Swift, a string in, a string out", texts.work / Double(calls), .nanoseconds),
    ]
}
