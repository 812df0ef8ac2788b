import LuaRuntime
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixLua

@Suite("Seeds of 64 bits in scripts")
struct SeedTests {
    static let digits = [
        "9007199254740993", "9223372036854775807", "9223372036854775808", "15417283946501827364",
        "18446744073709551615",
    ]

    /// What the service gets, as text.
    private func sent(_ script: String) async throws -> String {
        let transport = ScriptedTransport([.ok(["taskId": "t-1"])])
        let folder = try ScriptFolder()
        try await folder.run(script, host: try folder.host(transport: transport))
        return String(decoding: try #require(transport.requests.first).body, as: UTF8.self)
    }

    @Test("A create sends the digits of a seed, however the script made it", arguments: digits)
    func inputs(digits: String) async throws {
        for value in [
            "uint64('\(digits)')", "speedpix.uint64('\(digits)')", "json.decode('\(digits)')",
            "uint64('\(digits)') * 1",
            "json.decode(json.encode(uint64('\(digits)')))",
        ] {
            let body = try await sent("create('w', { seed = \(value), list = { \(value) } })")
            #expect(body.contains("\"inputs\":{\"list\":[\(digits)],\"seed\":\(digits)}"), "\(value): \(body)")
        }
        let named = try await sent("create('w', { map = { [uint64('\(digits)')] = true } })")
        #expect(named.contains("{\"map\":{\"\(digits)\":true}}"), "\(named)")
    }

    @Test("A create sends negative numbers and other floats unchanged")
    func others() async throws {
        let body = try await sent("create('w', { a = math.mininteger, b = 1e20, c = 2^53, d = -1e19, e = 1e18 })")
        #expect(
            body.contains(
                "{\"a\":-9223372036854775808,\"b\":1e+20,\"c\":9007199254740992,\"d\":-1e+19,\"e\":1e+18}"),
            "\(body)")
    }

    @Test(
        "A create refuses a float that may be a rounded seed and sends nothing",
        arguments: [
            "tonumber('15417283946501827364')", "2^63", "1e19", "1.8446744073709550e19", "'15417283946501827364' + 0",
        ])
    func floats(value: String) async throws {
        let transport = ScriptedTransport([])
        let folder = try ScriptFolder()
        let error = await folder.failure(
            "create('w', { list = { { seed = \(value) } } })", host: try folder.host(transport: transport))
        #expect(error?.code == "invalid_argument")
        #expect(error?.message.contains("input.list[1].seed is ") == true, "\(error?.message ?? "no error")")
        #expect(error?.message.contains("lost its last digits") == true)
        #expect(error?.hint?.contains("uint64(\"15417283946501827364\")") == true)
        #expect(transport.requests.isEmpty)
    }

