import LuaRuntime
import Testing

@Suite("Decoding Lua values")
struct DecodingTests {
    private struct Product: Codable, Hashable, Sendable {
        enum Kind: String, Codable { case lamp, chair }
        var name: String
        var kind: Kind
        var price: Double
        var stock: Int?
        var tags: [String]
        var size: [String: Int8]
    }

    private enum Shape: Codable, Hashable {
        case circle(radius: Double)
        case point
    }

    private func run<Result: Decodable & Sendable>(_ source: String, as type: Result.Type) async throws -> Result {
        try await LuaFixture.vm().run(LuaChunk("return \(source)", name: "test.lua"), as: type)
    }

    /// The problem of a text that does not decode.
    private func problem<Result: Decodable & Sendable>(_ source: String, as type: Result.Type) async -> String {
        do {
            _ = try await run(source, as: type)
            return "none"
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.keyNotFound(_, let context), DecodingError.dataCorrupted(let context)
        {
            return context.debugDescription
        } catch {
            return "\(error)"
        }
    }

    @Test("A table of named fields becomes a struct, with lists, dictionaries, enums and optionals")
    func structures() async throws {
        let source =
            "{ name = 'L1', kind = 'lamp', price = 12, tags = { 'a', 'b' }, size = { w = 1, h = -2 }, more = 1 }"
        let expected = Product(
            name: "L1", kind: .lamp, price: 12, stock: nil, tags: ["a", "b"], size: ["w": 1, "h": -2])
        #expect(try await run(source, as: Product.self) == expected)
        #expect(try await run("{ \(source), \(source) }", as: [Product].self) == [expected, expected])
        #expect(try await run("{ circle = { radius = 2 } }", as: Shape.self) == .circle(radius: 2))
        #expect(try await run("{ point = {} }", as: Shape.self) == .point)
    }

    @Test("The first result counts, and nothing is an absent optional")
    func results() async throws {
        #expect(try await run("1, 2", as: Int.self) == 1)
        #expect(try await run("", as: Int?.self) == nil)
        #expect(try await run("t.null", as: [Int]?.self) == nil)
        #expect(try await run("{ 1, t.null, 3 }", as: [Int?].self) == [1, nil, 3])
        let vm = try LuaFixture.vm()
        let function = try #require(
            try await vm.run(LuaChunk("return function(a, b) return a .. b end", name: "t")).first?.functionValue)
        #expect(try await vm.call(function, ["x", 1], as: String.self) == "x1")
        await #expect(throws: LuaError.self) { try await vm.run(LuaChunk("error('no')", name: "t"), as: Int.self) }
    }

