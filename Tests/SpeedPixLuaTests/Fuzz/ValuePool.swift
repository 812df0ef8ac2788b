import LuaRuntime
import SpeedPixTestSupport
import Synchronization

/// Values of many VMs at once, given from each to any other.
final class ValuePool: Sendable {
    private let values = Mutex<[LuaValue]>([])
    private let random: Mutex<SeededGenerator>

    init(seed: UInt64) { random = Mutex(SeededGenerator(seed: seed)) }

    /// Keeps a value and gives one that somebody kept.
    func swap(_ value: LuaValue) -> LuaValue {
        values.withLock { values in
            random.withLock { random in
                if values.count < 200 {
                    values.append(value)
                } else {
                    values[random.below(values.count)] = value
                }
                return values[random.below(values.count)]
            }
        }
    }

    var any: LuaValue { values.withLock { values in random.withLock { values.isEmpty ? .nil : $0.pick(values) } } }

    /// What a script gets as `fuzz`.
    var module: LuaModule {
        LuaModule(
            name: "fuzz",
            functions: [
                .immediate("swap") { self.swap(try $0.value(1)) },
                .waiting("later") { arguments in
                    let value = self.swap(try arguments.value(1))
                    return { _ in
                        await Task.yield()
                        return value
                    }
                },
                .waiting("call") { arguments in
                    guard case .function(let function) = self.swap(try arguments.value(1)) else {
                        throw arguments.mismatch(1, "a function")
                    }
                    return { context in
                        try await context.call(function, [self.any], timeout: .milliseconds(50)).first ?? .nil
                    }
                },
            ])
    }
}
