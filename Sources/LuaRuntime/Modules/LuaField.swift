/// A named value, described: a parameter, an option, a property or a constant.
///
/// Written as one text, `name: type — summary`, or `name?: type — summary` for one that may be left out.
public struct LuaField: Sendable, ExpressibleByStringInterpolation {
    /// As scripts write it; `...` for any number of arguments.
    public let name: String
    /// In the notation of the Lua language server (LuaLS): `string`, `integer?`, `"a"|"b"`, `string[]`, `fun(i: integer)`, or
    /// a class by its ``LuaClass/typeName``. `any` if none is given.
    public let type: String
    /// Whether it may be left out.
    public let isOptional: Bool
    /// What it is for, with its unit and its default. For a parameter that may be of several types, what it may be: errors
    /// say that it must be so.
    public let summary: String

    /// From `name: type — summary`.
    public init(stringLiteral text: String) {
        let parts = text.split(separator: " — ", maxSplits: 1)
        let head = parts[0].split(separator: ": ", maxSplits: 1)
        isOptional = head[0].hasSuffix("?")
        name = String(isOptional ? head[0].dropLast() : head[0])
        type = head.count > 1 ? String(head[1]) : "any"
        summary = parts.count > 1 ? String(parts[1]) : ""
    }

    /// Whether it stands for any number of arguments.
    var isVariadic: Bool { name == "..." }
}