    @Test("Integers are exact in 64 bits, and whole floats up to 2^53 count as integers")
    func integers() async throws {
        #expect(try await run("9223372036854775807", as: Int64.self) == .max)
        #expect(try await run("math.mininteger", as: Int.self) == .min)
        #expect(try await run("t.uint64('18446744073709551615')", as: UInt64.self) == .max)
        #expect(try await run("9007199254740993", as: UInt.self) == 9_007_199_254_740_993)
        #expect(try await run("6 / 2", as: Int.self) == 3)
        #expect(try await run("2^53", as: UInt64.self) == 1 << 53)
        #expect(
            await problem("2^53 * 2", as: Int.self).hasSuffix(
                "a float that has a fraction or may have lost digits, and must be an integer"))
        #expect(await problem("1.5", as: Int.self).hasPrefix("the value is 1.5, a float"))
        #expect(await problem("0/0", as: Int.self).contains("a float"))
        #expect(await problem("256", as: UInt8.self) == "the value is 256, and must be from 0 to 255")
        #expect(await problem("-1", as: UInt64.self).hasPrefix("the value is -1, and must be from 0 to"))
        #expect(await problem("1e300", as: Float.self) == "the value is 1e+300, which is beyond a Float")
        #expect(try await run("1/0", as: Float.self) == .infinity)
    }

    @Test("A string becomes text if it is UTF-8, and bytes in any case")
    func strings() async throws {
        #expect(try await run("'héllo'", as: String.self) == "héllo")
        #expect(try await run("'\\0\\255'", as: [UInt8].self) == [0, 255])
        #expect(try await run("{ 1, 2 }", as: [UInt8].self) == [1, 2])
        #expect(try await run("{ a = '\\255' }", as: [String: LuaString].self) == ["a": LuaString([255])])
        #expect(await problem("{ a = '\\255' }", as: [String: String].self) == "a is not UTF-8 text")
    }

    @Test("A property can take any value as it is")
    func values() async throws {
        struct Handler: Decodable, Sendable {
            var call: LuaValue
            var options: LuaTable?
            var probe: LuaValue?
        }
        let handler = try await run(
            "{ call = function() end, options = { 1, x = 2 }, probe = t.probe('a') }", as: Handler.self)
        #expect(handler.call.functionValue != nil)
        #expect(handler.options == LuaTable(items: [1], entries: ["x": 2]))
        #expect(handler.probe?.description == "probe(a)")
        #expect(await problem("{ call = 1, options = 2 }", as: Handler.self) == "options must be a table, not 2")
    }

    @Test("Whole numbers are keys of a dictionary, of a list too")
    func numberedKeys() async throws {
        #expect(try await run("{ [10] = 'a', [-1] = 'b' }", as: [Int: String].self) == [10: "a", -1: "b"])
        #expect(try await run("{ 'a', 'b' }", as: [Int: String].self) == [1: "a", 2: "b"])
        #expect(try await run("{ 'a', x = 'b' }", as: [String: String].self) == ["1": "a", "x": "b"])
    }

    @Test("An empty table is a list or named fields, unless it was settled")
    func emptyTables() async throws {
        #expect(try await run("{}", as: [Int].self) == [])
        #expect(try await run("{}", as: [String: Int].self) == [:])
        let list = LuaValue.table(LuaTable(shape: .array))
        #expect(try list.decoded(as: [Int].self) == [])
        #expect(throws: DecodingError.self) { try list.decoded(as: [String: Int].self) }
        #expect(throws: DecodingError.self) {
            try LuaValue.table(LuaTable(shape: .object)).decoded(as: [Int].self)
        }
    }

    private static let mistakes: [(String, String)] = [
        ("{ { name = 1 } }", "[1].name must be a string, not 1"),
        ("{ { name = 'x', kind = 'lamp', price = '12' } }", #"[1].price must be a number, not "12""#),
        (
            "{ { name = 'x', kind = 'lamp', price = 1, tags = { 'a', {} }, size = {} } }",
            "[1].tags[2] must be a string, not an empty table"
        ),
        (
            "{ { name = 'x', kind = 'lamp', price = 1, tags = { a = 1 }, size = {} } }",
            "[1].tags must be a list, not a table with other keys than 1, 2, …"
        ),
        (
            "{ { name = 'x', kind = 'lamp', price = 1, tags = {}, size = { ['a b'] = true } } }",
            #"[1].size["a b"] must be an integer, not true"#
        ),
        (
            "{ { nmae = 'x' } }", "there is no field 'name' in [1]; did you mean 'nmae'?"
        ),
        ("7", "the value must be a list, not 7"),
        ("nil", "the value must be a list, not nil"),
        ("{ function() end }", "[1] must be a table of named fields, not a function"),
        ("{ t.probe('a') }", "[1] must be a table of named fields, not a probe"),
    ]

    @Test("What does not fit is an error that names its place", arguments: mistakes)
    func mismatches(source: String, expected: String) async {
        #expect(await problem(source, as: [Product].self) == expected)
    }

    @Test("The error has the coding path, counted from 0 as Swift does")
    func codingPath() async throws {
        let error = await #expect(throws: DecodingError.self) {
            try await run(
                "{ { name = 'x', kind = 'lamp', price = 1, tags = { 'a', 1 }, size = {} } }", as: [Product].self)
        }
        guard case .typeMismatch(_, let context) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["0", "tags", "1"])
        #expect(context.codingPath.map(\.intValue) == [0, nil, 1])
    }
}

