import LocalFiles
import LuaRuntime
import SpeedPix

/// `os`, reduced to time, the allowed part of the environment, and files that the script may write.
enum OSModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        var module = LuaModule(
            name: "os",
            summary: """
                Lua's own, for time and for files that the script may write. `execute`, `exit` and `setlocale` are missing: a \
                script ends with its last line, or with `error`.
                """,
            functions: [
                .inSource("time", .init("Seconds since 1970.", ["table?: table"], returns: "integer")),
                .inSource(
                    "date",
                    .init(
                        "A date as text or as a table.", ["format?: string", "time?: integer"],
                        returns: "string|table")),
                .inSource("clock", .init("Seconds of processor time.", returns: "number")),
                .inSource(
                    "difftime",
                    .init("Seconds between two times.", ["t2: integer", "t1: integer"], returns: "number")),
                .immediate(
                    "getenv",
                    .init(
                        "An environment variable that --allow-env names; nil if it is not set.", ["name: string"],
                        returns: "string?", errors: ["not_allowed"])
                ) { .optional(try host.environment.value(try $0.string(1))) },
                .immediate(
                    "remove",
                    .init(
                        "Removes a file or an empty folder; nil and a message if it cannot be removed.",
                        ["path: string"], returns: "boolean?, string?, integer?", errors: ["not_allowed"])
                ) { arguments in
                    try host.files.remove(try arguments.path(1))
                    return true
                },
                .immediate(
                    "rename",
                    .init(
                        "Renames or moves; nil and a message if that is not possible.",
                        ["path: string", "new_path: string"], returns: "boolean?, string?, integer?",
                        errors: ["not_allowed"])
                ) { arguments in
                    let source = try arguments.path(1)
                    host.files.willRename()
                    // What is renamed could be read afterwards: it must be readable now.
                    _ = try host.files.readable(source)
                    let (from, name) = try host.files.folder(forWriting: source, isThere: true)
                    let (to, target) = try host.files.folder(forWriting: try arguments.path(2))
                    try from.rename(name, to: target, in: to)
                    return true
                },
                .immediate(
                    "tmpname",
                    .init(
                        "Makes an empty file in the folder of results and returns its path. The script removes it.",
                        returns: "string", errors: ScriptErrorCodes.writing)
                ) { _ in
                    let (folder, name) = try host.files.folder(forWriting: "speedpix-script")
                    return .path(folder.fullPath(of: try folder.makeTemporary(beside: name).name))
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
                  return nil, result.hint and result.message .. "; " .. result.hint or result.message, 2
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
        module.withheldNames = AbsentNames.fields(of: "os")
        return module
    }
}
