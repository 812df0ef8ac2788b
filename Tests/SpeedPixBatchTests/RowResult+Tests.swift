import SpeedPix
import SpeedPixBatch

extension RowResult {
    static func failed(_ code: String, retryable: Bool = false) -> RowResult {
        RowResult(.failed, failure: Failure(code: code, message: "says \(code)", isRetryable: retryable))
    }
}

extension BatchRow {
    /// A row that is called by its number.
    static func numbered(_ number: Int) -> BatchRow {
        BatchRow(
            number: number, position: .line(number + 1), key: RowKey("key-\(number)"), label: "row \(number)",
            values: ["n": String(number)])
    }
}
