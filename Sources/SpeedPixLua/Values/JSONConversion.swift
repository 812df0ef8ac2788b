import LuaRuntime
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension LuaValue {
    /// A JSON value as a script sees it. Arrays and objects stay what they are, also when they are empty.
    init(json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let flag): self = .boolean(flag)
        case .integer(let number): self = .integer(number)
        case .unsigned(let number): self = .whole(number)
        case .double(let number): self = .number(number)
        case .string(let text): self = .string(text)
        case .array(let values): self = .table(LuaTable(items: values.map(LuaValue.init(json:)), shape: .array))
        case .object(let members):
            let entries = members.map { (LuaValue.string($0), LuaValue(json: $1)) }
            self = .table(LuaTable(entries: Dictionary(entries, uniquingKeysWith: { $1 }), shape: .object))
        }
    }

    /// A point in time as ISO 8601 text, which sorts and which `os.date` users can read.
    init(date: Date) {
        self = .string(date.formatted(.iso8601))
    }
}

extension LuaTable {
    /// Whether the table is a list: declared by the script, or all its keys are 1 … n. An empty table is an object,
    /// since inputs are made of objects; `speedpix.array{}` is the empty list.
    var isList: Bool {
        switch shape {
        case .array: true
        case .object, .record: false
        case .plain: entries.isEmpty && !items.isEmpty
        }
    }

    /// In quotes, with what is not ASCII as Lua's escapes: nothing else shows how two keys differ.
    private static func escaped(_ key: String) -> String {
        let scalars = key.unicodeScalars.map {
            $0.isASCII ? String($0) : "\\u{\(String($0.value, radix: 16, uppercase: true))}"
        }
        return "\"\(scalars.joined())\""
    }

    /// The members of an object, by name.
    ///
    /// - Throws: ``LuaArgumentError`` for a key that JSON cannot have, and for two that are one in Swift's dictionaries.
    func members(at valuePath: String) throws -> [(name: String, value: LuaValue)] {
        guard items.isEmpty || shape == .object else {
            throw LuaArgumentError(
                "\(valuePath) has both listed and named values", hint: "make it a list or an object, not both")
        }
        let listed = items.enumerated().map { ("\($0 + 1)", $1) }
        let members =
            try listed
            + entries.map { key, value in
                switch key {
                case .string(let name):
                    guard let text = name.text else {
                        throw LuaArgumentError("\(valuePath) has a key that is not UTF-8")
                    }
                    return (text, value)
                case .integer(let number): return (String(number), value)
                case .unsigned(let number): return (String(number), value)
                default: throw LuaArgumentError("\(valuePath) has a \(key.typeName) as a key; JSON has only strings")
                }
            }
        // Swift's dictionaries take two keys for one that differ only in their Unicode form: one of them would be lost.
        var names: [String: String] = [:]
        for (name, _) in members {
            guard let other = names.updateValue(name, forKey: name) else { continue }
            let both = [other, name].sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map(Self.escaped)
            throw LuaArgumentError(
                "\(valuePath) has two keys that are read as one: \(both[0]) and \(both[1])",
                hint: "leave one of them out, or rename it")
        }
        return members
    }
}
