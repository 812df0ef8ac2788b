import LuaRuntime

extension LuaField {
    /// The texts that its type names: `a` and `b` of `"a"|"b"|integer`. None for a list or a table of them.
    var choices: [String] {
        guard !type.contains(where: { "({<".contains($0) }), !type.hasSuffix("[]") else { return [] }
        return type.split(separator: "|")
            .filter { $0.count > 2 && $0.hasPrefix("\"") && $0.hasSuffix("\"") }
            .map { String($0.dropFirst().dropLast()) }
    }
}