@Suite("Encoding Lua values")
struct EncodingTests {
    private class Animal: Codable {
        var name = "Rex"
    }

    private final class Dog: Animal {
        var age = 3
        private enum Keys: String, CodingKey { case age }

        override init() { super.init() }

        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            age = try container.decode(Int.self, forKey: .age)
            try super.init(from: container.superDecoder())
        }

        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(age, forKey: .age)
            try super.encode(to: container.superEncoder())
        }
    }

    private struct Order: Codable, Hashable {
        var id: UInt64 = .max
        var lines: [String: [Int?]] = ["a": [1, nil]]
        var note: String?
        var raw: [UInt8] = [0, 255]
        var ratio: Float = 0.5
        var places: [Int: String] = [1: "x", 2: "y", 9: "z"]
    }

    private struct Nested: Encodable {
        func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            try list.encode(1)
            var inner = list.nestedUnkeyedContainer()
            try inner.encode("x")
            try inner.encodeNil()
            var fields = list.nestedContainer(keyedBy: LuaKey.self)
            try fields.encode(true, forKey: LuaKey(stringValue: "flag"))
            try fields.encodeNil(forKey: LuaKey(stringValue: "none"))
        }
    }

    private struct LuaKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    @Test("A struct becomes a table of its fields, and comes back as it was")
    func roundTrip() throws {
        let value = try LuaValue(encoding: Order())
        #expect(value["id"] == .unsigned(.max))
        #expect(value["lines"] == ["a": [1, .null]])
        #expect(value["note"] == nil)
        #expect(value["raw"] == .string(LuaString([0, 255])))
        #expect(value["places"] == .table(LuaTable(items: ["x", "y"], entries: [9: "z"])))
        #expect(try value.decoded(as: Order.self) == Order())
    }

    @Test("Scalars, lists and values of Lua encode as themselves")
    func scalars() throws {
        #expect(try LuaValue(encoding: 7) == 7)
        #expect(try LuaValue(encoding: 2.0) == 2.0)
        #expect(try LuaValue(encoding: "x") == "x")
        #expect(try LuaValue(encoding: Int?.none) == .nil)
        #expect(try LuaValue(encoding: [1, 2]) == [1, 2])
        #expect(try LuaValue(encoding: [String: LuaValue]()) == .table(LuaTable(shape: .object)))
        #expect(try LuaValue(encoding: [LuaValue]()) == .table(LuaTable(shape: .array)))
        #expect(try LuaValue(encoding: LuaValue.null) == .null)
        #expect(try LuaValue(encoding: ["t": LuaTable(items: [1])]) == ["t": [1]])
        #expect(try LuaValue(encoding: [LuaString([255])]) == [.string(LuaString([255]))])
    }

    @Test("Containers in containers and of a superclass are written where they belong")
    func containers() throws {
        let fields = LuaTable(entries: ["flag": true, "none": .null])
        #expect(try LuaValue(encoding: Nested()) == [1, ["x", .null], .table(fields)])
        let dog = try LuaValue(encoding: Dog())
        #expect(dog == ["age": 3, "super": ["name": "Rex"]])
        #expect(try dog.decoded(as: Dog.self).name == "Rex")
    }

    @Test("A script gets an encoded value as a table")
    func inScripts() async throws {
        let results = try await LuaFixture.vm().run(
            LuaChunk("local o = ... return o.places[9], o.ratio, #o.raw, tostring(o.id)", name: "t"),
            arguments: [try LuaValue(encoding: Order())])
        #expect(results == ["z", 0.5, 2, "18446744073709551615"])
    }
}
