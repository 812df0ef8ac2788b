import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("Counting of fault rules")
struct FaultSelectorTests {
    /// Which rule's strike decides each of so many calls; 0 is none.
    private func strikes(_ rules: [FaultRule], calls: Int, on target: ClientOperation = .create) -> [Int] {
        let selector = FaultSelector(rules)
        return (0..<calls).map { _ in selector.strikes(on: target).first { !$0.fault.isCombinable }?.rule ?? 0 }
    }

    @Test("A fault rule skips `after` calls and ends after `times` strikes")
    func afterAndTimes() {
        #expect(strikes([FaultRule(.resetBefore)], calls: 3) == [1, 1, 1])
        #expect(strikes([FaultRule(.resetBefore, times: 2)], calls: 4) == [1, 1, 0, 0])
        #expect(strikes([FaultRule(.resetBefore, after: 2)], calls: 4) == [0, 0, 1, 1])
        #expect(strikes([FaultRule(.resetBefore, after: 1, times: 1)], calls: 4) == [0, 1, 0, 0])
    }

    @Test("A fault rule counts only the calls that it names")
    func rulesCountOnlyTheirCalls() {
        let selector = FaultSelector([FaultRule(.resetBefore, on: [.result], after: 1)])
        #expect(selector.strikes(on: .create).isEmpty)
        #expect(selector.strikes(on: .result).isEmpty)
        #expect(selector.strikes(on: .progress).isEmpty)
        #expect(selector.strikes(on: .result).count == 1)
    }

    @Test("The first rule that is due strikes, and the others still count the call")
    func firstRuleDecides() {
        let rules = [FaultRule(.resetBefore, times: 2), FaultRule(.resetAfter, after: 1, times: 2)]
        // The second rule was due at the second call and came too late; that is no strike.
        #expect(strikes(rules, calls: 6) == [1, 1, 2, 2, 0, 0])
    }

    @Test("A delay and a skewed clock strike together with the first other fault")
    func combinedFaults() {
        let selector = FaultSelector([
            FaultRule(.delay(.seconds(1))), FaultRule(.resetBefore), FaultRule(.skewedClock(.seconds(1))),
            FaultRule(.resetAfter),
        ])
        #expect(selector.strikes(on: .create).map(\.rule) == [1, 2, 3])
    }

    @Test("A rule with a probability strikes the same calls for the same seed")
    func seedOfARule() {
        func run(_ seed: UInt64) -> [Int] {
            strikes([FaultRule(.resetBefore, probability: 0.3, seed: seed)], calls: 1000)
        }
        #expect(run(7) == run(7))
        #expect(run(7) != run(8))
        #expect((250...350).contains(run(7).reduce(0, +)))
        // These are the numbers of the algorithm, and not of this machine.
        #expect(Array(run(7).prefix(20)) == FaultSelectorTests.seven)
        #expect(strikes([FaultRule(.resetBefore, probability: 0)], calls: 100).allSatisfy { $0 == 0 })
        #expect(strikes([FaultRule(.resetBefore, probability: 1)], calls: 100).allSatisfy { $0 == 1 })
    }

    /// Computed apart from this code, by SplitMix64's definition.
    private static let seven = [0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]

    @Test("The random numbers of a rule do not depend on other rules")
    func rulesDoNotShareRandomNumbers() {
        let rule = FaultRule(.resetAfter, probability: 0.5, seed: 3)
        let alone = strikes([rule], calls: 50)
        let joined = strikes([FaultRule(.resetBefore, times: 5), rule], calls: 50)
        #expect(joined.prefix(5) == [1, 1, 1, 1, 1])
        #expect(joined.dropFirst(5).map { $0 == 2 } == alone.dropFirst(5).map { $0 == 1 })
    }

    @Test("A fault strikes only the calls that it applies to")
    func targetsOfAFault() {
        #expect(FaultRule(.expiredURL(ago: .seconds(1))).targets == [.result, .signUpload, .getFile])
        #expect(FaultRule(.duplicateNonce, on: [.create, .download]).targets == [.create])
    }
}
