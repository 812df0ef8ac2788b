import LuaRuntime

/// `print`, which goes to whatever the host calls standard output.
enum OutputModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        var module = LuaModule(
            name: "_output",
            functions: [
                LogModule.primitive(host),
                .immediate("write") { arguments in
                    try host.streams.write(arguments.bytes(1).bytes)
                    return .nil
                },
                .inSource(
                    "print", .init("Writes its arguments to standard output, separated by tabs.", ["...: any"])),
            ])
        // In Lua, since tostring may be a metamethod of the script's. What the modules after this one are made of goes
        // to the host's table, which scripts never see.
        module.sources = [
            """
            local host, own = ...
            host.log, host.os = own.log, os
            local write, tostring, concat, select = own.write, tostring, table.concat, select
            function print(...)
              local parts = {}
              for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
              write(concat(parts, "\\t") .. "\\n")
            end
            return {}
            """
        ]
        return module
    }
}
