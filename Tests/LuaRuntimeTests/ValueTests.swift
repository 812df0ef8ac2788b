import LuaRuntime
import Testing

@Suite("Values between Lua and Swift")
struct ValueTests {
    @Test(
        "Values of each type keep type and content on the way to Swift and back",
        arguments: [
            ("nil", LuaValue.nil), ("true", true), ("false", false), ("7", 7), ("math.mininteger", .integer(.min)),
            ("1.5", 1.5), ("2.0", .number(2)), ("'héllo'", "héllo"), ("''", ""), ("t.null", .null),
            ("'\\0\\255'", .string(LuaString([0, 255]))),
            ("{}", .table(LuaTable())),
            ("{1, 'two', {3}}", .table(LuaTable(items: [1, "two", .table(LuaTable(items: [3]))]))),
            ("{a = 1, [2.5] = 'x'}", .table(LuaTable(entries: ["a": 1, .number(2.5): "x"]))),
            ("{1, 2, n = 3}", .table(LuaTable(items: [1, 2], entries: ["n": 3]))),
            ("{nil, 2}", .table(LuaTable(entries: [2: 2]))),
        ])
    func roundTrip(source: String, expected: LuaValue) async throws {
        #expect(try await LuaFixture.run("return \(source)") == expected)
        #expect(try await LuaFixture.run("return t.echo(\(source))") == expected)
        #expect(try await LuaFixture.run("return t.later(\(source))") == expected)
    }

    @Test("A table whose items were set from the last to the first is a list")
    func listBuiltBackwards() async throws {
        let value = try await LuaFixture.run("local l = {} for i = 9, 1, -1 do l[i] = i end return l")
        #expect(value == .table(LuaTable(items: (1...9).map { .integer($0) })))
    }

    @Test("Infinity and NaN reach Swift and come back")
    func infinitiesAndNaN() async throws {
        #expect(try await LuaFixture.run("return t.echo(1/0)") == .number(.infinity))
        #expect(try await LuaFixture.run("local n = t.echo(0/0) return n ~= n") == true)
    }

    @Test("A table that contains itself is refused")
    func cyclesAreErrors() async {
        let error = await luaError("local a = {} a.self = {a} t.echo(a)")
        #expect(error?.code == "invalid_argument")
        #expect(error?.message.contains("contains itself") == true)
    }

    @Test("Tables may nest 150 levels deep, and no deeper")
    func depthIsLimited() async throws {
        let nest = "local v = 1 for _ = 1, %d do v = {v} end return t.echo(v)"
        _ = try await LuaFixture.run(nest.replacing("%d", with: "150"))
        let error = await luaError(nest.replacing("%d", with: "151"))
        #expect(error?.message.contains("nests deeper than 150") == true)
    }

    @Test("A table that is in another one twice is not refused as a cycle")
    func sharedTablesAreNoCycle() async throws {
        #expect(
            try await LuaFixture.run("local x = {1} return t.echo({x, x})")
                == .table(LuaTable(items: Array(repeating: .table(LuaTable(items: [1])), count: 2))))
    }

    @Test("A coroutine cannot be passed to Swift")
    func coroutinesAreRefused() async {
        let error = await luaError("t.echo(coroutine.create(print))")
        #expect(error?.message.contains("holds a coroutine") == true)
    }

    @Test("A host function takes 200,000 arguments")
    func manyArgumentsAreHandled() async throws {
        let count = "select('#', table.unpack({}, 1, 200000))"
        #expect(try await LuaFixture.run("t.echo(table.unpack({}, 1, 200000)) return \(count)") == 200_000)
    }

    @Test("A table with 20,000 tables in it reaches Swift and comes back whole")
    func largeTree() async throws {
        let value = try await LuaFixture.run(
            "local l = {} for i = 1, 20000 do l[i] = {id = i, name = 'n' .. i} end return t.later(l)")
        #expect(value.tableValue?.items.count == 20_000)
        #expect(value.tableValue?.items.last?.tableValue?["name"] == "n20000")
    }
}

@Suite("Swift objects in scripts")
struct ObjectTests {
    @Test("A Swift object has its properties, methods, text and type in Lua")
    func membersAndMethods() async throws {
        #expect(
            try await LuaFixture.run(
                """
                local p = t.probe("ab")
                return table.concat({p.label, p:shout(), p:later(), tostring(p), type(p), tostring(p.empty)}, " ")
                """) == "ab AB ab probe(ab) userdata nil")
    }

    @Test("Swift objects are compared by their own equality")
    func equality() async throws {
        #expect(
            try await LuaFixture.run("return t.probe('a') == t.probe('a') and t.probe('a') ~= t.probe('b')") == true)
    }

    /// However the block is left, and with the object alone.
    @Test("A Swift object in a <close> variable is closed however its block is left")
    func closedAtTheEndOfABlock() async throws {
        #expect(
            try await LuaFixture.run(
                """
                local p = t.probe("a")
                do local q <close> = p end
                pcall(function() local q <close> = p error("no") end)
                local function leaves() local q <close> = p return 1 end
                leaves()
                coroutine.close(coroutine.create(function() end))
                local c = coroutine.create(function() local q <close> = p coroutine.yield() end)
                coroutine.resume(c)
                coroutine.close(c)
                return p:closings()
                """) == 4)
    }

    @Test("A task in a <close> variable is cancelled at the end of its block")
    func aTaskIsCancelledAtTheEndOfItsBlock() async throws {
        #expect(
            try await LuaFixture.run(
                """
                local task
                do
                  local t <close> = s.spawn(function() t.forever() end)
                  task = t
                end
                local outer = s.spawn(function()
                  local t <close> = s.spawn(function() t.forever() end)
                  task2 = t
                  error("leaves")
                end)
                pcall(outer.join, outer)
                return task.status .. " " .. task2.status
                """) == "canceled canceled")
    }

    @Test("A module in a <close> variable is an error")
    func moduleIsNotClosable() async {
        #expect(await luaError("local m <close> = t")?.message.contains("closable") == true)
    }

    @Test(
        "A mistyped member or option of the host is an error that suggests the nearest name",
        arguments: [
            ("local p = t.probe('a') return p.lable", "did you mean 'label'?"),
            ("local p = t.probe('a') return p:shuot()", "did you mean 'shout'?"),
            ("return t.ecko(1)", "did you mean 'echo'?"),
            ("return t.options{ timout = 1 }", "did you mean 'timeout'?"),
            ("local p = t.probe('a') return p.shout()", "call methods with a colon"),
        ])
    func mistakesGetTheNearestName(source: String, hint: String) async {
        let error = await luaError(source)
        #expect(error?.value.tableValue?["hint"]?.text?.contains(hint) == true, "\(String(describing: error))")
        #expect(error?.location?.line == 1)
    }

    @Test(
        "A script cannot change the host's modules, objects and metatables",
        arguments: [
            "t.answer = 1", "t.new = 1", "rawset(t, 'answer', 1)", "t.probe('a').label = 'b'",
            "getmetatable(t).__index = nil", "setmetatable(t, {})", "getmetatable(t.probe('a')).__gc()",
            "getmetatable('').__index = nil",
        ])
    func hostCannotBeChanged(source: String) async {
        #expect(await luaError(source) != nil)
    }

    @Test("pairs lists the members of a module")
    func pairsOfAModule() async throws {
        #expect(try await LuaFixture.run("for k, v in pairs(t) do if k == 'answer' then return v end end") == 42)
    }
}
