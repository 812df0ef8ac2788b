extension LuaValue {
    /// The value that scripts are given for a Swift one: what ``decoded(as:)`` makes of it again.
    ///
    /// A struct becomes a table of named fields, without those that are nil; an array a list; a `[UInt8]` a string. Whole
    /// numbers are exact up to 2^64 − 1. Nil in an array is JSON's ``null``, which a list can hold. An empty array and an empty
    /// struct keep what they are, see ``LuaTable/Shape``.
    ///
    /// - Throws: `EncodingError`, and what a type's own `encode(to:)` throws.
    public init(encoding value: some Encodable) throws {
        self = try LuaEncoder.encode(value, at: nil)
    }
}

/// Makes a ``LuaValue`` of Swift values.
final class LuaEncoder: Encoder {
    /// What was written so far; a container writes on until the encoder is asked for its ``value``.
    enum Content {
        case nothing
        case value(LuaValue)
        case table(LuaEncodedTable)
        case list(LuaEncodedList)
        /// Of a superclass, or a container that is written to later.
        case encoder(LuaEncoder)

        var value: LuaValue {
            switch self {
            case .nothing: .nil
            case .value(let value): value
            case .table(let table): table.value
            case .list(let list): list.value
            case .encoder(let encoder): encoder.content.value
            }
        }
    }

    var content = Content.nothing
    private let path: LuaCodingPath?

    init(_ path: LuaCodingPath?) { self.path = path }

    var codingPath: [any CodingKey] { LuaCodingPath.keys(path) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func encode<Value: Encodable>(
        _ value: Value, at path: @autoclosure () -> LuaCodingPath?
    ) throws -> LuaValue {
        if let bytes = value as? [UInt8], Value.self == [UInt8].self { return .string(LuaString(bytes)) }
        let encoder = LuaEncoder(path())
        try value.encode(to: encoder)
        return encoder.content.value
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        // A class and its superclass may both ask for it.
        if case .table(let table) = content {
            return KeyedEncodingContainer(LuaKeyedEncodingContainer(table: table, path: path))
        }
        let table = LuaEncodedTable()
        content = .table(table)
        return KeyedEncodingContainer(LuaKeyedEncodingContainer(table: table, path: path))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .list(let list) = content { return LuaUnkeyedEncodingContainer(list: list, path: path) }
        let list = LuaEncodedList()
        content = .list(list)
        return LuaUnkeyedEncodingContainer(list: list, path: path)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension LuaEncoder: SingleValueEncodingContainer {
    func encodeNil() { content = .value(.nil) }
    func encode(_ value: Bool) { content = .value(.boolean(value)) }
    func encode(_ value: String) { content = .value(.string(value)) }
    func encode(_ value: Double) { content = .value(.number(value)) }
    func encode(_ value: Float) { content = .value(.number(Double(value))) }
    func encode(_ value: Int) { content = .value(.integer(Int64(value))) }
    func encode(_ value: Int8) { content = .value(.integer(Int64(value))) }
    func encode(_ value: Int16) { content = .value(.integer(Int64(value))) }
    func encode(_ value: Int32) { content = .value(.integer(Int64(value))) }
    func encode(_ value: Int64) { content = .value(.integer(value)) }
    func encode(_ value: UInt) { content = .value(.whole(UInt64(value))) }
    func encode(_ value: UInt8) { content = .value(.integer(Int64(value))) }
    func encode(_ value: UInt16) { content = .value(.integer(Int64(value))) }
    func encode(_ value: UInt32) { content = .value(.integer(Int64(value))) }
    func encode(_ value: UInt64) { content = .value(.whole(value)) }
    func encode<Value: Encodable>(_ value: Value) throws {
        content = .value(try Self.encode(value, at: path))
    }
}
