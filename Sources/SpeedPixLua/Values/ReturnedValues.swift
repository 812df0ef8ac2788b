package import LuaRuntime
package import SpeedPix

/// What a script returns at its end, as plain values by their names: a batch makes columns of them.
package enum ReturnedValues {
    /// - Parameter returned: What the chunk returned: nothing, or a table of values by names. Files stand for their URLs.
    /// - Returns: Sorted by name, since Lua's tables have no order.
    /// - Throws: ``LuaArgumentError`` for what no table of results can say, with its name.
    package static func values(_ returned: [LuaValue]) throws -> [(name: String, value: JSONValue)] {
        switch returned.first {
        case nil, .nil?: return []
        case .table(let table)?:
            guard table.items.isEmpty else {
                throw LuaArgumentError(
                    "the script returned a list; for a row it returns a table of values by names",
                    hint: "return { files = list }")
            }
            return try table.members(at: "what the script returned")
                .map { ($0.name, try json($0.value, at: $0.name)) }
                .sorted { $0.0 < $1.0 }
        case let other?:
            throw LuaArgumentError(
                "the script returned a \(other.typeName); for a row it returns nothing or a table of values by names",
                hint: "return { file = path, price = 4 }")
        }
    }

    private static func json(_ value: LuaValue, at path: String) throws -> JSONValue {
        switch value {
        case .nil, .null: return .null
        case .boolean(let flag): return .bool(flag)
        case .integer(let number): return .integer(number)
        case .unsigned(let number): return .unsigned(number)
        case .number(let number):
            guard number.isFinite else { throw unsayable(path, "\(number)") }
            return .double(number)
        case .string(let string):
            guard let text = string.text else { throw unsayable(path, "a text that is not UTF-8") }
            return .string(text)
        case .table(let table):
            if table.isList {
                return .array(try table.items.enumerated().map { try json($1, at: "\(path)[\($0 + 1)]") })
            }
            var members: [String: JSONValue] = [:]
            for (name, value) in try table.members(at: path) { members[name] = try json(value, at: "\(path).\(name)") }
            return .object(members)
        case .object(let file as OutputFileObject): return .string(file.file.url)
        case .object(let file as FileObject): return .string(file.file.url)
        case .object(let placeholder as PlaceholderObject): return .string(placeholder.url)
        case .function, .object: throw unsayable(path, "a \(value.typeName)")
        }
    }

    private static func unsayable(_ path: String, _ what: String) -> LuaArgumentError {
        LuaArgumentError(
            "the script returned \(what) as '\(path)', which a table of results cannot say",
            hint: "return texts, numbers, booleans, paths, or tables of them")
    }
}
