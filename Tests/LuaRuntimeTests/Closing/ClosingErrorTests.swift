import LuaRuntime
import Testing

@Suite("<close> variables when a block ends with an error")
struct ClosingErrorTests {
    @Test(
        "A <close> variable can wait when its block ends with an error, which is then reported", arguments: Place.all)
    func waits(place: Place) async throws {
        let fixture = try await ClosingFixture()
        let error = await fixture.failure(place.script("local g <close> = guard('g') error('boom')"))
        #expect((error as? LuaError)?.message.hasSuffix("test.lua:1: boom") == true, "\(String(describing: error))")
        #expect(try await fixture.log() == "g g.")
    }

    @Test("A <close> variable can wait when its block has waited before the error", arguments: Place.all)
    func waitsAfterWait(place: Place) async throws {
        let fixture = try await ClosingFixture()
        let error = await fixture.failure(place.script("local g <close> = guard('g') t.later(1) local x = nil + 1"))
        #expect(
            (error as? LuaError)?.message.contains("attempt to perform arithmetic on a nil value") == true,
            "\(String(describing: error))")
        #expect(try await fixture.log() == "g g.")
    }

    @Test("<close> variables close one after the other, the innermost first", arguments: Place.all)
    func order(place: Place) async throws {
        let fixture = try await ClosingFixture()
        _ = await fixture.failure(
            place.script(
                """
                local a <close> = guard('a')
                local b <close> = guard('b')
                do local c <close> = guard('c') error('boom') end
                """))
        #expect(try await fixture.log() == "c c. b b. a a.")
    }

    @Test("A host function's error keeps its code, and the <close> variable gets it", arguments: Place.all)
    func hostError(place: Place) async throws {
        let fixture = try await ClosingFixture()
        let error = await fixture.failure(place.script("local g <close> = guard('g') t.later_fail()"))
        #expect((error as? LuaError)?.code == "refused")
        #expect(try await fixture.log() == "g g:refused")
    }

    @Test(
        "An error of a <close> variable replaces the first one only where Lua says so",
        arguments: Place.all)
    func closingFails(place: Place) async throws {
        let fixture = try await ClosingFixture()
        let error = await fixture.failure(
            place.script(
                """
                local a <close> = guard('a')
                local b <close> = setmetatable({}, { __close = function(_, e)
                  log[#log + 1] = tostring(e)
                  t.later(1)
                  error('second', 0)
                end })
                error('first', 0)
                """))
        // pcall and coroutines are Lua's; what unwinds a task keeps the error that began it.
        let isCaught = ["pcall", "coroutine", "settle"].contains(where: place.name.contains)
        let first = try #require(error as? LuaError)
        #expect(first.message.hasSuffix(isCaught ? "second" : "first"), "\(first)")
        // Raised anew by another task, an error has that one's traceback.
        let isRaisedAnew = ["first", "callback of the host"].contains(place.name)
        #expect(
            isCaught || isRaisedAnew || first.traceback.hasSuffix("then a <close> variable failed: second"), "\(first)")
        #expect(try await fixture.log() == "first a a.")
    }

    @Test("A <close> variable can wait after an error for lack of memory")
    func memory() async throws {
        var limits = LuaLimits()
        limits.memory = 8 << 20
        let fixture = try await ClosingFixture(limits: limits)
        let error = await fixture.failure(
            """
            local g <close> = guard('g')
            local s = 'x'
            while true do
              s = s .. s
            end
            """)
        #expect((error as? LuaError)?.message == "not enough memory")
        #expect((error as? LuaError)?.traceback == "stack traceback:\n\ttest.lua:4: in main chunk")
        #expect(try await fixture.log() == "g g.")
    }

    @Test("map with on_error = cancel closes the other workers before it raises its error")
    func failedMap() async throws {
        let fixture = try await ClosingFixture()
        let value = try await fixture.run(
            """
            local ok, e = pcall(s.map, { 'a', 'b', 'c' }, function(name)
              local g <close> = guard(name)
              if name == 'b' then t.later(1) error('boom') end
              t.forever()
            end, { on_error = 'cancel' })
            return tostring(e), table.concat(log, ' ')
            """)
        #expect(value.first == "test.lua:3: boom")
        #expect(value.last?.text?.hasPrefix("b b. ") == true, "\(value)")
        let rest = Set((value.last?.text ?? "").dropFirst(5).split(separator: " ").map { String($0) })
        #expect(rest == ["a", "a:canceled", "c", "c:canceled"])
    }

    @Test("The tasks that a failed task has spawned close after it, and can wait")
    func failedParent() async throws {
        let fixture = try await ClosingFixture()
        _ = await fixture.failure(
            """
            local outer <close> = guard('outer')
            s.spawn(function() local inner <close> = guard('inner') t.forever() end)
            t.later(1)
            error('boom')
            """)
        #expect(try await fixture.log() == "outer outer. inner inner:canceled")
    }

    @Test(
        "A <close> variable can wait when its error leaves table.sort or gsub",
        arguments: [
            "table.sort({ 2, 1 }, function() local g <close> = guard('g') error('boom') end)",
            "('x'):gsub('x', function() local g <close> = guard('g') error('boom') end)",
        ])
    func errorWithinACall(source: String) async throws {
        let fixture = try await ClosingFixture()
        #expect((await fixture.failure(source) as? LuaError)?.message == "test.lua:1: boom")
        #expect(try await fixture.log() == "g g.")
    }

    @Test("A <close> variable that waits inside table.sort gets a cannot_wait error")
    func waitWithinACall() async throws {
        let fixture = try await ClosingFixture()
        let value = try await fixture.run(
            """
            local caught
            table.sort({ 2, 1 }, function()
              local ok, e = pcall(function() local g <close> = guard('g') error('boom') end)
              caught = e
            end)
            return caught.code
            """)
        #expect(value == ["cannot_wait"])
    }
}
