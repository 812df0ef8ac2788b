import SpeedPixBatch

extension BatchRow {
    static func called(_ label: String, number: Int = 1) -> BatchRow {
        BatchRow(
            number: number, position: .line(number + 1), key: RowKey("key-\(number)"), label: label, values: [:])
    }
}

extension RowResult {
    static func failed(_ code: String, _ message: String = "no") -> RowResult {
        RowResult(.failed, failure: Failure(code: code, message: message), duration: .seconds(3))
    }
}
