/// A named value, described: a parameter, an option, a property or a constant.
///
/// Written as one text, `name: type — summary`, or `name?: type — summary` for one that may be left out.
public struct LuaField: Sendable, ExpressibleByStringInterpolation {
    /// Read only when it is asked for: each VM is given some hundred of them, and most are never looked at.
    private let text: String

    /// From `name: type — summary`.
    public init(stringLiteral text: String) {
        self.text = text
    }

    /// As scripts write it; `...` for any number of arguments.
    public var name: String {
        let name = parts.name
        return String(name.hasSuffix("?") ? name.dropLast() : name)
    }

    /// In the notation of the Lua language server (LuaLS): `string`, `integer?`, `"a"|"b"`, `string[]`, `fun(i: integer)`, or
    /// a class by its ``LuaClass/typeName``. `any` if none is given.
    public var type: String { String(parts.type ?? "any") }

    /// Whether it may be left out.
    public var isOptional: Bool { parts.name.hasSuffix("?") }

    /// What it is for, with its unit and its default. For a parameter that may be of several types, what it may be: errors
    /// say that it must be so.
    public var summary: String { String(parts.summary ?? "") }

    /// Whether it stands for any number of arguments.
    var isVariadic: Bool { name == "..." }

    private var parts: (name: Substring, type: Substring?, summary: Substring?) {
        let (head, summary) = text[...].cut(at: " — ")
        let (name, type) = head.cut(at: ": ")
        return (name, type, summary)
    }
}

extension Substring {
    /// What stands before a separator, and what behind it; nil if it is not there.
    ///
    /// By bytes: each VM reads the descriptions of the functions that its script calls, and the search of the standard library,
    /// by characters, took a third of what a batch adds to a row.
    fileprivate func cut(at separator: String) -> (Substring, Substring?) {
        var start = utf8.startIndex
        while let found = utf8[start...].firstIndex(where: { $0 == separator.utf8.first }) {
            if utf8[found...].starts(with: separator.utf8) {
                return (self[..<found], self[utf8.index(found, offsetBy: separator.utf8.count)...])
            }
            start = utf8.index(after: found)
        }
        return (self, nil)
    }
}
