import LuaRuntime

/// `print` and `io.write`, which go to whatever the host calls standard output.
enum OutputModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        var module = LuaModule(
            name: "_output",
            functions: [
                .immediate("write") { arguments in
                    try host.write(arguments.bytes(1, "text").bytes)
                    return .nil
                }
            ])
        // In Lua, since tostring may be a metamethod of the script's.
        module.source = """
            local write, tostring, concat, select, type = (select(2, ...)).write, tostring, table.concat, select, type
            function print(...)
              local parts = {}
              for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
              write(concat(parts, "\\t") .. "\\n")
            end
            io = {
              write = function(...)
                for i = 1, select("#", ...) do
                  local part = select(i, ...)
                  if type(part) ~= "string" and type(part) ~= "number" then
                    error("io.write takes strings and numbers, not a " .. type(part), 2)
                  end
                  write(tostring(part))
                end
              end,
            }
            return {}
            """
        return module
    }
}
