import LuaRuntime

/// `log`: what a script tells about its work, apart from its results.
enum LogModule {
    static let names = ScriptLogLevel.allCases.map(\.rawValue)

    static func module(_ host: ScriptHost) -> LuaModule {
        var module = LuaModule(name: "log")
        module.sourceNames = names
        // In Lua, since tostring may be a metamethod of the script's.
        module.sources = [
            """
            local host, _ = ...
            local write, tostring, concat, select = host.log, tostring, table.concat, select
            local module = {}
            for _, level in ipairs { "debug", "info", "warn", "error" } do
              module[level] = function(...)
                local parts = {}
                for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
                write(level, concat(parts, " "))
              end
            end
            return module
            """
        ]
        return module
    }

    /// What the Lua part calls.
    static func primitive(_ host: ScriptHost) -> LuaFunctionDefinition {
        .immediate("log") { arguments in
            guard let level = ScriptLogLevel(rawValue: try arguments.string(1, "level")) else {
                throw LuaArgumentError("there is no such level")
            }
            host.log(level, try arguments.bytes(2, "message").lossyText)
            return .nil
        }
    }
}
