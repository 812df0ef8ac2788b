import GRDB
import SpeedPix

/// What a journal has of the rows of a batch. Nothing is written, and another process may have the batch.
public struct BatchReader: Sendable {
    /// The batch's number among the runs.
    public let run: Int64
    /// What the random draws of its rows are made of.
    public let seed: Int64
    let store: JournalStore

    /// What attempts before have left of a row; nil for a new one.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func row(_ key: String) throws -> RecordedRow? {
        try store.database.read { database in
            try SQLRequest<Row>(
                sql: """
                    SELECT run, digest, files, result, (SELECT ended FROM run WHERE id = batch_row.run) AS ended,
                    EXISTS (
                        SELECT 1 FROM "create" WHERE "create".run = batch_row.run
                        AND "create".state IN ('intended', 'in_doubt')) AS doubts
                    FROM batch_row WHERE batch = ? AND key = ?
                    """,
                arguments: [run, key], cached: true
            ).fetchOne(database)
        }.map { row in
            RecordedRow(
                run: row["run"], digest: row["digest"],
                files: Self.members(row["files"]).compactMapValues(\.stringValue),
                result: (row["result"] as String?).flatMap { try? JSONValue(parsing: $0.utf8) },
                ended: row["ended"], hasDoubts: row["doubts"])
        }
    }

    private static func members(_ text: String?) -> [String: JSONValue] {
        guard let text, case .object(let members)? = try? JSONValue(parsing: text.utf8) else { return [:] }
        return members
    }

    /// What a dry run of a row would find.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func openForDryRun(_ row: RecordedRow, _ choices: ResumeChoices = ResumeChoices()) throws -> DryRunJournal {
        try store.database.setUp { database in
            DryRunJournal(
                try JournalStore.creates(
                    of: row.run, ResumeChoices(makesFailedAgain: choices.makesFailedAgain), database),
                values: try JournalStore.values(of: row.run, database),
                records: RecordReader(store.database, run: row.run))
        }
    }
}
