import SpeedPix
import SpeedPixTestSupport
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Inputs of encodable values")
struct InputEncoderTests {
    private struct Retouch: Encodable, Sendable {
        enum Mode: String, Encodable { case soft }
        struct Size: Encodable { var width = 512, height: Int? }

        var image: URL
        var prompt = "a kettle"
        var seed = UInt64.max
        var mask: InputValue? = .bytes([2], filename: "mask.png")
        var source = UploadSource.bytes([3], filename: "source.png")
        var more: [InputValue] = [.bytes([4], filename: "more.png"), 5]
        var missing: String?
        var mode = Mode.soft
        var size = Size()
        var at = Date(timeIntervalSince1970: 0)
        var long = Int128(UInt64.max)
        var price = Decimal(string: "18446744073709551615")
        var small: Float = 0.1
    }

    @Test("A struct is an input, with the files in it, and every digit of its numbers")
    func structAsInput() async throws {
        let service = try InputVariableTests.service()
        let image = try #require(URL(string: "https://cdn.test/a.png"))
        let prediction = try await service.predictions.create("wf-1", input: Retouch(image: image))
        #expect(
            prediction.input == [
                "image": "https://cdn.test/a.png", "prompt": "a kettle", "seed": .unsigned(.max),
                "mask": "https://store.test/mask.png", "source": "https://store.test/source.png",
                "more": ["https://store.test/more.png", 5], "mode": "soft", "size": ["width": 512],
                "at": "1970-01-01T00:00:00Z", "long": .unsigned(.max), "price": .unsigned(.max), "small": 0.1,
            ])
    }

    private class Base: Encodable {
        var base = 1
    }

    private final class Derived: Base {
        enum CodingKeys: CodingKey { case derived, list, nested }

        override func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try super.encode(to: members.superEncoder())
            var again = encoder.container(keyedBy: CodingKeys.self)
            try again.encode(true, forKey: .derived)
            var list = again.nestedUnkeyedContainer(forKey: .list)
            try list.encode("a")
            try list.encodeNil()
            try list.encode(UInt128(3))
            var inner = list.nestedUnkeyedContainer()
            try inner.encode(1.5)
            var nested = members.nestedContainer(keyedBy: CodingKeys.self, forKey: .nested)
            try nested.encodeNil(forKey: .list)
        }
    }

    @Test("Containers of every kind, superclasses and dictionaries are encoded")
    func containers() throws {
        #expect(
            try JSONValue(encoding: Derived()) == [
                "super": ["base": 1], "derived": true, "list": ["a", nil, 3, [1.5]], "nested": ["list": nil],
            ])
        #expect(try JSONValue(encoding: [1: "a", 2: "b"]) == ["1": "a", "2": "b"])
        #expect(try JSONValue(encoding: [String: Date]()) == [:])
        #expect(try JSONValue(encoding: [Date(timeIntervalSince1970: 0.5)]) == ["1970-01-01T00:00:00.500Z"])
        #expect(try JSONValue(encoding: UInt64.max) == .unsigned(.max))
        #expect(try JSONValue(encoding: Int64.min) == .integer(.min))
        #expect(try JSONValue(encoding: nil as Int?) == .null)
    }

    @Test("A whole number beyond 64 bits is an error that names its property")
    func tooLong() async throws {
        struct Outer: Encodable, Sendable {
            struct Inner: Encodable { var seed = Int128(UInt64.max) + 1 }
            var parts = [Inner(), Inner()]
        }
        let service = try InputVariableTests.service()
        let error = try await speedPixError { try await service.predictions.run("wf-1", input: Outer()) }
        #expect(error.code == .invalidArgument)
        #expect(error.message.contains("parts[0].seed") && error.message.contains("18446744073709551616"))
        #expect(service.requests.isEmpty)
    }

    @Test("A value that is not encoded as an object is not an input")
    func notAnObject() async throws {
        let service = try InputVariableTests.service()
        for error in [
            try await speedPixError { try await service.predictions.create("wf-1", input: 5) },
            try await speedPixError { try await service.client.run("wf-1", input: ["a", "b"]) },
        ] {
            #expect(error.code == .invalidArgument && error.message.contains("not encoded as an object"))
        }
        #expect(service.requests.isEmpty)
    }

    /// An endless list would overflow the stack.
    @Test("A value that nests without end is an error")
    func endless() throws {
        struct Endless: Encodable {
            func encode(to encoder: any Encoder) throws {
                var list = encoder.unkeyedContainer()
                try list.encode(Endless())
            }
        }
        let error = try speedPixError { try InputValue(encoding: Endless()) }
        #expect(error.code == .invalidArgument && error.message.contains("nests deeper"))
    }

    @Test("A value's own error is the cause")
    func ownError() throws {
        struct Refusal: Error {}
        struct Refusing: Encodable {
            func encode(to encoder: any Encoder) throws { throw Refusal() }
        }
        let error = try speedPixError { try InputValue(encoding: ["a": Refusing()]) }
        #expect(error.code == .invalidArgument && error.cause is Refusal)
    }

    @Test("A file can be encoded only as an input")
    func fileElsewhere() throws {
        let value = InputValue.array([.path("a.png")])
        #expect(throws: EncodingError.self) { try JSONEncoder().encode(value) }
        #expect(throws: EncodingError.self) { try JSONEncoder().encode(UploadSource.path("a.png")) }
        let error = try speedPixError { try JSONValue(encoding: value) }
        #expect(error.code == .invalidArgument)
        #expect(try JSONEncoder().encode(["a": InputValue([1, 2])]) == Data(#"{"a":[1,2]}"#.utf8))
    }
}
