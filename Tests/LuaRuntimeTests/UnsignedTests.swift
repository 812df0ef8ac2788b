import LuaRuntime
import Testing

@Suite("Whole numbers from 2^63 to 2^64 - 1")
struct UnsignedTests {
    private static let seed: UInt64 = 15_417_283_946_501_827_364

    @Test(
        "A whole number of 64 bits keeps its digits in text and JSON, in Swift and back",
        arguments: [
            ("9007199254740993", LuaValue.integer(9_007_199_254_740_993)), ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .unsigned(1 << 63)), ("15417283946501827364", .unsigned(seed)),
            ("18446744073709551615", .unsigned(.max)), ("0", 0),
            ("0xD5F56C4C3EB16B64", .unsigned(0xD5F5_6C4C_3EB1_6B64)),
            ("0xff", 255),
        ])
    func roundTrip(text: String, expected: LuaValue) async throws {
        #expect(try await LuaFixture.run("return t.uint64('\(text)')") == expected)
        #expect(try await LuaFixture.run("return t.echo(t.uint64('\(text)'))") == expected)
        #expect(try await LuaFixture.run("return t.later({ a = t.uint64('\(text)') }).a") == expected)
        let isSame = try await LuaFixture.run(
            "local n = t.uint64('\(text)') return t.later(n) == n and t.uint64(n) == n")
        #expect(isSame == true)
        guard !text.hasPrefix("0x") else { return }
        #expect(try await LuaFixture.run("return tostring(t.uint64('\(text)'))") == .string(text))
        #expect(try await LuaFixture.run("return 'seed ' .. t.uint64('\(text)') .. 1") == .string("seed \(text)1"))
        #expect(try await LuaFixture.run("return ('%s'):format(t.uint64('\(text)'))") == .string(text))
        #expect(try await LuaFixture.run("return json.encode(json.decode('\(text)'))") == .string(text))
        let key = "return json.encode({ [t.uint64('\(text)')] = 1, b = 2 }, { sort_keys = true })"
        // 1 … n would be a list.
        if text != "0" { #expect(try await LuaFixture.run(key) == .string(#"{"\#(text)":1,"b":2}"#)) }
    }

    @Test("Unsigned numbers are compared, sorted and used as keys like other numbers")
    func comparisons() async throws {
        let script = """
            local a, b, c = t.uint64("9223372036854775808"), t.uint64("15417283946501827364"), json.decode("18446744073709551615")
            assert(a == json.decode("9223372036854775808") and a ~= b and rawequal(b, t.uint64("15417283946501827364")))
            assert(a < b and b <= c and c > a and c >= c and not (b < b) and b <= b)
            assert(a > math.maxinteger and math.maxinteger < a and not (a < 0) and a >= math.mininteger and -1 <= a)
            assert(a <= 2.0^63 and a >= 2.0^63 and c < 2.0^64 and 2.0^64 > c and a > -1e300 and a < math.huge and 1e18 < a)
            assert(not (a < 0/0) and not (a > 0/0) and not (a <= 0/0) and a ~= 1)
            local names = { [b] = "seed" }
            local list = { c, 5, a, b, -3 }
            table.sort(list)
            for i, n in ipairs { -3, 5, a, b, c } do assert(list[i] == n) end
            assert(type(a) == "userdata" and math.type(a) == nil and tonumber(a) == nil and getmetatable(a) == false)
            collectgarbage()
            return names[json.decode("15417283946501827364")]
            """
        #expect(try await LuaFixture.run(script) == "seed")
    }

    @Test(
        "Arithmetic of unsigned numbers and integers keeps every digit",
        arguments: [
            ("b + 1", LuaValue.unsigned(seed + 1)), ("1 + b", .unsigned(seed + 1)), ("b - b", 0),
            ("a - 1", .integer(.max)),
            ("b - a", .integer(Int64(seed - 1 << 63))), ("1 - a", .integer(-.max)), ("-a", .integer(.min)),
            ("math.maxinteger + a", .unsigned(.max)), ("a + -1", .integer(.max)),
            ("b // 10", 1_541_728_394_650_182_736),
            ("b % 10", 4), ("b // -10", -1_541_728_394_650_182_737), ("b % -10", -6), ("7 // b", 0), ("-7 // b", -1),
            ("7 % b", 7), ("-7 % b", .unsigned(seed - 7)), ("b * 1", .unsigned(seed)), ("b * 0", 0),
            ("a * -1", .integer(.min)),
            ("b % 2147483648", .integer(Int64(seed % 2_147_483_648))), ("0 - a", .integer(.min)),
        ])
    func arithmetic(expression: String, expected: LuaValue) async throws {
        let names = "local a, b = t.uint64('9223372036854775808'), t.uint64('15417283946501827364')"
        #expect(try await LuaFixture.run("\(names) return \(expression)") == expected)
    }

    @Test(
        "Arithmetic of unsigned numbers that would lose digits or exceed 64 bits is an error",
        arguments: [
            ("b + b", "the result is beyond 2^64 - 1"), ("b * 2", "the result is beyond 2^64 - 1"),
            ("1 - b", "the result is below -2^63"), ("b * -1", "the result is below -2^63"), ("-b", "below -2^63"),
            ("b + 1.5", "attempt to add an unsigned integer and a float"), ("b // 0", "attempt to perform 'n//0'"),
            ("b % 0", "attempt to perform 'n%%0'"), ("b - '1'", "attempt to subtract an unsigned integer and a string"),
            ("b / 2", "unsigned integer"), ("b ^ 2", "unsigned integer"), ("b & 1", "unsigned integer"),
            ("b < '1'", "attempt to compare an unsigned integer with a string"), ("{} < b", "attempt to compare"),
            ("b .. {}", "attempt to concatenate a table value"), ("b.x", "index"), ("#b", "length"),
            ("('%d'):format(b)", "number expected, got unsigned integer"), ("t.add(b, 1, 1)", "not unsigned integer"),
        ])
    func mistakes(expression: String, message: String) async {
        let error = await luaError("local b = t.uint64('15417283946501827364') return \(expression)")
        #expect(error?.message.contains(message) == true, "\(expression): \(error?.message ?? "no error")")
    }

    @Test(
        "uint64 refuses anything but digits and exact whole numbers",
        arguments: [
            "'18446744073709551616'", "'-1'", "''", "'1.5'", "'1e3'", "' 1'", "'0x'", "'0x1ffffffffffffffff'", "'x'",
            "-1",
            "1.5", "1e19", "2^53 + 2", "nil", "{}", "true",
        ])
    func refused(argument: String) async {
        let error = await luaError("t.uint64(\(argument))")
        #expect(error?.code == "invalid_argument", "\(error?.message ?? "accepted")")
    }

    // MARK: Numerals

    @Test(
        "A whole numeral beyond Lua's integers does not compile, and the message has line and remedy",
        arguments: [
            "return 15417283946501827364", "return 9223372036854775808", "local a = -9223372036854775809",
            "return { seed = 18446744073709551616 }", "return 00099999999999999999999",
            "-- 1\n--[[ 2 ]] x = '3' .. 18446744073709551615",
            "return 'a\\'b', [==[ ]] ]==], 9999999999999999999", "x = 1 --[==[\n]==] y = 9223372036854775809",
            "return a-9223372036854775809",
        ])
    func wideNumerals(script: String) async throws {
        let digits = try #require(script.matches(of: /\d{19,}/).last.map { String($0.output) })
        let line = script.split(separator: digits)[0].count { $0 == "\n" } + 1
        let message =
            "test.lua:\(line): \(digits) is beyond 2^63 - 1, Lua's largest integer, and would be rounded: write uint64(\"\(digits)\")"
        let error = await luaError(script)
        #expect(error?.kind == .syntax)
        #expect(error?.message == message)
        // Also in what a script compiles, in one piece or several.
        let vm = try LuaFixture.vm()
        for code in [
            "local text = ... return select(2, load(text, '@test.lua'))",
            "local text = ... local at = 0 return select(2, load(function() at = at + 1 return at <= #text and text:sub(at, at) or nil end, '@test.lua'))",
        ] {
            #expect(try await vm.run(LuaChunk(code, name: "x"), arguments: [.string(script)]) == [.string(message)])
        }
        #expect(throws: LuaError.self) { try LuaChunk(script, name: "test.lua").globals() }
        guard case .failure(let typed) = LuaInput(script, name: "test.lua") else {
            Issue.record("typed, it is not a failure")
            return
        }
        #expect(typed.message.contains("write uint64"))
    }

    @Test(
        "A float numeral, and digits in strings, comments and names, compile",
        arguments: [
            "return 1e20", "return 15417283946501827364.0", "return 2^63", "return 0xFFFFFFFFFFFFFFFF", "return 1e400",
            "return -9223372036854775808", "return - 9223372036854775808", "return 9223372036854775807",
            "return 0000000000000000000001",
            "return '15417283946501827364'", "return \"\\\"15417283946501827364\"", "return [[ 15417283946501827364 ]]",
            "-- 15417283946501827364\nreturn 1", "--[[ 15417283946501827364 \n ]] return 1",
            "local a15417283946501827364 = 1 return a15417283946501827364",
            "return 'x\\\n15417283946501827364'", "return 'x\\z  \n 15417283946501827364'",
            "return 15417283946501827364e0",
        ])
    func floatsOnPurpose(script: String) async throws {
        _ = try await LuaFixture.run(script)
        let compile = LuaChunk("return load(...) ~= nil", name: "x")
        #expect(try await LuaFixture.vm().run(compile, arguments: [.string(script)]) == [true])
    }

    @Test("load returns chunks, environments and errors as Lua's own does")
    func load() async throws {
        let script = """
            assert(load("x = 5 return x", "=c", "t", setmetatable({}, { __index = _G }))() == 5 and x == nil)
            local chunk = load("return ...")
            assert(select("#", chunk(1, nil)) == 2)
            local f, problem = load(function() error("no more", 0) end)
            assert(f == nil and problem == "no more")
            f, problem = load(function() return 1 end)
            assert(f == nil and problem:find("must return a string"))
            assert(load("x +", "=c") == nil and select(2, load("x +", "=c")):find("^c:1:"))
            assert(not pcall(load) and not pcall(load, 7) and not pcall(load, "x", "x", "b"))
            local none = load(function() return nil end)
            assert(none() == nil)
            return select(2, load("return x", nil, "t", nil)) == nil and pcall(load("return x", "n", "t", nil)) == false
            """
        #expect(try await LuaFixture.run(script) == true)
    }

    @Test("Unsigned numbers keep their digits in JSON, and longer ones are refused")
    func json() async throws {
        let text =
            #"{"list":[9223372036854775808,{"seed":15417283946501827364}],"max":18446744073709551615,"small":-1}"#
        let again = try await LuaFixture.run("return json.encode(json.decode([[\(text)]]), { sort_keys = true })")
        #expect(again == .string(text))
        for number in ["18446744073709551616", "-9223372036854775809", String(repeating: "9", count: 5000)] {
            let error = await luaError("json.decode('[\(number)]')")
            #expect(error?.code == "invalid_json")
            #expect(error?.message.contains("does not fit 64 bits") == true, "\(error?.message ?? "")")
            // Five thousand digits are not repeated to anybody.
            #expect((error?.message.utf8.count ?? 0) < 300)
        }
    }

    @Test("A snapshot shows unsigned numbers as values and keys")
    func snapshot() async throws {
        let vm = try LuaFixture.vm()
        try await vm.openSession { _ in }
        let looks = try await vm.evaluate(
            LuaChunk(
                "return t.uint64('15417283946501827364'), { [t.uint64('9223372036854775808')] = 1 }", name: "input"),
            limits: .init()
        ).values
        guard case .unsigned(Self.seed)? = looks.first, case .table(let table)? = looks.last,
            case .unsigned(0x8000_0000_0000_0000)? = table.entries.first?.key
        else {
            Issue.record("\(looks)")
            return
        }
    }
}
