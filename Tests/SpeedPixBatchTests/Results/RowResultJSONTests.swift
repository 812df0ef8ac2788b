import SpeedPix
import SpeedPixBatch
import Testing

@Suite("A row's result as JSON")
struct RowResultJSONTests {
    @Test("A result comes back whole, with its files and warnings")
    func wholeResult() throws {
        var result = RowResult(
            .failed, failure: RowResult.Failure(code: "auth", message: "no", isRetryable: true), predictions: ["p-1"],
            duration: .seconds(2.5), values: [("a", 1), ("b", ["x"])])
        result.files = ["/out/a.png", "/out/b.mp4"]
        result.warnings = ["touches_border"]
        let text = try result.json.encoded()
        #expect(try RowResult(json: JSONValue(parsing: text)) == result)
    }

    @Test("A result of a journal that knows neither files nor warnings has none")
    func olderResult() {
        let result = RowResult(json: ["state": "succeeded", "predictions": [], "values": [:]])
        #expect(result == RowResult(.succeeded))
    }
}
