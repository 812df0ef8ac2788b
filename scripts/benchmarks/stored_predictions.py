"""Fills a gateway's database with predictions that have ended: copies of the first one, whose id is given.

stored_predictions.py DATABASE ID COUNT: the copies have the ids stored-1 to stored-COUNT, and 60 of them, spread evenly, are
marked good. The gateway must not run.
"""

import sqlite3
import sys

MARKED = 60

path, id, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
assert count >= MARKED, f"{count} copies are too few"
database = sqlite3.connect(path)


def changed(sql, parameters):
    return database.execute(sql, parameters).rowcount


columns = [row[1] for row in database.execute("PRAGMA table_info(prediction)")]
others = ", ".join(column for column in columns if column not in ("number", "id"))
filled = changed(
    f"""
    INSERT INTO prediction (id, {others})
    SELECT 'stored-' || i, {others} FROM (
        WITH RECURSIVE copy(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM copy WHERE i < ?) SELECT i FROM copy
    ), prediction WHERE id = ?
    """,
    (count, id),
)
assert filled == count, f"{filled} of {count} copies"

# What is searched has the id in it.
searched = changed(
    """
    INSERT INTO prediction_text (number, text)
    SELECT copy.number, replace(own.text, first.id, copy.id)
    FROM prediction AS first JOIN prediction_text AS own ON own.number = first.number
    JOIN prediction AS copy ON copy.id LIKE 'stored-%'
    WHERE first.id = ?
    """,
    (id,),
)
assert searched == count, f"{searched} of {count} texts to search"

marked = changed(
    "UPDATE prediction SET mark = 'good' WHERE id LIKE 'stored-%' AND CAST(substr(id, 8) AS INTEGER) * ? % ? < ?",
    (MARKED, count, MARKED),
)
assert marked == MARKED, f"{marked} of {MARKED} marks"
database.commit()
database.close()
