-- Searches that a person meant, one row a text.
CREATE TABLE past_search (
    id       INTEGER PRIMARY KEY,
    query    TEXT    NOT NULL UNIQUE,
    first_ms INTEGER NOT NULL,
    last_ms  INTEGER NOT NULL,
    times    INTEGER NOT NULL,
    total    INTEGER NOT NULL
) STRICT;

CREATE INDEX past_search_last ON past_search (last_ms DESC);

-- Each time that one of them was searched: what insights are made of.
CREATE TABLE search_log (
    id      INTEGER PRIMARY KEY,
    past_id INTEGER NOT NULL REFERENCES past_search (id) ON DELETE CASCADE,
    at_ms   INTEGER NOT NULL,
    took_ms REAL    NOT NULL,
    total   INTEGER NOT NULL,
    opened  INTEGER NOT NULL,
    rank    INTEGER
) STRICT;

CREATE INDEX search_log_past ON search_log (past_id);

-- Searches that are kept. What matched when one was last looked at is in known, as item ids of eight bytes; where that is
-- too much, known is NULL, and the newest item of then is the mark. told is how many new matches were notified of.
CREATE TABLE saved_search (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL,
    notify     INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    seen_item  INTEGER NOT NULL,
    known      BLOB,
    told       INTEGER NOT NULL DEFAULT 0
) STRICT;
