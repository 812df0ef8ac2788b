import Spelling

/// The named fields of a table, and those with whole numbers as keys.
struct LuaKeyedDecodingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let table: LuaTable
    let path: LuaCodingPath?

    var codingPath: [any CodingKey] { LuaCodingPath.keys(path) }

    var allKeys: [Key] {
        table.items.indices.compactMap { Key(intValue: $0 + 1) }
            + table.entries.keys.compactMap { key in
                switch key {
                case .integer(let number): Int(exactly: number).flatMap { Key(intValue: $0) }
                default: key.text.flatMap { Key(stringValue: $0) }
                }
            }
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    private func find(_ key: some CodingKey) -> LuaValue? {
        table[key.stringValue] ?? key.intValue.flatMap { table[$0] }
    }

    private func require(_ key: Key) throws -> LuaValue {
        if let value = find(key) { return value }
        let names = table.entries.keys.compactMap(\.text)
        let container = codingPath.isEmpty ? "" : " in \(LuaCodingPath.text(codingPath))"
        let hint = NearestName.hint(for: key.stringValue, among: names).map { "; \($0)" } ?? ""
        throw DecodingError.keyNotFound(
            key,
            .init(codingPath: codingPath, debugDescription: "there is no field '\(key.stringValue)'\(container)\(hint)")
        )
    }

    private func decoder(_ key: Key) throws -> LuaDecoder {
        LuaDecoder(value: try require(key), path: LuaCodingPath(path, key))
    }

    func decodeNil(forKey key: Key) throws -> Bool { try require(key).isNothing }
    func decode<Result: Decodable>(_ type: Result.Type, forKey key: Key) throws -> Result {
        try LuaDecoder.decode(type, from: try require(key), at: LuaCodingPath(path, key))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        let key = LuaCodingPath.Super()
        return LuaDecoder(value: find(key) ?? .nil, path: LuaCodingPath(path, key))
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

/// The values of a list.
struct LuaUnkeyedDecodingContainer: UnkeyedDecodingContainer {
    let items: [LuaValue]
    let path: LuaCodingPath?
    private(set) var currentIndex = 0

    init(items: [LuaValue], path: LuaCodingPath?) {
        self.items = items
        self.path = path
    }

    var codingPath: [any CodingKey] { LuaCodingPath.keys(path) }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    private var elementPath: LuaCodingPath { LuaCodingPath(path, LuaCodingPath.Index(currentIndex)) }

    private func require(_ type: any Any.Type) throws -> LuaValue {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                type,
                .init(
                    codingPath: LuaCodingPath.keys(elementPath),
                    debugDescription: "\(LuaCodingPath.text(codingPath)) has only \(items.count) values"))
        }
        return items[currentIndex]
    }

    mutating func decodeNil() throws -> Bool {
        guard try require(Never.self).isNothing else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Result: Decodable>(_ type: Result.Type) throws -> Result {
        let result = try LuaDecoder.decode(type, from: try require(type), at: elementPath)
        currentIndex += 1
        return result
    }

    private mutating func nextDecoder(_ type: any Any.Type) throws -> LuaDecoder {
        defer { currentIndex += 1 }
        return LuaDecoder(value: try require(type), path: elementPath)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try nextDecoder(LuaTable.self).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try nextDecoder([LuaValue].self).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try nextDecoder(LuaValue.self) }
}
