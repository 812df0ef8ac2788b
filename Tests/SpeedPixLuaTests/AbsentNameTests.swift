import LuaRuntime
import Testing

@testable import SpeedPixLua

@Suite("Names that are not there, and what to use instead")
struct AbsentNameTests {
    @Test(
        "A script that uses a name of another Lua ends with what to use instead",
        arguments: [
            ("os.exit(1)", "os.exit"), ("os.execute('ls')", "os.execute"), ("unpack({})", "unpack"),
            ("io.popen('ls')", "io.popen"), ("print(arg[1])", "arg"), ("print(#arg)", "arg"), ("sleep(1)", "sleep"),
            ("table.getn({})", "table.getn"), ("setfenv(1, {})", "setfenv"), ("getfenv()", "getfenv"),
            ("loadstring('x')", "loadstring"), ("bit32.band(1, 2)", "bit32"), ("module('m')", "module"),
            ("math.pow(1, 2)", "math.pow"), ("utf8.sub('x', 1)", "utf8.sub"), ("utf8.upper('x')", "utf8.upper"),
            ("string.utf8len('x')", "string.utf8len"), ("('x'):utf8len()", "string.utf8len"),
            ("string.gfind('x', 'x')", "string.gfind"), ("print(package.path)", "package"), ("dofile('x')", "dofile"),
            ("debug.getinfo(1)", "debug.getinfo"), ("local exit = os.exit\nexit()", "os.exit"),
            ("local unpack = unpack\nlocal function f() return unpack({}) end f()", "unpack"),
            ("coroutine.wrap(function() os.exit() end)()", "os.exit"),
            ("speedpix.spawn(function() os.exit() end):join()", "os.exit"),
            ("local ok, e = pcall(function() os.exit() end) error(e, 0)", "os.exit"),
            ("local ok, e = pcall(unpack, {}) error(e, 0)", nil),
            ("local ok, e = xpcall(function() os.exit() end, function(e) return e end) error(e, 0)", "os.exit"),
        ])
    func uses(script: String, name: String?) async throws {
        let message = try #require(await ScriptFolder().failure(script)).message
        guard let name else {
            #expect(message.hasSuffix("attempt to call a nil value"))
            return
        }
        let advice = try #require(AbsentNames.advice[name])
        #expect(message.hasSuffix("; \(advice)"), "\(message)")
        #expect(message.contains("a nil value ("), "\(message)")
        #expect(message.components(of: advice) == 1, "\(message)")
    }

    @Test(
        "A misspelt global, or field of one of Lua's own libraries, is an error with the nearest name",
        arguments: [
            ("rnu('echo')", "(global 'rnu'); did you mean 'run'?"),
            ("imgae.open('x')", "(global 'imgae'); did you mean 'image'?"),
            ("string.formt('x')", "(field 'formt'); did you mean 'format'?"),
            ("('x'):uper()", "(method 'uper'); did you mean 'upper'?"),
            ("local inser = table.inser\ninser({}, 1)", "(local 'inser'); did you mean 'insert'?"),
            ("speedpix.spawn(function() rnu('echo') end):join()", "(global 'rnu'); did you mean 'run'?"),
        ])
    func misspelt(script: String, end: String) async throws {
        let message = try await ScriptFolder().failureMessage(script)
        #expect(message.hasSuffix(end), "\(message)")
    }

    @Test("Every name of the list is nil, in every module")
    func allAreNil() async throws {
        let folder = try ScriptFolder()
        for name in AbsentNames.advice.keys.sorted() {
            #expect(try await folder.run("return \(name) == nil") == [true], "\(name)")
        }
    }

    @Test(
        "A script that asks for such a name, or has its own, is not disturbed",
        arguments: [
            "if unpack then error('there') end return 1",
            "local unpack = unpack or table.unpack return (unpack({ 1 }))",
            "function sleep(n) return n end return sleep(1)", "arg = { 1 } return arg[1]",
            "table.getn = function(t) return #t end return table.getn({ 1 })",
            "if os.exit then os.exit() end return 1",
            "bit32 = { band = function() return 1 end } return bit32.band(1, 3)",
            "setmetatable(string, { __index = function() return 1 end }) return string.utf8len",
        ])
    func probes(script: String) async throws {
        #expect(try await ScriptFolder().run(script) == [1])
    }

    @Test(
        "A nil of the script's own with such a name has Lua's message alone",
        arguments: [
            ("local game = {} game.exit()", "(field 'exit')"),
            ("if os.exit then end\nlocal game = {} game.exit()", "(field 'exit')"),
            ("local function f(arg) return arg.x end f()", "(local 'arg')"),
            ("local x = nil x()", "(local 'x')"), ("nothing()", "(global 'nothing')"),
        ])
    func ownNames(script: String, end: String) async throws {
        let message = try await ScriptFolder().failureMessage(script)
        #expect(message.hasSuffix(end), "\(message)")
    }
}

extension String {
    /// How often a text is in it.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}

extension ScriptFolder {
    fileprivate func failureMessage(_ script: String) async -> String { await failure(script)?.message ?? "" }
}
