import Synchronization

/// Counts calls and decides which of them a fault strikes.
final class FaultLedger: Sendable {
    private struct Tally {
        var calls = 0
        var strikes = 0
        var dice: Dice
    }

    private let rules: [FaultRule]
    private let tallies: Mutex<[Tally]>

    init(_ rules: [FaultRule]) {
        self.rules = rules
        tallies = Mutex(rules.map { Tally(dice: Dice(seed: $0.seed)) })
    }

    /// Counts a call.
    ///
    /// Each rule counts every call that it is about, and rolls for it, whatever other rules do: adding one to a file
    /// does not change when the others strike, unless it strikes first.
    ///
    /// - Returns: What strikes it, in the order of the rules: any number of ambient faults, and one other at most. A
    ///   rule that comes too late for a call has not struck.
    func strikes(on target: FaultTarget) -> [FaultStrike] {
        tallies.withLock { tallies in
            var strikes: [FaultStrike] = []
            var isDecided = false
            for (index, rule) in rules.enumerated() where rule.targets.contains(target) {
                tallies[index].calls += 1
                guard tallies[index].calls > rule.after else { continue }
                let isHit = tallies[index].dice.roll() < rule.probability
                guard isHit, tallies[index].strikes < rule.times ?? .max else { continue }
                if !rule.fault.isAmbient {
                    guard !isDecided else { continue }
                    isDecided = true
                }
                tallies[index].strikes += 1
                strikes.append(
                    FaultStrike(rule: index + 1, fault: rule.fault, target: target, call: tallies[index].calls))
            }
            return strikes
        }
    }
}

/// The same numbers for the same seed, on every machine and with every version of Swift (SplitMix64).
struct Dice {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// 0 ..< 1, evenly.
    mutating func roll() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) * 0x1p-53
    }
}
