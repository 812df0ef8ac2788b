// sample: first-vm
import LuaRuntime

// end

extension Guide {
    static func firstVM() async throws {
        // sample: first-vm
        let vm = try LuaVM()
        let chunk = LuaChunk("local name = ... return 6 * 7, 'hello ' .. name", name: "first.lua")
        let results = try await vm.run(chunk, arguments: ["Ada"])
        print(results[0], results[1])
        // end
    }

    // sample: not-found
    struct NotFound: LuaRaisable {
        var id: String

        var luaFields: [String: LuaValue] {
            ["code": "not_found", "message": .string("there is no product \(id)"), "retryable": false]
        }
    }
    // end

    // sample: module
    static func shop(_ warehouse: Warehouse) -> LuaModule {
        LuaModule(
            name: "shop", summary: "The products of the shop.",
            functions: [
                .immediate(
                    "tax",
                    LuaFunctionDescription(
                        "The tax in a price.", ["price: number", "rate?: number — default 0.25"], returns: "number",
                        example: "shop.tax(100)")
                ) { arguments in
                    let rate = arguments.isAbsent(2) ? 0.25 : try arguments.number(2)
                    return .number(try arguments.number(1) * rate)
                },
                .waiting(
                    "stock",
                    LuaFunctionDescription(
                        "How many there are of a product.", ["id: string"], returns: "integer", errors: ["not_found"])
                ) { arguments in
                    let id = try arguments.string(1)
                    return { _ in
                        guard let count = try await warehouse.count(of: id) else { throw NotFound(id: id) }
                        return .integer(count)
                    }
                },
            ])
    }
    // end

    static func useModule(_ warehouse: Warehouse) async throws {
        // sample: use-module
        let vm = try LuaVM(modules: [shop(warehouse)])
        let results = try await vm.run(LuaChunk("return shop.tax(80), shop.stock('lamp')", name: "shop.lua"))
        print(results)
        // end
    }

    static func errors(_ vm: LuaVM) async throws {
        // sample: errors
        do {
            try await vm.run(LuaChunk("local x = 1\nreturn shop.stock('sofa')", name: "shop.lua"))
        } catch let error as LuaError {
            print(error.message)
            print(error.code ?? "no code", error.location?.line ?? 0)
            print(error.traceback)
        }
        // end
    }

    static func caught(_ vm: LuaVM) async throws {
        // sample: caught
        let script = """
            local ok, e = pcall(shop.tax, "much")
            if not ok then return e.code, e.message end
            """
        print(try await vm.run(LuaChunk(script, name: "shop.lua")))
        // end
    }
}
