package import GRDB

/// Reads a file of SQLite that others write, perhaps at the same time and in another process.
package enum ReadOnlyDatabase {
    /// How long whoever recovers the file after a crash may hold it, in seconds.
    private static let busyTimeout = 3.0

    /// Opens the file, reads, and closes it. Nothing is made, brought up to date or kept from its writers: at most, the two files
    /// beside it that every reader makes.
    ///
    /// - Parameters:
    ///   - label: For debuggers.
    ///   - migrator: Its tables, version by version.
    /// - Throws: ``NewerDatabase`` for a file that has had migrations which this one does not know, ``OlderDatabase`` for one that
    ///   lacks some; ``ForeignDatabase`` for one of another program; what SQLite refuses; what `body` throws.
    package static func read<Value>(
        path: String, label: String, migrator: DatabaseMigrator, _ body: (Database) throws -> Value
    ) throws -> Value {
        var configuration = GRDB.Configuration()
        configuration.label = label
        configuration.busyMode = .timeout(busyTimeout)
        configuration.readonly = true
        let database = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? database.close() }
        // All of it sees one state of the file.
        return try database.read { database in
            try GroupCommitDatabase.check(database, migrator)
            guard try migrator.hasCompletedMigrations(database) else { throw OlderDatabase() }
            return try body(database)
        }
    }
}

/// A file that an older version of the program has written, and that has not been brought up to date.
package struct OlderDatabase: Error {}
