import LuaRuntime
import SpeedPixTestSupport
import Testing

@Suite("Waits and tasks")
struct SchedulerTests {
    @Test(
        "A host function can wait wherever Lua can yield",
        arguments: [
            "return t.later(1) + t.later(2)",
            "local ok, v = pcall(t.later, 3) return v",
            "local co = coroutine.wrap(function() coroutine.yield(t.later(1)) coroutine.yield(t.later(2)) end)"
                + " return co() + co()",
            "local o = setmetatable({}, {__index = function(_, k) return t.later(3) end}) return o.x",
            "local o = setmetatable({}, {__add = function(a, b) return t.later(3) end}) return o + o",
            "local n = 0 for v in function() return n < 3 and t.later(n + 1) or nil end do n = v end return n",
            "return select(2, coroutine.resume(coroutine.create(function() return t.later(3) end)))",
            "local co = coroutine.wrap(function() local i = coroutine.wrap(function() return t.later(3) end) return i() end)"
                + " return co()",
            "local f <close> = setmetatable({}, {__close = function() t.later(1) end}) return 3",
        ])
    func waitsWorkWhereLuaCanYield(source: String) async throws {
        #expect(try await LuaFixture.run(source) == 3)
    }

    @Test("coroutine.resume does not return at a wait of the host")
    func resumeSkipsHostWaits() async throws {
        let value = try await LuaFixture.run(
            """
            local co = coroutine.create(function(a)
              local b = coroutine.yield(t.later(a))
              return t.later(b)
            end)
            local log = {}
            for _, v in ipairs{10, 20} do
              local ok, r = coroutine.resume(co, v)
              log[#log + 1] = tostring(ok) .. r .. coroutine.status(co)
            end
            return table.concat(log, " ")
            """)
        #expect(value == "true10suspended true20dead")
    }

    @Test(
        "A wait where Lua cannot yield is a cannot_wait error",
        arguments: [
            "table.sort({3, 2, 1}, function(a, b) t.later(1) return a < b end)",
            "('x'):gsub('.', function() return t.later('y') end)",
            "table.sort({2, 1}, coroutine.wrap(function(a, b) t.later(1) return a < b end))",
        ])
    func waitsWhereLuaCannotYield(source: String) async {
        let error = await luaError(source)
        #expect(error?.value.tableValue?["code"] == "cannot_wait", "\(String(describing: error))")
    }

    @Test("A script can neither yield from nor resume a task as if it were a coroutine")
    func tasksAreNoCoroutines() async throws {
        #expect(await luaError("coroutine.yield(1)")?.message.contains("outside a coroutine") == true)
        #expect(try await LuaFixture.run("return coroutine.isyieldable()") == false)
        let error = await luaError(
            "local root = coroutine.running() coroutine.wrap(function()"
                + " assert(coroutine.resume(root)) end)()")
        #expect(error?.message.contains("cannot resume a task") == true)
    }

    @Test("A coroutine that waits for the host is not resumed by another task")
    func waitingCoroutineIsNotResumed() async throws {
        let gate = Gate()
        let vm = try LuaFixture.vm(gate: gate)
        async let value = vm.run(
            LuaChunk(
                """
                local co = coroutine.create(function() return t.wait("a") end)
                local out = {}
                s.map({1, 2}, function(i)
                  out[i] = i == 1 and { coroutine.resume(co) } or { t.wait("b") and coroutine.resume(co) }
                end)
                return out[1][2], out[2][2]
                """, name: "test.lua"))
        #expect(Set(await gate.arrived(2)) == ["a", "b"])
        gate.open("b")
        gate.open("a")
        #expect(try await value.first == "a")
    }

    @Test("map runs its function for all items at once and keeps their order")
    func mapKeepsOrderAndRunsAtOnce() async throws {
        let gate = Gate()
        let vm = try LuaFixture.vm(gate: gate)
        async let value = vm.run(
            LuaChunk("return s.map({'a', 'b', 'c'}, function(n, i) return t.wait(n) .. i end)", name: "test.lua"))
        // Their host's work begins on threads of its own, in any order.
        #expect(await gate.arrived(3).sorted() == ["a", "b", "c"])
        for name in ["c", "a", "b"] { gate.open(name) }
        #expect(try await value.first == .table(LuaTable(items: ["a1", "b2", "c3"])))
    }

