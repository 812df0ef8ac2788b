import LuaRuntime

extension Guide {
    static func values(_ vm: LuaVM) async throws {
        // sample: values
        let order: LuaValue = ["id": 7, "lines": ["lamp", "chair"], "paid": true, "note": nil]
        let results = try await vm.run(
            LuaChunk("local order = ... order.total = 19.5 return order", name: "order.lua"), arguments: [order])
        print(results[0])
        print(results[0]["lines"]?[1]?.text ?? "none", results[0]["id"]?.integerValue ?? 0)
        // end
    }

    static func decoding(_ vm: LuaVM) async throws {
        // sample: decoding
        struct Order: Codable, Sendable {
            var id: UInt64
            var lines: [String]
            var discount: Double?
        }

        let order = try await vm.run(
            LuaChunk("return { id = 7, lines = { 'lamp', 'chair' } }", name: "order.lua"), as: Order.self)
        print(order.lines.count, order.discount ?? 0)
        print(try LuaValue(encoding: order))
        // end

        // sample: decoding-error
        do {
            _ = try await vm.run(
                LuaChunk("return { id = 7, lines = { 'lamp', 2 } }", name: "order.lua"), as: Order.self)
        } catch DecodingError.typeMismatch(_, let context) {
            print(context.debugDescription)
        }
        // end
    }

    // sample: object
    final class Lamp: LuaObject {
        static let luaClass = LuaClass(
            name: "lamp", summary: "A lamp.", properties: ["watts: integer"],
            methods: [
                .immediate("brighter", .init("A lamp with more watts.", ["by: integer"], returns: "Lamp")) {
                    arguments in
                    let lamp = try arguments.receiver(Lamp.self)
                    return .object(Lamp(watts: lamp.watts + (try arguments.integer(1))))
                }
            ])

        let watts: Int64

        init(watts: Int64) { self.watts = watts }

        var luaDescription: String { "lamp of \(watts) W" }

        func luaProperty(_ name: String) -> LuaValue? { name == "watts" ? .integer(watts) : nil }
    }
    // end

    static func objects() async throws {
        // sample: use-object
        let module = LuaModule(
            name: "lamps",
            functions: [
                .immediate("new", .init("A lamp.", ["watts: integer"], returns: "Lamp")) { arguments in
                    .object(Lamp(watts: try arguments.integer(1)))
                }
            ], classes: [Lamp.self])
        let vm = try LuaVM(modules: [module])
        print(try await vm.run(LuaChunk("return lamps.new(40):brighter(20)", name: "lamps.lua")))
        // end
    }
}
