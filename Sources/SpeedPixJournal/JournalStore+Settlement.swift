import GRDB
import SpeedPix

// What people have found out about creates in doubt.
extension JournalStore {
    /// What a person has found out about a create in doubt.
    public enum Settlement: Sendable {
        /// The service has it, under this id.
        case created(id: String)
        /// The service does not have it.
        case notCreated
        /// It is unknown whether it was made, and it is to be made again all the same.
        case again
    }

    /// A create that can be settled.
    private struct Unsettled {
        let run: Int64
        let number: Int64
        let workflow: String
        let label: String?
    }

    /// Says what became of a create in doubt.
    ///
    /// - Parameters:
    ///   - run: The run that has it. Of a batch, that of its row, or the batch's own if no other row has such a create.
    ///   - create: Its position, or its number.
    /// - Throws: ``SpeedPixError``: `invalid_argument` if the run has no such create, it is neither in doubt nor without an end,
    ///   several rows of the batch have one, or another create of the run or the batch has the prediction; `journal_failed`,
    ///   also while a process has the run.
    public func settle(_ run: Int64, _ create: String, as settlement: Settlement) throws {
        // The service may have forgotten a prediction whose end is not known.
        try settle(run, create, as: settlement, states: Self.doubtful + ["created"])
    }

    /// The same, for a person who may be looking at an older state: a create that has been settled meanwhile, or was found
    /// to be made, stays as it is, since what it has paid for would be made again.
    ///
    /// - Throws: As ``settle(_:_:as:)``, and `invalid_argument` for a create that is not in doubt.
    package func settleDoubt(_ run: Int64, _ create: String, as settlement: Settlement) throws {
        try settle(run, create, as: settlement, states: Self.doubtful)
    }

    /// The states of creates in doubt.
    private static let doubtful = ["intended", "in_doubt"]

    /// - Parameter states: Of creates that may be settled.
    private func settle(_ run: Int64, _ create: String, as settlement: Settlement, states: [String]) throws {
        let batch = try database.setUp { try Self.batch(of: run, $0) } ?? run
        let lock = try lock(batch)
        defer { lock.release() }
        try database.setUp { database in
            let found = try Self.unsettled(run, create, states, database)
            switch settlement {
            case .created(let id):
                try Self.checkIsFree(id, of: found, batch, database)
                var record: [String: JSONValue] = [
                    "id": .string(id), "status": "waiting", "workflow": .string(found.workflow),
                ]
                record["label"] = found.label.map { .string($0) }
                try database.execute(
                    sql: """
                        UPDATE "create" SET state = 'created', prediction = ?, record = ?, created = ?
                        WHERE run = ? AND number = ?
                        """, arguments: [id, try Self.text(.object(record)), now(), found.run, found.number])
            case .notCreated:
                try database.execute(
                    sql: "DELETE FROM \"create\" WHERE run = ? AND number = ?", arguments: [found.run, found.number])
            case .again:
                try database.execute(
                    sql: "UPDATE \"create\" SET state = 'abandoned' WHERE run = ? AND number = ?",
                    arguments: [found.run, found.number])
            }
        }
    }

    private static func unsettled(
        _ run: Int64, _ create: String, _ states: [String], _ database: Database
    ) throws -> Unsettled {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT c.run, number, state, workflow, label, (SELECT key FROM batch_row WHERE run = c.run) AS row_key
                FROM "create" c WHERE (c.run = ?1 OR c.run IN (SELECT run FROM batch_row WHERE batch = ?1))
                AND (position = ?2 OR CAST(number AS TEXT) = ?2) ORDER BY position IS ?2 DESC, number DESC
                """, arguments: [run, create])
        let open = rows.filter { states.contains($0["state"] as String) }
        guard let row = open.first else {
            let lack = states == doubtful ? "not in doubt" : "neither in doubt nor without an end"
            throw SpeedPixError(
                .invalidArgument,
                rows.isEmpty
                    ? "run \(run) has no create \"\(create)\"" : "the create \"\(create)\" is \(lack)",
                remedy: "speedpix runs show \(run) lists them")
        }
        let runs = Set(open.map { $0["run"] as Int64 })
        guard runs.count == 1 else {
            let named = runs.sorted().prefix(mostNamed).map { run in
                "run \(run) is the row \(open.first { $0["run"] == run }?["row_key"] as String? ?? "")"
            }
            let more = runs.count > named.count ? ", …" : ""
            throw SpeedPixError(
                .invalidArgument, "\(runs.count) rows of batch \(run) have a create \"\(create)\" without an end",
                remedy: "name the run of the row instead: \(named.joined(separator: ", "))\(more)")
        }
        return Unsettled(run: row["run"], number: row["number"], workflow: row["workflow"], label: row["label"])
    }

    /// The most rows that a message names.
    private static let mostNamed = 5

    /// - Throws: ``SpeedPixError`` `invalid_argument` if another create of the run, or of a row of its batch, has the prediction.
    private static func checkIsFree(
        _ id: String, of create: Unsettled, _ batch: Int64, _ database: Database
    ) throws {
        let other = try Row.fetchOne(
            database,
            sql: """
                SELECT COALESCE(position, CAST(number AS TEXT)) AS position, run, (SELECT key FROM batch_row WHERE run = c.run) AS row_key
                FROM "create" c WHERE (run = ?1 OR run IN (SELECT run FROM batch_row WHERE batch = ?2))
                AND prediction = ?3 AND NOT (run = ?1 AND number = ?4)
                """, arguments: [create.run, batch, id, create.number])
        guard let other else { return }
        let row = (other["row_key"] as String?).map { " of the row \($0) (run \(other["run"] as Int64))" } ?? ""
        throw SpeedPixError(
            .invalidArgument, "\(id) is the prediction of \"\(other["position"] as String)\"\(row) already",
            remedy: "look in the console for another one")
    }
}
