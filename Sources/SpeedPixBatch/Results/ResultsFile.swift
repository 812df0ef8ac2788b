import LocalFiles
import SpeedPix
import Synchronization
import SystemPackage

/// The table of a batch's results. Rows are appended as they end, from any thread; at the end they are put into their order.
///
/// The columns are those of the source, then `state`, `error`, `predictions` (how many), `seconds`, then what scripts returned, each
/// name a column. A name that is taken gets `_2`, `_3`, …; beyond 200 names the rest stands as JSON in a column `more`. A column that
/// comes with a later row makes the file be written anew, and replaced in one step.
///
/// What is in memory is where each row stands, not what it says.
package final class ResultsFile: Sendable {
    /// As the user named it.
    package let shownPath: String
    private let table: Mutex<ResultsTable>

    /// Begins a table at the path, with the rows that are known from earlier attempts, in one step.
    ///
    /// - Parameters:
    ///   - path: An absolute path.
    ///   - shown: The same as the user named it, for messages.
    ///   - columns: The names of the source's columns, in their order.
    ///   - rows: The absolute path of the file that the rows come from, which is never replaced; nil if they come from none.
    ///   - known: Adds rows that are known already, one by one. What it throws comes out as it is.
    /// - Throws: As ``check(path:shown:rows:)``, and ``SpeedPixError`` `file_system` if it cannot be written.
    package init(
        path: String, shown: String, format: ResultsFormat, columns: [String], rows: String?,
        known: (_ add: (ResultRecord) throws -> Void) throws -> Void = { _ in }
    ) throws {
        let existing = try Self.openReplaceable(path, shown: shown, rows: rows)
        // Until the new file is there, which has a lock of its own.
        defer { try? existing?.close() }
        var table: ResultsTable
        do {
            table = try ResultsTable(FilePath(path), format, source: columns)
        } catch {
            throw SpeedPixError.writing(error, path: shown)
        }
        do {
            try known { record in
                try Self.explaining(shown) { try table.append(record) }
            }
            try Self.explaining(shown) { try table.publish() }
        } catch {
            table.close()
            throw error
        }
        shownPath = shown
        self.table = Mutex(table)
    }

    deinit { table.withLock { $0.close() } }

    /// Writes a row's result at the end of the file, in one write.
    ///
    /// - Throws: ``SpeedPixError`` `file_system`, such as for a full disk. The file is as before, and the row is kept: it is
    ///   written with the next row, or by ``finish()``. So the caller stops the batch, lets the rows that run end, and appends
    ///   them as well.
    package func append(_ record: ResultRecord) throws {
        try Self.explaining(shownPath) { try table.withLock { try $0.append(record) } }
    }

    /// How many rows could not be written yet.
    package var unwrittenCount: Int { table.withLock { $0.unwritten.count } }

    /// Puts the rows into their order, in one step; rows may be appended afterwards.
    ///
    /// - Throws: As ``append(_:)``. Every row that was written is in the file then, as they ended.
    package func finish() throws {
        try Self.explaining(shownPath) { try table.withLock { try $0.publish() } }
    }

    private static func explaining<Result>(_ shown: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SpeedPixError {
            throw error
        } catch {
            throw SpeedPixError.writing(error, path: shown)
        }
    }
}