    @Test("map runs no more functions at once than its concurrency option")
    func mapBoundsItsConcurrency() async throws {
        let value = try await LuaFixture.run(
            """
            local now, most = 0, 0
            local list = {} for i = 1, 50 do list[i] = i end
            s.map(list, function(i)
              now = now + 1; most = math.max(most, now)
              t.later(i)
              now = now - 1
            end, { concurrency = 4 })
            return most
            """)
        #expect(value == 4)
    }

    /// Four items, three at a time, of which "b" fails; what became of the others, and how far it went.
    private func failingMap(_ options: String, open names: [String]) async throws -> [LuaValue] {
        let gate = Gate()
        let vm = try LuaFixture.vm(gate: gate)
        async let value = vm.run(
            LuaChunk(
                """
                local begun, ended = {}, {}
                local ok, e = pcall(s.map, {'a', 'b', 'c', 'd'}, function(n)
                  begun[#begun + 1] = n
                  local log <close> = setmetatable({}, {__close = function(_, e) ended[#ended + 1] = e and n:upper() or n end})
                  if n == 'b' then t.wait(n) t.fail() end
                  return t.wait(n)
                end, \(options))
                table.sort(begun) table.sort(ended)
                local results = {}
                for i = 1, 4 do results[i] = tostring(e.results[i]) end
                return ok, e.code, table.concat(begun), table.concat(ended), table.concat(results, ' ')
                """, name: "test.lua"))
        _ = await gate.arrived(3)
        for name in names { gate.open(name) }
        return try await value
    }

    @Test(
        "map starts no item after the first error, finishes the running ones and raises the error")
    func mapFinishesWhatIsUnderWay() async throws {
        let ends = try await failingMap("{ concurrency = 3 }", open: ["b", "a", "c"])
        #expect(ends == [false, "refused", "abc", "Bac", "a nil c nil"])
    }

    @Test("map with on_error = finish does all items and then raises the first error")
    func mapDoesAllItems() async throws {
        let ends = try await failingMap("{ concurrency = 3, on_error = 'finish' }", open: ["b", "a", "c", "d"])
        #expect(ends == [false, "refused", "abcd", "Bacd", "a nil c d"])
    }

    @Test("map with on_error = cancel ends what is under way at once")
    func mapCancelsTheRest() async throws {
        let ends = try await failingMap("{ concurrency = 3, on_error = 'cancel' }", open: ["b"])
        #expect(ends.prefix(3) == [false, "refused", "abc"])
        #expect(ends.last == "nil nil nil nil")
    }

    @Test("map passes on an error of the script unchanged")
    func mapPassesTheScriptsOwnErrors() async throws {
        let value = try await LuaFixture.run(
            """
            local mine = {}
            local ok, e = pcall(s.map, {1}, function() error(mine) end)
            local _, text = pcall(s.map, {1}, function() error("broken") end)
            return rawequal(e, mine) and next(mine) == nil and text
            """)
        #expect(value == "test.lua:3: broken")
    }

    @Test("all raises the first error when all have ended, with the others' results by key")
    func allCarriesResults() async throws {
        let value = try await LuaFixture.run(
            """
            local ok, e = pcall(s.all, {
              a = s.spawn(function() return t.later(1) end), b = s.spawn(function() t.fail() end),
              c = s.spawn(function() t.later(2) return t.later(3) end),
            })
            return ok, e.code, e.results.a, e.results.b, e.results.c
            """)
        #expect(value == false)
    }

    @Test("An uncaught error of map reaches Swift without the results")
    func resultsStayInTheScript() async throws {
        let error = await luaError("s.map({1, 2}, function(i) if i == 2 then t.fail() end return print end)")
        #expect(error?.value.tableValue?["code"] == "refused")
        #expect(error?.value.tableValue?["results"] == nil)
        #expect(error?.traceback.contains("test.lua:1") == true)
    }

