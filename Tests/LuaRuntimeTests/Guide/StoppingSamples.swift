import LuaRuntime

extension Guide {
    static func limits() async throws {
        // sample: limits
        var limits = LuaLimits()
        limits.memory = 16 << 20
        limits.patternSteps = 1_000_000
        let vm = try LuaVM(limits: limits)
        do {
            try await vm.run(LuaChunk("local t = {} while true do t[#t + 1] = ('x'):rep(1000) end", name: "hungry.lua"))
        } catch let error as LuaError {
            print(error.message)
        }
        // end
    }

    static func timeout() async throws {
        // sample: timeout
        let vm = try LuaVM()
        let script = "while true do pcall(function() while true do end end) end"
        do {
            try await vm.run(LuaChunk(script, name: "busy.lua"), timeout: .milliseconds(50))
        } catch let error as LuaError {
            print(error.code ?? "no code")
        }
        print(try await vm.run(LuaChunk("return 'still usable'", name: "next.lua")))
        // end
    }

    static func cancellation(_ vm: LuaVM, _ chunk: LuaChunk, _ hasStarted: () async -> Void) async throws {
        // sample: cancellation
        let script = Task { try await vm.run(chunk) }
        await hasStarted()
        script.cancel()
        do {
            _ = try await script.value
        } catch is CancellationError {
            print("stopped")
        }
        // end
    }

    static func concurrency(_ warehouse: Warehouse) async throws {
        // sample: concurrency
        let vm = try LuaVM(modules: [shop(warehouse), .concurrency(name: "tasks")])
        let script = """
            local counts = tasks.map({ "lamp", "chair" }, shop.stock, { concurrency = 4 })
            local task <close> = tasks.spawn(function() return shop.stock("lamp") end)
            return counts[1] + counts[2], task:join()
            """
        print(try await vm.run(LuaChunk(script, name: "stock.lua")))
        // end
    }

    static func session() async throws {
        // sample: session
        let vm = try LuaVM(modules: [.concurrency(name: "tasks")])
        try await vm.openSession { error in print("a task failed: \(error.message)") }
        for text in ["local price = 20", "price * 2", "price +* 2"] {
            switch LuaInput(text, name: "input") {
            case .expression(let chunk):
                let evaluation = try await vm.evaluate(chunk)
                if case .integer(let number)? = evaluation.values.first { print(number) }
            case .statements(let chunk):
                let level = LuaTopLevel(chunk)
                _ = try await vm.evaluate(level.chunk, declaring: level.names)
            case .failure(let error): print(error.message)
            case .incomplete, .empty: break
            }
        }
        await vm.endDetachedTasks()
        // end
    }
}
