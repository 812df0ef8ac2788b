import LuaRuntime
import SpeedPixTestSupport
import Testing

@Suite("The samples of LuaRuntime's guide")
struct GuideTests {
    /// The lines that samples print.
    private func lines(_ body: () async throws -> Void) async throws -> [String] {
        let output = Guide.Output()
        try await Guide.$output.withValue(output) { try await body() }
        return output.lines
    }

    private func vm() throws -> LuaVM { try LuaVM(modules: [Guide.shop(Guide.Warehouse())]) }

    @Test("The guide's first VM and its first module return what the articles say")
    func firstHour() async throws {
        let lines = try await lines {
            try await Guide.firstVM()
            try await Guide.useModule(Guide.Warehouse())
            try await Guide.caught(try vm())
        }
        #expect(
            lines == [
                "42 hello Ada", "[20.0, 12]",
                #"["invalid_argument", "price, argument 1 of shop.tax, must be a number, not string"]"#,
            ])
    }

    @Test("The guide's uncaught error has a message, a code, a line and a traceback")
    func errors() async throws {
        let lines = try await lines { try await Guide.errors(try vm()) }
        #expect(lines[0] == "shop.lua:2: not_found: there is no product sofa", "\(lines)")
        #expect(lines[1] == "not_found 2")
        #expect(lines[2].hasPrefix("stack traceback:") && lines[2].contains("shop.lua:2: in main chunk"))
    }

    @Test("The guide's values print as Lua writes them, and decode")
    func values() async throws {
        let lines = try await lines {
            try await Guide.values(try vm())
            try await Guide.decoding(try vm())
            try await Guide.objects()
        }
        #expect(
            lines == [
                #"{id = 7, lines = {"lamp", "chair"}, paid = true, total = 19.5}"#, "lamp 7", "2 0.0",
                #"{id = 7, lines = {"lamp", "chair"}}"#, "lines[2] must be a string, not 2", "[lamp of 60 W]",
            ])
    }

    @Test("The guide's modules in Lua, callbacks and reference work")
    func modules() async throws {
        let lines = try await lines {
            try await Guide.moduleSource()
            try await Guide.callbacks()
            try await Guide.printing(Guide.output)
            Guide.reference(Guide.shop(Guide.Warehouse()))
        }
        #expect(lines[0] == "[6.67]", "\(lines)")
        #expect(lines[1].hasPrefix("prices:6: attempt to perform arithmetic on a table value"))
        #expect(lines[1].contains("main.lua:1: in main chunk"))
        #expect(lines[2] == "[2]")
        #expect(lines[3] == "a\t1\t{x = 2}")
        #expect(lines[4].hasPrefix("shop.stock(id) → integer\nHow many there are of a product."))
        #expect(lines[5] == "true")
    }

    @Test("The guide's limits and timeout end scripts, and the VM stays usable", .timeLimit(.minutes(1)))
    func limits() async throws {
        let lines = try await lines {
            try await Guide.limits()
            try await Guide.timeout()
        }
        #expect(lines[0].contains("not enough memory"), "\(lines)")
        #expect(lines[1...] == ["timeout", #"["still usable"]"#])
    }

    @Test("The guide's cancelled script ends with a CancellationError")
    func cancellation() async throws {
        let signal = StartSignal()
        let vm = try LuaVM(modules: [signal.module])
        let chunk = LuaChunk("test.started() while true do pcall(string.rep, 'x', 10) end", name: "busy.lua")
        let lines = try await lines { try await Guide.cancellation(vm, chunk) { await signal.isGiven() } }
        #expect(lines == ["stopped"])
    }

    @Test("The guide's concurrent script and its session print what the articles say")
    func concurrency() async throws {
        let lines = try await lines {
            try await Guide.concurrency(Guide.Warehouse())
            try await Guide.session()
        }
        #expect(lines[0...1] == ["[15, 12]", "40"], "\(lines)")
        #expect(lines[2].hasPrefix("input:1: syntax error near"))
    }
}
