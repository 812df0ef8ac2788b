import LuaRuntime
import Testing

/// What belongs to one VM is refused by another: there it would be an address in a state that knows nothing of it.
@Suite("Values of one VM in another")
struct CrossingTests {
    private let first: LuaVM
    private let second: LuaVM

    init() throws {
        first = try LuaFixture.vm()
        second = try LuaFixture.vm()
    }

    /// A value of the first VM.
    private func value(_ source: String) async throws -> LuaValue {
        try #require(try await first.run(LuaChunk(source, name: "first.lua")).first)
    }

    private static let sources = [
        "return s.spawn(function() return 1 end)",
        "local t = s.spawn(error, 'x') pcall(t.join, t) return t",
        "return function() end",
        "return { nested = { s.spawn(t.later, 1) } }",
        "return { [s.spawn(t.later, 1)] = true }",
        "return { f = { g = print } }",
    ]

    @Test("A run refuses tasks and functions of another VM as arguments", arguments: sources)
    func arguments(source: String) async throws {
        let value = try await value(source)
        let error = await #expect(throws: LuaError.self) {
            try await second.execute(LuaChunk("keep = (...):join()", name: "second.lua"), arguments: [value])
        }
        #expect(error?.message.contains("cannot move to another script") == true, "\(String(describing: error))")
        #expect(try await second.run(LuaChunk("return keep", name: "second.lua")) == [.nil])
    }

    @Test(
        "A VM refuses tasks and functions of another VM as results of host functions and in calls", arguments: sources)
    func results(source: String) async throws {
        let value = try await value(source)
        let module = LuaModule(
            name: "foreign",
            functions: [.immediate("now") { _ in value }, .waiting("later") { _ in { _ in value } }])
        let vm = try LuaVM(modules: [module])
        for call in ["now", "later"] {
            let error = await #expect(throws: LuaError.self) {
                try await vm.execute(LuaChunk("return foreign.\(call)()", name: "third.lua"))
            }
            #expect(error?.message.contains("cannot move to another script") == true)
        }
        guard case .function(let function) = try await vm.run(LuaChunk("return print", name: "third.lua")).first else {
            return
        }
        await #expect(throws: LuaError.self) { try await vm.call(function, [value]) }
        await #expect(throws: LuaError.self) { try await first.call(function, []) }
    }

    @Test("A call refuses a parent task of another VM or one that has ended")
    func parents() async throws {
        guard case .object(let object) = try await value("return s.spawn(function() end)"),
            let task = object as? LuaTask,
            case .function(let own) = try await value("return function() return 7 end"),
            case .function(let other) = try await second.run(LuaChunk("return function() end", name: "x")).first
        else { return #expect(Bool(false), "no task and functions") }
        await #expect(throws: LuaError.self) { try await second.call(other, [], parent: task) }
        let error = await #expect(throws: LuaError.self) { try await first.call(own, [], parent: task) }
        #expect(error?.message == "the task that was to be the parent has ended")
        #expect(try await first.call(own, []) == [.integer(7)])
    }

    @Test("An error whose fields hold a task of another VM reaches the script without the task")
    func errors() async throws {
        let task = try await value("return s.spawn(function() end)")
        struct Foreign: LuaRaisable {
            let value: LuaValue
            var luaFields: [String: LuaValue] { ["code": "foreign", "message": "x", "task": value] }
        }
        let vm = try LuaVM(
            modules: [LuaModule(name: "foreign", functions: [.immediate("fail") { _ in throw Foreign(value: task) }])])
        let result = try await vm.run(
            LuaChunk("local ok, e = pcall(foreign.fail) return e.code, e.task", name: "x"))
        #expect(result == ["internal", .nil])
    }
}
