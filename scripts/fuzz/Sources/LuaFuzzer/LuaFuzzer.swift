import Dispatch
import LuaRuntime

/// Any text as a script: it may fail in every way that Lua knows, and in no other. Then the same text as JSON and as CSV.
///
/// The script gets little memory and a moment of time, a module whose functions return at once, wait, call back and
/// fail, and the concurrency library. The same text goes through the listing of globals.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = UnsafeBufferPointer(start: start, count: count)
    let chunk = LuaChunk(text, name: "fuzz.lua")
    let bytes = Array(text)
    _ = try? chunk.globals()
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        await run(chunk)
        await Documents.shared.read(bytes)
        done.signal()
    }
    done.wait()
    return 0
}

private func run(_ chunk: LuaChunk) async {
    var limits = LuaLimits()
    limits.memory = 8 << 20
    limits.patternSteps = 100_000
    do {
        let vm = try LuaVM(limits: limits, modules: [module, .concurrency(name: "s")])
        _ = try? await vm.run(chunk, timeout: .milliseconds(50))
        // Whatever the script did, its VM goes on.
        guard try await vm.run(LuaChunk("return 1 + 1", name: "after")) == [2] else { fatalError("1 + 1 is not 2") }
        await vm.collectGarbage()
    } catch {
        fatalError("the VM did not survive: \(error)")
    }
}

private let module = LuaModule(
    name: "t",
    functions: [
        .immediate("echo") { try $0.value(1) },
        .immediate("fail") { _ in throw LuaArgumentError("no", hint: "never") },
        .immediate("options", .init("One of its options.", options: ["timeout: number", "name: string"])) {
            .optional(try $0.options().string("name"))
        },
        .immediate("globals") {
            .integer(Int64(try LuaChunk($0.bytes(1).bytes, name: "inner").globals().count))
        },
        .waiting("later") { arguments in
            let value = try arguments.value(1)
            return { _ in
                await Task.yield()
                return value
            }
        },
        .waiting("forever") { _ in
            { _ in
                try await Task.sleep(for: .seconds(3600))
                return .nil
            }
        },
        .waiting("call") { arguments in
            guard case .function(let function) = try arguments.value(1) else {
                throw arguments.mismatch(1, "a function")
            }
            return { context in try await context.call(function, [1]).first ?? .nil }
        },
    ],
    values: ["null": .null, "list": .table(LuaTable(items: [1, 2.5, "three"]))])
