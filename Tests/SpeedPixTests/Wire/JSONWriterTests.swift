import SpeedPix
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Writing JSON")
struct JSONWriterTests {
    /// What Foundation writes.
    private func reference(_ value: JSONValue) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static let numbers: [Double] = [
        1.5, -0.25, 1e21, 1e15, .leastNonzeroMagnitude, 0.1, 100, -0.0, .greatestFiniteMagnitude, .leastNormalMagnitude,
    ]
    private static let texts = [
        "", "plain", "/a/b?c=d&e", "\"quoted\" \\ back", "\u{8}\u{9}\u{A}\u{C}\u{D}", "\u{0}\u{1}\u{1F}\u{7F}\u{80}",
        "智作工坊 🏔 é", "\u{2028}",
    ]
    private static let keys: [String: JSONValue] = ["b": 1, "a": 2, "ab": 3, "B": 4, "é": 5, "": 6]
    private static let values: [JSONValue] =
        [.null, .bool(true), .bool(false), .integer(0), .integer(-1), .integer(.max), .integer(.min)]
        + numbers.map { .double($0) } + texts.map { .string($0) }
        + [.array([]), .object([:]), .object(keys), .array([.integer(1), .object(["deep": .array([.null])])])]

    @Test("JSONValue encodes the same bytes as Foundation", arguments: values)
    func sameAsFoundation(value: JSONValue) throws {
        let text = String(decoding: try value.encoded(), as: UTF8.self)
        #expect(try text == reference(value))
    }

    @Test(
        "JSONValue does not encode an array with infinity or NaN in it", arguments: [Double.nan, .infinity, -.infinity])
    func nonFiniteNumberInAnArray(number: Double) {
        #expect(throws: EncodingError.self) { try JSONValue.array([1, .double(number)]).encoded() }
    }
}
