import GRDB

extension PredictionDatabase {
    /// The ended predictions that have given files.
    func endedResults() async throws(StorageError) -> [StorageReduction.Result] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT id, outputs, ended FROM prediction WHERE ended IS NOT NULL AND outputs LIKE '%\"key\"%'"
            )
            .compactMap { row -> StorageReduction.Result? in
                guard let id = String.fromDatabaseValue(row["id"]),
                    let outputs = String.fromDatabaseValue(row["outputs"]),
                    let ended = Double.fromDatabaseValue(row["ended"])
                else { return nil }
                let files = StoredPrediction.files(outputs)
                return files.isEmpty ? nil : StorageReduction.Result(id: id, files: files, ended: ended)
            }
        } ?? []
    }

    /// Forgets predictions that have ended.
    func remove(_ ids: [String]) async throws(StorageError) {
        guard !ids.isEmpty else { return }
        do {
            try await database().write { database in
                for id in ids {
                    try database.execute(
                        sql: "DELETE FROM prediction WHERE id = ? AND ended IS NOT NULL", arguments: [id])
                }
            }
        } catch {
            throw failure("forget predictions in", error)
        }
    }
}
