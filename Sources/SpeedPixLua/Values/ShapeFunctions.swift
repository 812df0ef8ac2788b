import LuaRuntime

/// `speedpix.array` and `speedpix.object`, which settle what an empty or a mixed table is.
enum ShapeFunctions {
    static let all = [shape("array", .array), shape("object", .object)]

    private static func shape(_ name: String, _ shape: LuaTable.Shape) -> LuaFunctionDefinition {
        .immediate(name) { arguments in
            var table = try arguments.table(1, "table") ?? LuaTable()
            guard shape == .object || table.entries.isEmpty else {
                throw LuaArgumentError("a table with named values is not an array")
            }
            table.shape = shape
            return .table(table)
        }
    }
}
