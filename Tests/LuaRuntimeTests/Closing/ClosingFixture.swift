import LuaRuntime
import SpeedPixTestSupport
import Testing

/// A VM whose scripts log what their `<close>` variables do, and the clock that measures their grace period.
struct ClosingFixture {
    let gate = Gate()
    let clock = ManualClock()
    let vm: LuaVM

    /// Global to every script: `log`, and `guard(name)`, whose closing waits once. It logs the name when it begins, and
    /// the name with a full stop, or with the code of the error it was given, when it has waited.
    private static let prelude = """
        log = {}
        function guard(name)
          return setmetatable({}, { __close = function(_, e)
            log[#log + 1] = name
            t.later(1)
            log[#log + 1] = name .. (type(e) == "table" and e.code and ":" .. e.code or ".")
          end })
        end
        """

    init(limits: LuaLimits = LuaLimits()) async throws {
        vm = try LuaVM(limits: limits, modules: LuaFixture.modules(gate: gate), clock: clock)
        try await vm.run(LuaChunk(Self.prelude, name: "prelude.lua"))
    }

    func run(_ source: String) async throws -> [LuaValue] {
        try await vm.run(LuaChunk(source, name: "test.lua"))
    }

    /// The error that running `source` must end with.
    func failure(_ source: String) async -> (any Error)? {
        do {
            _ = try await run(source)
            return nil
        } catch {
            return error
        }
    }

    /// What `<close>` variables logged.
    func log() async throws -> String {
        try await vm.run(LuaChunk("return table.concat(log, ' ')", name: "log.lua")).first?.text ?? ""
    }

    /// Starts a script, waits until `count` waits of `t.wait` have begun, and cancels it.
    func cancel(_ source: String, after count: Int = 1) async -> Result<[LuaValue], any Error> {
        let run = Task { try await self.run(source) }
        _ = await gate.arrived(count)
        run.cancel()
        return await run.result
    }
}

/// A place in a script where a block can end.
struct Place: Sendable, CustomTestStringConvertible {
    var name: String
    private var before: String
    private var after: String

    var testDescription: String { name }

    /// A script that runs `code` there.
    func script(_ code: String) -> String { before + code + after }

    /// Every kind of body that a script can give code to, where an error or a stop passes on to the script itself.
    static let all = [
        Place(name: "main chunk", before: "", after: ""),
        Place(name: "function", before: "local function f() ", after: " return 1 end f() return 2"),
        Place(name: "map", before: "s.map({ 1 }, function() ", after: " end)"),
        Place(name: "spawn", before: "s.spawn(function() ", after: " end):join()"),
        Place(name: "spawn without join", before: "s.spawn(function() ", after: " end)"),
        Place(name: "spawn within spawn", before: "s.spawn(function() s.spawn(function() ", after: " end):join() end)"),
        Place(
            name: "settle", before: "local r = s.settle({ 1 }, function() ",
            after: " end) error(r[1].error, 0)"),
        Place(name: "pcall", before: "local ok, e = pcall(function() ", after: " end) error(e, 0)"),
        Place(
            name: "xpcall", before: "local ok, e = xpcall(function() ",
            after: " end, function(e) return e end) error(e, 0)"),
        Place(name: "all", before: "s.all { s.spawn(function() ", after: " end) }"),
        Place(name: "first", before: "s.first { s.spawn(function() ", after: " end) }"),
        Place(name: "timeout", before: "s.timeout(1000, function() ", after: " end)"),
        Place(name: "callback of the host", before: "t.call(function() ", after: " end)"),
        Place(name: "wrapped coroutine", before: "coroutine.wrap(function() ", after: " end)()"),
        Place(
            name: "coroutine", before: "local ok, e = coroutine.resume(coroutine.create(function() ",
            after: " end)) error(e, 0)"),
        Place(
            name: "coroutine within a coroutine", before: "coroutine.wrap(function() coroutine.wrap(function() ",
            after: " end)() end)()"),
        Place(
            name: "coroutine that was resumed twice",
            before: "local co = coroutine.wrap(function() coroutine.yield() ", after: " end) co() co()"),
        Place(
            name: "iterator", before: "for _ in function() ", after: " end do end"),
    ]
}
