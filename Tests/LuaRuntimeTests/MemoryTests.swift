import LuaRuntime
import Testing

@Suite("The memory of a VM")
struct MemoryTests {
    @Test("A script that exceeds the memory limit gets an error")
    func memoryLimit() async throws {
        var limits = LuaLimits()
        limits.memory = 8 << 20
        let error = await luaError("local s = 'x' while true do s = s .. s end", limits: limits)
        #expect(error?.message.contains("not enough memory") == true)
        let bomb = await luaError("return ('x'):rep(1e9)", limits: limits)
        #expect(bomb?.message.contains("not enough memory") == true)
        #expect(try await LuaFixture.run("return pcall(string.rep, 'x', 1e9)", limits: limits) == false)
    }

    /// Touches every way in which values cross, tasks begin and end, and errors are made.
    static let everything = """
        local p = t.probe("a")
        local values = { 1, 2.5, "text", true, t.null, { nested = { deep = { 1, 2, 3 } } }, p }
        local copy = t.echo(values)
        copy = t.later(copy)
        assert(copy[7] == p and copy[6].nested.deep[3] == 3)
        assert(t.add(1, 2, 3) == 6)
        assert(p.label .. p:shout() .. p:later() .. tostring(p) == "aAaprobe(a)")
        for _, f in ipairs { t.fail, t.later_fail, function() return t.ecko end, function() return p.lable end,
          function() t.options { wrong = 1 } end, function() t.echo(coroutine.create(print)) end,
          function() table.sort({ 2, 1 }, function() return t.later(1) end) end, function() absent() end,
          function() string.absent("x") end, coroutine.wrap(function() ("x"):absent() end) } do
          local ok, e = pcall(f)
          assert(not ok and #tostring(e) > 0)
        end
        local results = s.map({ 1, 2, 3, 4 }, function(x)
          local c <close> = setmetatable({}, { __close = function() end })
          local wrapped = coroutine.wrap(function() coroutine.yield(t.later(x)) end)
          return { wrapped(), t.probe("p" .. x) }
        end, { concurrency = 2 })
        assert(#results == 4 and results[4][1] == 4)
        assert(t.call(function(x) return { x, t.later(x) } end, 5)[2] == 5)
        assert(not pcall(s.map, { 1, 2 }, function(x) t.later(x) error("no") end))
        assert(s.all { a = s.spawn(t.later, 1), b = s.spawn(t.later, 2) }.b == 2)
        assert(s.first { s.spawn(t.later_fail), s.spawn(t.later, 3) } == 3)
        assert(s.settle({ 1 }, t.later_fail)[1].error.code == "refused")
        local ended = 0
        for job in s.completed { s.spawn(t.later, 1), s.spawn(t.later_fail) } do ended = ended + 1 end
        assert(ended == 2 and s.timeout(60, t.later, 4) == 4)
        local stopped = s.spawn(t.forever)
        stopped:cancel()
        assert(not pcall(stopped.join, stopped) and stopped.status == "canceled")
        local function guard() return setmetatable({}, { __close = function() t.later(1) end }) end
        for _, f in ipairs { function() t.fail() end, function() error("x") end } do
          assert(not pcall(s.map, { 1 }, function() local a <close> = guard() local b <close> = guard() f() end))
          assert(not pcall(coroutine.wrap(function() local a <close> = guard() f() end)))
        end
        stopped = s.spawn(function()
          local a <close> = guard()
          coroutine.wrap(function() local b <close> = guard() pcall(t.forever) end)()
        end)
        t.later(1)
        stopped:cancel()
        assert(not pcall(stopped.join, stopped) and stopped.status == "canceled")
        local paused = coroutine.create(function() local a <close> = guard() coroutine.yield() end)
        assert(coroutine.resume(paused) and coroutine.close(paused) and #debug.traceback(paused, "x") > 1)
        local text = json.encode({ list = { 1, 2.5, "é", t.null }, deep = { { { true } } } }, { sort_keys = true })
        assert(json.encode(json.decode(text), { sort_keys = true }) == text)
        assert(not pcall(json.decode, '{"a": [1, 2, {"b": "c" "d"}]}') and not pcall(json.encode, { { print } }))
        local pairs_text = ("k=v, "):rep(20)
        local n = select(2, pairs_text:gsub("(%w)=(%w)", function(k, v) return k .. v end)) + select(2, pairs_text:gsub("k", { k = 1 }))
        for k, v in pairs_text:gmatch("(%w)=(%w)") do n = n + #k + #v end
        assert(n == 80 and pairs_text:find(("k?"):rep(40) .. "=") == 1 and pairs_text:match("^(.-),") == "k=v")
        assert(not xpcall(error, debug.traceback, "x") and not pcall(s.spawn(function() s.sleep(-1) end).join))
        local list = {}
        for i = 1, 12000 do list[i] = -i end
        table.sort(list)
        assert(list[1] == -12000)
        local big = json.decode("18446744073709551615")
        assert(big .. tostring(big) == ("18446744073709551615"):rep(2) and t.later(t.echo { big })[1] == big)
        assert(json.encode { big } == "[18446744073709551615]" and big // 3 < big and big - 1 + 1 == big)
        assert(not load("return 18446744073709551616") and not pcall(function() return big + 1 end))
        assert(not load("print（1)") and not load("x = r.货号") and not load("x = '\\xBB\\xF5"))
        local pieces, at = { "return ", "1" }, 0
        assert(load(function() at = at + 1 return pieces[at] end)() == 1)
        collectgarbage()
        return load("return 1")()
        """

