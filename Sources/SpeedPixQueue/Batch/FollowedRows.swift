/// All rows of a batch by their numbers, wherever they come from: the table at hand, or the queue. They are made one by one.
package struct FollowedRows: Sendable {
    /// In their order.
    private let numbers: [Int32]
    private let make: @Sendable (Int) throws -> RowLine

    /// - Parameters:
    ///   - numbers: The rows' numbers, in their order.
    ///   - line: The row of an index from 0.
    package init(numbers: [Int32], line: @escaping @Sendable (Int) throws -> RowLine) {
        self.numbers = numbers
        make = line
    }

    /// - Throws: ``QueueError`` `malformed` for a line that is no row.
    package init(_ lines: BatchLines) throws {
        self.init(
            numbers: try (0..<lines.count).map { index in
                guard let number = Int32(exactly: try lines.line(index).number) else {
                    throw QueueError(.malformed, "row \(index + 1) in the queue has a number that no row has")
                }
                return number
            }
        ) { try lines.line($0) }
    }

    package var count: Int { numbers.count }

    package func line(_ index: Int) throws -> RowLine { try make(index) }

    /// The index of the row with this number.
    package func index(of number: Int) -> Int? {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] == number ? low : nil
    }
}
