import SpeedPixBatch
import SpeedPixTestSupport
import Testing

@Suite("RowSchedule")
struct RowScheduleTests {
    private func schedule(_ count: Int, _ change: (inout RowSchedule.Rules) -> Void = { _ in }) -> RowSchedule {
        var rules = RowSchedule.Rules()
        change(&rules)
        return RowSchedule(count: count, rules: rules)
    }

    @Test("RowSchedule hands rows out in their order, waits while one may be tried again, and is over then")
    func order() {
        var schedule = schedule(2)
        #expect(schedule.next(at: .zero) == .begin(index: 0, tries: 1))
        #expect(schedule.next(at: .zero) == .begin(index: 1, tries: 1))
        #expect(schedule.next(at: .zero) == .wait(until: nil))
        #expect(schedule.finish(1, RowResult(.succeeded), at: .zero) == .final)
        #expect(schedule.finish(0, RowResult(.succeeded), at: .zero) == .final)
        #expect(schedule.next(at: .zero) == .over && schedule.unfinished.isEmpty && schedule.stop == nil)
    }

    @Test("RowSchedule takes one result of a row")
    func secondResult() {
        var schedule = schedule(1)
        #expect(schedule.finish(0, RowResult(.succeeded), at: .zero) == .unknown)
        _ = schedule.next(at: .zero)
        #expect(schedule.finish(0, RowResult(.succeeded), at: .zero) == .final)
        #expect(schedule.finish(0, RowResult(.succeeded), at: .zero) == .unknown)
    }

    @Test("RowSchedule without rows is over at once")
    func noRows() {
        var schedule = schedule(0)
        #expect(schedule.next(at: .zero) == .over)
    }

    @Test("RowSchedule tries a row again after delays that double up to the longest one")
    func growingDelays() {
        var schedule = schedule(1) { $0.retries = 8 }
        var time: Duration = .zero
        var delays: [Duration] = []
        for tries in 1...9 {
            #expect(schedule.next(at: time) == .begin(index: 0, tries: tries))
            switch schedule.finish(0, .failed("network", retryable: true), at: time) {
            case .retry(let due):
                #expect(schedule.next(at: time) == .wait(until: due))
                delays.append(due - time)
                time = due
            case .final: #expect(tries == 9)
            case .unknown: Issue.record("the row runs")
            }
        }
        #expect(delays == [5, 10, 20, 40, 80, 160, 300, 300].map { .seconds($0) })
        #expect(schedule.next(at: time) == .over)
    }

    @Test("RowSchedule prefers rows that are due again to new ones, the one that is due first")
    func dueRowsFirst() {
        var schedule = schedule(4) { $0.retries = 1 }
        _ = (schedule.next(at: .zero), schedule.next(at: .zero))
        _ = schedule.finish(1, .failed("network", retryable: true), at: .seconds(1))
        _ = schedule.finish(0, .failed("network", retryable: true), at: .seconds(2))
        #expect(schedule.next(at: .seconds(5)) == .begin(index: 2, tries: 1))
        #expect(schedule.next(at: .seconds(8)) == .begin(index: 1, tries: 2))
        #expect(schedule.next(at: .seconds(8)) == .begin(index: 0, tries: 2))
        #expect(schedule.next(at: .seconds(8)) == .begin(index: 3, tries: 1))
    }

    @Test("RowSchedule tries no row again that failed for good, is in doubt or was stopped")
    func finalEnds() {
        var schedule = schedule(3) { $0.retries = 5 }
        for _ in 0..<3 { _ = schedule.next(at: .zero) }
        #expect(schedule.finish(0, .failed("api_error"), at: .zero) == .final)
        let doubt = RowResult.Failure(code: "unknown_outcome", message: "", isRetryable: true)
        #expect(schedule.finish(1, RowResult(.inDoubt, failure: doubt), at: .zero) == .final)
        #expect(schedule.finish(2, BatchStop.interrupted.result, at: .zero) == .final)
    }

    /// How many rows begin one after the other, of which each ends as `ends` says in turn.
    private func begun(_ ends: [RowResult], stopAfter: Int, retries: Int = 0) -> (count: Int, stop: BatchStop?) {
        var schedule = schedule(100) {
            $0.stopAfter = stopAfter
            $0.retries = retries
        }
        var count = 0
        while case .begin(let index, _) = schedule.next(at: .zero) {
            _ = schedule.finish(index, ends[count % ends.count], at: .zero)
            count += 1
        }
        return (count, schedule.stop)
    }

    @Test("RowSchedule stops after failures in a row with the same code")
    func stopAfter() {
        let stopped = begun([.failed("auth")], stopAfter: 10)
        #expect(stopped.count == 10)
        #expect(stopped.stop == .failures(code: "auth", count: 10, message: "says auth"))
        #expect(begun([.failed("auth")], stopAfter: 0).count == 100)
        #expect(begun([.failed("auth"), .failed("auth"), RowResult(.succeeded)], stopAfter: 3).count == 100)
        #expect(begun([.failed("auth"), .failed("auth"), .failed("timeout")], stopAfter: 3).count == 100)
        // What was stopped from outside neither counts nor interrupts the row.
        #expect(begun([.failed("auth"), BatchStop.interrupted.result], stopAfter: 3).count == 5)
    }

