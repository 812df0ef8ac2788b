import LuaRuntime

extension Guide {
    static func moduleSource() async throws {
        // sample: module-source
        let prices = LuaModule(
            name: "prices", summary: "Prices of lists.",
            functions: [
                .immediate("round") { arguments in
                    .number((try arguments.number(1) * 100).rounded() / 100)
                },
                .inSource(
                    "total",
                    LuaFunctionDescription(
                        "The sum of what fn gives for each item.", ["items: any[]", "fn: fun(item: any): number"],
                        returns: "number")),
            ],
            source: """
                local host, name = ...
                local prices = {}

                function prices.total(items, fn)
                  local sum = 0
                  for _, item in ipairs(items) do sum = sum + fn(item) end
                  return host.round(sum)
                end

                return prices
                """)
        let vm = try LuaVM(modules: [prices])
        let script = "return prices.total({ 1.111, 2.222 }, function(price) return price * 2 end)"
        print(try await vm.run(LuaChunk(script, name: "main.lua")))
        // end

        // sample: module-error
        do {
            try await vm.run(LuaChunk("prices.total({ {} }, function(x) return x end)", name: "main.lua"))
        } catch let error as LuaError {
            print(error)
        }
        // end
    }

    static func printing(_ lines: Output) async throws {
        // sample: printing
        let output = LuaModule(
            name: "_output",
            functions: [
                .immediate("print", .init("Writes a line.", ["...: any"])) { arguments in
                    let words = try (0..<arguments.count).map { try arguments.value($0 + 1).description }
                    lines.append(words.joined(separator: "\t"))
                    return .nil
                }
            ], globals: ["print"])
        let vm = try LuaVM(modules: [output])
        try await vm.run(LuaChunk("print('a', 1, { x = 2 })", name: "main.lua"))
        // end
    }

    static func callbacks() async throws {
        // sample: callbacks
        let module = LuaModule(
            name: "files",
            functions: [
                .waiting(
                    "each_line",
                    .init("Calls fn with each line of a text.", ["text: string", "fn: fun(line: string)"])
                ) { arguments in
                    let lines = try arguments.string(1).split(separator: "\n").map(String.init)
                    guard let fn = try arguments.value(2).functionValue else {
                        throw arguments.mismatch(2, "a function")
                    }
                    return { context in
                        for line in lines { try await context.call(fn, [.string(line)]) }
                        return .nil
                    }
                }
            ])
        let vm = try LuaVM(modules: [module])
        let script = "local n = 0 files.each_line('a\\nb', function() n = n + 1 end) return n"
        print(try await vm.run(LuaChunk(script, name: "lines.lua")))
        // end
    }

    static func reference(_ module: LuaModule) {
        // sample: reference
        let reference = LuaReference([module, .concurrency(name: "tasks")])
        print(reference.help(for: "shop.stock") ?? "")
        let stubs = reference.stubs()
        // end
        print(stubs.contains("function shop.stock(id) end"))
    }
}
