import LuaRuntime
import Testing

@Suite("Errors tell what happened and where")
struct ErrorTests {
    @Test("A syntax error has the file and the line")
    func syntaxErrorsHaveAPlace() async {
        let error = await luaError("local x = 1\nlocal = 2")
        #expect(error?.kind == .syntax)
        #expect(error?.location?.file == "test.lua")
        #expect(error?.location?.line == 2)
    }

    @Test("A module whose text does not compile is a syntax error and not a lack of memory")
    func brokenModule() {
        var module = LuaModule(name: "broken")
        module.sources = ["x ="]
        let error = #expect(throws: LuaError.self) { _ = try LuaVM(modules: [module]) }
        #expect(error?.kind == .syntax)
        #expect(error?.message.contains("unexpected symbol near <eof>") == true)
    }

    @Test("ipairs of nil is an error with the line of the loop, and of a list goes over it")
    func nilList() async throws {
        let error = await luaError("\nfor i in ipairs(nil) do end")
        #expect(error?.message == "test.lua:2: bad argument #1 to 'ipairs' (table expected, got nil)")
        let sum = try await LuaFixture.run("local n = 0 for i, v in ipairs { 3, 4 } do n = n + i * v end return n")
        #expect(sum == 11)
    }

    @Test("A runtime error has the line, Lua's message and a traceback")
    func runtimeErrorsHaveAPlaceAndATraceback() async {
        let error = await luaError("local function f()\n  local x = nil\n  return x.y\nend\nf()")
        #expect(error?.location?.line == 3)
        #expect(error?.message.contains("attempt to index a nil value (local 'x')") == true)
        #expect(error?.traceback.contains("test.lua:5: in main chunk") == true)
    }

    @Test("Lua's own messages call an error of the host an Error, as the reference does")
    func nameOfAnError() async throws {
        let message = try await LuaFixture.run(
            "local _, e = pcall(t.fail)\nlocal _, message = pcall(function() return e .. '' end)\nreturn message")
        #expect(message == "test.lua:2: attempt to concatenate a Error value (upvalue 'e')")
    }

