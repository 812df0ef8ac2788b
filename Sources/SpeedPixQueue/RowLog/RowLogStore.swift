package import SpeedPix

/// Where the log of one row lies: messages that are written once.
package protocol RowLogStore: Sendable {
    /// The entries from a number on, without a gap. May lack the newest ones: that an entry is missing proves nothing.
    ///
    /// - Throws: ``SpeedPixError``, which says by `isRetryable` whether reading may succeed later; `CancellationError`.
    func read(from number: Int) async throws -> [NumberedEntry]

    /// Stores an entry under a number if nothing is stored there.
    ///
    /// - Throws: If no answer came: the entry may be stored, or still become so, at any later time.
    func append(_ payload: [UInt8], number: Int) async throws -> AppendOutcome
}

/// What became of an append that was answered.
package enum AppendOutcome: Sendable {
    case stored
    /// Another entry is stored under the number, or this one, by a try before.
    case exists
    /// It was not stored by this try, and will not be. The error says by `isRetryable` whether a later one may succeed.
    case refused(SpeedPixError)
    /// This process can store nothing any more. Whether this was stored by this try, or one before, is not known.
    case closed(SpeedPixError)
}
