import LuaRuntime

/// `speedpix.array` and `speedpix.object`, which declare what an empty or a mixed table is.
enum ShapeFunctions {
    static let all: [LuaFunctionDefinition] = [
        .immediate(
            "array",
            .init("A table as JSON's array, also when it is empty.", ["table?: any[]"], returns: "any[]"),
            giving(.array)),
        .immediate(
            "object", .init("A table as JSON's object.", ["table?: table"], returns: "table"), giving(.object)),
    ]

    private static func giving(
        _ shape: LuaTable.Shape
    ) -> @Sendable (borrowing LuaArguments) throws -> LuaValue {
        { arguments in
            var table = try arguments.table(1) ?? LuaTable()
            guard shape == .object || table.entries.isEmpty else {
                throw LuaArgumentError("a table with named values is not an array")
            }
            table.shape = shape
            return .table(table)
        }
    }
}
