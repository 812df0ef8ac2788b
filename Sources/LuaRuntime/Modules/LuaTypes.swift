import CLuaBridge

/// The kinds of values that a type in LuaLS' notation allows.
///
/// It distinguishes Lua's basic types. Which texts, numbers and classes of objects are valid, the function itself checks: its
/// messages are more exact.
struct LuaTypes: Sendable, Equatable {
    /// A bit for each of Lua's basic types, as the bridge numbers them: from -1, for no value at all.
    struct Kinds: OptionSet {
        let rawValue: UInt16

        init(rawValue: UInt16) { self.rawValue = rawValue }

        private init(_ type: Int) { rawValue = 1 << UInt16(type + 1) }

        static let boolean = Kinds(SPL_TBOOLEAN)
        static let number = Kinds(SPL_TNUMBER)
        static let string = Kinds(SPL_TSTRING)
        static let table = Kinds(SPL_TTABLE)
        static let function = Kinds(SPL_TFUNCTION)
        static let userdata = Kinds(SPL_TUSERDATA)
        static let absent: Kinds = [Kinds(SPL_TNONE), Kinds(SPL_TNIL)]
        static let any = Kinds(rawValue: .max)

        /// Whether a type is among them.
        func contains(type: Int32) -> Bool { rawValue >> UInt16(truncatingIfNeeded: type + 1) & 1 == 1 }
    }

    let kinds: Kinds
    /// The alternatives in words: "a string", "an output file".
    private let words: [String]

    /// - Parameter notation: Such as `string|OutputFile[]`.
    init(_ notation: String) {
        var kinds: Kinds = []
        var words: [String] = []
        for name in Self.alternatives(notation) {
            let (kind, word) = Self.kind(of: name)
            kinds.formUnion(kind)
            if !word.isEmpty, !words.contains(word) { words.append(word) }
        }
        // An integer from 2^63 on is an object, see LuaUnsigned.
        if kinds.contains(.number) { kinds.formUnion(.userdata) }
        self.kinds = kinds
        self.words = words
    }

    /// "a string", or "a string, a number or a table".
    var inWords: String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "another value" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    /// How many alternatives ``inWords`` names.
    var count: Int { words.count }

    /// Whether it allows a value that was copied.
    func allows(_ value: LuaValue) -> Bool {
        switch value {
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

    private static func kind(of name: String) -> (Kinds, word: String) {
        if name.hasSuffix("[]") { return (.table, "a list") }
        if name.hasPrefix("fun(") { return (.function, "a function") }
        if name.hasPrefix("{") || name.hasPrefix("table<") { return (.table, "a table") }
        if name.hasPrefix("\"") { return (.string, "a string") }
        return switch name {
        case "any": (.any, "")
        case "nil": (.absent, "")
        case "boolean": (.boolean, "true or false")
        // One value of a choice. The function says which there are.
        case "false", "true": (.any, "")
        case "number": (.number, "a number")
        case "integer": (.number, "an integer")
        case "string": (.string, "a string")
        case "table": (.table, "a table")
        case "function": (.function, "a function")
        default: (.userdata, LuaClass.nameWithArticle(ofType: name))
        }
    }
}
