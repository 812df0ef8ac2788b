import SpeedPix
import Testing

@Suite("JSON values")
struct JSONValueTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }
    private func text(_ value: JSONValue) throws -> String { String(decoding: try value.encoded(), as: UTF8.self) }

    static let documents: [(String, JSONValue)] = [
        ("0", JSONValue.integer(0)), ("-7", .integer(-7)), ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .unsigned(1 << 63)),
        ("15417283946501827364", .unsigned(15_417_283_946_501_827_364)), ("18446744073709551615", .unsigned(.max)),
        ("0.5", .double(0.5)), ("true", .bool(true)), ("false", .bool(false)), ("null", .null), ("\"1\"", .string("1")),
        ("[]", .array([])), ("{}", .object([:])), ("[1,[{\"a\":null}]]", .array([1, [["a": nil]]])),
        ("1.0", .integer(1)), ("1.5e1", .integer(15)), ("-0", .integer(0)), ("2E+17", .double(2e17)), ("1e-400", 0),
        ("18446744073709551616.0", .double(0x1p64)), ("18446744073709551616e0", .double(0x1p64)),
        ("9007199254740993.0", .double(0x1p53)),
        (" [ 1 ,\r\n\t2 ] ", [1, 2]), ("{ \"a\" : { } , \"b\" : [ ] }", ["a": [:], "b": []]),
        ("{\"a\":1,\"a\":2}", ["a": 2]), ("\u{FEFF}[1]", [1]),
        (#""\"\\\/\b\f\n\r\t\u0000\u00e9\ud83d\ude00é""#, "\"\\/\u{8}\u{C}\n\r\t\0é😀é"),
    ]

    @Test("JSONValue parses each kind of value", arguments: documents)
    func valuesKeepTheirKind(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test("JSONValue encodes integers, flags and null as such")
    func encodedKinds() throws {
        #expect(try text([1, 1.5, true, 0, false, nil]) == "[1,1.5,true,0,false,null]")
        #expect(try text(.integer(.max)) == "9223372036854775807")
    }

    @Test("JSONValue encodes keys in order and slashes without escapes")
    func keysAreSortedAndSlashesPlain() throws {
        let value: JSONValue = ["b": 1, "a": "https://x/y", "c": ["z": 1, "y": 2]]
        #expect(try text(value) == #"{"a":"https://x/y","b":1,"c":{"y":2,"z":1}}"#)
    }

    @Test("JSONValue parses the same text that it has encoded")
    func textSurvivesUnchanged() throws {
        let value = JSONValue.string("一幅山水画 \u{0}\u{1B}\"\\\n\u{2028}👩‍🎨")
        #expect(try JSONValue(parsing: value.encoded()) == value)
    }

    @Test(
        "JSONValue refuses text that is not JSON",
        arguments: [
            "", " ", "{", "{\"a\":}", "nul", "1 2", "\"\\ud800\"", "1e999", "NaN", "[[1e999]]", "nulll", "1\0",
            "\u{FEFF}",
            "01", "-", "-01", "+1", ".5", "1.", "1.e5", "1e", "[1,]", "[,]", "[1 2]", "[", "]", "{,}", "{\"a\":1,}",
            "{\"a\" 1}", "{1:2}", "{\"a\"", "{\"a\":", "'a'", "/**/1", "\"open", "\"\\", "\"\\x\"", "\"\\u12",
            "\"\\u00g0\"",
            "18446744073709551616", "-9223372036854775809", "[1,99999999999999999999]", "\"a\nb\"", "\"\0\"",
            "\"\\ude00\"",
            "\"\\ud83dx\"", "\"\\ud83d\\n\"", "\"\\ud83d\\u0041\"",
        ])
    func invalidJSON(_ text: String) {
        #expect(throws: (any Error).self) { try parse(text) }
    }

    @Test("JSONValue refuses two names that differ only in their Unicode form, and takes the last of two equal ones")
    func namesThatAreOne() throws {
        let twins = Array("{\"deep\":[{\"\u{FC}\":1,\"u\u{308}\":2}]}".utf8)
        let escaped = Array(#"{"\u00fc":1,"u\u0308":2}"#.utf8)
        for document in [twins, escaped] {
            let error = #expect(throws: (any Error).self) { try JSONValue(parsing: document) }
            #expect(error.map { String(describing: $0) }?.contains(#"\u{FC} and u\u{308}"#) == true)
        }
        #expect(try JSONValue(parsing: Array(#"{"a":1,"a":2}"#.utf8)) == ["a": 2])
    }

    @Test("JSONValue refuses bytes that are not UTF-8")
    func bytesThatAreNoUTF8AreAnError() {
        for bytes: [UInt8] in [
            [0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3],
        ] {
            #expect(throws: DecodingError.self) { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
            #expect(throws: DecodingError.self) { try JSONValue(parsing: Array("\"\\n".utf8) + bytes + [0x22]) }
            #expect(throws: DecodingError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test("JSONValue parses arrays that nest 100 levels deep")
    func depthOf100() throws {
        let depth = 100
        var value = try parse(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        var levels = 1
        while case .array(let members) = value, let member = members.first {
            value = member
            levels += 1
        }
        #expect(levels == depth)
    }

    /// Foundation's decoder takes time with the cube of the depth: over five minutes for this one, which is a second's
    /// work. The limit leaves a busy machine its time.
    @Test("JSONValue parses 2,000 values of 240 levels within the time limit", .timeLimit(.minutes(5)))
    func timeForDepth() throws {
        let branch = String(repeating: "{\"a\":[", count: 120) + String(repeating: "]}", count: 120)
        let value = try parse("[\(Array(repeating: branch, count: 2000).joined(separator: ","))]")
        #expect(value.arrayValue?.count == 2000)
    }

    @Test("JSONValue refuses values that nest 100,000 levels deep", arguments: [("[", "]"), ("{\"a\":", "}")])
    func depthOf100000(open: String, close: String) {
        let depth = 100_000
        let text = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        #expect(throws: (any Error).self) { try parse(text) }
    }

    @Test(
        "JSONValue does not encode infinity and NaN, and a create with them is not sent",
        arguments: [Double.nan, .infinity, -.infinity])
    func infinitiesAndNaN(_ number: Double) async throws {
        #expect(throws: EncodingError.self) { try JSONValue.array([.double(number)]).encoded() }
        let service = try ScriptedService()
        let error = try await speedPixError { try await service.create(["size": .double(number)]) }
        #expect(error.code == .invalidArgument)
        #expect(service.requests.isEmpty)
    }

    @Test("JSONValue reads a null member as missing")
    func nullAndAbsentMembersReadTheSame() throws {
        let value = try parse(#"{"a":null,"b":1}"#)
        #expect(value["a"] == nil)
        #expect(value["c"] == nil)
        #expect(value["b"] == 1)
        #expect(JSONValue.array([1])["b"] == nil)
    }
}
