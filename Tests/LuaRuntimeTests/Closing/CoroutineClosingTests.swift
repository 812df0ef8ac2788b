import LuaRuntime
import Testing

@Suite("coroutine.close, and coroutines that fail")
struct CoroutineClosingTests {
    @Test("coroutine.close waits for <close> variables that wait, innermost first")
    func closeWaits() async throws {
        let fixture = try await ClosingFixture()
        let value = try await fixture.run(
            """
            local co = coroutine.create(function()
              local a <close> = guard('a')
              pcall(function()
                local b <close> = guard('b')
                coroutine.yield(1)
              end)
              log[#log + 1] = 'swallowed'
            end)
            coroutine.resume(co)
            local ok, e = coroutine.close(co)
            return ok, e, coroutine.status(co), coroutine.close(co), table.concat(log, ' ')
            """)
        #expect(value == [true, .nil, "dead", true, "b b. a a."])
    }

    @Test("coroutine.close returns the last error of the <close> variables, once")
    func closeFails() async throws {
        let fixture = try await ClosingFixture()
        let value = try await fixture.run(
            """
            local co = coroutine.create(function()
              local a <close> = setmetatable({}, { __close = function(_, e) log[#log + 1] = tostring(e) t.later(1) error('one', 0) end })
              local b <close> = setmetatable({}, { __close = function(_, e) log[#log + 1] = tostring(e) t.later(1) error('two', 0) end })
              coroutine.yield()
            end)
            coroutine.resume(co)
            local ok, e = coroutine.close(co)
            return ok, e, coroutine.status(co), coroutine.close(co), table.concat(log, ' ')
            """)
        #expect(value == [false, "one", "dead", true, "nil two"])
    }

    @Test("A coroutine that is being closed cannot yield, and is stopped with the task that closes it")
    func yieldAndStop() async throws {
        let fixture = try await ClosingFixture()
        let value = try await fixture.run(
            """
            local co = coroutine.create(function()
              local a <close> = setmetatable({}, { __close = function() coroutine.yield() end })
              coroutine.yield()
            end)
            coroutine.resume(co)
            local ok, e = coroutine.close(co)
            return ok, e
            """)
        #expect(value == [false, "test.lua:2: attempt to yield from a coroutine that is being closed"])
        _ = await fixture.cancel(
            """
            local co = coroutine.create(function()
              local a <close> = guard('a')
              local b <close> = setmetatable({}, { __close = function() pcall(t.wait, 'never') log[#log + 1] = 'swallowed' end })
              coroutine.yield()
            end)
            coroutine.resume(co)
            local outer <close> = guard('outer')
            pcall(coroutine.close, co)
            log[#log + 1] = 'swallowed'
            """)
        #expect(try await fixture.log() == "a a:canceled outer outer:canceled")
    }

    @Test("coroutine.close works on coroutines that are new, ended or failed")
    func otherStates() async throws {
        let value = try await LuaFixture.run(
            """
            local fresh = coroutine.create(print)
            local ended = coroutine.create(function() end)
            coroutine.resume(ended)
            local failed = coroutine.create(function() error('x', 0) end)
            coroutine.resume(failed)
            local results = { coroutine.close(fresh), coroutine.close(ended) }
            results[3], results[4] = coroutine.close(failed)
            results[5] = coroutine.status(failed)
            results[6] = coroutine.close(failed)
            results[7] = select(2, coroutine.resume(failed))
            results[8] = select(2, coroutine.resume(fresh))
            return results
            """)
        #expect(
            value.tableValue?.items == [
                true, true, false, "x", "dead", true, "cannot resume dead coroutine", "cannot resume dead coroutine",
            ])
    }

    @Test("A failed coroutine keeps its traceback")
    func tracebackOfFailed() async throws {
        let value = try await LuaFixture.run(
            """
            local co = coroutine.create(function()
              local function inner() error('x') end
              inner()
            end)
            coroutine.resume(co)
            return debug.traceback(co, 'message')
            """)
        #expect(
            value.text == """
                message
                stack traceback:
                \t[C]: in function 'error'
                \ttest.lua:2: in local 'inner'
                \ttest.lua:3: in function <test.lua:1>
                """ || value.text?.contains("in upvalue 'inner'") == true, "\(value.text ?? "")")
    }

    @Test("A coroutine takes and gives any number of values")
    func values() async throws {
        let value = try await LuaFixture.run(
            """
            local co = coroutine.create(function(...)
              local n = select('#', ...)
              local m = select('#', coroutine.yield(n, nil, nil))
              return m, coroutine.isyieldable(), select(2, coroutine.running())
            end)
            local a = { coroutine.resume(co, 1, nil, nil) }
            local b = table.pack(coroutine.resume(co, nil, nil, nil, nil))
            return { a[1], a[2], b[1], b[2], b[3], b[4], select('#', coroutine.resume(co)), coroutine.status(co) }
            """)
        #expect(value.tableValue?.items == [true, 3, true, 4, true, false, 2, "dead"])
    }
}
