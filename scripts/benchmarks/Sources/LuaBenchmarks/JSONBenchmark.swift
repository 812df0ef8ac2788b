import BenchmarkKit
import LuaRuntime

/// Reading and writing a document of 2,000 records. The reference is lua-cjson, a C module, in liblua.
let jsonBenchmark = Benchmark("lua/json", "json.decode and json.encode, against lua-cjson") {
    let rounds = 20
    /// - Parameter library: An expression for the module.
    func script(_ library: String, _ work: String) -> String {
        """
        if not document then
          local json = \(library)
          encode, decode, document = json.encode, json.decode, {}
          for i = 1, 2000 do
            document[i] = {
              id = i, name = "product " .. i, price = i * 1.25, stock = i % 7, sale = i % 3 == 0,
              description = 'A "well-kept" lamp, 28 cm, with a cable of 1.8 m\\nMade in small numbers.',
              tags = { "lamp", "garden", "new" }, size = { width = i, height = i + 0.5 },
            }
          end
          text = encode(document)
        end
        for _ = 1, \(rounds) do \(work) end
        """
    }
    let vm = try LuaVM(modules: [JSONModule.module()])
    var figures: [Figure] = []
    for (name, work) in [("decode", "decode(text)"), ("encode", "encode(document)")] {
        let plain: PlainLua
        do {
            plain = try PlainLua(script("require 'cjson'", work))
            try plain.run()
        } catch {
            throw Missing(what: "lua-cjson, to compare with: apt install lua-cjson")
        }
        let chunk = LuaChunk(script("json", work), name: "json")
        let times = try await Stopwatch.compare(rounds: 9) {
            try await vm.execute(chunk)
        } with: {
            try plain.run()
        }
        figures.append(
            Figure(
                "json.\(name) of 2,000 records", times.work / Double(rounds), .nanoseconds,
                reference: times.reference / Double(rounds), target: .ratioAtMost(1 / 0.7)))
    }
    return figures
}

/// Something that a comparison needs is not installed.
struct Missing: Error, CustomStringConvertible {
    var what: String

    var description: String { "missing: \(what)" }
}
