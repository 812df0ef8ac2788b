package import SpeedPix

/// One row of the results: what the source said, and how it ended. A value.
package struct ResultRecord: Sendable, Equatable {
    /// The row's, from 1: the results are sorted by it.
    package let number: Int
    /// The values of the source's columns, in their order; nil for a field that the row does not have.
    package let source: [JSONValue?]
    package let result: RowResult

    package init(number: Int, source: [JSONValue?], result: RowResult) {
        self.number = number
        self.source = source
        self.result = result
    }
}
