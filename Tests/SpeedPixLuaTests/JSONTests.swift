import LuaRuntime
import Testing

@Suite("json")
struct JSONTests {
    private func value(_ script: String) async throws -> [LuaValue] {
        try await ScriptFolder().run(script)
    }

    @Test("json.decode reads values of all types")
    func decodedDocument() async throws {
        let results = try await value(
            #"""
            local d = json.decode([[ {"a": [1, -2.5, 1e3, true, false, null], "ü": "\u00e9\ud83d\ude00\n\/", "b": {}, "c": []} ]])
            assert(d.a[6] == speedpix.null and d.a[6] == json.null and #d.a == 6)
            assert(d["ü"] == "é😀\n/")
            return math.type(d.a[1]), d.a[2], math.type(d.a[3]), json.encode(d.b), json.encode(d.c)
            """#)
        #expect(results == ["integer", -2.5, "float", "{}", "[]"])
    }

    @Test(
        "json.decode reads numbers exactly",
        arguments: [
            ("0", 0), ("-0", LuaValue.number(-0.0)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .unsigned(1 << 63)),
            ("9007199254740993", 9_007_199_254_740_993),
            ("15417283946501827364", .unsigned(15_417_283_946_501_827_364)),
            ("18446744073709551615", .unsigned(.max)), ("18446744073709551616.0", .number(0x1p64)),
            ("15417283946501827364e0", .number(1.5417283946501827e19)), ("1e20", .number(1e20)),
            ("0.1", 0.1), ("123456789012345678", 123_456_789_012_345_678), ("1e400", .number(.infinity)),
            ("2.2250738585072014e-308", .number(2.2250738585072014e-308)), ("5e-324", .number(.leastNonzeroMagnitude)),
            ("0.000000000000000000000000000001", .number(1e-30)),
            ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
            ("123456789012345678901234567890e0", .number(1.2345678901234568e29)),
        ])
    func numbersAreExact(text: String, expected: LuaValue) async throws {
        #expect(try await value("return json.decode('\(text)')") == [expected])
    }

    @Test(
        "json.decode reports malformed text with line, column and cause",
        arguments: [
            ("[1, 2,]", "1:7: there is nothing after the comma"),
            ("{\"a\": 1,\n \"b\" 2}", "2:6: expected ':', not '2'"),
            ("{'a': 1}", "1:2: expected a name in double quotes, not '''"),
            ("[1 2]", "1:4: expected ',' or ']', not '2'"),
            ("", "1:1: the document ends"), ("[", "1:2: the document ends"), ("nul", "1:1: expected a value"),
            ("\"abc", "1:1: the string that begins here has no end"), ("01", "1:1: a number cannot begin with 0"),
            ("1 2", "1:3: there is something after the document"), ("[1.]", "1:4: expected a digit after the point"),
            ("\"\\ud800\"", "half a character"), ("\"\\x\"", "no escape '\\x'"), ("\"a\nb\"", "over a line's end"),
            ("// x", "1:1: expected a value, not '/'"), ("[\"é\", x]", "1:7: expected a value, not 'x'"),
            ("-", "1:2: expected a digit"),
            ("[1, 18446744073709551616]", "1:5: the whole number 18446744073709551616 does not fit 64 bits"),
            ("-9223372036854775809", "1:1: the whole number -9223372036854775809 does not fit 64 bits"),
        ])
    func malformedJSON(text: String, message: String) async throws {
        let folder = try ScriptFolder()
        try folder.write(text, to: "a.json")
        let error = await folder.failure("json.decode(fs.read('a.json'))")
        #expect(error?.code == "invalid_json")
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.location?.line == 1)
    }

    @Test("json.decode and json.encode refuse bytes that are not UTF-8")
    func invalidUTF8() async throws {
        let folder = try ScriptFolder()
        #expect(
            await folder.failure(#"json.decode('"a\xff"')"#)?.message.contains("1:3: the text is not UTF-8") == true)
        let error = await folder.failure(#"json.encode { a = { "x", "\xff" } }"#)
        #expect(error?.message.contains("the value at a[2] is not UTF-8 text") == true, "\(error?.message ?? "")")
    }

    @Test("json.decode refuses text that nests too deep, and json.encode a cycle")
    func depthIsBounded() async throws {
        let folder = try ScriptFolder()
        #expect(await folder.failure("json.decode(('['):rep(1e6))")?.code == "invalid_json")
        #expect(
            await folder.failure("local t = {} t.a = t json.encode(t)")?.message.contains("contains itself") == true)
        try await folder.run("json.decode(('['):rep(140) .. (']'):rep(140))")
    }

    @Test("json.encode writes values of all types")
    func encodedValues() async throws {
        let text = try await value(
            #"""
            return json.encode({ list = { 1, 2.5, 2.0, "a\"\\\n\1é", true, speedpix.null }, empty = {}, none = speedpix.array {} },
              { sort_keys = true })
            """#)
        #expect(text == [.string(#"{"empty":{},"list":[1,2.5,2.0,"a\"\\\n\u0001é",true,null],"none":[]}"#)])
    }

    @Test("json.encode indents and sorts by its options")
    func indentedAndSorted() async throws {
        let text = try await value(
            "return json.encode({ b = { 1, { c = 2 } }, a = {} }, { indent = 2, sort_keys = true })")
        #expect(
            text == [
                .string(
                    """
                    {
                      "a": {},
                      "b": [
                        1,
                        {
                          "c": 2
                        }
                      ]
                    }
                    """)
            ])
    }

    @Test("json.decode returns what json.encode was given")
    func encodeAndDecode() async throws {
        let results = try await value(
            """
            local rows = {}
            for i = 1, 500 do
              rows[i] = { id = i, name = "row " .. i, price = i / 7, tags = { "a", "b" }, none = speedpix.null, flag = i % 2 == 0 }
            end
            local text = json.encode(rows, { sort_keys = true })
            local again = json.encode(json.decode(text), { sort_keys = true })
            return text == again, #text > 20000, json.decode(text)[499].price == 499 / 7
            """)
        #expect(results == [true, true, true])
    }

    @Test(
        "json refuses values that JSON does not have, and invalid options",
        arguments: [
            ("json.encode(print)", "is a function"),
            ("json.encode { a = coroutine.create(print) }", "at a is a coroutine"),
            ("json.encode { 1, 2, x = 3 }", "list with gaps, or with named values"),
            ("json.encode { [1.5] = 1 }", "a key that is not a string"),
            ("json.encode(0/0)", "JSON cannot say"), ("json.encode(fs)", "is a module"),
            ("json.encode({}, { ident = 2 })", "no option 'ident'"), ("json.decode(1)", "must be a string, not number"),
            ("json.encode({}, { indent = 99 })", "must be 0 to 16"), ("json.parse('1')", "json has no 'parse'"),
        ])
    func valuesThatAreNotJSON(script: String, message: String) async throws {
        let error = try await ScriptFolder().failure(script)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
