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
        let parts = text.split(separator: " — ", maxSplits: 1)
        let head = parts[0].split(separator: ": ", maxSplits: 1)
        return (head[0], head.count > 1 ? head[1] : nil, parts.count > 1 ? parts[1] : nil)
    }
}
