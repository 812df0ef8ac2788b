import CLuaBridge

/// The kinds of values that a type in LuaLS' notation allows.
///
/// It tells Lua's basic types apart. Which texts, which numbers and which class of objects are right is for the function to
/// say, which has better words for it.
struct LuaTypes: Sendable, Equatable {
    private struct Kinds: OptionSet {
        let rawValue: UInt8
        static let boolean = Kinds(rawValue: 1)
        static let number = Kinds(rawValue: 2)
        static let string = Kinds(rawValue: 4)
        static let table = Kinds(rawValue: 8)
        static let function = Kinds(rawValue: 16)
        static let userdata = Kinds(rawValue: 32)
        static let absent = Kinds(rawValue: 64)
    }

    private let kinds: Kinds?
    /// The alternatives in words: "a string", "an output file".
    private let words: [String]

    /// - Parameter notation: Such as `string|OutputFile[]`.
    init(_ notation: String) {
        var kinds: Kinds = []
        var words: [String] = []
        var allowsAny = false
        for name in Self.alternatives(notation) {
            let (kind, word) = Self.kind(of: name)
            if let kind { kinds.formUnion(kind) } else { allowsAny = true }
            if !word.isEmpty, !words.contains(word) { words.append(word) }
        }
        self.kinds = allowsAny ? nil : kinds
        self.words = words
    }

    /// Whether nothing is wrong for it.
    var allowsAny: Bool { kinds == nil }

    /// "a string", or "a string, a number or a table".
    var inWords: String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "another value" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    /// How many alternatives ``inWords`` names.
    var count: Int { words.count }

    /// Whether it allows values of one of Lua's basic types, as the bridge numbers them.
    func allows(_ type: Int32) -> Bool {
        guard let kinds else { return true }
        return switch Int(type) {
        case SPL_TBOOLEAN: kinds.contains(.boolean)
        case SPL_TNUMBER: kinds.contains(.number)
        case SPL_TSTRING: kinds.contains(.string)
        case SPL_TTABLE: kinds.contains(.table)
        case SPL_TFUNCTION: kinds.contains(.function)
        // An integer from 2^63 on is an object, see LuaUnsigned.
        case SPL_TUSERDATA: kinds.contains(.userdata) || kinds.contains(.number)
        default: kinds.contains(.absent)
        }
    }

    /// Whether it allows a value that was copied.
    func allows(_ value: LuaValue) -> Bool {
        guard let kinds else { return true }
        return switch value {
        case .nil, .null: true
        case .boolean: kinds.contains(.boolean)
        case .integer, .unsigned, .number: kinds.contains(.number)
        case .string: kinds.contains(.string)
        case .table: kinds.contains(.table)
        case .function: kinds.contains(.function)
        case .object: kinds.contains(.userdata)
        }
    }

    /// The alternatives of a union, whose brackets and quotes may hold further bars.
    private static func alternatives(_ notation: String) -> [String] {
        var parts = [""]
        var depth = 0
        var isQuoted = false
        for character in notation {
            switch character {
            case "\"": isQuoted.toggle()
            case "(", "{", "<": depth += isQuoted ? 0 : 1
            case ")", "}", ">": depth -= isQuoted ? 0 : 1
            case "|" where depth == 0 && !isQuoted:
                parts.append("")
                continue
            default: break
            }
            parts[parts.count - 1].append(character)
        }
        return parts
    }

    /// Nil for a type that allows everything.
    private static func kind(of name: String) -> (Kinds?, word: String) {
        if name.hasSuffix("[]") { return (.table, "a list") }
        if name.hasPrefix("fun(") { return (.function, "a function") }
        if name.hasPrefix("{") || name.hasPrefix("table<") { return (.table, "a table") }
        if name.hasPrefix("\"") { return (.string, "a string") }
        return switch name {
        case "any": (nil, "")
        case "nil": (.absent, "")
        case "boolean": (.boolean, "true or false")
        // One value of a choice. The function says which there are.
        case "false", "true": (nil, "")
        case "number": (.number, "a number")
        case "integer": (.number, "an integer")
        case "string": (.string, "a string")
        case "table": (.table, "a table")
        case "function": (.function, "a function")
        default: (.userdata, LuaClass.nameWithArticle(ofType: name))
        }
    }
}
