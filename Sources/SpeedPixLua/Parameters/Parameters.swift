package import LuaRuntime
import SpeedPix
import Spelling

/// `speedpix.params`: what a script takes from the command line.
package enum Parameters {
    static let function = LuaFunctionDefinition.inSource(
        "params",
        .init(
            """
            What the script takes from the command line as `name=value`; `--help` after the script lists it. Each has \
            `type` (string, integer, number, boolean, file), `required`, `default`, `min`, `max` and `help`. A value that is \
            missing, wrong or of no parameter ends the script with that list and exit status 2. The result has these names \
            alone: reading another one is an error.
            """, ["parameters: table<string, table>"], returns: "table<string, any>",
            errors: ScriptErrorCodes.reading,
            example: "local p = speedpix.params { count = { type = \"integer\", default = 4, min = 1, max = 64 } }"))

    /// A parameter that has no value is nil; a name that was not declared is misspelt.
    static let source = """
        local host, _, module = ...
        local check, read, refuse = host.check, host.read_parameters, host.refuse_parameter
        local setmetatable, type, tostring, next = setmetatable, type, tostring, next
        return {
          params = function(parameters)
            check(module .. ".params", parameters)
            local values = read(parameters)
            local declared = {}
            for name in next, parameters do declared[name] = true end
            return setmetatable(values, { __index = function(_, name)
              if not declared[name] then refuse(type(name) == "string" and name or tostring(name), declared) end
            end, __metatable = false })
          end,
        }
        """

    /// What the Lua part calls.
    static func primitives(_ host: ScriptHost) -> LuaModule {
        LuaModule(
            name: "_host",
            functions: [
                .immediate("read_parameters") { arguments in
                    let parameters = try declared(try arguments.table(1) ?? LuaTable())
                    if let onParameters = host.onParameters {
                        onParameters(parameters)
                        throw LuaArgumentError("the script was only asked for its parameters")
                    }
                    return .table(try values(parameters, host))
                },
                .immediate("refuse_parameter") { arguments in
                    let name = try arguments.string(1)
                    let names = (try arguments.table(2) ?? LuaTable()).entries.keys.compactMap(\.text)
                    throw LuaArgumentError(
                        "the script declares no parameter '\(name)'",
                        hint: NearestName.hint(for: name, among: names))
                },
            ])
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
        let given = host.currentArguments
        guard given.isEmpty || !host.haveArgumentsBeenRead else {
            throw LuaArgumentError(
                "speedpix.params was called before: what the command line gives belongs to its first call",
                hint: "declare all parameters in one call, and hand their values to modules")
        }
        host.noteParametersRead()
        for name in given.keys.sorted() where !names.contains(name) {
            throw ParameterError(
                message: "the script has no parameter '\(name)'", hint: NearestName.hint(for: name, among: names),
                parameters: parameters)
        }
        var values = LuaTable()
        for parameter in parameters {
            if let text = given[parameter.name] {
                values[parameter.name] = try value(of: parameter, text, parameters, host)
            } else if parameter.isRequired {
                throw ParameterError(
                    message: "the parameter \(parameter.name) is missing", hint: "add \(parameter.usage)",
                    parameters: parameters)
            } else {
                values[parameter.name] = parameter.defaultValue
            }
        }
        return values
    }

    private static func value(
        of parameter: Parameter, _ text: String, _ parameters: [Parameter], _ host: ScriptHost
    ) throws -> LuaValue {
        do {
            return try parameter.value(text, files: host.files)
        } catch let error as LuaArgumentError {
            throw ParameterError(message: error.message, hint: error.hint, parameters: parameters)
        } catch let error as SpeedPixError {
            throw ParameterError(
                message: "the parameter \(parameter.name): \(error.message)", hint: error.remedy,
                code: .string(error.code.rawValue), parameters: parameters)
        }
    }

    /// Whether a text may come to `speedpix.params`: it has the word, or runs other texts.
    package static func mayBeDeclared(in chunk: LuaChunk) -> Bool {
        var lexer = LuaLexer(chunk.source)
        while let token = lexer.next() {
            let text = lexer.text(token)
            switch token.kind {
            case .word where ["params", "require", "load"].contains(text): return true
            case .string where text.contains("params"): return true
            default: break
            }
        }
        return false
    }
}
