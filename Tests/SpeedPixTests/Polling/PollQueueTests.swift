import Testing

@testable import SpeedPix

@Suite("The queue of polling turns")
struct PollQueueTests {
    private static let never = Duration.seconds(1_000_000)

    @Test("PollQueue gives turns in the order in which they are due")
    func turnsComeInTheOrderInWhichTheyAreDue() {
        var queue = PollQueue(rate: PollRate(fixed: 1000))
        let dues = [5, 3, 9, 3, 1].map { Duration.seconds($0) }
        let numbers = dues.map { queue.add(due: $0, deadline: Self.never) }
        #expect(queue.nextDue() == .seconds(1))
        #expect(queue.take(at: .seconds(4)) == [numbers[4], numbers[1], numbers[3]])
        #expect(queue.take(at: .seconds(10)) == [numbers[0], numbers[2]])
        #expect(queue.isEmpty)
        #expect(queue.nextDue() == nil)
    }

    @Test("PollQueue gives no turn that was cancelled")
    func cancelledTurns() {
        var queue = PollQueue(rate: PollRate(fixed: 1000))
        let numbers = (1...500).map { queue.add(due: .seconds($0), deadline: Self.never) }
        for number in numbers where number % 2 == 0 { queue.cancel(number) }
        #expect(queue.take(at: .seconds(1000)) == numbers.filter { $0 % 2 == 1 })
        #expect(queue.isEmpty)
    }

    /// Ten thousand waits that are all due: each second has room for a hundred of them, and none is forgotten.
    @Test("PollQueue gives ten thousand due waits their turns at the rate")
    func manyWaitsKeepToTheRate() {
        var queue = PollQueue(rate: PollRate(fixed: 100))
        let numbers = (0..<10_000).map { _ in queue.add(due: .zero, deadline: Self.never) }
        var taken = queue.take(at: .zero)
        #expect(taken.count == 100)
        var time = Duration.zero
        while let due = queue.nextDue() {
            #expect(due > time)
            time = due
            taken += queue.take(at: time)
            #expect(Double(taken.count) <= 100 + time / .milliseconds(10) + 1)
        }
        #expect(taken == numbers)
        #expect(time > .seconds(98) && time < .seconds(100))
    }

    @Test("PollQueue keeps no turns of cancelled waits")
    func cancelledWaitsLeaveNoTurns() {
        var queue = PollQueue(rate: PollRate(fixed: 10))
        let crowd = (0..<1000).map { _ in queue.add(due: .zero, deadline: Self.never) }
        let served = queue.take(at: .zero)
        #expect(served.count == 10)
        for number in crowd where !served.contains(number) { queue.cancel(number) }
        #expect(queue.isEmpty)
        let late = queue.add(due: .seconds(1), deadline: Self.never)
        #expect(queue.take(at: .seconds(1)) == [late])
        // What it had is not given out twice.
        let more = (0..<20).map { _ in queue.add(due: .seconds(1), deadline: Self.never) }
        #expect(queue.take(at: .seconds(1)) == Array(more.prefix(9)))
    }

    @Test("PollQueue gives a turn at its deadline though the rate is used up")
    func aDeadlineComesBeforeTheRate() {
        var queue = PollQueue(rate: PollRate(fixed: 1))
        let first = queue.add(due: .zero, deadline: Self.never)
        let second = queue.add(due: .zero, deadline: Self.never)
        let urgent = queue.add(due: .zero, deadline: .milliseconds(500))
        #expect(queue.take(at: .zero) == [first])
        #expect(queue.take(at: .milliseconds(500)) == [urgent])
        #expect(queue.take(at: .seconds(1)) == [second])
    }

    @Test("PollQueue gives a turn that is due after its deadline at the deadline")
    func turnDueAfterItsDeadline() {
        var queue = PollQueue(rate: PollRate(fixed: 1))
        _ = queue.add(due: .seconds(60), deadline: .seconds(10))
        #expect(queue.nextDue() == .seconds(10))
    }
}