    @Test("A script or module with a numeral beyond 2^63 - 1 does not compile")
    func numerals() async throws {
        let folder = try ScriptFolder()
        let error = await folder.failure("print('before')\ncreate('w', { seed = 15417283946501827364 })")
        #expect(error?.kind == .syntax)
        #expect(
            error?.message.hasSuffix(
                "main.lua:2: 15417283946501827364 is beyond 2^63 - 1, Lua's largest integer, and would be rounded: write uint64(\"15417283946501827364\")"
            ) == true, "\(error?.message ?? "")")
        try folder.write("return { seed = 15417283946501827364 }", to: "seeds.lua")
        let module = await folder.failure("require 'seeds'")
        #expect(
            module?.message.contains("seeds.lua:1: 15417283946501827364 is beyond") == true, "\(module?.message ?? "")")
    }

    @Test("A seed of an answer keeps its digits in output, files and creates", arguments: digits)
    func answers(digits: String) async throws {
        let number = try JSONValue(parsing: digits.utf8)
        let transport = ScriptedTransport(
            [
                .ok(["taskId": "t-1"]), .ok(["taskId": "t-1", "status": "succeeded"]),
                .ok(["taskId": "t-1", "status": "succeeded", "result": ["seed": number, "all": [number, 1]]]),
                .ok(["taskId": "t-2"]),
            ])
        let folder = try ScriptFolder()
        let console = Console()
        try await folder.run(
            """
            local out = run("w", {})
            print(out.seed, out.all[1] == out.seed, out.seed == uint64("\(digits)"), out.seed > 9007199254740992)
            io.write(out.seed, " ", csv.format({ { seed = out.seed } }), json.encode(out.all), "\\n")
            log.info("seed", out.seed)
            fs.write("seed.json", json.encode(out))
            local file = io.open("seed.txt", "w")
            file:write(out.seed, "\\n", 7)
            file:close()
            file = io.open("seed.txt")
            assert(file:read("n") == out.seed and file:read("n") == 7)
            create("w", { seed = out.seed })
            """, host: try folder.host(transport: transport, console: console))
        #expect(console.output == "\(digits)\ttrue\ttrue\ttrue\n\(digits) seed\r\n\(digits)\r\n[\(digits),1]\n")
        #expect(console.logged == ["info: seed \(digits)"])
        #expect(try folder.text("seed.json").contains("\"seed\":\(digits)"))
        #expect(try folder.text("seed.txt") == "\(digits)\n7")
        let body = String(decoding: try #require(transport.requests.last).body, as: UTF8.self)
        #expect(body.contains("{\"seed\":\(digits)}"), "\(body)")
    }

    @Test("A whole number beyond 64 bits in an answer is text")
    func longAnswers() async throws {
        let answer = ScriptedReply.text(
            #"{"status":10,"data":{"taskId":"t-1","status":"succeeded","result":{"n":18446744073709551616}}}"#)
        let transport = ScriptedTransport([.ok(["taskId": "t-1"])], then: answer)
        let folder = try ScriptFolder()
        let results = try await folder.run("return run('w', {}).n", host: try folder.host(transport: transport))
        #expect(results == ["18446744073709551616"])
    }

    // MARK: Parameters

    private func parameter(_ declaration: String, _ text: String?) async throws -> [LuaValue] {
        let folder = try ScriptFolder()
        var host = try folder.host()
        host.arguments = text.map { ["seed": $0] } ?? [:]
        return try await folder.run("return speedpix.params { seed = \(declaration) }.seed", host: host)
    }

    @Test(
        "An integer parameter takes every whole number of 64 bits", arguments: digits + ["-9223372036854775808", "0"])
    func integers(digits: String) async throws {
        let value: LuaValue = try Int64(digits).map { .integer($0) } ?? .unsigned(#require(UInt64(digits)))
        #expect(try await parameter("{ type = 'integer' }", digits) == [value])
        let number = try await parameter("{ type = 'number' }", digits)
        #expect(number == [digits == "0" ? .number(0) : value])
        #expect(try await parameter("{ type = 'integer', default = json.decode('\(digits)') }", nil) == [value])
        let bounds = "{ type = 'integer', min = json.decode('\(digits)'), max = json.decode('\(digits)') }"
        #expect(try await parameter(bounds, digits) == [value])
    }

    @Test(
        "The bounds of an integer parameter are compared with all digits",
        arguments: [
            ("max = math.maxinteger", "9223372036854775808", "at most 9223372036854775807"),
            ("max = 9007199254740992", "9007199254740993", "at most 9007199254740992"),
            ("min = uint64('15417283946501827364')", "15417283946501827363", "at least 15417283946501827364"),
            ("max = 2^63", "9223372036854775809", "at most"), ("min = 0", "-1", "at least 0"),
            ("min = 1", "18446744073709551616", "a whole number of at most 64 bits"),
            ("min = 1", "1e19", "a whole number of at most 64 bits"),
        ])
    func bounds(bound: String, text: String, message: String) async throws {
        let error = await #expect(throws: LuaError.self) { try await parameter("{ type = 'integer', \(bound) }", text) }
        #expect(error?.message.contains("the parameter seed must be \(message)") == true, "\(error?.message ?? "")")
    }

    @Test("A number parameter keeps the digits of whole numbers and reads the rest as floats")
    func numbers() async throws {
        #expect(try await parameter("{ type = 'number' }", "1e30") == [.number(1e30)])
        #expect(try await parameter("{ type = 'number' }", "4") == [.number(4)])
        #expect(
            try await parameter("{ type = 'number' }", "15417283946501827364.0") == [
                .number(1.5417283946501827e19)
            ])
        let error = await #expect(throws: LuaError.self) {
            try await parameter("{ type = 'number' }", "18446744073709551616")
        }
        #expect(error?.message.contains("at most 64 bits") == true)
        let help = try await ScriptFolder().failure(
            "speedpix.params { seed = { type = 'integer', required = true, max = uint64('18446744073709551615') } }")
        #expect(help?.hint?.contains("(required, at most 18446744073709551615)") == true)
    }
}
