import LuaRuntime

/// Names that scripts may expect, since another Lua or another host has them, and that are not there.
///
/// `speedpix check` reports them, and a script that uses one ends with the same advice. They are nil, as scripts that ask for
/// them expect; a script may define its own of that name.
package enum AbsentNames {
    /// What to use instead, by the name of a global or `module.field`.
    package static let advice: [String: String] = {
        var advice = globals
        for (name, text) in fields { advice[name] = text }
        for name in ["find", "match", "gmatch", "gsub"] {
            advice["utf8.\(name)"] = "use string.\(name), whose patterns count bytes; utf8.charpattern is one character"
        }
        for name in ["sub", "reverse", "byte"] {
            advice["utf8.\(name)"] =
                "use utf8.offset for the place of a character, and string.\(name == "byte" ? name : "sub")"
        }
        for name in ["upper", "lower"] {
            advice["utf8.\(name)"] = "use string.\(name), which changes the letters of ASCII alone"
            advice["string.utf8\(name)"] = "use string.\(name), which changes the letters of ASCII alone"
        }
        for name in ["cosh", "sinh", "tanh"] { advice["math.\(name)"] = "use math.exp" }
        for name in ["getinfo", "getlocal", "getupvalue", "sethook", "getmetatable", "setmetatable", "getregistry"] {
            advice["debug.\(name)"] = "scripts have debug.traceback alone"
        }
        return advice
    }()

    private static let names = LuaAbsentNames(advice)

    private static let globals = [
        // Lua 5.1 and LuaJIT.
        "unpack": "use table.unpack",
        "loadstring": "use load",
        "setfenv": "use load(text, name, \"t\", environment), or a local _ENV",
        "getfenv": "use _ENV",
        "module": "let the module return a table, and write local m = require \"name\"",
        "newproxy": "use setmetatable on a table",
        "gcinfo": "use collectgarbage(\"count\")",
        "jit": "this is Lua 5.4, without LuaJIT's libraries",
        "ffi": "this is Lua 5.4, without LuaJIT's libraries",
        "bit": "use the operators of Lua 5.4: x & y, x | y, x ~ y, ~x, x << n, x >> n",
        // Lua 5.2.
        "bit32": "use the operators of Lua 5.4: x & y, x | y, x ~ y, ~x, x << n, x >> n",
        // What other hosts have, or Lua's own interpreter.
        "arg": "declare what the script takes with speedpix.params",
        "sleep": "use speedpix.sleep(seconds)",
        // What the sandbox leaves out.
        "package": "modules are .lua files in the script's folder: require \"name\"",
        "dofile": "use require \"name\" for a .lua file in the script's folder",
        "loadfile": "use load(fs.read(path)), or require \"name\" for a .lua file in the script's folder",
    ]

    private static let fields = [
        // What the sandbox leaves out.
        "os.exit": "a script ends with its last line, or with error(message, 0)",
        "os.execute": "a script starts no programs",
        "os.setlocale": "the locale is always C",
        "io.popen": "a script starts no programs; fs.list and fs.glob list files",
        "io.tmpfile": "use os.tmpname",
        "io.input": "use io.lines(path), or io.open(path)",
        "io.output": "use io.open(path, \"w\")",
        "string.dump": "functions cannot be saved; keep their text",
        // Lua 5.0 to 5.3.
        "table.getn": "use #list",
        "table.setn": "a list is as long as it has elements; set list[n] = nil to shorten it",
        "table.maxn": "use #list",
        "table.foreach": "use for key, value in pairs(t) do … end",
        "table.foreachi": "use for i, value in ipairs(list) do … end",
        "string.gfind": "use string.gmatch",
        "math.pow": "use x ^ y",
        "math.mod": "use x % y, or math.fmod",
        "math.log10": "use math.log(x, 10)",
        "math.ldexp": "use x * 2.0 ^ n",
        "math.frexp": "use math.log(x, 2) for the exponent",
        "math.atan2": "use math.atan(y, x)",
        // What other libraries have.
        "utf8.length": "use utf8.len",
        "utf8.charat": "use utf8.offset for the place of a character, and string.sub",
        "string.utf8len": "use utf8.len",
        "string.utf8sub": "use utf8.offset for the place of a character, and string.sub",
        "string.utf8reverse": "use utf8.offset for the place of a character, and string.sub",
    ]

    /// Those that Lua's own module of this name has, where a module of the host stands in its place.
    static func fields(of module: String) -> [String] {
        fields.keys.filter { $0.hasPrefix("\(module).") }.map { String($0.dropFirst(module.count + 1)) }
    }

    /// Registers them, in a VM that has all other modules already.
    static let module: LuaModule = {
        var module = LuaModule(name: "_absent")
        module.absentNames = names
        return module
    }()

    /// For the reference: a row for each.
    static let table: String = {
        let rows = advice.sorted { $0.key < $1.key }.map { "| `\($0.key)` | \($0.value.replacing("|", with: "\\|")) |" }
        return "| name | instead |\n| --- | --- |\n" + rows.joined(separator: "\n")
    }()
}
