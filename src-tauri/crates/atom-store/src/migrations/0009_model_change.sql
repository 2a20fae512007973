-- One row while the embedding model changes: which one comes, and the table in which its vectors grow.
CREATE TABLE model_change (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    choice   TEXT    NOT NULL,
    model    TEXT    NOT NULL,
    dims     INTEGER NOT NULL,
    tbl      TEXT    NOT NULL,
    total    INTEGER NOT NULL,
    begun_ms INTEGER NOT NULL
) STRICT;

-- Items that the new vectors lack, in the order in which they get them.
CREATE TABLE meaning_next (
    position INTEGER PRIMARY KEY,
    item_id  INTEGER NOT NULL UNIQUE REFERENCES item (id) ON DELETE CASCADE,
    chunks   INTEGER NOT NULL
) STRICT;
