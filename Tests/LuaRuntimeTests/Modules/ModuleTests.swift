import Testing

@testable import LuaRuntime

@Suite("Modules of the host")
struct ModuleTests {
    @Test(
        "A position that no argument can have is that of an argument that was not passed", arguments: [-1, 0, 3, .max])
    func positions(position: Int) async throws {
        let module = LuaModule(
            name: "m",
            functions: [
                .immediate("f") { arguments in
                    guard try arguments.value(position) == .nil else { return "a value" }
                    return .boolean(arguments.isAbsent(position) && !arguments.isTable(position))
                }
            ])
        let vm = try LuaVM(modules: [module])
        #expect(try await vm.run(LuaChunk("return m.f({}, {})", name: "test")) == [true])
    }

    @Test("A VM refuses a module whose global is not one of its fields")
    func unknownGlobal() {
        let error = #expect(throws: LuaError.self) {
            try LuaVM(modules: [
                LuaModule(name: "m", functions: [.immediate("f") { _ in .nil }], globals: ["f", "nothing"])
            ])
        }
        #expect(error?.message == "the module 'm' has no field 'nothing' to be a global")
    }

    @Test(
        "A VM refuses a module with the name of one of Lua's own", arguments: ["string", "table", "_G", "print", "os"])
    func reservedNames(name: String) {
        // What `print` and `os` do is for the host to say.
        let isReserved = name != "print" && name != "os"
        #expect(((try? LuaVM(modules: [LuaModule(name: name)])) == nil) == isReserved)
    }

    @Test("Arguments that cannot be passed to a chunk are a LuaError with the code invalid_argument")
    func arguments() async throws {
        var limits = LuaLimits()
        limits.depth = 3
        let vm = try LuaVM(limits: limits)
        let deep: LuaValue = .table(
            LuaTable(items: [.table(LuaTable(items: [.table(LuaTable(items: [.table(LuaTable())]))]))]))
        let error = await #expect(throws: LuaError.self) {
            try await vm.run(LuaChunk("return 1", name: "test"), arguments: [deep])
        }
        #expect(error?.code == "invalid_argument")
        #expect(error?.message.contains("nests deeper") == true)
    }
}
