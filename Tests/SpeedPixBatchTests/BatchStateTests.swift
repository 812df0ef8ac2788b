import SpeedPixBatch
import Testing

@Suite("BatchState")
struct BatchStateTests {
    private func row(_ number: Int, tries: Int = 1) -> QueuedRow { QueuedRow(row: .numbered(number), tries: tries) }

    @Test("BatchState counts rows by how they ended")
    func counts() {
        var state = BatchState(total: 10)
        for number in 1...6 { state.apply(.started(row(number)), at: .seconds(number)) }
        #expect(state.running.map(\.number) == [1, 2, 3, 4, 5, 6] && state.running[1].since == .seconds(2))
        state.apply(.ended(row(1), RowResult(.succeeded)), at: .seconds(7))
        state.apply(.ended(row(2), .failed("api_error")), at: .seconds(7))
        state.apply(.ended(row(3), RowResult(.inDoubt)), at: .seconds(7))
        state.apply(.retried(row(4), .failed("network", retryable: true)), at: .seconds(7))
        state.apply(.ended(row(5), BatchStop.interrupted.result), at: .seconds(7))
        state.apply(.skipped(.numbered(7)), at: .seconds(7))
        state.apply(.created, at: .seconds(7))
        state.apply(.reused, at: .seconds(7))
        #expect(state.succeeded == 1 && state.failed == 1 && state.inDoubt == 1 && state.notRun == 1)
        #expect(state.skipped == 1 && state.retries == 1 && state.created == 1 && state.reused == 1)
        #expect(state.ended == 4 && state.remaining == 6 && state.running.map(\.number) == [6])
        state.apply(.started(row(4, tries: 2)), at: .seconds(8))
        #expect(state.running.map(\.tries) == [1, 2])
    }

    @Test("BatchState groups failures by code, with the first message and the last labels")
    func failures() {
        var state = BatchState(total: 1000)
        for number in 1...20 { state.apply(.ended(row(number), .failed(number == 7 ? "odd" : "auth")), at: .zero) }
        #expect(state.failures.map(\.code) == ["auth", "odd"] && state.failures.map(\.count) == [19, 1])
        #expect(state.failures[0].message == "says auth")
        #expect(state.failures[0].labels == (16...20).map { "row \($0)" })
        #expect(state.lastFailed.map(\.label) == (16...20).map { "row \($0)" })
        for number in 100..<300 { state.apply(.ended(row(number), .failed("code-\(number)")), at: .zero) }
        #expect(state.failures.count == BatchState.mostGroups + 1 && state.failures.last?.code == "others")
        #expect(state.failures.reduce(0) { $0 + $1.count } == state.failed)
    }

    @Test("Files that a try has not saved count once the row is not tried again")
    func unsaved() {
        var state = BatchState(total: 2)
        state.apply(.unsaved(row(1), 2), at: .zero)
        state.apply(.retried(row(1), .failed("network")), at: .zero)
        #expect(state.unsaved == 0)
        state.apply(.unsaved(row(1), 2), at: .zero)
        state.apply(.unsaved(row(2), 1), at: .zero)
        state.apply(.ended(row(1), RowResult(.succeeded)), at: .zero)
        #expect(state.unsaved == 2)
        state.apply(.ended(row(2), .failed("auth")), at: .zero)
        #expect(state.unsaved == 3)
    }

    @Test("BatchState has the preview that came last of those that running rows have")
    func preview() {
        func text(_ state: BatchState) -> String? { state.preview.map { "\($0.label): \($0.url)" } }
        var state = BatchState(total: 3)
        #expect(state.preview == nil)
        for number in 1...3 { state.apply(.started(row(number)), at: .zero) }
        state.apply(.previewed(row(1), "a/1"), at: .zero)
        state.apply(.previewed(row(2), "b/1"), at: .zero)
        #expect(text(state) == "row 2: b/1")
        state.apply(.previewed(row(1), "a/2"), at: .zero)
        #expect(text(state) == "row 1: a/2")
        state.apply(.previewed(row(3), "c/1"), at: .zero)
        state.apply(.previewed(row(3), nil), at: .zero)
        #expect(text(state) == "row 1: a/2")
        state.apply(.retried(row(1), .failed("network", retryable: true)), at: .zero)
        #expect(text(state) == "row 2: b/1")
        state.apply(.ended(row(2), RowResult(.succeeded)), at: .zero)
        #expect(state.preview == nil)
        // It comes too late: the row does not run.
        state.apply(.previewed(row(2), "b/2"), at: .zero)
        #expect(state.preview == nil)
    }

    @Test("The time left is unknown until eight rows have ended; those done before do not count")
    func unknownTimeLeft() {
        var state = BatchState(total: 100)
        for number in 1...20 { state.apply(.skipped(.numbered(number)), at: .zero) }
        for number in 21...28 {
            #expect(state.timeLeft(at: .seconds(number)) == nil)
            state.apply(.started(row(number)), at: .seconds(number - 1))
            state.apply(.ended(row(number), RowResult(.succeeded)), at: .seconds(number))
        }
        // One a second since the first began, and 72 are left.
        #expect(state.rate(at: .seconds(28)) == 1 && state.timeLeft(at: .seconds(28)) == .seconds(72))
    }

    @Test("The time left goes by the newest rows, not by the mean")
    func recentRows() throws {
        var state = BatchState(total: 1200)
        state.apply(.started(row(1)), at: .zero)
        for number in 1...1000 { state.apply(.ended(row(number), RowResult(.succeeded)), at: .seconds(number) / 100) }
        // A hundred a second so far; from now on one in ten seconds.
        for number in 1...100 {
            state.apply(.ended(row(1000 + number), RowResult(.succeeded)), at: .seconds(10 + number * 10))
        }
        let left = try #require(state.timeLeft(at: .seconds(1010)))
        #expect(abs(left / .seconds(1) - 1000) < 1)
    }

    @Test("Rows that end eight at a time are counted as such")
    func rowsTogether() throws {
        var state = BatchState(total: 400)
        state.apply(.started(row(1)), at: .zero)
        for number in 1...200 {
            state.apply(.ended(row(number), RowResult(.succeeded)), at: .seconds((number + 7) / 8 * 10))
        }
        let left = try #require(state.timeLeft(at: .seconds(250)))
        #expect(abs(left / .seconds(1) - 250) < 35)
    }

    @Test("Few rows that take long have a rate, and one that nobody meets goes down")
    func slowRows() throws {
        var state = BatchState(total: 100)
        state.apply(.started(row(1)), at: .zero)
        for number in 1...20 { state.apply(.ended(row(number), RowResult(.failed)), at: .seconds(number * 600)) }
        let rate = try #require(state.rate(at: .seconds(12_000)))
        #expect(abs(rate - 1.0 / 600) < 1e-9)
        let later = try #require(state.rate(at: .seconds(24_000)))
        #expect(later < rate / 2)
    }
}
