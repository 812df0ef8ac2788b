import LuaRuntime
import Testing

@testable import SpeedPixCommands

@Suite("The printer of values")
struct ValuePrinterTests {
    private func text(_ source: String, width: Int = 80, colors: Bool = false) async throws -> String {
        let vm = try LuaVM(modules: [JSONModule.module()])
        try await vm.openSession { _ in }
        let values = try await vm.evaluate(LuaChunk(source, name: "input")).values
        return ValuePrinter(palette: Palette(isOn: colors), width: width).text(values)
    }

    @Test(
        "The printer shows values in Lua's syntax",
        arguments: [
            ("return 1, 1.0, -0.5, 1e100, 1/0, -1/0", "1,\n1.0,\n-0.5,\n1e+100,\nmath.huge,\n-math.huge"),
            ("return nil, true, 'x'", "nil,\ntrue,\n\"x\""),
            (
                "local seed = json.decode('15417283946501827364') return seed, { seed, [seed] = true }",
                "15417283946501827364,\n{ 15417283946501827364, [15417283946501827364] = true }"
            ),
            ("return {}", "{}"), ("return { 1, { 2 }, nil, 4 }", "{ 1, { 2 }, [4] = 4 }"),
            (
                "return { b = 1, a = 2, [3] = 3, [-1] = 4, ['x y'] = 6, ['end'] = 7, [true] = 8 }",
                "{ [-1] = 4, [3] = 3, a = 2, b = 1, [\"end\"] = 7, [\"x y\"] = 6, [true] = 8 }"
            ),
            ("return 'tab\\tquote\"back\\\\slash\\0'", "\"tab\\x09quote\\x22back\\x5cslash\\x00\""),
            ("return 'line\\nquote\"'", "\"line\\nquote\\\"\""),
            ("return '商品', 'e\\u{301}'", "\"商品\",\n\"e\u{301}\""),
            (
                "return '\\x89PNG\\r\\n' .. ('\\0'):rep(1500)",
                "\"\\x89PNG\\x0d\\x0a\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"… (1.5 kB)"
            ),
            (
                "return coroutine.create(print), print, function() end",
                "coroutine,\nfunction (built in),\nfunction (input:1)"
            ),
        ])
    func luaSyntax(source: String, expected: String) async throws {
        #expect(try await text(source) == expected)
    }

    @Test("The printer cuts long text and gives its size")
    func longTextIsCut() async throws {
        let shown = try await text("return ('商'):rep(1000)")
        #expect(shown.hasSuffix("商\"… (3.0 kB)") && shown.count < 700)
    }

    @Test("The printer breaks a table that is wider than the terminal into lines")
    func wideTablesTakeLines() async throws {
        #expect(
            try await text("return { 1, name = 'abcdefgh', inner = { 1, 2 } }", width: 24) == """
                {
                  1,
                  inner = { 1, 2 },
                  name = "abcdefgh",
                }
                """)
        // Chinese characters take two columns each.
        #expect(try await text("return { '商品商品商品' }", width: 17).contains("\n"))
        #expect(!(try await text("return { 'abcdef' }", width: 17).contains("\n")))
    }

    @Test("The printer marks what it leaves out")
    func markedOmissions() async throws {
        #expect(try await text("local t = {} for i = 1, 500 do t[i] = i end return t").hasSuffix("  … 300 more\n}"))
        #expect(
            try await text("return { { { { { { 1 } } } } } }") == "{ { { { { { … } } } } } }")
        #expect(
            try await text("local t = {} t.t = t t.u = { t } return t") == "{ t = ‹this table›, u = { ‹table 1 up› } }")
    }

    @Test("The printer breaks lines the same with and without colors")
    func colorsTakeNoRoom() async throws {
        let plain = try await text("return { 1, 'x', nil, true }", width: 22)
        let painted = try await text("return { 1, 'x', nil, true }", width: 22, colors: true)
        #expect(painted.contains("\u{1B}[36m1\u{1B}[0m"))
        #expect(painted.replacing(/\u{1B}\[\d+m/, with: "") == plain)
        #expect(!plain.contains("\n"))
    }
}
