import SpeedPixBatch
import Testing

@testable import SpeedPixCommands

@Suite("Why rows of a batch failed")
struct FailureReasonsTests {
    private func failure(_ message: String, code: String = "prediction_failed") -> RowResult.Failure {
        RowResult.Failure(code: code, message: message)
    }

    @Test("Failures that differ only in what is about the row are one reason")
    func sameReason() {
        var reasons = FailureReasons()
        let messages = [
            ("A-1", "A-1: the picture out/a.png is too small (12 × 30)"),
            ("B-77", "B-77: the picture out/b.png is too small (640 × 7)"),
        ]
        for (key, message) in messages {
            #expect(reasons.add(failure(message), names: [key], isOfBatch: false) == 0)
        }
        #expect(reasons.list.map(\.text) == ["the picture … is too small (… × …)"])
    }

    @Test("Failures with other codes or other words are other reasons")
    func otherReasons() {
        var reasons = FailureReasons()
        #expect(reasons.add(failure("too small"), names: [], isOfBatch: false) == 0)
        #expect(reasons.add(failure("too large"), names: [], isOfBatch: false) == 1)
        #expect(reasons.add(failure("too small", code: "auth"), names: [], isOfBatch: false) == 2)
        #expect(reasons.add(failure("too small"), names: [], isOfBatch: false) == 0)
    }

    @Test("What stops a batch keeps its numbers, and a name of one letter is no name")
    func keptTexts() {
        var reasons = FailureReasons()
        _ = reasons.add(failure("the budget of 12 is used up", code: "budget"), names: ["12"], isOfBatch: true)
        _ = reasons.add(failure("a bad apple"), names: ["a", ""], isOfBatch: false)
        #expect(reasons.list.map(\.text) == ["the budget of 12 is used up", "a bad apple"])
    }

    @Test("Reasons without end are counted as one from a certain number on")
    func bounded() {
        var reasons = FailureReasons()
        let indexes = (0..<500).map { number in
            reasons.add(failure("x", code: "code \(number)"), names: [], isOfBatch: false)
        }
        #expect(reasons.list.count == FailureReasons.most && reasons.list.last?.code == "others")
        #expect(indexes.suffix(300).allSatisfy { $0 == FailureReasons.most - 1 } && indexes[5] == 5)
    }
}
