import LuaRuntime

/// `log`: what a script reports about its work, apart from its results.
enum LogModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        var module = LuaModule(
            name: "log",
            summary: "Lines on standard error, apart from the results. Arguments are joined by spaces.",
            functions: [
                .inSource("debug", .init("Shown only with --verbose.", ["...: any"])),
                .inSource("info", .init("What goes on.", ["...: any"])),
                .inSource("warn", .init("What should be looked at.", ["...: any"])),
                .inSource("error", .init("What went wrong; it does not end the script.", ["...: any"])),
            ])
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
            guard let level = ScriptLogLevel(rawValue: try arguments.string(1)) else {
                throw LuaArgumentError("there is no such level")
            }
            host.streams.log(level, try arguments.bytes(2).lossyText)
            return .nil
        }
    }
}
