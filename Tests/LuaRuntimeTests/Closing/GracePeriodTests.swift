import LuaRuntime
import SpeedPixTestSupport
import Testing

@Suite("The grace period of <close> variables")
struct GracePeriodTests {
    @Test("A <close> variable that waits is stopped after five seconds, and the others still run")
    func waitsTooLong() async throws {
        let fixture = try await ClosingFixture()
        let run = Task {
            try await fixture.run(
                """
                local outer <close> = setmetatable({}, { __close = function() log[#log + 1] = 'outer' end })
                local slow <close> = setmetatable({}, { __close = function()
                  log[#log + 1] = 'slow'
                  pcall(t.wait, 'longer')
                  log[#log + 1] = 'swallowed'
                end })
                t.wait('never')
                """)
        }
        _ = await fixture.gate.arrived(1)
        run.cancel()
        _ = await fixture.gate.arrived(2)
        await fixture.clock.waitForSleepers(1)
        fixture.clock.advance(by: .milliseconds(4999))
        #expect(fixture.clock.sleeperCount == 1)
        fixture.clock.advance(by: .milliseconds(1))
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(try await fixture.log() == "slow outer")
    }

    @Test("A <close> variable cannot wait after the grace period")
    func noWaitAfterwards() async throws {
        let fixture = try await ClosingFixture()
        let run = Task {
            try await fixture.run(
                """
                local outer <close> = setmetatable({}, { __close = function()
                  local ok, e = pcall(t.later, 1)
                  log[#log + 1] = e.code
                end })
                local slow <close> = setmetatable({}, { __close = function() t.wait('longer') end })
                t.wait('never')
                """)
        }
        _ = await fixture.gate.arrived(1)
        run.cancel()
        _ = await fixture.gate.arrived(2)
        await fixture.clock.waitForSleepers(1)
        fixture.clock.advance(by: .seconds(5))
        _ = await run.result
        #expect(try await fixture.log() == "canceled")
    }

    @Test(
        "A <close> variable that never ends is stopped after the grace period, and the others still run",
        arguments: [
            "while true do end", "while true do pcall(function() while true do end end) end",
            "while true do pcall(error) end", "while true do pcall(t.later, 1) end",
            "coroutine.wrap(function() while true do end end)()",
            "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
            "table.sort({ 3, 2, 1 }, function() while true do end end)", "t.wait('longer')",
            "s.map({ 1, 2 }, function() while true do t.later(1) end end)",
            "s.spawn(function() while true do end end):join()",
            "s.spawn(t.wait, 'long') t.wait('longer')", "pcall(s.timeout, 1000, t.wait, 'longer')",
            "coroutine.wrap(function() pcall(t.wait, 'longer') end)()",
            "local x = s.spawn(t.forever) x:cancel() pcall(x.join, x) while true do end",
        ])
    func neverEnds(closing: String) async throws {
        let fixture = try await ClosingFixture()
        let run = Task {
            try await fixture.run(
                """
                local outer <close> = setmetatable({}, { __close = function() log[#log + 1] = 'outer' end })
                local endless <close> = setmetatable({}, { __close = function() \(closing) log[#log + 1] = 'ended' end })
                t.wait('never')
                """)
        }
        _ = await fixture.gate.arrived(1)
        run.cancel()
        await fixture.clock.waitForSleepers(closing.contains("timeout") ? 2 : 1)
        fixture.clock.advance(by: .seconds(5))
        await #expect(throws: CancellationError.self) { try await run.value }
        let log = try await fixture.log()
        #expect(log == "outer")
    }

    @Test("Tasks stopped together share one grace period, and one stopped by itself has its own")
    func periodsOfTasks() async throws {
        let fixture = try await ClosingFixture()
        let run = Task {
            try await fixture.run(
                """
                local function slow(name)
                  return setmetatable({}, { __close = function() pcall(t.wait, name) log[#log + 1] = name end })
                end
                local single = s.spawn(function() local x <close> = slow('single') t.forever() end)
                t.later(1)
                single:cancel()
                t.wait('first')
                pcall(s.map, { 1, 2 }, function(i)
                  local x <close> = slow('worker' .. i)
                  if i == 2 then t.later(1) error('boom') end
                  t.forever()
                end, { on_error = 'cancel' })
                t.wait('second')
                """)
        }
        // The single one's grace period begins at 0.
        _ = await fixture.gate.arrived(2)
        await fixture.clock.waitForSleepers(1)
        fixture.clock.advance(by: .seconds(3))
        fixture.gate.open("first")
        // Worker 2 has failed: its own closing is not bounded. Worker 1 has five seconds from 3 on.
        _ = await fixture.gate.arrived(3)
        fixture.gate.open("worker2")
        _ = await fixture.gate.arrived(4)
        await fixture.clock.waitForSleepers(2)
        fixture.clock.advance(by: .seconds(2))
        #expect(fixture.clock.sleeperCount == 1)
        fixture.clock.advance(by: .seconds(3))
        _ = await fixture.gate.arrived(5)
        fixture.gate.open("second")
        _ = try await run.value
        #expect(try await fixture.log() == "worker2")
    }

    @Test("The clock of the grace period is released when the <close> variables have ended")
    func clockIsFreed() async throws {
        let fixture = try await ClosingFixture()
        _ = try await fixture.run(
            "local x = s.spawn(function() local g <close> = guard('g') t.forever() end) t.later(1) x:cancel() pcall(x.join, x)"
        )
        #expect(fixture.clock.sleeperCount == 0)
    }

    @Test("A grace period of zero runs <close> variables without letting them wait")
    func noGracePeriod() async throws {
        var limits = LuaLimits()
        limits.closing = .zero
        let fixture = try await ClosingFixture(limits: limits)
        _ = await fixture.cancel(
            """
            local a <close> = setmetatable({}, { __close = function() log[#log + 1] = 'a' end })
            local b <close> = setmetatable({}, { __close = function()
              log[#log + 1] = select(2, pcall(t.later, 1)).code
              s.spawn(function() log[#log + 1] = 'spawned' end)
              for _ = 1, 1000 do pcall(error) end
            end })
            t.wait('never')
            """)
        #expect(try await fixture.log() == "canceled a")
        #expect(fixture.clock.sleeperCount == 0)
    }
}
