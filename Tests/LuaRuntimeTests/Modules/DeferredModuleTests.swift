import LuaRuntime
import SpeedPixTestSupport
import Testing

@Suite("Modules that are made when a script first reads a field")
struct DeferredModuleTests {
    private final class Fruit: LuaObject {
        let luaDescription = "fruit"
        static let luaClass = LuaClass(name: "fruit", properties: ["colour: string"])
        func luaProperty(_ name: String) -> LuaValue? { name == "colour" ? "red" : nil }
    }

    private let made = CountedState(0, count: { $0 })

    private var vm: LuaVM {
        get throws {
            try LuaVM(modules: [
                .deferred("basket", classes: [Fruit.self]) { [made] in
                    made.withLock { $0 += 1 }
                    var module = LuaModule(
                        name: "basket", functions: [.immediate("size") { _ in 3 }], values: ["owner": "me"],
                        source: "local host = ... return { double = function() return 2 * host.size() end }")
                    module.withheldNames = ["weigh"]
                    return module
                },
                LuaModule(name: "shop", functions: [.immediate("apple") { _ in .object(Fruit()) }]),
                absentNames,
            ])
        }
    }

    private var absentNames: LuaModule {
        var module = LuaModule(name: "_absent")
        module.absentNames = LuaAbsentNames(["basket.weigh": "use a balance"])
        return module
    }

    private func run(_ text: String) async throws -> [LuaValue] { try await vm.run(LuaChunk(text, name: "test.lua")) }

    @Test("A script that reads no field does not have it made; the first field makes all of it, once")
    func onDemand() async throws {
        #expect(try await run("return type(basket), rawequal(basket, basket)") == ["userdata", true])
        #expect(made.withLock { $0 } == 0)
        #expect(
            try await run("return basket.owner, basket.size(), basket.double(), basket.owner") == ["me", 3, 6, "me"])
        #expect(made.withLock { $0 } == 1)
    }

    @Test("pairs makes it, also within a task")
    func pairs() async throws {
        let text = "local names = {} for name in pairs(basket) do names[#names + 1] = name end table.sort(names)"
        #expect(try await run("\(text) return table.concat(names, ' ')") == ["double owner size"])
        #expect(try await run("return coroutine.wrap(function() return basket.size() end)()") == [3])
    }

    @Test("A misspelt or absent first field is told as any other, with its place")
    func misspelt() async throws {
        for (text, message) in [
            ("\nbasket.sise()", "test.lua:2: invalid_argument: basket has no 'sise'\nhint: did you mean 'size'?"),
            ("\nbasket.weigh()", "test.lua:2: attempt to call a nil value (field 'weigh'); use a balance"),
            ("basket.size = 1", "test.lua:1: basket cannot be changed by a script"),
        ] {
            let error = await #expect(throws: LuaError.self) { try await run(text) }
            #expect(String(reflecting: error).contains(message), "\(String(describing: error))")
        }
    }

    @Test("Another module may give out objects of its classes before it is made")
    func classes() async throws {
        #expect(try await run("return shop.apple().colour, tostring(shop.apple())").first == "red")
        #expect(made.withLock { $0 } == 0)
    }

    @Test("A session has all of them made, for what it shows")
    func session() async throws {
        let vm = try vm
        try await vm.openSession { _ in }
        #expect(made.withLock { $0 } == 1)
        #expect(await vm.members(of: ["basket"]).map(\.name).sorted() == ["double", "owner", "size"])
    }
}
