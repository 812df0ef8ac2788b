import LuaRuntime
import Spelling

/// `speedpix.params`: what a script takes from the command line.
enum Parameters {
    static func function(_ host: ScriptHost) -> LuaFunctionDefinition {
        .immediate(
            "params",
            .init(
                """
                What the script takes from the command line as `name=value`; `--help` after the script lists it. Each has \
                `type` (string, integer, number, boolean, file), `required`, `default`, `min`, `max` and `help`.
                """, ["parameters: table<string, table>"], returns: "table<string, any>",
                errors: ScriptErrorCodes.reading,
                example: "local p = speedpix.params { count = { type = \"integer\", default = 4, min = 1, max = 64 } }")
        ) { arguments in
            let parameters = try declared(try arguments.table(1) ?? LuaTable())
            if let onParameters = host.onParameters {
                onParameters(parameters)
                throw LuaArgumentError("the script was only asked for its parameters")
            }
            return .table(try values(parameters, host))
        }
    }

    private static func declared(_ table: LuaTable) throws -> [Parameter] {
        guard table.items.isEmpty else {
            throw LuaArgumentError("parameters must be named: speedpix.params { count = { type = \"integer\" } }")
        }
        return try table.entries
            .map { key, value in
                guard let name = key.text, let declaration = value.tableValue else {
                    throw LuaArgumentError(
                        "the parameter '\(key.text ?? key.typeName)' must be a table, not a \(value.typeName)")
                }
                return try Parameter(name: name, declaration: declaration)
            }
            // Lua tables have no order; what must be given comes first.
            .sorted { ($0.isRequired ? 0 : 1, $0.name) < ($1.isRequired ? 0 : 1, $1.name) }
    }

    private static func values(_ parameters: [Parameter], _ host: ScriptHost) throws -> LuaTable {
        let names = parameters.map(\.name)
        for name in host.currentArguments.keys.sorted() where !names.contains(name) {
            throw LuaArgumentError(
                "the script has no parameter '\(name)'", hint: NearestName.hint(for: name, among: names))
        }
        var values = LuaTable()
        for parameter in parameters {
            if let text = host.currentArguments[parameter.name] {
                values[parameter.name] = try parameter.value(text, files: host.files)
            } else if parameter.isRequired {
                throw LuaArgumentError(
                    "the parameter \(parameter.name) is missing", hint: "add \(parameter.usage)")
            } else {
                values[parameter.name] = parameter.defaultValue
            }
        }
        return values
    }
}