    @Test("A VM survives the failure of any two allocations in a row")
    func everyAllocationMayFail() async throws {
        let probes = ProbeCount()
        var n: UInt64 = 1
        var failures = 0
        // Two in a row: Lua collects garbage and tries again after the first.
        while true {
            let vm = try LuaFixture.vm(probes: probes)
            let armed = await vm.allocations
            await vm.failAllocation(n, count: 2)
            let result: Result<[LuaValue], any Error>
            do {
                result = .success(try await vm.run(LuaChunk(Self.everything, name: "test.lua")))
            } catch {
                result = .failure(error)
            }
            let wasReached = await vm.allocations >= armed + n
            if case .failure(let error) = result {
                failures += 1
                #expect(error is LuaError, "\(error)")
            }
            await vm.failAllocation(0, count: 0)
            // The machine still works.
            #expect(try await vm.run(LuaChunk("return t.later(7)", name: "after")) == [7])
            if !wasReached { break }
            n += 1
        }
        #expect(n > 300)
        #expect(failures > 100)
        #expect(probes.alive == 0)
    }

    @Test("A VM whose allocations all fail from some point on reports a lack of memory")
    func allAllocationsFail() async throws {
        // From the n-th allocation on, all of them.
        for n in stride(from: UInt64(1), to: 400, by: 7) {
            let vm = try LuaFixture.vm()
            await vm.failAllocation(n, count: .max)
            do {
                try await vm.run(LuaChunk(Self.everything, name: "test.lua"))
                Issue.record("ran without memory")
            } catch let error as LuaError {
                #expect(error.message.contains("not enough memory"), "\(error.message)")
            }
            await vm.failAllocation(0, count: 0)
        }
    }

    @Test("A Swift object is released when Lua collects it")
    func objectsAreReleased() async throws {
        let probes = ProbeCount()
        let vm = try LuaFixture.vm(probes: probes)
        try await vm.run(LuaChunk("for i = 1, 1000 do t.probe('x') end kept = t.probe('y')", name: "x"))
        await vm.collectGarbage()
        #expect(probes.alive == 1)
        try await vm.run(LuaChunk("kept = nil", name: "x"))
        await vm.collectGarbage()
        #expect(probes.alive == 0)
    }

    @Test("A Lua function that Swift held is released after the call")
    func functionsHeldBySwiftAreReleased() async throws {
        let vm = try LuaFixture.vm()
        try await vm.run(LuaChunk("return 1", name: "x"))
        await vm.collectGarbage()
        let before = await vm.memoryUsed
        for _ in 0..<200 { try await vm.run(LuaChunk("t.call(function(x) return x end, 1)", name: "x")) }
        await vm.collectGarbage()
        #expect(await vm.memoryUsed < before + 4096)
    }
}
