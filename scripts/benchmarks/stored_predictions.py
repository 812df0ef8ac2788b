"""Fills a gateway's database with predictions that have ended: copies of the first one, whose id is given.

stored_predictions.py DATABASE ID COUNT: the copies have the ids stored-1 to stored-COUNT. The gateway must not run.
"""

import sqlite3
import sys

path, id, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
database = sqlite3.connect(path)
columns = [row[1] for row in database.execute("PRAGMA table_info(prediction)")]
others = ", ".join(column for column in columns if column not in ("number", "id"))
database.execute(
    f"""
    WITH RECURSIVE copy(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM copy WHERE i < ?)
    INSERT INTO prediction (id, {others}) SELECT 'stored-' || i, {others} FROM copy, prediction WHERE id = ?
    """,
    (count, id),
)
(filled,) = database.execute("SELECT changes()").fetchone()
assert filled == count, f"{filled} of {count} copies"
database.commit()
database.close()