    @Test(
        "map, settle and all refuse invalid arguments and options by name",
        arguments: [
            ("s.map()", "list, argument 1 of s.map"), ("s.map({}, 1)", "fn, argument 2"),
            ("s.map({}, print, {concurency = 2})", "no option 'concurency'"),
            ("s.map({}, print, {concurrency = 0})", "at least 1"),
            ("s.map({}, print, {on_error = 'finnish'})", "on_error of s.map is \"finnish\""),
            ("s.settle({}, print, {on_error = 'finish'})", "no option 'on_error'"),
            ("s.all({}, {on_eror = 'finish'})", "no option 'on_eror'"),
        ])
    func mapRefusesInvalidArguments(source: String, text: String) async {
        #expect(await luaError(source)?.message.contains(text) == true)
    }

    @Test("map of an empty list returns an empty list")
    func mapOfAnEmptyList() async throws {
        #expect(try await LuaFixture.run("return s.map({}, print)") == .table(LuaTable()))
    }

    @Test("A host function can call a Lua function that waits")
    func callbacksRunWhileTheirCallerWaits() async throws {
        #expect(try await LuaFixture.run("return t.call(function(x) return t.later(x * 2) end, 21)") == 42)
        let error = await luaError("t.call(function(x) error('inside ' .. x) end, 1)")
        #expect(error?.message == "test.lua:1: inside 1")
    }
}

@Suite("Stopping a script")
struct StoppingTests {
    /// Starts a script, waits until it is at `t.wait('started')`, cancels it, and returns how it ended.
    private func cancel(_ source: String) async throws -> Result<[LuaValue], any Error> {
        let gate = Gate()
        // <close> variables that never end have no time at all.
        let vm = try LuaVM(modules: LuaFixture.modules(gate: gate), clock: ImmediateClock())
        gate.open("started")
        let run = Task { try await vm.run(LuaChunk("t.wait('started')\n" + source, name: "test.lua")) }
        _ = await gate.arrived(1)
        run.cancel()
        return await run.result
    }

    @Test(
        "A cancel stops a script that loops for ever, wherever it loops",
        arguments: [
            "while true do end",
            "while true do pcall(function() while true do end end) end",
            "while true do pcall(error) end",
            "local function f() pcall(f) f() end f()",
            "coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()",
            "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
            "local x <close> = setmetatable({}, {__close = function() while true do end end}) while true do end",
            "pcall(setmetatable, {}, {__gc = function() while true do end end}) collectgarbage() while true do end",
            "while true do local ok = pcall(t.later, 1) end",
            "table.sort({3, 2, 1}, function() while true do end end)",
            "table.sort({3, 2, 1}, function() while true do pcall(function() while true do end end) end end)",
            "local x <close> = setmetatable({}, {__close = function() while true do end end})"
                + " table.sort({2, 1}, function() while true do end end)",
            "local x <close> = setmetatable({}, {__close = function() while true do pcall(error) end end}) t.forever()",
            "coroutine.wrap(function() local x <close> = setmetatable({}, {__close = function() while true do end end})"
                + " while true do end end)()",
            "setmetatable({}, {__index = function() while true do end end}).x = setmetatable({},"
                + " {__concat = function() while true do end end}) .. 'x'",
            "while true do pcall(s.map, {1, 2}, function() while true do end end) end",
        ])
    func runawayScriptsStop(source: String) async throws {
        guard case .failure(let error) = try await cancel(source) else {
            Issue.record("the script ended by itself")
            return
        }
        #expect(error is CancellationError)
    }

