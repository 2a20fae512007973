-- Programs that may ask. Of a token only its hash is kept.
CREATE TABLE client (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT    NOT NULL COLLATE NOCASE UNIQUE,
    token_hash  BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    all_sources INTEGER NOT NULL,
    created_ms  INTEGER NOT NULL,
    used_ms     INTEGER
) STRICT;

-- What a client sees that does not see everything: without a row nothing.
CREATE TABLE client_source (
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    PRIMARY KEY (client_id, source_id)
) STRICT, WITHOUT ROWID;