    @Test("A traceback lists the frames of the script and none of the host")
    func tracebackOfScriptFrames() async {
        let error = await luaError("local function f(x)\n  error('no')\nend\nlocal ok = t.echo(1)\nf(1)")
        #expect(
            error?.traceback == "stack traceback:\n\ttest.lua:2: in local 'f'\n\ttest.lua:5: in main chunk"
                || error?.traceback == "stack traceback:\n\ttest.lua:2: in upvalue 'f'\n\ttest.lua:5: in main chunk",
            "\(error?.traceback ?? "")")
        #expect(await luaError("s.map({ 1 }, function()\n t.fail()\nend)")?.traceback.contains("[") == false)
    }

    @Test("A traceback of a deep stack is shortened as Lua's own, without frames of the host")
    func deepStack() async throws {
        let error = await luaError(
            "local function f(n)\n  if n == 0 then error('deep') end\n  f(n - 1)\n  return n\nend\nf(40)")
        let lines = (error?.traceback ?? "").split(separator: "\n")
        // The first ten levels begin with error(), which is not the script's.
        #expect(lines.count == 22, "\(lines)")
        #expect(lines.dropFirst(10).first == "\t...\t(skipping 21 levels)")
        #expect(lines.last == "\ttest.lua:6: in main chunk")
        let own = try await LuaFixture.run("return debug.traceback('own')")
        #expect(own == "own\nstack traceback:\n\ttest.lua:1: in main chunk")
        let names = try await LuaFixture.run("function g() return (debug.traceback('x', 1)) end return (g())")
        #expect(names == "x\nstack traceback:\n\ttest.lua:1: in function 'g'\n\ttest.lua:1: in main chunk")
        #expect(try await LuaFixture.run("return debug.traceback(print) == print") == true)
        let level = try await LuaFixture.run("local function h() return (debug.traceback(nil, 2)) end return (h())")
        #expect(level == "stack traceback:\n\ttest.lua:1: in main chunk")
    }

    @Test(
        "A traceback of an error in a task ends with the place of its spawn",
        arguments: [
            "local function work()\n  t.later(1)\n  error('no')\nend\ns.spawn(work):join()",
            "local function work()\n  t.later(1)\n  error('no')\nend\ns.spawn(work)",
            "local function work()\n  t.later(1)\n  error({ message = 'no' })\nend\ns.map({ 1, 2 }, work)",
            "local function work()\n  t.later(1)\n  t.fail()\nend\ns.all { s.spawn(work) }",
        ])
    func tracebacksReachAcrossTasks(source: String) async {
        let error = await luaError(source)
        #expect(error?.traceback.contains("test.lua:3: in") == true, "\(error?.traceback ?? "")")
        #expect(error?.traceback.contains("\nspawned at test.lua:5") == true, "\(error?.traceback ?? "")")
    }

    @Test("A traceback names each spawn of nested tasks, and none for an error outside them")
    func nestedSpawns() async {
        let error = await luaError(
            "s.spawn(function()\n  s.spawn(function()\n    error('deep')\n  end):join()\nend):join()")
        #expect(error?.traceback.hasSuffix("\nspawned at test.lua:2\nspawned at test.lua:1") == true)
        // An error of the task's own, after one that it caught, has its own stack.
        let own = await luaError("pcall(function() s.spawn(error, 'a', 0):join() end)\nerror('b')")
        #expect(own?.traceback.contains("spawned") == false)
    }

    @Test(
        "An error of a host function has code, message, hint, retryable and place in the script",
        arguments: ["t.fail()", "t.later_fail()"])
    func hostErrorsCarryFieldsAndPlace(call: String) async throws {
        let value = try await LuaFixture.run(
            """
            local ok, e = pcall(function()
              \(call)
            end)
            return { ok, e.code, e.message, e.hint, e.retryable, e.where, tostring(e), type(e.traceback) }
            """)
        #expect(
            value.tableValue?.items == [
                false, "refused", "not today", "try tomorrow", true, "test.lua:2",
                "test.lua:2: refused: not today\nhint: try tomorrow", "string",
            ])
    }

    @Test("An uncaught error of a host function reaches Swift with its code and place")
    func uncaughtHostErrorsKeepTheirCode() async {
        let error = await luaError("\nt.later_fail()")
        #expect(error?.code == "refused")
        #expect(error?.location?.line == 2)
        #expect(error?.message == "test.lua:2: refused: not today\nhint: try tomorrow")
    }

    @Test("A table that a script raises as an error is passed on unchanged")
    func scriptErrorsAreUnchanged() async throws {
        #expect(
            try await LuaFixture.run(
                "local mine = {} local _, e = pcall(s.map, {1}, function() error(mine) end) return e == mine") == true)
        let error = await luaError("error({ message = 'custom' })")
        #expect(error?.message == "custom")
    }

    @Test("The VM and load refuse precompiled chunks")
    func bytecodeIsRefused() async throws {
        let chunk = LuaChunk([0x1B] + Array("Lua".utf8), name: "evil")
        await #expect(throws: LuaError.self) { try await LuaFixture.vm().run(chunk) }
        let refused = try await LuaFixture.run("local f, e = load('\\27Lua') return f == nil and e ~= nil")
        #expect(refused == true)
        #expect(await luaError("load('return 1', 'x', 'b')") != nil)
    }

    @Test(
        "Functions that reach outside the sandbox are nil",
        arguments: [
            "dofile", "loadfile", "io", "package", "require", "os.execute", "os.exit", "os.getenv",
            "debug.getregistry", "debug.sethook", "string.dump", "_host",
        ])
    func unsafeFunctionsAreMissing(name: String) async throws {
        #expect(try await LuaFixture.run("return \(name) == nil") == true)
    }

    @Test("A shebang line is skipped and still counts as line 1")
    func shebang() async {
        let error = await luaError("#!/usr/bin/env speedpix\nerror('x')")
        #expect(error?.message == "test.lua:2: x")
    }
}
