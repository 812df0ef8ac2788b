import GRDB
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// Under which paths rows have saved files.
extension BatchReader {
    /// Which row has saved something under a path; nil if none has, or if the row is to be done again.
    ///
    /// - Parameter path: As ``BatchJournal/finish(_:digest:files:names:result:succeeded:)`` got it.
    /// - Returns: The row's key, and what it has saved.
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func owner(ofPath path: [UInt8]) throws -> (key: String, name: String)? {
        try store.database.read { database in
            try SQLRequest<Row>(
                sql: """
                    SELECT row.key, saved.name FROM saved_name saved JOIN batch_row row ON row.run = saved.run
                    WHERE saved.batch = ? AND saved.path = ? AND saved.held
                    """, arguments: [run, Data(path)], cached: true
            ).fetchOne(database)
        }.map { ($0[0], $0[1]) }
    }

    /// The paths under which attempts before have saved files of a row, those that are free again among them.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    public func paths(ofRow key: String) throws -> [[UInt8]] {
        try store.database.read { database in
            try SQLRequest<Data>(
                sql: """
                    SELECT saved.path FROM batch_row row JOIN saved_name saved ON saved.run = row.run
                    WHERE row.batch = ? AND row.key = ? ORDER BY saved.path
                    """, arguments: [run, key], cached: true
            ).fetchAll(database).map { Array($0) }
        }
    }
}
