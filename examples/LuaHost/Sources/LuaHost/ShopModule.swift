import LuaRuntime

/// What scripts see as `shop`: some of it in Swift, some in Lua.
enum ShopModule {
    static let module = LuaModule(
        name: "shop", summary: "The products of the shop.",
        functions: [
            .waiting(
                "product",
                LuaFunctionDescription(
                    "A product by its name.", ["name: string"], returns: "{name: string, price: number}",
                    errors: ["not_found"], example: "shop.product(\"lamp\").price")
            ) { arguments in
                let name = try arguments.string(1)
                return { _ in try LuaValue(encoding: try await Product.named(name)) }
            },
            .inSource(
                "each",
                LuaFunctionDescription(
                    "Calls fn with each of the named products.",
                    ["names: string[]", "fn: fun(product: table)"])),
        ],
        source: """
            local host, name = ...
            local shop = {}

            function shop.each(names, fn)
              for _, product in ipairs(names) do fn(host.product(product)) end
            end

            return shop
            """)
}

/// A product as the shop's own service would give it.
struct Product: Codable, Sendable {
    var name: String
    var price: Double

    static func named(_ name: String) async throws -> Product {
        let prices = ["lamp": 19.5, "chair": 80]
        guard let price = prices[name] else { throw ProductNotFound(name: name) }
        return Product(name: name, price: price)
    }
}

struct ProductNotFound: LuaRaisable {
    var name: String

    var luaFields: [String: LuaValue] {
        [
            "code": "not_found", "message": .string("there is no product '\(name)'"),
            "hint": "there are lamp and chair", "retryable": false,
        ]
    }
}
