CREATE TABLE chain (
    seq  INTEGER PRIMARY KEY,
    txid BLOB NOT NULL,
    link BLOB NOT NULL
) STRICT;

CREATE TABLE index_head (
    name    TEXT    PRIMARY KEY,
    series  BLOB    NOT NULL,
    version INTEGER NOT NULL,
    digest  BLOB    NOT NULL
) STRICT;

CREATE TABLE loss (
    id          INTEGER PRIMARY KEY,
    accepted_ms INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    have        INTEGER NOT NULL,
    want        INTEGER NOT NULL,
    anchored_ms INTEGER,
    settled     INTEGER NOT NULL DEFAULT 0
) STRICT;
