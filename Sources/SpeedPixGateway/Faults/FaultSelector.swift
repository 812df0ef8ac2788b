import SpeedPix
import Synchronization

/// Counts calls and decides which of them a fault strikes.
final class FaultSelector: Sendable {
    private struct Tally {
        var calls = 0
        var strikes = 0
        var generator: SplitMix64
    }

    private let rules: [FaultRule]
    private let tallies: Mutex<[Tally]>

    init(_ rules: [FaultRule]) {
        self.rules = rules
        tallies = Mutex(rules.map { Tally(generator: SplitMix64(seed: $0.seed)) })
    }

    /// Counts a call.
    ///
    /// Each rule counts every call that it is about, and draws a random number for it, whatever other rules do: adding one to a
    /// file does not change when the others strike, unless it strikes first.
    ///
    /// - Returns: What strikes it, in the order of the rules: any number of combinable faults, and one other at most. A
    ///   rule that comes too late for a call has not struck.
    func strikes(on target: ClientOperation) -> [FaultStrike] {
        tallies.withLock { tallies in
            var strikes: [FaultStrike] = []
            var isDecided = false
            for (index, rule) in rules.enumerated() where rule.targets.contains(target) {
                tallies[index].calls += 1
                guard tallies[index].calls > rule.after else { continue }
                let isHit = tallies[index].generator.nextFraction() < rule.probability
                guard isHit, tallies[index].strikes < rule.times ?? .max else { continue }
                if !rule.fault.isCombinable {
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
