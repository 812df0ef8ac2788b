import SpeedPixTestSupport
import Testing

@testable import LuaRuntime

/// Tasks that spawn one another as deep as they may: nothing walks them by recursion.
@Suite("Tasks that spawn one another")
struct NestingTests {
    private static let descend = "local function f(n) if n == 0 then END end s.spawn(f, n - 1) end "

    private func vm(depth: Int) throws -> LuaVM {
        var limits = LuaLimits()
        limits.taskDepth = depth
        return try LuaVM(limits: limits, modules: LuaFixture.modules())
    }

    @Test("An error in the innermost of 10,000 nested tasks is the run's error, with its place")
    func innermostError() async throws {
        let error = await #expect(throws: LuaError.self) {
            try await vm(depth: 10_000).run(
                LuaChunk(Self.descend.replacing("END", with: "error('x')") + "f(9999)", name: "deep.lua"))
        }
        #expect(error?.message == "deep.lua:1: x")
        #expect(error?.traceback.contains("spawned at deep.lua:1") == true)
    }

    @Test("A task that nests deeper than the limit is an error with its place")
    func tooDeep() async throws {
        let error = await #expect(throws: LuaError.self) {
            try await vm(depth: 100).run(
                LuaChunk(Self.descend.replacing("END", with: "return") + "f(100)", name: "deep.lua"))
        }
        #expect(error?.code == "too_large")
        #expect(error?.message.contains("the innermost of 100 that spawned one another") == true)
        #expect(error?.location?.file == "deep.lua")
    }

    @Test("10,000 nested tasks that were joined and collected are released without a stack overflow")
    func release() async throws {
        let vm = try vm(depth: 10_000)
        let value = try await vm.run(
            LuaChunk(
                Self.descend.replacing("END", with: "error('x')") + """
                    local deep = s.spawn(f, 9998)
                    local ok, e = pcall(deep.join, deep)
                    deep = nil
                    collectgarbage() collectgarbage()
                    return ok, e
                    """, name: "deep.lua"))
        #expect(value == [.boolean(false), "deep.lua:1: x"])
        await vm.collectGarbage()
        #expect(try await vm.run(LuaChunk("return 1", name: "x")) == [.integer(1)])
    }

    @Test("A chain of tasks that passes on an error is released without a stack overflow")
    func releaseAfterErrors() async throws {
        let value = try await vm(depth: 10_000).run(
            LuaChunk(
                """
                local function f(n)
                  if n == 0 then error('x') end
                  local t = s.spawn(f, n - 1)
                  t:join()
                end
                local ok, e = pcall(f, 9998)
                collectgarbage() collectgarbage()
                return e
                """, name: "deep.lua"))
        #expect(value == ["deep.lua:2: x"])
    }

    @Test("A cancel ends 9,999 nested tasks that wait")
    func cancel() async throws {
        let gate = Gate()
        let vm = try LuaVM(modules: LuaFixture.modules(gate: gate))
        let run = Task {
            try await vm.run(
                LuaChunk(Self.descend.replacing("END", with: "t.wait('never')") + "f(9999)", name: "deep.lua"))
        }
        _ = await gate.arrived(1)
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    @Test(
        "1,000 nested __close functions that spawn tasks share one grace period and are released",
        arguments: [5000, 1, 5, 20, 50, 100, 200])
    func closers(milliseconds: Int) async throws {
        let gate = Gate()
        var limits = LuaLimits()
        limits.closing = .milliseconds(milliseconds)
        let vm = try LuaVM(limits: limits, modules: LuaFixture.modules(gate: gate))
        let run = Task {
            try await vm.run(
                LuaChunk(
                    """
                    local function f(n)
                      local guard <close> = setmetatable({}, { __close = function()
                        if n == 0 then return end
                        local child = s.spawn(f, n - 1)
                        t.later(1)
                        child:cancel()
                        pcall(child.join, child)
                      end })
                      t.wait('never' .. n)
                    end
                    f(1000)
                    """, name: "deep.lua"))
        }
        _ = await gate.arrived(1)
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(try await vm.run(LuaChunk("return 1", name: "x")) == [.integer(1)])
    }

    @Test("A call from Swift counts as one level of nesting")
    func calls() async throws {
        var limits = LuaLimits()
        limits.taskDepth = 3
        let vm = try LuaVM(limits: limits, modules: LuaFixture.modules())
        let source = "t.call(function() t.call(function() EXTRA end) end) return 1"
        #expect(try await vm.run(LuaChunk(source.replacing("EXTRA", with: ""), name: "x")) == [.integer(1)])
        let error = await #expect(throws: LuaError.self) {
            try await vm.run(LuaChunk(source.replacing("EXTRA", with: "t.call(print)"), name: "x"))
        }
        #expect(error?.message.contains("tasks nest 3 deep, and no deeper") == true, "\(String(describing: error))")
    }
}
