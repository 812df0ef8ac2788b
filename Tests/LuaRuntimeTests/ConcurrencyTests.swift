import LuaRuntime
import SpeedPixTestSupport
import Testing

@Suite("Structured concurrency")
struct ConcurrencyTests {
    private static let samples: [(String, LuaValue)] = [
        ("local a = s.spawn(t.later, 2) local b = s.spawn(t.later, 3) return a:join() + b:join()", 5),
        ("return select('#', s.spawn(function() return 1, nil, nil end):join())", 3),
        ("local a = s.spawn(t.later, 2) a:join() return a:join() .. a.status", "2succeeded"),
        ("local r = s.all { a = s.spawn(t.later, 1), b = s.spawn(t.later, 2) } return r.a + r.b * 10", 21),
        ("local r = s.all { s.spawn(t.later, 1), s.spawn(t.later, 2) } return #r", 2),
        ("return s.first { s.spawn(t.later_fail), s.spawn(t.later, 7) }", 7),
        (
            // What the function has spawned goes on after it has returned.
            "local _, e = pcall(s.timeout, 0.01, function() s.spawn(t.forever) end) return e.code", "timeout"
        ),
        (
            "local n = 0 pcall(s.map, { 1, 2, 3, 4 }, function(i) n = n + 1 error() end, { concurrency = 1 }) return n",
            1
        ),
        (
            "local x = s.spawn(t.forever) pcall(s.all, { x, s.spawn(t.later_fail) }, { on_error = 'cancel' })"
                + " return x.status", "canceled"
        ),
        ("local _, e = pcall(s.first, { s.spawn(t.later_fail), s.spawn(t.later_fail) }) return e.code", "refused"),
        ("return s.timeout(60, t.later, 4)", 4),
        ("return select('#', s.timeout(60, function() return 1, nil end))", 2),
        ("local _, e = pcall(s.timeout, 60, t.later_fail) return e.code", "refused"),
        (
            "local x = s.spawn(t.forever) x:cancel() local _, e = pcall(x.join, x) return e.code .. x.status",
            "canceledcanceled"
        ),
        (
            "local n = 0 for job in s.completed { s.spawn(t.later, 1), s.spawn(t.later_fail) } do n = n + 1 end"
                + " return n", 2
        ),
        (
            "local slow = s.spawn(t.forever) for job in s.completed { s.spawn(t.later, 1), slow } do break end"
                + " local status = slow.status slow:cancel() return status", "running"
        ),
    ]

    @Test("spawn, join, all, first, map, timeout and completed return the expected results", arguments: samples)
    func results(source: String, expected: LuaValue) async throws {
        #expect(try await LuaFixture.run(source) == expected)
    }

    @Test("settle returns errors instead of raising them")
    func settleReturnsErrors() async throws {
        let value = try await LuaFixture.run(
            """
            local r = s.settle({1, 2, 3}, function(x) if x == 2 then t.fail() end return t.later(x * 10) end)
            return { r[1].ok, r[1].value, r[2].ok, r[2].error.code, r[3].value }
            """)
        #expect(value.tableValue?.items == [true, 10, false, "refused", 30])
    }

    @Test("completed returns tasks in the order in which they end")
    func completedOrder() async throws {
        let gate = Gate()
        let vm = try LuaFixture.vm(gate: gate)
        async let value = vm.run(
            LuaChunk(
                """
                local names, jobs = {}, {}
                for _, n in ipairs { "a", "b", "c" } do
                  local job = s.spawn(t.wait, n)
                  jobs[#jobs + 1], names[job] = job, n
                end
                local order = ""
                for job in s.completed(jobs) do order = order .. job:join() t.wait(order) end
                return order
                """, name: "test.lua"))
        _ = await gate.arrived(3)
        for (count, (job, order)) in [("c", "c"), ("a", "ca"), ("b", "cab")].enumerated() {
            gate.open(job)
            // The next one ends only after the script has heard of this one.
            _ = await gate.arrived(4 + count)
            gate.open(order)
        }
        #expect(try await value.first == "cab")
    }

    @Test("first cancels the other tasks when one has succeeded")
    func firstCancelsTheOthers() async throws {
        let value = try await LuaFixture.run(
            """
            local ended
            local slow = s.spawn(function()
              local x <close> = setmetatable({}, { __close = function() ended = true end })
              t.forever()
            end)
            local winner = s.first { slow, s.spawn(t.later, "quick") }
            pcall(slow.join, slow)
            return winner .. tostring(ended) .. slow.status
            """)
        #expect(value == "quicktruecanceled")
    }

    @Test("timeout cancels the function and raises a timeout error")
    func timeoutStopsTheFunction() async throws {
        let vm = try LuaVM(modules: LuaFixture.modules(), clock: ImmediateClock(upTo: .seconds(30)))
        let value = try await vm.run(
            LuaChunk(
                """
                local closed
                local ok, e = pcall(s.timeout, 30, function()
                  local x <close> = setmetatable({}, { __close = function() closed = true end })
                  t.forever()
                end)
                return ok, e.code, e.message, closed
                """, name: "test.lua"))
        #expect(value == [false, "timeout", "the function did not end within 30 s", true])
    }

    @Test("A task that fails without being joined fails the script that spawned it")
    func unjoinedTaskFailsItsParent() async {
        let error = await luaError("s.spawn(function() t.later(1) error('lost') end)")
        #expect(error?.message == "test.lua:1: lost")
    }

    @Test("A task that fails cancels the tasks that it has spawned")
    func failedParentCancelsItsTasks() async throws {
        let value = try await LuaFixture.run(
            """
            local ended
            local ok, e = pcall(function()
              local parent = s.spawn(function()
                s.spawn(function()
                  local x <close> = setmetatable({}, { __close = function() ended = true end })
                  t.forever()
                end)
                t.later(1)
                error("parent")
              end)
              parent:join()
            end)
            return tostring(e) .. tostring(ended)
            """)
        #expect(value == "test.lua:9: parenttrue")
    }

    @Test(
        "The concurrency functions refuse invalid arguments and options by name",
        arguments: [
            ("s.all(1)", "jobs, argument 1 of s.all, must be a table, not number"),
            ("s.first { 1 }", "s.first takes predictions and tasks, not a number"),
            ("s.timeout(-1, print)", "must be positive"), ("s.timeout(1)", "fn, argument 2"),
            ("s.spawn(1)", "function expected"), ("s.settle({}, print, { x = 1 })", "s.settle has no option 'x'"),
            ("local x = s.spawn(print) x:joni()", "did you mean 'join'?"),
        ])
    func invalidArguments(source: String, text: String) async {
        let error = await luaError(source)
        #expect(
            error?.message.contains(text) == true || error?.value.tableValue?["hint"]?.text?.contains(text) == true,
            "\(String(describing: error))")
    }
}
