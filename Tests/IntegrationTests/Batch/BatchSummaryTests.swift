import SpeedPix
import SpeedPixBatch
import Testing

@testable import SpeedPixCommands

@Suite("The summary of a batch")
struct BatchSummaryTests {
    private func state() -> BatchState {
        var state = BatchState(total: 2000)
        for number in 1...1000 { state.apply(.skipped(.called("s", number: number)), at: .zero) }
        for number in 1001...1200 {
            let row = QueuedRow(row: .called("row \(number)", number: number), tries: 1)
            state.apply(.started(row), at: .seconds(number - 1001))
            state.apply(.created, at: .seconds(number - 1001))
            let result: RowResult =
                switch number {
                case 1001: .failed("timeout", "took\ntoo long")
                case 1002...1010: .failed("auth", "wrong key")
                case 1011: RowResult(.inDoubt, failure: .init(code: "unknown_outcome", message: "who knows"))
                default: RowResult(.succeeded)
                }
            state.apply(.ended(row, result), at: .seconds(number - 1000))
        }
        state.apply(.retried(QueuedRow(row: .called("r"), tries: 1), .failed("network")), at: .seconds(200))
        state.apply(.reused, at: .seconds(200))
        return state
    }

    @Test("The summary has counts, failures by their reasons, why it stopped, the results and how to go on")
    func lines() {
        let summary = BatchSummary(
            state: state(), stop: .budget(200), elapsed: .seconds(200), results: "products-results.csv",
            goOn: [("do what is missing", "speedpix batch card.lua products.csv --resume")])
        #expect(
            summary.lines == [
                "1,189 done, 10 failed, 1 in doubt, 800 not run of 2,000 rows; 1,000 were done before",
                "3:20 in all, 60/min; rows were tried again once",
                "200 predictions created, 1 from attempts before",
                "9 rows with auth: wrong key (row 1010, row 1009, row 1008, row 1007, row 1006, …)",
                "1 row with timeout: took too long (row 1001)",
                "1 row with unknown_outcome: who knows (row 1011)",
                "stopped, since the budget of 200 predictions is used up",
                "results: products-results.csv",
                "to do what is missing: speedpix batch card.lua products.csv --resume",
            ])
    }

    @Test("The summary of a batch that is done has no more than there is to tell")
    func allDone() {
        var state = BatchState(total: 1)
        state.apply(.skipped(.called("a")), at: .zero)
        let summary = BatchSummary(state: state, stop: nil, elapsed: .seconds(1), results: nil, goOn: [])
        #expect(summary.lines == ["1 done of 1 row; 1 was done before"])
    }

    @Test("The fields of the summary have the same for programs")
    func fields() {
        let fields = BatchSummary(
            state: state(), stop: .until("06:00"), elapsed: .seconds(200), results: "r.csv", goOn: []
        ).fields
        #expect(fields["total"] == 2000 && fields["succeeded"] == 189 && fields["skipped"] == 1000)
        #expect(fields["failed"] == 10 && fields["in_doubt"] == 1 && fields["not_run"] == 800)
        #expect(fields["created"] == 200 && fields["reused"] == 1 && fields["retries"] == 1)
        #expect(fields["stopped"]?["code"] == "until" && fields["results"] == "r.csv")
        #expect(fields["failures"]?.arrayValue?.count == 3)
    }
}
