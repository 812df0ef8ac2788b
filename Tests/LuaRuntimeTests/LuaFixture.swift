import LuaRuntime
import SpeedPixTestSupport
import Synchronization

/// How many probes of one test are alive.
final class ProbeCount: Sendable {
    private let count = Atomic<Int>(0)

    var alive: Int { count.load(ordering: .relaxed) }

    func change(by difference: Int) {
        count.add(difference, ordering: .relaxed)
    }
}

/// An object that scripts can hold.
final class Probe: LuaObject {
    static let luaClass = LuaClass(
        name: "probe", properties: ["label", "empty"],
        methods: [
            .immediate("shout") { arguments in
                .string(try arguments.receiver(Probe.self).label.uppercased())
            },
            .waiting("later") { arguments in
                let probe = try arguments.receiver(Probe.self)
                return { _ in .string(probe.label) }
            },
            .immediate("close") { arguments in
                guard arguments.count == 0 else { throw Refusal() }
                try arguments.receiver(Probe.self).closings.add(1, ordering: .relaxed)
                return .nil
            },
            .immediate("closings") { arguments in
                .integer(Int64(try arguments.receiver(Probe.self).closings.load(ordering: .relaxed)))
            },
        ], closedBy: "close")

    let label: String
    private let count: ProbeCount
    let closings = Atomic(0)

    init(_ label: String, count: ProbeCount) {
        self.label = label
        self.count = count
        count.change(by: 1)
    }

    deinit {
        count.change(by: -1)
    }

    var luaDescription: String { "probe(\(label))" }

    func luaProperty(_ name: String) -> LuaValue? {
        name == "label" ? .string(label) : nil
    }

    func luaEquals(_ other: any LuaObject) -> Bool {
        (other as? Probe)?.label == label
    }
}

struct Refusal: LuaRaisable {
    var luaFields: [String: LuaValue] {
        ["code": "refused", "message": "not today", "hint": "try tomorrow", "retryable": true]
    }
}

enum LuaFixture {
    /// A module `t` with one function of each kind.
    static func module(gate: Gate = Gate(), probes: ProbeCount = ProbeCount()) -> LuaModule {
        LuaModule(
            name: "t",
            functions: [
                .immediate("echo") { try $0.value(1) },
                .uint64,
                .immediate("add", .init("The sum.", ["a: integer", "b: integer", "c: integer"], returns: "integer")) {
                    .integer(try $0.integer(1) &+ $0.integer(2) &+ $0.integer(3))
                },
                .immediate("probe", .init("A probe.", ["label: string"], returns: "Probe")) {
                    .object(Probe(try $0.string(1), count: probes))
                },
                .immediate("fail") { _ in throw Refusal() },
                .immediate(
                    "options",
                    .init("One of its options.", options: ["timeout: number", "alias_id: string"], returns: "string?")
                ) { arguments in
                    let options = try arguments.options()
                    return .optional(try options.string("alias_id"))
                },
                .waiting("later") { arguments in
                    let value = try arguments.value(1)
                    return { _ in value }
                },
                .waiting("later_fail") { _ in { _ in throw Refusal() } },
                .waiting("wait", .init("Waits for a gate.", ["name: string"], returns: "string")) { arguments in
                    let name = try arguments.string(1)
                    return { _ in
                        await gate.wait(name)
                        return .string(name)
                    }
                },
                .waiting("forever") { _ in
                    { _ in
                        try await Task.sleep(for: .seconds(86_400))
                        return .nil
                    }
                },
                .waiting("call") { arguments in
                    guard case .function(let function) = try arguments.value(1) else {
                        throw arguments.mismatch(1, "a function")
                    }
                    let value = try arguments.value(2)
                    return { context in try await context.call(function, [value]).first ?? .nil }
                },
            ],
            values: ["null": .null, "answer": 42],
            classes: [Probe.self])
    }

    static func vm(
        gate: Gate = Gate(), probes: ProbeCount = ProbeCount(), limits: LuaLimits = LuaLimits()
    ) throws -> LuaVM {
        try LuaVM(limits: limits, modules: modules(gate: gate, probes: probes))
    }

    /// `t`, `s` with the concurrency library, and `json`.
    static func modules(gate: Gate = Gate(), probes: ProbeCount = ProbeCount()) -> [LuaModule] {
        [
            module(gate: gate, probes: probes), .concurrency(name: "s"), .deferred("json") { JSONModule.module() },
            absentNames,
        ]
    }

    private static var absentNames: LuaModule {
        var module = LuaModule(name: "_absent")
        module.absentNames = LuaAbsentNames(["absent": "use present", "string.absent": "use string.present"])
        return module
    }

    /// Runs text and returns its first result.
    static func run(_ source: String, gate: Gate = Gate(), limits: LuaLimits = LuaLimits()) async throws -> LuaValue {
        try await vm(gate: gate, limits: limits).run(LuaChunk(source, name: "test.lua")).first ?? .nil
    }
}

/// The error that running `source` must end with.
func luaError(_ source: String, limits: LuaLimits = LuaLimits()) async -> LuaError? {
    do {
        _ = try await LuaFixture.run(source, limits: limits)
        return nil
    } catch {
        return error as? LuaError
    }
}

/// A module whose function `test.started()` tells the test that the script has come so far.
struct StartSignal: Sendable {
    private let stream = AsyncStream.makeStream(of: Void.self)

    var module: LuaModule {
        LuaModule(
            name: "test",
            functions: [
                .immediate("started") { _ in
                    stream.continuation.yield()
                    return .nil
                }
            ])
    }

    /// Waits until a script has called it.
    func isGiven() async { for await _ in stream.stream { return } }
}
