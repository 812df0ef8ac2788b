import GRDB

/// The tables of a journal, version by version. A version that was released is never changed.
enum JournalSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            // Numbers of runs are never used twice, since they say which run is the newest; a clock may be set back.
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
                        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        number INTEGER NOT NULL,
                        attempt INTEGER NOT NULL,
                        position TEXT, digest TEXT, inputs TEXT,
                        workflow TEXT NOT NULL, label TEXT, input TEXT NOT NULL,
                        state TEXT NOT NULL, prediction TEXT, record TEXT, problem TEXT,
                        intended REAL NOT NULL, created REAL, ended REAL,
                        -- How many files its output has, and the newest create when its end was noticed: clocks may jump.
                        files INTEGER NOT NULL DEFAULT 0, ended_after INTEGER, ended_attempt INTEGER,
                        -- Whether the caller has asked for its cancellation.
                        cancel_wanted INTEGER NOT NULL DEFAULT 0,
                        PRIMARY KEY (run, number)
                        -- And no other index: an intent writes one page, and so does what becomes of it.
                    ) WITHOUT ROWID;
                    -- Files of outputs that were saved; without a path, those that went into another create.
                    CREATE TABLE saved (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        prediction TEXT NOT NULL, number INTEGER NOT NULL,
                        path TEXT, size INTEGER, version TEXT, digest TEXT
                    );
                    CREATE INDEX saved_prediction ON saved(prediction, number);
                    CREATE INDEX saved_run ON saved(run);
                    CREATE TABLE value (
                        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        name TEXT NOT NULL, value TEXT NOT NULL,
                        PRIMARY KEY (run, name)
                    ) WITHOUT ROWID;
                    CREATE TABLE upkeep (name TEXT PRIMARY KEY, time REAL NOT NULL) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2") { database in
            // A batch is a run whose rows are runs of their own.
            try database.execute(
                sql: """
                    -- Of a batch: where its rows come from.
                    ALTER TABLE run ADD COLUMN rows TEXT;
                    -- And the column by whose values they are known again; NULL for a digest of all.
                    ALTER TABLE run ADD COLUMN row_key TEXT;
                    CREATE TABLE batch_row (
                        run INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE,
                        batch INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        key TEXT NOT NULL,
                        -- Of the newest attempt that has ended: its values, the files that it read, and what came out.
                        digest TEXT, files TEXT, result TEXT,
                        UNIQUE (batch, key)
                    );
                    """)
        }
        migrator.registerMigration("3") { database in
            try database.execute(
                sql: """
                    -- Whether its row has paid anew since: it is no attempt's any more, and its files are still to be had.
                    ALTER TABLE "create" ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
                    -- Under which paths rows of a batch have saved files, so that no row replaces those of another.
                    CREATE TABLE saved_name (
                        batch INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        path BLOB NOT NULL,
                        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
                        -- What was saved, for messages.
                        name TEXT NOT NULL,
                        -- 0 once the row is to be done again: others may have the path then.
                        held INTEGER NOT NULL DEFAULT 1,
                        PRIMARY KEY (batch, path)
                    ) WITHOUT ROWID;
                    CREATE INDEX saved_name_run ON saved_name(run);
                    """)
        }
        return migrator
    }
}
