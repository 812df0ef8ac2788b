import LuaRuntime
import SpeedPixTestSupport
import Testing

@Suite("<close> variables when a run or a task is stopped")
struct ClosingStopTests {
    @Test("A cancelled run lets its <close> variables wait and gives them the code canceled", arguments: Place.all)
    func cancelled(place: Place) async throws {
        let fixture = try await ClosingFixture()
        let result = await fixture.cancel(place.script("local g <close> = guard('g') t.wait('never') log[1] = 'after'"))
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(try await fixture.log() == "g g:canceled")
    }

    @Test("A cancelled run that was busy lets its <close> variables wait", arguments: Place.all)
    func cancelledWhileBusy(place: Place) async throws {
        let fixture = try await ClosingFixture()
        fixture.gate.open("begun")
        let result = await fixture.cancel(
            place.script("local g <close> = guard('g') t.wait('begun') while true do end"))
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(try await fixture.log() == "g g:canceled")
    }

    @Test("A run that times out lets its <close> variables wait and gives them the code timeout", arguments: Place.all)
    func timedOut(place: Place) async throws {
        let fixture = try await ClosingFixture()
        let limit = ManualClock()
        let chunk = LuaChunk(place.script("local g <close> = guard('g') t.wait('never')"), name: "test.lua")
        let run = Task { try await fixture.vm.run(chunk, timeout: .seconds(60), clock: limit) }
        _ = await fixture.gate.arrived(1)
        await limit.waitForSleepers(1)
        limit.advance(by: .seconds(60))
        await #expect {
            try await run.value
        } throws: {
            ($0 as? LuaError)?.code == "timeout"
        }
        #expect(try await fixture.log() == "g g:timeout")
    }

    @Test("A cancelled task lets its <close> variables wait, and join waits for them", arguments: Place.all)
    func cancelledTask(place: Place) async throws {
        let fixture = try await ClosingFixture()
        let run = Task {
            try await fixture.run(
                """
                local task = s.spawn(function() \(place.script("local g <close> = guard('g') t.wait('never')")) end)
                t.wait('both')
                task:cancel()
                local ok, e = pcall(task.join, task)
                return ok, e.code, task.status, table.concat(log, ' ')
                """)
        }
        _ = await fixture.gate.arrived(2)
        fixture.gate.open("both")
        #expect(try await run.value == [false, "canceled", "canceled", "g g:canceled"])
    }

    @Test("timeout lets the <close> variables of its function wait before it raises its error")
    func timeout() async throws {
        let fixture = try await ClosingFixture()
        let run = Task {
            try await fixture.run(
                """
                local ok, e = pcall(s.timeout, 30, function() local g <close> = guard('g') t.wait('never') end)
                return ok, e.code, table.concat(log, ' ')
                """)
        }
        _ = await fixture.gate.arrived(1)
        await fixture.clock.waitForSleepers(1)
        fixture.clock.advance(by: .seconds(30))
        #expect(try await run.value == [false, "timeout", "g g:canceled"])
    }

    @Test("A task closes after the tasks that it has spawned")
    func orderOfTasks() async throws {
        let fixture = try await ClosingFixture()
        _ = await fixture.cancel(
            """
            local outer <close> = guard('outer')
            s.map({ 1 }, function()
              local worker <close> = guard('worker')
              s.spawn(function()
                local child <close> = setmetatable({}, { __close = function() for _ = 1, 5 do t.later(1) end guard('child') log[#log + 1] = 'child' end })
                t.wait('never')
              end):join()
            end)
            """)
        #expect(try await fixture.log() == "child worker worker:canceled outer outer:canceled")
    }

    @Test("A stopped task closes its coroutines one after the other, the innermost first")
    func orderOfCoroutines() async throws {
        let fixture = try await ClosingFixture()
        _ = await fixture.cancel(
            """
            local a <close> = guard('a')
            coroutine.wrap(function()
              local b <close> = guard('b')
              local ok = coroutine.resume(coroutine.create(function()
                local c <close> = guard('c')
                pcall(function() local d <close> = guard('d') t.wait('never') end)
                log[#log + 1] = 'swallowed'
              end))
              log[#log + 1] = 'swallowed'
            end)()
            """)
        #expect(
            try await fixture.log() == "d d:canceled c c:canceled b b:canceled a a:canceled")
    }

    @Test("An error of a <close> variable does not replace the cancellation")
    func closingFails() async throws {
        let fixture = try await ClosingFixture()
        let result = await fixture.cancel(
            """
            local a <close> = guard('a')
            local b <close> = setmetatable({}, { __close = function() t.later(1) error('own', 0) end })
            t.wait('never')
            """)
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(try await fixture.log() == "a a.")
        let joined = try await fixture.run(
            """
            local task = s.spawn(function()
              local b <close> = setmetatable({}, { __close = function() t.later(1) error('own', 0) end })
              t.forever()
            end)
            t.later(1)
            task:cancel()
            local ok, e = pcall(task.join, task)
            return e.code, task.status
            """)
        #expect(joined == ["canceled", "canceled"])
    }

    @Test("A __close function can use pcall, map, timeout, settle, spawn and coroutines")
    func functionsInsideClose() async throws {
        let fixture = try await ClosingFixture()
        _ = await fixture.cancel(
            """
            local g <close> = setmetatable({}, { __close = function()
              local ok, e = pcall(t.later_fail)
              log[#log + 1] = tostring(ok) .. e.code
              log[#log + 1] = table.concat(s.map({ 1, 2 }, function(x) return t.later(x * 2) end), "+")
              log[#log + 1] = s.timeout(10, function() return t.later("in time") end)
              log[#log + 1] = tostring(s.settle({ 1 }, function() error("x", 0) end)[1].error)
              local co = coroutine.wrap(function() coroutine.yield(t.later("yielded")) end)
              log[#log + 1] = co()
              local doomed = s.spawn(t.forever)
              doomed:cancel()
              log[#log + 1] = select(2, pcall(doomed.join, doomed)).code
            end })
            t.wait('never')
            """)
        #expect(try await fixture.log() == "falserefused 2+4 in time x yielded canceled")
    }

    @Test("A coroutine that is being stopped cannot yield")
    func yieldIsRefused() async throws {
        let fixture = try await ClosingFixture()
        _ = await fixture.cancel(
            """
            local co = coroutine.wrap(function()
              local g <close> = setmetatable({}, { __close = function()
                local ok, e = pcall(coroutine.yield, 1)
                log[#log + 1] = e
              end })
              t.wait('never')
            end)
            co()
            log[#log + 1] = 'swallowed'
            """)
        #expect(try await fixture.log() == "attempt to yield from a coroutine that is being closed")
    }

    @Test(
        "A cancellation cannot be caught by pcall, coroutines, settle or load",
        arguments: [
            "while true do pcall(t.wait, 'never') end",
            "while true do xpcall(t.wait, print, 'never') end",
            "while true do coroutine.resume(coroutine.create(function() t.wait('never') end)) end",
            "while true do pcall(coroutine.wrap(function() pcall(t.wait, 'never') end)) end",
            "while true do s.settle({ 1, 2 }, function(i) t.wait('never' .. i) end) end",
            "t.wait('begun') while true do load(function() while true do end end) end",
            "t.wait('begun') while true do pcall(table.sort, { 3, 2, 1 }, function() while true do end end) end",
            "t.wait('begun') while true do pcall(string.match, ('a'):rep(60), ('.-'):rep(60) .. 'b') end",
            "t.wait('begun') while true do xpcall(error, function() while true do end end) end",
        ])
    func stopIsNotCaught(source: String) async throws {
        let fixture = try await ClosingFixture()
        fixture.gate.open("begun")
        let result = await fixture.cancel(source)
        #expect(throws: CancellationError.self) { try result.get() }
    }

    @Test("A task that cancels itself ends at its next wait, even inside pcall")
    func ownCancellation() async throws {
        let fixture = try await ClosingFixture()
        let value = try await fixture.run(
            """
            local task
            task = s.spawn(function()
              local g <close> = guard('g')
              t.later(1)
              pcall(task.cancel, task)
              while true do pcall(t.later, 1) end
            end)
            pcall(task.join, task)
            return task.status, table.concat(log, ' ')
            """)
        #expect(value == ["canceled", "g g:canceled"])
    }

    @Test("A task that is cancelled before it starts never runs")
    func cancelBeforeTheStart() async throws {
        let fixture = try await ClosingFixture()
        let value = try await fixture.run(
            """
            local task = s.spawn(function() log[1] = 'ran' end)
            task:cancel()
            pcall(task.join, task)
            return task.status, log[1]
            """)
        #expect(value == ["canceled", .nil])
    }

    @Test("A stack that is too deep to unwind closes its <close> variables without letting them wait")
    func deepStack() async throws {
        let fixture = try await ClosingFixture()
        let deep = """
            local shallow <close> = guard('shallow')
            coroutine.wrap(function()
              local outer <close> = setmetatable({}, { __close = function()
                log[#log + 1] = select(2, pcall(t.later, 1)).code
              end })
              -- Each wait lets Lua forget how deep its calls are.
              local function descend(n)
                t.later(n)
                if n == 0 then t.wait('never') end
                pcall(descend, n - 1)
                log[#log + 1] = 'swallowed'
              end
              descend(6000)
            end)()
            """
        let result = await fixture.cancel(deep)
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(try await fixture.log() == "cannot_wait shallow shallow:canceled")
    }
}
