/// Where a row stands, for messages.
package enum RowPosition: Sendable, Equatable {
    /// The line that it begins in, from 1.
    case line(Int)
    /// The file that a pattern found.
    case file
}
