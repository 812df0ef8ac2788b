import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// `io`, reduced to files that the script may open, standard input, output and error.
package enum IOModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        var module = LuaModule(
            name: "io",
            summary:
                "Lua's own, for files that the script may open. `popen`, `tmpfile`, `input` and `output` are missing.",
            functions: described + [
                .immediate("open") { arguments in
                    let path = try arguments.path(1)
                    let mode = arguments.isAbsent(2) ? "r" : try arguments.string(2)
                    return .object(try open(path, mode, host.files))
                },
                .immediate("write") { arguments in
                    try host.streams.write(arguments.bytes(1).bytes)
                    return .nil
                },
                .immediate("write_error") { arguments in
                    host.streams.writeError(try arguments.bytes(1).bytes)
                    return .nil
                },
                .immediate("digits") { arguments in
                    if case .unsigned(let number) = try arguments.value(1) { .string(String(number)) } else { .nil }
                },
                .immediate("input") { _ in .object(FileHandle(content: try host.streams.readInput(), name: "stdin")) },
            ],
            fields: [
                "stdin: any — has read and lines", "stdout: any — has write", "stderr: any — has write",
            ],
            classes: [FileHandle.self])
        module.sources = [source]
        module.withheldNames = AbsentNames.fields(of: "io")
        return module
    }

    /// What scripts see: in the Lua text below, in front of the host's functions.
    private static let described: [LuaFunctionDefinition] = [
        .inSource(
            "open",
            .init(
                "Opens a file; nil, a message and a number if it cannot be opened.",
                ["path: string", "mode?: string — r, w, a, r+, w+ or a+; default r"],
                returns: "FileHandle?, string?, integer?", errors: ["not_allowed"])),
        .inSource(
            "lines",
            .init(
                "Iterates over the lines of a file, or of standard input.", ["path?: string", "...: string|integer"],
                returns: "fun(): any", errors: ScriptErrorCodes.reading)),
        .inSource("read", .init("Reads from standard input.", ["...: string|integer"], returns: "any")),
        .inSource("write", .init("Writes to standard output.", ["...: string|number"], returns: "any")),
        .inSource("close", .init("Closes a file.", ["handle: FileHandle"], returns: "boolean")),
        .inSource("type", .init("\"file\", \"closed file\" or nil.", ["value: any"], returns: "string?")),
    ]

    private static func open(_ path: FilePath, _ mode: String, _ files: FileAccess) throws -> FileHandle {
        let plain = mode.filter { $0 != "b" }
        guard ["r", "w", "a", "r+", "w+", "a+"].contains(plain) else {
            throw LuaArgumentError(
                "io.open has no mode '\(mode)'", hint: "there are: r, w, a, r+, w+, a+, and b after each")
        }
        if plain == "r" { return FileHandle(try files.open(path).descriptor, name: path.shown) }
        // To write into what is there is also to read it, where the mode says so.
        if plain == "r+" || plain == "a+", try files.existing(path) != nil { _ = try files.open(path) }
        let (folder, name) = try files.folder(forWriting: path, isThere: plain.hasPrefix("r") || plain.hasPrefix("a"))
        let access = plain.hasSuffix("+") ? O_RDWR : O_WRONLY
        let making = plain.hasPrefix("r") ? 0 : plain.hasPrefix("w") ? O_CREAT | O_TRUNC : O_CREAT | O_APPEND
        let descriptor = try folder.open(name, access | making)
        guard descriptor.status.map(FileKind.init) == .file else {
            throw SpeedPixError(.invalidArgument, "\(path.shown) is not a regular file")
        }
        return FileHandle(descriptor, name: path.shown)
    }

    /// The name in the metatables of handles, the one that Lua's own have (LUA_FILEHANDLE).
    package static let handleClass = "FILE*"

    /// Handles, formats and iterators, which give several values and so are Lua's business.
    private static let source = """
        local _, own = ...
        local open, put, put_error, input, digits = own.open, own.write, own.write_error, own.input, own.digits
        own.write_error, own.input, own.digits = nil, nil, nil
        local type, tostring, error, pcall, select, setmetatable = type, tostring, error, pcall, select, setmetatable
        local pack, unpack, sub, math_type = table.pack, table.unpack, string.sub, math.type
        -- A handle is an empty table in front of the host's object, which a script cannot get at.
        local objects = setmetatable({}, { __mode = "k" })
        local closed = setmetatable({}, { __mode = "k" })
        local methods, metatable = {}, nil

        local function object_of(handle, name)
          local object = objects[handle]
          if object then return object end
          if closed[handle] then error("attempt to use a closed file", 3) end
          error("call file methods with a colon: file:" .. name .. "(…)", 3)
        end

        local function read_one(object, format)
          if math_type(format) == "integer" then return object:take(format) end
          if type(format) ~= "string" then error("bad argument to 'read' (invalid format)", 0) end
          local letter = sub(format, 1, 1) == "*" and sub(format, 2, 2) or sub(format, 1, 1)
          if letter == "l" then return object:line() end
          if letter == "L" then return object:line(true) end
          if letter == "a" then return object:all() end
          if letter == "n" then return object:number() end
          error("bad argument to 'read' (invalid format '" .. format .. "'; there are: l, L, a, n and a count)", 0)
        end

        local function read(object, ...)
          local count = select("#", ...)
          if count == 0 then return object:line() end
          local results = {}
          for i = 1, count do
            results[i] = read_one(object, (select(i, ...)))
            if results[i] == nil then return unpack(results, 1, i) end
          end
          return unpack(results, 1, count)
        end

        local function text_of(value)
          if type(value) == "string" or type(value) == "number" then return tostring(value) end
          local number = type(value) == "userdata" and digits(value)
          if number then return number end
          error("only strings and numbers can be written, not a " .. type(value), 3)
        end

        local function wrap(object)
          local handle = setmetatable({}, metatable)
          objects[handle] = object
          return handle
        end

        function methods.read(handle, ...) return read(object_of(handle, "read"), ...) end
        function methods.write(handle, ...)
          local object = object_of(handle, "write")
          for i = 1, select("#", ...) do object:put(text_of((select(i, ...)))) end
          return handle
        end
        function methods.lines(handle, ...)
          local object, formats = object_of(handle, "lines"), pack(...)
          return function() return read(object, unpack(formats, 1, formats.n)) end
        end
        function methods.seek(handle, whence, offset)
          whence = whence or "cur"
          if whence ~= "set" and whence ~= "cur" and whence ~= "end" then
            error("file:seek starts at set, cur or end, not '" .. tostring(whence) .. "'", 2)
          end
          return object_of(handle, "seek"):seek(whence, offset or 0)
        end
        function methods.flush(handle)
          object_of(handle, "flush"):flush()
          return handle
        end
        function methods.setvbuf() return true end
        function methods.close(handle)
          local object = object_of(handle, "close")
          objects[handle], closed[handle] = nil, true
          object:close()
          return true
        end

        metatable = {
          __index = function(_, name) return methods[name] end,
          __newindex = function() error("a file cannot be changed", 2) end,
          __name = "\(handleClass)", __metatable = false,
          __close = function(handle) if objects[handle] then methods.close(handle) end end,
          __tostring = function(handle)
            return objects[handle] and tostring(objects[handle]) or "file (closed)"
          end,
        }

        local stdin
        local function standard_input()
          stdin = stdin or input()
          return stdin
        end

        local io = {}
        function io.open(path, mode)
          local ok, result = pcall(open, path, mode)
          if ok then return wrap(result) end
          -- As everywhere in Lua, a file that is not there is no error; one that is not allowed is.
          if type(result) == "table" and (result.code == "file_not_found" or result.code == "file_system") then
            return nil, result.hint and result.message .. "; " .. result.hint or result.message, 2
          end
          error(result, 0)
        end
        function io.lines(path, ...)
          if path == nil then
            local formats = pack(...)
            return function() return read(standard_input(), unpack(formats, 1, formats.n)) end
          end
          local handle = wrap(open(path))
          local next_line = methods.lines(handle, ...)
          return function()
            if not objects[handle] then return nil end
            local results = pack(next_line())
            if results[1] == nil then methods.close(handle) end
            return unpack(results, 1, results.n)
          end, nil, nil, handle
        end
        function io.read(...) return read(standard_input(), ...) end
        function io.close(handle) return methods.close(handle) end
        function io.type(handle)
          return objects[handle] and "file" or closed[handle] and "closed file" or nil
        end

        local function stream(name, write)
          local self = {}
          local members = {
            write = function(_, ...)
              for i = 1, select("#", ...) do write(text_of((select(i, ...)))) end
              return self
            end,
            flush = function() return self end, setvbuf = function() return true end,
            close = function() return true end,
          }
          return setmetatable(self, {
            __index = members, __metatable = false, __name = "\(handleClass)",
            __newindex = function() error(name .. " cannot be changed", 2) end,
            __tostring = function() return "file (" .. name .. ")" end,
          })
        end
        io.stdout, io.stderr = stream("stdout", put), stream("stderr", put_error)
        function io.write(...) return io.stdout:write(...) end
        io.stdin = setmetatable({}, {
          __metatable = false, __name = "\(handleClass)", __tostring = function() return "file (stdin)" end,
          __newindex = function() error("stdin cannot be changed", 2) end,
          __index = {
            read = function(_, ...) return read(standard_input(), ...) end,
            lines = function(_, ...) return io.lines(nil, ...) end,
            close = function() return true end,
          },
        })
        return io
        """
}
