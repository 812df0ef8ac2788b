#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Any value that JSON can say. Whole numbers of up to 64 bits, with or without a sign, keep every digit.
///
/// Numbers are equal if their values are, as in JSON, whatever the case: `.integer(5) == .double(5)`.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A whole number from 2^63 to 2^64 − 1, such as a seed. A smaller one is always an ``integer(_:)``, so that equal
    /// numbers are equal values: ``init(_:)`` picks the case.
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue {
    /// A whole number: an ``integer(_:)`` if it fits one, else an ``unsigned(_:)``.
    public init(_ number: UInt64) {
        self = Int64(exactly: number).map(JSONValue.integer) ?? .unsigned(number)
    }

    /// Parses one JSON document.
    ///
    /// The time that it takes grows with the length of the document and with nothing else. Of a name given twice, the
    /// last value counts.
    ///
    /// - Throws: A `DecodingError` if the bytes are not UTF-8 JSON, hold a whole number beyond 64 bits (without fraction
    ///   and exponent: it would be rounded) or another one that no `Double` can, or nest deeper than 256 levels.
    public init(parsing bytes: some Collection<UInt8>) throws {
        try self.init(bytes, keepingLongNumbers: false)
    }

    /// Parses an answer of the service, which may have been paid for and must not be lost over a number: a whole one
    /// beyond 64 bits becomes a string of its digits.
    ///
    /// - Throws: As ``init(parsing:)`` otherwise.
    package init(parsingAnswer bytes: some Collection<UInt8>) throws {
        try self.init(bytes, keepingLongNumbers: true)
    }

    private init(_ bytes: some Collection<UInt8>, keepingLongNumbers: Bool) throws {
        func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws -> JSONValue {
            try JSONParser.parse(bytes, keepingLongNumbers: keepingLongNumbers)
        }
        let parsed = try bytes.withContiguousStorageIfAvailable(parse)
        self = try parsed ?? Array(bytes).withUnsafeBufferPointer(parse)
    }

    /// The document as UTF-8 bytes, with sorted keys: the same value always gives the same bytes.
    ///
    /// - Throws: An `EncodingError` for a number that JSON cannot say (NaN, infinity).
    public func encoded() throws(EncodingError) -> [UInt8] {
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
    /// Throws `DecodingError` for a value that JSON cannot say, and for a whole number of more digits than 64 bits and a
    /// `Double` can hold. Numbers that fit `Int64` become integers.
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
        } else if let value = try? container.decode(UInt64.self) {
            self.init(value)
        } else if let value = try? container.decode(Double.self) {
            try Self.refuseRounding(value, container)
            self = .double(value)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Refuses a whole number with more digits than a `Double` has, which was rounded. A decoder does not show its digits.
    private static func refuseRounding(_ value: Double, _ container: any SingleValueDecodingContainer) throws {
        // 17 digits are enough for every double, so that an encoder has no reason to write more.
        guard value.magnitude >= 0x1p63, let exact = try? container.decode(Decimal.self) else { return }
        let digits = "\(exact)".drop(while: { $0 == "-" })
        guard digits.allSatisfy(\.isWholeNumber), digits.reversed().drop(while: { $0 == "0" }).count > 17 else {
            return
        }
        let problem = LongNumber(digits: "\(exact)")
        throw DecodingError.dataCorrupted(
            .init(codingPath: container.codingPath, debugDescription: problem.description, underlyingError: problem))
    }

    /// Writes the plain JSON value. Throws the encoder's error, e.g. for NaN or infinity.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
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
