import GRDB

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension PredictionDatabase {
    /// The nonces of creates that have not expired: the next gateway refuses those calls, as this one does.
    func nonces(after date: Date) async throws(StorageError) -> [UsedNonce] {
        try await read { database in
            try Row.fetchAll(
                database, sql: "SELECT high, low, expires FROM nonce WHERE expires > ?",
                arguments: [date.timeIntervalSince1970]
            )
            .compactMap { row -> UsedNonce? in
                guard let high = Int64.fromDatabaseValue(row["high"]), let low = Int64.fromDatabaseValue(row["low"]),
                    let expires = Double.fromDatabaseValue(row["expires"])
                else { return nil }
                return UsedNonce(high: high, low: low, expires: Date(timeIntervalSince1970: expires))
            }
        } ?? []
    }
}

extension UsedNonce {
    /// Writes it down.
    func insert(into database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO nonce (high, low, expires) VALUES (?, ?, ?)",
            arguments: [high, low, expires.timeIntervalSince1970])
    }

    /// Forgets those that have expired.
    static func removeExpired(at date: Date, from database: Database) throws {
        try database.execute(
            sql: "DELETE FROM nonce WHERE expires <= ?", arguments: [date.timeIntervalSince1970])
    }
}
