/// A table that is being written.
final class LuaEncodedTable {
    private var fields: [(key: LuaValue, content: LuaEncoder.Content)] = []

    func set(_ key: some CodingKey, _ content: LuaEncoder.Content) {
        fields.append((key.intValue.map { .integer(Int64($0)) } ?? .string(key.stringValue), content))
    }

    var value: LuaValue {
        var table = LuaTable()
        for (key, content) in fields { table.entries[key] = content.value }
        table.entries = table.entries.filter { $0.value != .nil }
        if table.entries.isEmpty { table.shape = .object }
        // Whole numbers as keys may make it a list.
        while let next = table.entries.removeValue(forKey: .integer(Int64(table.items.count) + 1)) {
            table.items.append(next)
        }
        return .table(table)
    }
}

/// A list that is being written.
final class LuaEncodedList {
    private var items: [LuaEncoder.Content] = []

    var count: Int { items.count }
    func append(_ content: LuaEncoder.Content) { items.append(content) }

    var value: LuaValue {
        // Nil would leave its index out.
        let values = items.map { item in
            let value = item.value
            return value == .nil ? LuaValue.null : value
        }
        return .table(LuaTable(items: values, shape: values.isEmpty ? .array : .plain))
    }
}

/// Writes named fields.
struct LuaKeyedEncodingContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let table: LuaEncodedTable
    let path: LuaCodingPath?

    var codingPath: [any CodingKey] { LuaCodingPath.keys(path) }

    func encodeNil(forKey key: Key) { table.set(key, .value(.null)) }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        table.set(key, .value(try LuaEncoder.encode(value, at: LuaCodingPath(path, key))))
    }

    private func encoder(_ key: some CodingKey) -> LuaEncoder {
        let encoder = LuaEncoder(LuaCodingPath(path, key))
        table.set(key, .encoder(encoder))
        return encoder
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder(LuaCodingPath.Super()) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

/// Writes the values of a list.
struct LuaUnkeyedEncodingContainer: UnkeyedEncodingContainer {
    let list: LuaEncodedList
    let path: LuaCodingPath?

    var codingPath: [any CodingKey] { LuaCodingPath.keys(path) }
    var count: Int { list.count }

    private var elementPath: LuaCodingPath { LuaCodingPath(path, LuaCodingPath.Index(list.count)) }

    func encodeNil() { list.append(.value(.null)) }
    func encode<Value: Encodable>(_ value: Value) throws {
        list.append(.value(try LuaEncoder.encode(value, at: elementPath)))
    }

    private func encoder() -> LuaEncoder {
        let encoder = LuaEncoder(elementPath)
        list.append(.encoder(encoder))
        return encoder
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder() }
}