    @Test("RowSchedule counts a failure once the row is not tried again")
    func retriedFailuresDoNotCount() {
        var schedule = schedule(100) {
            $0.retries = 1
            $0.stopAfter = 3
        }
        var begun: [Duration: Int] = [:]
        for time: Duration in [.zero, .seconds(5)] {
            while case .begin(let index, _) = schedule.next(at: time) {
                _ = schedule.finish(index, .failed("network", retryable: true), at: time)
                begun[time, default: 0] += 1
            }
        }
        #expect(begun == [.zero: 100, .seconds(5): 3])
        #expect(schedule.stop?.code == "stop_after" && schedule.unfinished.count == 97)
        #expect(schedule.unfinished.allSatisfy { $0.result?.failure?.code == "network" })
    }

    @Test("RowSchedule begins no row from its deadline on, and waits no longer than that")
    func deadline() {
        var schedule = schedule(3) {
            $0.retries = 1
            $0.deadline = (.seconds(4), "06:00")
        }
        #expect(schedule.next(at: .zero) == .begin(index: 0, tries: 1))
        #expect(schedule.next(at: .zero) == .begin(index: 1, tries: 1))
        _ = schedule.finish(0, .failed("network", retryable: true), at: .seconds(1))
        #expect(schedule.next(at: .seconds(3)) == .begin(index: 2, tries: 1))
        #expect(schedule.next(at: .seconds(3)) == .wait(until: .seconds(4)))
        #expect(schedule.next(at: .seconds(4)) == .over)
        #expect(schedule.stop == .until("06:00"))
        // What runs goes on; a failure then is the last one.
        #expect(schedule.finish(1, .failed("network", retryable: true), at: .seconds(5)) == .final)
    }

    @Test(
        "RowSchedule that is stopped keeps the first reason, and the last result of rows that would have been tried again"
    )
    func unfinished() {
        var schedule = schedule(5) { $0.retries = 2 }
        for _ in 0..<3 { _ = schedule.next(at: .zero) }
        let failure = RowResult.failed("network", retryable: true)
        _ = schedule.finish(1, failure, at: .zero)
        _ = schedule.finish(0, RowResult(.succeeded), at: .zero)
        schedule.stop(.budget(7))
        schedule.stop(.interrupted)
        #expect(schedule.stop == .budget(7) && schedule.next(at: .seconds(100)) == .over)
        #expect(
            schedule.unfinished == [
                .init(index: 1, tries: 1, result: failure), .init(index: 2, tries: 1, result: nil),
                .init(index: 3, tries: 0, result: nil), .init(index: 4, tries: 0, result: nil),
            ])
    }

    @Test("RowSchedule hands a row that was given back out next")
    func giveBack() {
        var schedule = schedule(3)
        _ = schedule.next(at: .zero)
        schedule.giveBack(0)
        #expect(schedule.unfinished.map(\.index) == [0, 1, 2] && schedule.runningCount == 0)
        #expect(schedule.next(at: .zero) == .begin(index: 0, tries: 1))
    }

    @Test("RowSchedule gives every row one end, whatever happens in which order", arguments: 0..<300)
    func everyRowEndsOnce(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = random.below(40)
        var schedule = schedule(count) {
            $0.retries = random.below(4)
            $0.stopAfter = random.pick([0, 3, 10])
            if random.chance(20) { $0.deadline = (.seconds(random.below(200)), "06:00") }
        }
        var ends = [Int](repeating: 0, count: count)
        var running: [Int] = []
        var time: Duration = .zero
        var isOver = false
        while !isOver || !running.isEmpty {
            if random.chance(2) { schedule.stop(.interrupted) }
            if random.chance(50), !running.isEmpty {
                let index = running.remove(at: random.below(running.count))
                if random.chance(5) {
                    schedule.giveBack(index)
                    isOver = false
                    continue
                }
                let result = random.pick([
                    RowResult(.succeeded), .failed("network", retryable: true), .failed("auth"),
                    .failed("network", retryable: true),
                ])
                switch schedule.finish(index, result, at: time) {
                case .final: ends[index] += 1
                case .retry(let due): #expect(due > time)
                case .unknown: Issue.record("row \(index) runs")
                }
                continue
            }
            switch schedule.next(at: time) {
            case .begin(let index, _):
                #expect(!running.contains(index) && ends[index] == 0)
                running.append(index)
            case .wait(let due?): time = random.chance(50) ? due : time + .seconds(1)
            case .wait(nil): #expect(!running.isEmpty)
            case .over: isOver = true
            }
            if random.chance(20) { time += .seconds(random.below(20)) }
        }
        for row in schedule.unfinished { ends[row.index] += 1 }
        #expect(ends.allSatisfy { $0 == 1 } && schedule.runningCount == 0)
        if schedule.stop == nil { #expect(schedule.unfinished.isEmpty) }
    }
}