    @Test("A cancelled script runs its <close> variables, and its pcall does not catch the cancel")
    func closeVariablesRun() async throws {
        let gate = Gate()
        let vm = try LuaFixture.vm(gate: gate)
        let run = Task {
            try await vm.run(
                LuaChunk(
                    """
                    closed = {}
                    local x <close> = setmetatable({}, {__close = function() closed[1] = "yes" end})
                    pcall(t.wait, "never")
                    closed[2] = "pcall swallowed the cancellation"
                    """, name: "test.lua"))
        }
        _ = await gate.arrived(1)
        run.cancel()
        _ = await run.result
        #expect(try await vm.run(LuaChunk("return closed[1], closed[2]", name: "x")) == ["yes", .nil])
        gate.open("never")
    }

    @Test("A cancelled script runs the <close> variables of waiting coroutines, though one task is busy")
    func closeVariablesInCoroutines() async throws {
        let gate = Gate()
        let vm = try LuaFixture.vm(gate: gate)
        let run = Task {
            try await vm.run(
                LuaChunk(
                    """
                    closed = {}
                    local function guard(name)
                      return setmetatable({}, { __close = function() closed[#closed + 1] = name end })
                    end
                    s.map({ 1, 2, 3 }, function(i)
                      local outer <close> = i < 3 and guard("outer" .. i) or nil
                      if i == 3 then
                        t.wait("busy")
                        table.sort({ 3, 2, 1 }, function() while true do end end)
                      end
                      coroutine.wrap(function()
                        local inner <close> = guard("inner" .. i)
                        coroutine.wrap(function() local x <close> = guard("inmost" .. i) t.wait("never" .. i) end)()
                      end)()
                    end)
                    """, name: "test.lua"))
        }
        _ = await gate.arrived(3)
        gate.open("busy")
        run.cancel()
        _ = await run.result
        let closed = try await vm.run(LuaChunk("table.sort(closed) return table.concat(closed, ' ')", name: "x")).first
        #expect(closed == "inmost1 inmost2 inner1 inner2 outer1 outer2")
    }

    @Test("20,000 coroutines that close each other in __close reach an error, not a stack overflow")
    func nestedCloses() async throws {
        let value = try await LuaFixture.run(
            """
            local cos, failed = {}, 0
            for i = 1, 20000 do
              cos[i] = coroutine.create(function()
                local x <close> = setmetatable({}, { __close = function()
                  if not cos[i + 1] then return end
                  local ok, closed = pcall(coroutine.close, cos[i + 1])
                  if not (ok and closed) then failed = failed + 1 end
                end })
                coroutine.yield()
              end)
              coroutine.resume(cos[i])
            end
            coroutine.close(cos[1])
            return failed
            """)
        #expect(value == 1)
    }

    @Test("A byte order mark before a script is skipped")
    func aByteOrderMarkIsSkipped() async throws {
        #expect(try await LuaFixture.run("\u{FEFF}return 1") == 1)
    }

    @Test("A timeout stops the script with a timeout error, and the VM stays usable")
    func timeoutStopsTheScript() async throws {
        let clock = ImmediateClock()
        let vm = try LuaFixture.vm()
        await #expect {
            try await vm.run(LuaChunk("while true do end", name: "x"), timeout: .seconds(5), clock: clock)
        } throws: {
            ($0 as? LuaError)?.code == "timeout"
        }
        #expect(try await vm.run(LuaChunk("return 1", name: "x")) == [1])
    }

    @Test("A cancelled run returns only after the work of its host functions has ended")
    func runWaitsForCancelledWork() async throws {
        let gate = Gate()
        let ended = Gate()
        let module = LuaModule(
            name: "w",
            functions: [
                .waiting("work") { _ in
                    { _ in
                        await gate.wait("begun")
                        // Cleaning up takes a while after the cancel.
                        await Task { await gate.wait("cleanup") }.value
                        await ended.wait("ended")
                        return .nil
                    }
                }
            ])
        let vm = try LuaVM(modules: [module])
        let run = Task { try await vm.run(LuaChunk("w.work()", name: "x")) }
        _ = await gate.arrived(1)
        run.cancel()
        gate.open("begun")
        gate.open("cleanup")
        _ = await ended.arrived(1)
        ended.open("ended")
        await #expect(throws: CancellationError.self) { try await run.value }
    }
}
