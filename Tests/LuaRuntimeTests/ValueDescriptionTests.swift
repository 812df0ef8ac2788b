import LuaRuntime
import Testing

@Suite("Values as text, their content, and literals")
struct ValueDescriptionTests {
    private static let samples: [(LuaValue, String)] = [
        (.nil, "nil"), (true, "true"), (7, "7"), (.integer(.min), "-9223372036854775808"), (2.0, "2.0"),
        (.number(.infinity), "inf"), (.unsigned(.max), "18446744073709551615"), (.null, "null"),
        ("a \"b\"\n", "a \"b\"\n"), (.string(LuaString([0xFF])), "\u{FFFD}"), ([], "{}"),
        ([1, 2, "x"], #"{1, 2, "x"}"#),
        (.table(LuaTable(items: [1, 2], entries: ["name": "x"])), #"{1, 2, name = "x"}"#),
        (["b": 1, "a": [true], "end": 2, "a b": 3], #"{a = {true}, ["a b"] = 3, b = 1, ["end"] = 2}"#),
        (.table(LuaTable(entries: [10: "x", 2.5: "y", true: 1])), #"{[2.5] = "y", [10] = "x", [true] = 1}"#),
        (["a\"\\\n\0\u{7F}é", .string(LuaString([0x61, 0xFF, 0x0A]))], #"{"a\"\\\n\000\127é", "a\255\n"}"#),
        ([1, nil, 3], "{1, [3] = 3}"),
        ([[[[[[1]]]]]], "{{{{{{…}}}}}}"),
    ]

    @Test("A value prints as what it is", arguments: samples)
    func description(value: LuaValue, text: String) {
        #expect(value.description == text)
        #expect("\(value)" == text)
        if case .table(let table) = value { #expect(table.description == text) }
    }

    @Test("The text for debuggers puts strings in quotes, and is bounded")
    func debugDescription() {
        #expect(LuaValue.string("a\tb").debugDescription == #""a\tb""#)
        #expect(LuaString("x").debugDescription == #""x""#)
        #expect(LuaString("x").description == "x")
        let long = LuaValue.string(String(repeating: "é", count: 800))
        #expect(long.debugDescription == "\"\(String(repeating: "é", count: 500))\"… 600 more bytes")
        #expect(long.description.count == 800)
        let odd = LuaValue.string("x" + String(repeating: "é", count: 800))
        #expect(odd.debugDescription == "\"x\(String(repeating: "é", count: 499))\"… 602 more bytes")
    }

    @Test("Of a large table the text shows 100 values and counts the rest")
    func largeTable() {
        let list = LuaTable(items: (1...250).map { .integer($0) })
        #expect(list.description.hasPrefix("{1, 2, 3, "))
        #expect(list.description.hasSuffix(", 99, … 151 more}"))
        let named = LuaTable(entries: Dictionary(uniqueKeysWithValues: (0..<20_000).map { (.string("k\($0)"), 1) }))
        #expect(named.description.hasSuffix("… 19901 more}"))
        let nested = LuaTable(items: Array(repeating: .table(list), count: 3))
        #expect(nested.description.hasSuffix("… 2 more}"), "\(nested.description.suffix(40))")
    }

    @Test("A value gives its content to the accessor of its type alone")
    func content() {
        let values: [LuaValue] = [.nil, true, 7, 2.5, "x", [1], ["a": 1], .null, .unsigned(1 << 63)]
        #expect(values.map(\.integerValue) == [nil, nil, 7, nil, nil, nil, nil, nil, nil])
        #expect(values.map(\.unsignedValue) == [nil, nil, 7, nil, nil, nil, nil, nil, 1 << 63])
        #expect(values.map(\.numberValue) == [nil, nil, 7, 2.5, nil, nil, nil, nil, 0x1p63])
        #expect(values.map(\.boolValue) == [nil, true, nil, nil, nil, nil, nil, nil, nil])
        #expect(values.map(\.text) == [nil, nil, nil, nil, "x", nil, nil, nil, nil])
        #expect(values.map(\.stringValue) == [nil, nil, nil, nil, LuaString("x"), nil, nil, nil, nil])
        #expect(values.map(\.arrayValue) == [nil, nil, nil, nil, nil, [1], nil, nil, nil])
        #expect(values.map { $0.tableValue != nil } == [false, false, false, false, false, true, true, false, false])
        #expect(values.allSatisfy { $0.functionValue == nil })
        #expect(LuaValue.integer(-1).unsignedValue == nil)
        #expect(LuaValue.string(LuaString([0xFF])).text == nil)
        #expect(LuaValue.table(LuaTable()).arrayValue == [])
        #expect(LuaValue.table(LuaTable(items: [1], entries: ["n": 1])).arrayValue == nil)
    }

    @Test("Fields are found by name, and the values of a list by their place from 1")
    func subscripts() async throws {
        let value = try await LuaFixture.run("return { users = { { name = 'Ada' }, { name = 'Alan' } }, [-1] = 'x' }")
        #expect(value["users"]?[2]?["name"] == "Alan")
        #expect(value["users"]?[3] == nil && value["users"]?[0] == nil)
        #expect(value[-1] == "x" && value["nobody"] == nil)
        #expect(LuaValue.nil["x"] == nil && LuaValue.integer(1)[1] == nil)
        let function = try await LuaFixture.run("return function() end")
        #expect(function.functionValue != nil && "\(function)" == "function")
    }

    @Test("Literals are the tables that the same text makes in Lua")
    func literals() async throws {
        let table: LuaValue = ["name": "lamp", "sizes": [1, 2.5, true, nil, "x"], "nothing": nil, "empty": [:]]
        let same = try await LuaFixture.run(
            "return { name = 'lamp', sizes = { 1, 2.5, true, nil, 'x' }, nothing = nil, empty = {} }")
        #expect(table == same)
        let list: LuaTable = [1, 2]
        #expect(list == LuaTable(items: [1, 2]))
        let fields: LuaTable = ["a": 1, "a": 2, "b": nil]
        #expect(fields == LuaTable(entries: ["a": 2]))
        #expect(try await LuaFixture.vm().run(LuaChunk("return ...", name: "t"), arguments: [table]) == [same])
    }

    @Test("An object of the host prints as it describes itself")
    func object() async throws {
        let value = try await LuaFixture.run("return { p = t.probe('a'), f = print }")
        #expect(value.description == "{f = function, p = probe(a)}")
    }
}
