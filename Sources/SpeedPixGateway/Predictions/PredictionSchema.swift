import GRDB

/// The tables of the gateway's database, version by version. A version that was released is never changed.
enum PredictionSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("predictions 1") { database in
            // Numbers are never used twice, since they give the order of creation; a clock may be set back.
            try database.execute(
                sql: """
                    CREATE TABLE prediction (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL,
                        inputs TEXT, input_files TEXT NOT NULL,
                        status TEXT NOT NULL, outputs TEXT, info TEXT, failure TEXT,
                        created REAL NOT NULL, began REAL, ended REAL, duration REAL
                    );
                    CREATE INDEX prediction_ended ON prediction(ended);
                    CREATE TABLE sweep (id INTEGER PRIMARY KEY CHECK (id = 1), swept REAL NOT NULL);
                    """)
        }
        migrator.registerMigration("predictions 2") { database in
            // Of predictions that are older nobody knows whose they are: there was one application key.
            try database.execute(
                sql: """
                    ALTER TABLE prediction ADD COLUMN owner TEXT;
                    CREATE TABLE nonce (
                        high INTEGER NOT NULL, low INTEGER NOT NULL, expires REAL NOT NULL, PRIMARY KEY (high, low)
                    ) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("workflows 1") { database in
            // A number is never given twice, so that no prediction can get another version than it began with: a workflow
            // stays here when all its versions are removed. What is a value of several parts is JSON.
            try database.execute(
                sql: """
                    CREATE TABLE workflow (id TEXT PRIMARY KEY NOT NULL, last_version INTEGER NOT NULL);
                    CREATE TABLE version (
                        workflow TEXT NOT NULL REFERENCES workflow(id), number INTEGER NOT NULL,
                        kind TEXT NOT NULL, title TEXT NOT NULL, summary TEXT NOT NULL,
                        graph TEXT, inputs TEXT, outputs TEXT, definitions TEXT, files TEXT, example TEXT,
                        script TEXT, created REAL NOT NULL, removed INTEGER NOT NULL,
                        PRIMARY KEY (workflow, number)
                    );
                    CREATE TABLE alias (
                        workflow TEXT NOT NULL REFERENCES workflow(id), name TEXT NOT NULL, number INTEGER NOT NULL,
                        PRIMARY KEY (workflow, name)
                    );
                    ALTER TABLE prediction ADD COLUMN version TEXT;
                    ALTER TABLE prediction ADD COLUMN seeds TEXT;
                    """)
        }
        migrator.registerMigration("comfyui 1") { database in
            // A prompt stands here before it is sent, so that the next gateway asks for it and does not send it again; and by
            // which name a server knows this gateway. Both by the server's URL.
            try database.execute(
                sql: """
                    CREATE TABLE comfyui_prompt (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, prediction TEXT NOT NULL, server TEXT NOT NULL,
                        prompt TEXT NOT NULL UNIQUE
                    );
                    CREATE INDEX comfyui_prompt_prediction ON comfyui_prompt(prediction);
                    CREATE TABLE comfyui_client (server TEXT PRIMARY KEY NOT NULL, client TEXT NOT NULL);
                    """)
        }
        migrator.registerMigration("console 1") { database in
            // The list of predictions is read from the index alone, whatever it is filtered by: the rows have inputs and
            // outputs in them, and are read only for the page that is shown. What is searched is a table of its own for the
            // same reason. Its first line is the label.
            try database.execute(
                sql: """
                    ALTER TABLE prediction ADD COLUMN mark TEXT;
                    ALTER TABLE prediction ADD COLUMN label TEXT;
                    CREATE INDEX prediction_list ON prediction(number, workflow, status, owner, mark, label);
                    CREATE TABLE prediction_text (number INTEGER PRIMARY KEY, text TEXT NOT NULL);
                    INSERT INTO prediction_text (number, text)
                        SELECT number, char(10) || lower(id) || char(10) || lower(workflow) FROM prediction;
                    CREATE TRIGGER prediction_text_removal AFTER DELETE ON prediction BEGIN
                        DELETE FROM prediction_text WHERE number = OLD.number;
                    END;
                    """)
        }
        return migrator
    }
}
