import GRDB
public import SpeedPix

extension BatchJournal {
    /// A prediction of a row that is done, or that has paid anew since, whose end was not noticed.
    public struct UnendedPrediction: Sendable, Hashable {
        /// The prediction's id.
        public let id: String
        let run: Int64
        let number: Int64
    }

    /// Predictions that rows have not waited for, the oldest first. Of a row that is still to be done there are none: it asks
    /// for its own.
    ///
    /// - Parameter most: How many at most.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func unended(most: Int) async throws -> [UnendedPrediction] {
        // What was noticed is to be read.
        try await flush()
        return try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT made.prediction, made.run, made.number
                    FROM batch_row row JOIN run ON run.id = row.run JOIN "create" made ON made.run = row.run
                    WHERE row.batch = ? AND made.state = 'created' AND (run.state = 'succeeded' OR made.superseded)
                    ORDER BY made.intended LIMIT ?
                    """, arguments: [run, most]
            ).map { UnendedPrediction(id: $0[0], run: $0[1], number: $0[2]) }
        }
    }

    /// A prediction has ended. Returns at once; it is written down before the end of the batch.
    public func recordEnded(_ prediction: Prediction, _ unended: UnendedPrediction) {
        let word =
            prediction.status == .canceled ? RecordedCreate.State.stopped.rawValue : prediction.status.rawValue
        let (time, files) = (store.now(), prediction.files.count)
        submit { database in
            try database.executeCached(
                sql: """
                    UPDATE "create" SET state = CASE WHEN cancel_wanted AND ?1 = 'stopped' THEN 'canceled' ELSE ?1 END,
                    record = ?2, ended = ?3, files = ?4,
                    ended_attempt = (SELECT attempts FROM run WHERE id = ?5),
                    ended_after = (SELECT MAX(number) FROM "create" WHERE run = ?5)
                    WHERE run = ?5 AND number = ?6 AND state = 'created'
                    """,
                arguments: [
                    word, try RecordReader.text(prediction, repeatsInput: false), time, files, unended.run,
                    unended.number,
                ])
        }
    }

    /// The service does not know a prediction any more.
    public func recordGone(_ unended: UnendedPrediction) {
        submit { database in
            try database.executeCached(
                sql: "UPDATE \"create\" SET state = 'abandoned' WHERE run = ? AND number = ? AND state = 'created'",
                arguments: [unended.run, unended.number])
        }
    }

    /// What cannot be written is asked for again at the end of the next attempt.
    private func submit(_ operation: @escaping @Sendable (Database) throws -> Void) {
        database.submit(mayWait: true, operation) { _ in }
    }
}
