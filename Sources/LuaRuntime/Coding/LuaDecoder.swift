/// Reads Swift values out of a ``LuaValue``.
struct LuaDecoder: Decoder {
    let value: LuaValue
    let path: LuaCodingPath?

    var codingPath: [any CodingKey] { LuaCodingPath.keys(path) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func decode<Result: Decodable>(
        _ type: Result.Type, from value: LuaValue, at path: @autoclosure () -> LuaCodingPath?
    ) throws -> Result {
        // Bytes; through a container they would be a list of numbers.
        if type == [UInt8].self, case .string(let string) = value, let bytes = string.bytes as? Result { return bytes }
        return try Result(from: LuaDecoder(value: value, path: path()))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .table(let table) = value, !(table.isEmpty && table.shape == .array) else {
            throw Self.mismatch([String: LuaValue].self, "a table of named fields", value, codingPath)
        }
        return KeyedDecodingContainer(LuaKeyedDecodingContainer(table: table, path: path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let items = value.arrayValue, !(items.isEmpty && value.tableValue?.shape == .object) else {
            throw Self.mismatch([LuaValue].self, "a list", value, codingPath)
        }
        return LuaUnkeyedDecodingContainer(items: items, path: path)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    static func mismatch(
        _ type: any Any.Type, _ expected: String, _ value: LuaValue, _ path: [any CodingKey]
    ) -> DecodingError {
        let text = "\(LuaCodingPath.text(path)) must be \(expected), not \(value.inWords)"
        let context = DecodingError.Context(codingPath: path, debugDescription: text)
        return value.isNothing ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    static func corrupted(_ problem: String, _ path: [any CodingKey]) -> DecodingError {
        .dataCorrupted(.init(codingPath: path, debugDescription: "\(LuaCodingPath.text(path)) \(problem)"))
    }
}

extension LuaDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { value.isNothing }
    func decode<Result: Decodable>(_ type: Result.Type) throws -> Result {
        try Self.decode(type, from: value, at: path)
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .boolean(let flag) = value else { throw Self.mismatch(type, "true or false", value, codingPath) }
        return flag
    }

    func decode(_ type: String.Type) throws -> String {
        guard case .string(let string) = value else { throw Self.mismatch(type, "a string", value, codingPath) }
        guard let text = string.text else { throw Self.corrupted("is not UTF-8 text", codingPath) }
        return text
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard let number = value.numberValue else { throw Self.mismatch(type, "a number", value, codingPath) }
        return number
    }

    func decode(_ type: Float.Type) throws -> Float {
        let number = try decode(Double.self)
        let result = Float(number)
        guard result.isFinite || !number.isFinite else {
            throw Self.corrupted("is \(number), which is beyond a Float", codingPath)
        }
        return result
    }

    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }

    private func integer<Result: FixedWidthInteger>(_ type: Result.Type) throws -> Result {
        let result: Result?
        switch value {
        case .integer(let number): result = Result(exactly: number)
        case .unsigned(let number): result = Result(exactly: number)
        case .number(let number):
            // Up to 2^53 every whole number is a float of its own.
            guard number.magnitude <= 0x1p53, number.rounded() == number else {
                throw Self.corrupted(
                    "is \(number), a float that has a fraction or may have lost digits, and must be an integer",
                    codingPath)
            }
            result = Result(exactly: number)
        default: throw Self.mismatch(type, "an integer", value, codingPath)
        }
        guard let result else {
            throw Self.corrupted("is \(value), and must be from \(Result.min) to \(Result.max)", codingPath)
        }
        return result
    }
}

extension LuaValue {
    /// For messages: the type, and what it is where that is short.
    fileprivate var inWords: String {
        switch self {
        case .nil: "nil"
        case .null: "null"
        case .table(let table) where table.isEmpty: table.shape == .array ? "an empty list" : "an empty table"
        case .table(let table) where table.entries.isEmpty: "a list of \(table.items.count)"
        case .table(let table) where table.items.isEmpty: "a table with other keys than 1, 2, …"
        case .table: "a table with keys of both kinds"
        case .string(let string) where string.bytes.count <= 40: debugDescription
        case .string(let string): "a string of \(string.bytes.count) bytes"
        case .function: "a function"
        case .object(let object): type(of: object).luaClass.nameWithArticle
        case .boolean, .integer, .unsigned, .number: description
        }
    }
}
