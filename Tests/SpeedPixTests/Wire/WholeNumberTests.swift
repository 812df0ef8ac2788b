import HTTPTypes
import SpeedPixTestSupport
import Testing

@testable import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Whole numbers of 64 bits")
struct WholeNumberTests {
    static let numbers: [(String, JSONValue)] = [
        ("9007199254740993", .integer(9_007_199_254_740_993)), ("9223372036854775807", .integer(.max)),
        ("9223372036854775808", .unsigned(1 << 63)), ("15417283946501827364", .unsigned(15_417_283_946_501_827_364)),
        ("18446744073709551615", .unsigned(.max)), ("-1", -1), ("-9223372036854775808", .integer(.min)),
    ]

    @Test("JSONValue keeps all digits of whole numbers of 64 bits", arguments: numbers)
    func roundTrips(text: String, value: JSONValue) throws {
        let document = "{\"a\":[\(text)]}"
        let parsed = try JSONValue(parsing: document.utf8)
        #expect(parsed == ["a": [value]])
        #expect(try JSONValue(parsingAnswer: document.utf8) == parsed)
        #expect(String(decoding: try parsed.encoded(), as: UTF8.self) == document)
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(document.utf8)) == parsed)
        #expect(String(decoding: try JSONEncoder().encode(parsed), as: UTF8.self) == document)
        #expect(value.lenientString == text && value.lenientIdentifier == text)
        guard let number = UInt64(text) else { return }
        #expect(JSONValue(number) == value)
        #expect(try value.decode(UInt64.self) == number)
        #expect(try parsed.decode([String: [UInt64]].self) == ["a": [number]])
        guard case .json(let sent) = InputValue.unsigned(number) else { return }
        #expect(sent == value)
    }

    @Test(
        "JSONValue refuses a whole number beyond 64 bits by its digits",
        arguments: ["18446744073709551616", "-9223372036854775809", "100000000000000000000000000000000000001"])
    func tooLong(text: String) throws {
        let error = #expect(throws: DecodingError.self) { try JSONValue(parsing: "[1, \(text)]".utf8) }
        #expect(error.flatMap { LongNumber($0) }?.digits == text)
        #expect(error.flatMap { LongNumber($0) }?.description == "the whole number \(text) does not fit 64 bits")
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(JSONValue.self, from: Data("[\(text)]".utf8)) }
        #expect(LongNumber(CancellationError()) == nil)
    }

    @Test("JSONValue reads a number with a fraction or an exponent as a float")
    func floats() throws {
        #expect(
            try JSONValue(parsing: "[1e20, 15417283946501827364.0, -1e30]".utf8) == [
                1e20, 1.5417283946501827e19, -1e30,
            ])
        let decoded = try JSONDecoder().decode(JSONValue.self, from: Data("[1e20, 1.2345678901234567e25]".utf8))
        #expect(decoded == [1e20, 1.2345678901234567e25])
    }

    @Test("A whole number beyond 64 bits in an answer is kept as text")
    func answers() async throws {
        let body =
            #"{"status":10,"data":{"taskId":18446744073709551616,"status":"succeeded","result":{"seed":18446744073709551616,"n":18446744073709551615}}}"#
        let envelope = try ServiceAnswer.envelope(status: .ok, headers: [:], body: Array(body.utf8), now: .distantPast)
        #expect(envelope.data["result"] == ["seed": "18446744073709551616", "n": .unsigned(.max)])
        #expect(envelope.data["taskId"]?.lenientIdentifier == "18446744073709551616")
        let transport = ScriptedTransport([], then: .text(body))
        var dependencies = ClientDependencies()
        dependencies.transport = transport
        let client = SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "http://service.test"),
            dependencies: dependencies)
        let prediction = try await client.predictions.get("t-1")
        #expect(prediction.output?["seed"] == "18446744073709551616")
    }

    @Test("A create sends a seed of 64 bits with all digits", arguments: numbers)
    func seedOfACreate(text: String, value: JSONValue) async throws {
        let transport = ScriptedTransport([.ok(["taskId": "t-1", "status": "waiting"])])
        var dependencies = ClientDependencies()
        dependencies.transport = transport
        let client = SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "http://service.test"),
            dependencies: dependencies)
        _ = try await client.predictions.create("w", input: ["seed": .json(value)])
        let body = String(decoding: try #require(transport.requests.first).body, as: UTF8.self)
        #expect(body.contains("\"inputs\":{\"seed\":\(text)}"), "\(body)")
    }

    @Test("The lenient readings accept unsigned numbers")
    func lenient() {
        #expect(JSONValue.unsigned(1 << 63).lenientDouble == 0x1p63)
        #expect(JSONValue.unsigned(1 << 63).lenientInteger == nil)
        #expect(JSONValue.unsigned(.max).lenientBool == true)
        #expect(JSONValue.unsigned(.max).lenientDate == nil)
    }
}
