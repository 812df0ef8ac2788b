extension LuaReference {
    /// The reference as a page.
    ///
    /// - Parameter introduction: What stands above it.
    public func markdown(introduction: String) -> String {
        var page = introduction + "\n"
        for module in modules {
            page += "\n## \(module.name.isEmpty ? "Globals" : "`\(module.name)`")\n\n\(module.summary)\n"
            if !module.globals.isEmpty {
                page += "\nAlso as globals: \(module.globals.map { "`\($0)`" }.joined(separator: ", ")).\n"
            }
            page += Self.table(module.values, "value", prefix: module.prefix)
            for function in module.functions { page += Self.section(function, module.prefix) }
        }
        for type in classes {
            page += "\n## \(type.name)\n\n\(type.summary)\n"
            page += Self.table(type.properties, "property", prefix: ".")
            for method in type.methods { page += Self.section(method, ":") }
        }
        if errors.isEmpty { return page }
        page += "\n## Error codes\n\n| `e.code` | what happened | what helps |\n| --- | --- | --- |\n"
        for error in errors {
            page += "| `\(error.code)` | \(Self.cell(error.meaning)) | \(Self.cell(error.remedy)) |\n"
        }
        return page
    }

    private static func section(_ function: Function, _ prefix: String) -> String {
        var text = "\n### `\(function.signature(prefix))`\n\n\(function.summary)\n"
        text += table(function.parameters.filter { !$0.summary.isEmpty }, "argument", prefix: "")
        text += table(function.options, "option", prefix: "")
        if !function.inOrder.isEmpty {
            let names = function.inOrder.map { "`\($0)`" }.joined(separator: ", ")
            text += "\nIn this order \(names) may be given without the table.\n"
        }
        if !function.errors.isEmpty {
            text += "\nRaises \(function.errors.map { "`\($0)`" }.joined(separator: ", ")).\n"
        }
        if !function.example.isEmpty { text += "\n```lua\n\(function.example)\n```\n" }
        return text
    }

    private static func table(_ fields: [LuaField], _ title: String, prefix: String) -> String {
        guard !fields.isEmpty else { return "" }
        let rows = fields.map { "| `\(prefix)\($0.name)` | `\(cell($0.type))` | \(cell($0.summary)) |\n" }
        return "\n| \(title) | type | |\n| --- | --- | --- |\n" + rows.joined()
    }

    /// A bar would end the cell.
    private static func cell(_ text: String) -> String {
        text.replacing("|", with: "\\|")
    }
}
