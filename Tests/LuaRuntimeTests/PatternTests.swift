import LuaRuntime
import SpeedPixTestSupport
import Testing

@Suite("Lua patterns and their budget")
struct PatternTests {
    @Test("The pattern functions give the results of Lua's own string library", arguments: 1...4)
    func sameAsTheStockLibrary(seed: Int) async throws {
        let vm = try LuaVM()
        try await vm.exposeStockStrings(as: "stock")
        let compared = try await vm.run(
            try TestScript.chunk("patterns.lua"), arguments: [.integer(Int64(seed)), 1500])
        #expect(compared.first == .integer(1500 * 7 + 21))
    }

    @Test(
        "A pattern that backtracks beyond the step limit is an error",
        arguments: [
            "return string.find(('a'):rep(40), ('.-'):rep(40) .. 'b')",
            "return string.match(('a'):rep(100000), '.-.-.-.-.-b')",
            "return string.gsub(('a'):rep(60), ('a*'):rep(60) .. 'b', '')",
            "for _ in string.gmatch(('a'):rep(60), ('a?'):rep(60) .. ('a'):rep(59) .. 'b') do end",
            "return string.find(('a'):rep(1e6), ('a'):rep(500000) .. 'b', 1, true)",
            "return string.match(('x'):rep(100000), ('(x*)'):rep(10) .. '%1%2%3%4y')",
        ])
    func stepLimit(source: String) async {
        var limits = LuaLimits()
        limits.patternSteps = 1_000_000
        let error = await luaError(source, limits: limits)
        #expect(error?.message.contains("pattern too complex: it took more than 1 million steps") == true)
    }

    @Test("Ordinary patterns over a large text stay below the step limit")
    func ordinaryPatterns() async throws {
        let value = try await LuaFixture.run(
            """
            local words = {}
            for i = 1, 50000 do words[i] = "key" .. i .. " = value" .. i .. "\\n" end
            local text, n = table.concat(words), 0
            for key, value in text:gmatch("(%w+) = (%w+)") do n = n + 1 end
            local replaced, count = text:gsub("%d+", function(d) return d + 1 end)
            return n + count + select(2, replaced:gsub("%s+", " "))
            """)
        #expect(value == 300_000)
    }

    @Test("A timeout interrupts a pattern that backtracks without a step limit")
    func timeoutOfAPattern() async throws {
        var limits = LuaLimits()
        limits.patternSteps = 0
        let vm = try LuaFixture.vm(limits: limits)
        await #expect {
            try await vm.run(
                LuaChunk("while true do pcall(string.find, ('a'):rep(60), ('.-'):rep(60) .. 'b') end", name: "x"),
                timeout: .seconds(5), clock: ImmediateClock())
        } throws: {
            ($0 as? LuaError)?.code == "timeout"
        }
    }
}
