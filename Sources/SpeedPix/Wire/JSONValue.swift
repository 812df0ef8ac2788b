#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Any value that JSON can say. Integers that fit stay integers.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue {
    /// Parses one JSON document.
    ///
    /// The time that it takes grows with the length of the document and with nothing else. Of a name given twice, the
    /// last value counts.
    ///
    /// - Throws: A `DecodingError` if the bytes are not UTF-8 JSON, hold a number that no `Double` can, or nest deeper
    ///   than 256 levels.
    public init(parsing bytes: some Collection<UInt8>) throws {
        let parsed = try bytes.withContiguousStorageIfAvailable { try JSONParser.parse($0) }
        self = try parsed ?? Array(bytes).withUnsafeBufferPointer { try JSONParser.parse($0) }
    }

    /// The document as UTF-8 bytes, with sorted keys: the same value always gives the same bytes.
    ///
    /// - Throws: An `EncodingError` for a number that JSON cannot say (NaN, infinity).
    public func encoded() throws -> [UInt8] {
        var writer = JSONWriter()
        do {
            try writer.write(self)
        } catch {
            throw EncodingError.invalidValue(
                self, .init(codingPath: [], debugDescription: "JSON has no NaN and no infinity"))
        }
        return writer.bytes
    }

    /// The member of an object, or nil for any other value, an absent member or a null.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self, let value = members[key], value != .null else { return nil }
        return value
    }

    /// The text of a string; nil for anything else, numbers included.
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The elements of an array; nil for anything else.
    public var arrayValue: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The members of an object, nulls included; nil for anything else.
    public var objectValue: [String: JSONValue]? {
        if case .object(let members) = self { members } else { nil }
    }
}

extension JSONValue: Codable {
    /// Throws `DecodingError` for a value that JSON cannot say. Numbers that fit `Int64` become integers.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Writes the plain JSON value. Throws the encoder's error, e.g. for NaN or infinity.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string, as a literal.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An integer, as a literal.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number with a fraction, as a literal.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// True or false, as a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// JSON's null, as a literal.
    public init(nilLiteral: ()) { self = .null }
    /// An array, as a literal.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object, as a literal; of a name given twice, the last value counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}
