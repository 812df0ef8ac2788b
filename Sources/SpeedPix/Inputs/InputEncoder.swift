#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Encodes any value as an input.
///
/// What is ``InputValueConvertible`` converts itself, wherever it stands: whole numbers keep every digit, and files stay files.
/// `Date` becomes ISO 8601 text, `Decimal` the number with its digits.
enum InputEncoder {
    /// - Throws: `EncodingError`; what the value's own `encode(to:)` throws.
    static func encode(_ value: some Encodable) throws -> InputValue {
        let node = Node()
        try encode(value, into: node, at: [])
        return node.value
    }

    fileprivate static func encode(_ value: some Encodable, into node: Node, at path: [any CodingKey]) throws {
        if let converted = try converted(value, at: path) {
            node.content = .value(converted)
            return
        }
        guard path.count <= InputDepth.limit else {
            throw EncodingError.invalidValue(
                value,
                .init(
                    codingPath: path,
                    debugDescription: "it nests deeper than \(InputDepth.limit) lists and objects"))
        }
        try value.encode(to: NodeEncoder(node: node, codingPath: path))
    }

    private static func converted(_ value: some Encodable, at path: [any CodingKey]) throws -> InputValue? {
        switch value {
        case let value as any InputValueConvertible:
            return value.inputValue
        case let date as Date:
            let isWhole = date.timeIntervalSinceReferenceDate == date.timeIntervalSinceReferenceDate.rounded()
            return .string(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: !isWhole)))
        case let number as Decimal:
            do {
                return .json(try JSONValue(parsing: Array("\(number)".utf8)))
            } catch {
                throw EncodingError.invalidValue(
                    number,
                    .init(
                        codingPath: path, debugDescription: "the number \(number) cannot be sent exactly",
                        underlyingError: error))
            }
        default:
            return nil
        }
    }

    /// A whole number of more than 64 bits in its type, perhaps with fewer in its value.
    fileprivate static func encode(
        long number: some BinaryInteger & Sendable, into node: Node, at path: [any CodingKey]
    ) throws {
        guard let value = InputValue(exactly: number) else {
            throw EncodingError.invalidValue(
                number,
                .init(codingPath: path, debugDescription: "the whole number \(number) does not fit 64 bits"))
        }
        node.content = .value(value)
    }

    /// A place in the input, which its containers fill.
    fileprivate final class Node {
        enum Content {
            /// Nothing was encoded here: an object without members, as of an empty struct.
            case none
            case value(InputValue)
            case members([String: Node])
            case elements([Node])
        }

        var content = Content.none

        var value: InputValue {
            switch content {
            case .none: .object([:])
            case .value(let value): value
            case .members(let members): .object(members.mapValues(\.value))
            case .elements(let elements): .array(elements.map(\.value))
            }
        }

        /// An object may be asked for several containers, which fill the same one.
        func beginMembers() {
            if case .members = content { return }
            content = .members([:])
        }

        func beginElements() {
            if case .elements = content { return }
            content = .elements([])
        }

        func member(_ name: String) -> Node {
            let node = Node()
            if case .members(var members) = content {
                content = .none
                members[name] = node
                content = .members(members)
            }
            return node
        }

        func append() -> Node {
            let node = Node()
            if case .elements(var elements) = content {
                content = .none
                elements.append(node)
                content = .elements(elements)
            }
            return node
        }

        var count: Int { if case .elements(let elements) = content { elements.count } else { 0 } }
    }
}

private struct NodeEncoder: Encoder {
    let node: InputEncoder.Node
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.beginMembers()
        return KeyedEncodingContainer(MemberContainer<Key>(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.beginElements()
        return ElementContainer(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        ValueContainer(node: node, codingPath: codingPath)
    }
}

/// A key that stands for an element's place, or for a class's superclass.
private struct PlaceKey: CodingKey {
    var stringValue: String
    var intValue: Int?

    init(intValue: Int) {
        self.intValue = intValue
        stringValue = "\(intValue)"
    }

    init(stringValue: String) { self.stringValue = stringValue }
}

// The generic `encode` of each container is its witness for every type that the protocols name one by one.

private struct MemberContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: InputEncoder.Node
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { node.member(key.stringValue).content = .value(.json(.null)) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try InputEncoder.encode(value, into: node.member(key.stringValue), at: codingPath + [key])
    }

    func encode(_ value: Int128, forKey key: Key) throws {
        try InputEncoder.encode(long: value, into: node.member(key.stringValue), at: codingPath + [key])
    }

    func encode(_ value: UInt128, forKey key: Key) throws {
        try InputEncoder.encode(long: value, into: node.member(key.stringValue), at: codingPath + [key])
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(for: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder(for: key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder(for: PlaceKey(stringValue: "super")) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(for: key) }

    private func encoder(for key: any CodingKey) -> NodeEncoder {
        NodeEncoder(node: node.member(key.stringValue), codingPath: codingPath + [key])
    }
}

private struct ElementContainer: UnkeyedEncodingContainer {
    let node: InputEncoder.Node
    let codingPath: [any CodingKey]
    var count: Int { node.count }

    func encodeNil() { node.append().content = .value(.json(.null)) }

    func encode<Value: Encodable>(_ value: Value) throws {
        let path = codingPath + [PlaceKey(intValue: count)]
        try InputEncoder.encode(value, into: node.append(), at: path)
    }

    func encode(_ value: Int128) throws {
        let path = codingPath + [PlaceKey(intValue: count)]
        try InputEncoder.encode(long: value, into: node.append(), at: path)
    }

    func encode(_ value: UInt128) throws {
        let path = codingPath + [PlaceKey(intValue: count)]
        try InputEncoder.encode(long: value, into: node.append(), at: path)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        nextEncoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nextEncoder().unkeyedContainer() }
    func superEncoder() -> any Encoder { nextEncoder() }

    private func nextEncoder() -> NodeEncoder {
        let path = codingPath + [PlaceKey(intValue: count)]
        return NodeEncoder(node: node.append(), codingPath: path)
    }
}

private struct ValueContainer: SingleValueEncodingContainer {
    let node: InputEncoder.Node
    let codingPath: [any CodingKey]

    func encodeNil() { node.content = .value(.json(.null)) }

    func encode<Value: Encodable>(_ value: Value) throws {
        try InputEncoder.encode(value, into: node, at: codingPath)
    }

    func encode(_ value: Int128) throws { try InputEncoder.encode(long: value, into: node, at: codingPath) }
    func encode(_ value: UInt128) throws { try InputEncoder.encode(long: value, into: node, at: codingPath) }
}
