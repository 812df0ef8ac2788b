import LuaRuntime
import SpeedPix

/// `os`, reduced to time, the allowed part of the environment, and files that the script may write.
enum OSModule {
    /// What Lua's `os` has and a script's has not.
    static let withheld = ["execute", "exit", "setlocale"]
    static let names = ["time", "date", "clock", "difftime", "getenv", "remove", "rename", "tmpname"]

    static func module(_ host: ScriptHost) -> LuaModule {
        var module = LuaModule(
            name: "os",
            functions: [
                .immediate("getenv") { .optional(try host.environment.value(try $0.string(1, "name"))) },
                .immediate("remove") { arguments in
                    let (folder, name) = try host.files.folder(
                        forWriting: try arguments.string(1, "path"), isThere: true)
                    try folder.remove(name)
                    return true
                },
                .immediate("rename") { arguments in
                    let source = try arguments.string(1, "path")
                    // What is renamed could be read afterwards: it must be readable now.
                    _ = try host.files.readable(source)
                    let (from, name) = try host.files.folder(forWriting: source, isThere: true)
                    let (to, target) = try host.files.folder(forWriting: try arguments.string(2, "new_path"))
                    try from.rename(name, to: target, in: to)
                    return true
                },
                .immediate("tmpname") { _ in
                    let (folder, name) = try host.files.folder(forWriting: "speedpix-script")
                    return .string(folder.fullPath(of: try folder.makeTemporary(beside: name).name))
                },
            ])
        module.sources = [
            """
            local host, own = ...
            local pcall, error, type = pcall, error, type
            -- As everywhere in Lua, what the file system refuses is a result; what the sandbox refuses is an error.
            local function softened(call)
              return function(...)
                local ok, result = pcall(call, ...)
                if ok then return result end
                if type(result) == "table" and (result.code == "file_not_found" or result.code == "file_system") then
                  return nil, result.message, 2
                end
                error(result, 0)
              end
            end
            local os = host.os
            return {
              time = os.time, date = os.date, clock = os.clock, difftime = os.difftime,
              remove = softened(own.remove), rename = softened(own.rename),
            }
            """
        ]
        module.sourceNames = names
        module.withheldNames = withheld
        return module
    }
}
