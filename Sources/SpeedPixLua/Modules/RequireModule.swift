import LocalFiles
import LuaRuntime
import SpeedPix
import Spelling
import SystemPackage

/// `require`, for `.lua` files in the script's own folder.
enum RequireModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        var module = LuaModule(
            name: "_require",
            functions: [
                .waiting("read") { arguments in
                    let name = try arguments.string(1)
                    return { _ in
                        let file = try await BlockingWork.run { try source(of: name, host) }
                        let chunk = LuaChunk(file.text, name: shown(file.path, host))
                        if let error = chunk.encodingError {
                            throw ModuleError(message: error.message, hint: "save the module as UTF-8 text")
                        }
                        return .table([
                            "path": .string(file.path), "shown": .string(LuaString(chunk.name)),
                            "text": .string(LuaString(chunk.source)),
                        ])
                    }
                },
                .immediate("check") { arguments in
                    let name = try arguments.string(1)
                    guard isName(name) else {
                        throw SpeedPixError(
                            .notAllowed, "'\(name)' is not a module of this script",
                            remedy:
                                "require takes names of .lua files beside the script, such as \"shapes\" or \"lib.shapes\""
                        )
                    }
                    return .string(name.replacing("/", with: "."))
                },
                .immediate("fail") { arguments in
                    throw ModuleError(
                        message: try arguments.string(1), hint: try arguments.string(2))
                },
                .inSource(
                    "require",
                    .init(
                        """
                        Loads a `.lua` file from the script's folder, once: `require "lib.shapes"` is `lib/shapes.lua` or \
                        `lib/shapes/init.lua`. Its first line may already wait for things.
                        """, ["module: string"], returns: "any", errors: ["module", "file_not_found", "not_allowed"],
                        example: "local shapes = require \"shapes\"")),
            ])
        module.sources = [source]
        return module
    }

    /// Names of files and folders separated by dots or slashes: nothing that leads up or away.
    private static func isName(_ name: String) -> Bool {
        let parts = name.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "/" }
        return name.utf8.count <= 200
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.unicodeScalars.allSatisfy {
                        $0.properties.isAlphabetic || "0123456789_-".unicodeScalars.contains($0)
                    }
            }
    }

    /// As messages name the file: short, and openable from the working folder.
    private static func shown(_ path: String, _ host: ScriptHost) -> String {
        var shown = FilePath(path).lexicallyNormalized()
        return shown.removePrefix(FilePath(host.files.workingDirectory).lexicallyNormalized()) ? shown.string : path
    }

    private static func source(of name: String, _ host: ScriptHost) throws -> (path: String, text: [UInt8]) {
        guard let folder = host.moduleDirectory else {
            throw ModuleError(
                message: "a script from standard input has no folder, and so no modules", hint: "put it into a file")
        }
        let relative = FilePath(name.replacing(".", with: "/"))
        for candidate in [FilePath(relative.string + ".lua"), relative.appending("init.lua")] {
            // Links are followed, and what they lead to must lie in the script's folder as well.
            var files = FileAccess(workingDirectory: folder, homeDirectory: host.files.homeDirectory)
            files.outputDirectory = folder
            files.onRead = host.files.onRead
            files.overlay = host.files.overlay
            guard try files.existing(candidate) != nil else { continue }
            let text = try files.open(candidate).read(limit: 16 << 20)
            return (FilePath(folder).appending(candidate.components).shown, text)
        }
        var files = FileAccess(workingDirectory: folder, homeDirectory: folder)
        files.overlay = host.files.overlay
        let here = (try? FolderListing(".", files, limit: NearestFile.mostNames).names.compactMap(\.text)) ?? []
        let modules = here.filter { $0.hasSuffix(".lua") }.map { String($0.dropLast(4)) }
        let nearest = files.nearest(to: FilePath(relative.string + ".lua"))?.path.text.map {
            "did you mean '\(($0.hasSuffix(".lua") ? String($0.dropLast(4)) : $0).replacing("/", with: "."))'?"
        }
        throw SpeedPixError(
            .fileNotFound,
            "there is no module '\(name)': neither \(relative.string).lua nor \(relative.string)/init.lua",
            remedy: nearest ?? NearestName.hint(for: name, among: modules)
                ?? "modules lie in the script's folder, \(folder)")
    }

    /// A module runs once, in the first task that requires it; others that require it meanwhile wait for it. A chunk that
    /// waits yields like any other code, since it is Lua that calls it.
    private static let source = """
        local host, own = ...
        local read, check, fail, load, error, ipairs, pcall = own.read, own.check, own.fail, load, error, ipairs, pcall
        local event, signal, wait_for, task, is_within = host.event, host.signal, host.wait_for, host.task, host.is_within
        local concat, pack = table.concat, table.pack
        local loaded, loading, waiting = {}, {}, {}

        -- Whether `name` cannot be finished before `current` goes on: it is loaded by a task that current belongs to, or by
        -- one that waits for such a module.
        local function waits_for(name, current)
          local entry = loading[name]
          if not entry then return false end
          if is_within(current, entry.task) then return true end
          for _, waiter in ipairs(waiting) do
            if is_within(waiter.task, entry.task) and waits_for(waiter.name, current) then return true end
          end
          return false
        end

        local function chain(name)
          local names = {}
          for other, entry in pairs(loading) do names[#names + 1] = { name = other, order = entry.order } end
          table.sort(names, function(a, b) return a.order < b.order end)
          local text = {}
          for _, item in ipairs(names) do
            if #text > 0 or item.name == name then text[#text + 1] = item.name end
          end
          text[#text + 1] = name
          return concat(text, " → ")
        end

        local function await(name, current)
          if waits_for(name, current) then
            fail("the modules require each other: " .. chain(name), "move what both need into a third module")
          end
          local ended = event()
          local entry = loading[name]
          entry.events[#entry.events + 1] = ended
          local waiter = { task = current, name = name }
          waiting[#waiting + 1] = waiter
          local guard <close> = setmetatable({}, { __close = function()
            for i, other in ipairs(waiting) do
              if other == waiter then table.remove(waiting, i) break end
            end
          end })
          wait_for(ended)
        end

        local count = 0
        function require(module)
          local name = check(module)
          while true do
            local result = loaded[name]
            if result then return result.value, result.path end
            if not loading[name] then break end
            await(name, task())
          end
          count = count + 1
          local entry = { task = task(), events = {}, order = count }
          loading[name] = entry
          -- Also after an error: tasks that wait for the module check again.
          local guard <close> = setmetatable({}, { __close = function()
            loading[name] = nil
            for _, ended in ipairs(entry.events) do signal(ended) end
          end })
          local file = read(name)
          local chunk, problem = load(file.text, "@" .. file.shown, "t")
          if not chunk then error(problem, 0) end
          local value = chunk(name, file.path)
          if value == nil then value = true end
          loaded[name] = { value = value, path = file.path }
          return value, file.path
        end
        return {}
        """
}

/// A module that cannot be loaded.
struct ModuleError: LuaRaisable {
    var message: String
    var hint: String

    var luaFields: [String: LuaValue] {
        ["code": "module", "message": .string(message), "hint": .string(hint), "retryable": false]
    }
}
