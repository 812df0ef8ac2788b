import GRDB
import SpeedPix

// Takes of rows by a worker of a queue: what they have created must be in the rows' logs, too.
extension JournalStore {
    /// Takes of a worker's batch whose creates are to be compared with the rows' logs, in the order of their beginning.
    ///
    /// - Parameters:
    ///   - last: The last one that was read; 0 for the first ones.
    ///   - time: Those that have ended since then are among them although they were noted as logged, in seconds since 1970; nil
    ///     for none of these.
    /// - Returns: The numbers of their runs, at most `limit`.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    package func takesToCompare(
        of batch: Int64, after last: Int64, endedSince time: Double?, limit: Int
    ) throws -> [Int64] {
        try database.setUp { database in
            try Int64.fetchAll(
                database,
                sql: """
                    SELECT r.run FROM batch_row r JOIN run ON run.id = r.run
                    WHERE r.batch = ? AND r.run > ? AND (run.state <> 'succeeded' OR run.ended >= ?)
                    ORDER BY r.run LIMIT ?
                    """, arguments: [batch, last, time ?? Double.infinity, limit])
        }
    }

    /// When the last take of a batch that was noted as logged has ended, in seconds since 1970; nil if there is none.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    package func lastTakeEnd(of batch: Int64) throws -> Double? {
        try database.setUp { database in
            try Double.fetchOne(
                database,
                sql: "SELECT MAX(run.ended) FROM batch_row r JOIN run ON run.id = r.run WHERE r.batch = ?",
                arguments: [batch])
        }
    }
}

extension BatchJournal {
    /// All that a take has created is in its row's log. Returns at once: it is written a second later at most. What is lost in a power
    /// cut is compared once more.
    package func noteLogged(_ row: RowJournal) {
        guard let journal = row.run else { return }
        let (run, time) = (journal.run, store.now())
        journal.submit(mayWait: true) { database in
            try database.executeCached(
                sql: "UPDATE run SET state = 'succeeded', ended = ? WHERE id = ?", arguments: [time, run])
        }
    }

    /// The same of takes of which it was found out later.
    ///
    /// - Parameters:
    ///   - runs: As ``JournalStore/takesToCompare(of:after:endedSince:limit:)`` gave them.
    ///   - added: Those of them whose rows' logs lacked something until now: they end now, also if they had ended before.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    package func noteLogged(takes runs: [Int64], added: Set<Int64> = []) async throws {
        guard !runs.isEmpty else { return }
        let time = store.now()
        try await database.write { database in
            for run in runs {
                try database.executeCached(
                    sql: """
                        UPDATE run SET state = 'succeeded', ended = CASE WHEN ? THEN ? ELSE IFNULL(ended, ?) END
                        WHERE id = ?
                        """, arguments: [added.contains(run), time, time, run])
            }
        }
    }

    /// The worker has no row of the batch any more. The batch has ended well if all that its takes have created is in the rows' logs.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    package func endTakes() async throws {
        // What was noted is written before it is looked at.
        try await flush()
        let isLogged = try store.takesToCompare(of: run, after: 0, endedSince: nil, limit: 1).isEmpty
        try await end(succeeded: isLogged)
    }
}
