import GRDB

/// The tables of a journal, version by version. A version that was released is never changed.
enum JournalSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            // Numbers of runs are never used twice: what is newest is told by them, and not by a clock.
            try database.execute(
                sql: """
                    CREATE TABLE run (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        script TEXT NOT NULL, folder TEXT NOT NULL, parameters TEXT NOT NULL,
                        endpoint TEXT NOT NULL, app_key TEXT NOT NULL, command TEXT NOT NULL,
                        seed INTEGER NOT NULL, started REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 1,
                        state TEXT NOT NULL DEFAULT 'running', ended REAL
                    );
                    CREATE TABLE "create" (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        attempt INTEGER NOT NULL,
                        position TEXT, digest TEXT, inputs TEXT,
                        workflow TEXT NOT NULL, label TEXT, input TEXT NOT NULL,
                        state TEXT NOT NULL, prediction TEXT, record TEXT, problem TEXT,
                        intended REAL NOT NULL, created REAL, ended REAL
                    );
                    CREATE INDEX create_run ON "create"(run);
                    CREATE INDEX create_prediction ON "create"(prediction);
                    """)
        }
        return migrator
    }
}
