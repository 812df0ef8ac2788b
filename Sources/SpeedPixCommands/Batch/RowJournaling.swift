import SpeedPix
import SpeedPixBatch
import SpeedPixJournal

/// Where the tries of rows write down what they pay for: the journal of a batch, or that of a worker together with the row's log in the
/// queue.
protocol RowJournaling: Sendable {
    /// What the random draws of rows are made of.
    var seed: Int64 { get }

    /// Why something could not be written down; nil while everything could be.
    var writeProblem: SpeedPixError? { get }

    /// Begins a try of a row.
    ///
    /// - Parameter arguments: All that its script is called with.
    /// - Returns: Nil if nothing is written down.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func begin(_ queued: QueuedRow, arguments: [String: String]) async throws -> RowJournal?

    /// What the client of a row writes to.
    func predictions(of row: RowJournal) -> any PredictionJournal

    /// What a dry run of a row finds; nil for a row that no attempt before has had.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func openForDryRun(_ row: BatchRow) throws -> DryRunJournal?

    /// A try of a row has ended.
    ///
    /// - Parameters:
    ///   - version: Of the script and the values that it ran with.
    ///   - files: Those that it read, by their paths, with what distinguishes their versions.
    ///   - names: What it has saved, by the paths' bytes.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func finish(
        _ row: RowJournal, version: RowVersion, files: [String: String], names: [[UInt8]: String], result: RowResult
    ) async throws
}
