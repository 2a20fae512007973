CREATE TABLE source (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    path          BLOB    NOT NULL UNIQUE,
    status        TEXT    NOT NULL DEFAULT 'active',
    added_ms      INTEGER NOT NULL,
    last_scan_ms  INTEGER,
    first_ready_ms INTEGER,
    root_inode    INTEGER,
    message       TEXT
) STRICT;

CREATE TABLE item (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id       INTEGER NOT NULL REFERENCES source (id),
    path            BLOB    NOT NULL,
    parent          INTEGER NOT NULL,
    is_folder       INTEGER NOT NULL,
    size            INTEGER NOT NULL,
    modified_ns     INTEGER NOT NULL,
    changed_ns      INTEGER NOT NULL,
    device          INTEGER NOT NULL,
    inode           INTEGER NOT NULL,
    kind            TEXT    NOT NULL,
    mime            TEXT    NOT NULL DEFAULT '',
    title           TEXT,
    author          TEXT,
    state           TEXT    NOT NULL,
    reason          TEXT,
    content_hash    BLOB,
    parser_version  INTEGER NOT NULL DEFAULT 0,
    crashes         INTEGER NOT NULL DEFAULT 0,
    chunk_count     INTEGER NOT NULL DEFAULT 0,
    truncated       INTEGER NOT NULL DEFAULT 0,
    revision        INTEGER NOT NULL DEFAULT 1,
    unread          INTEGER NOT NULL,
    words_pending   INTEGER NOT NULL DEFAULT 1,
    meaning_pending INTEGER NOT NULL DEFAULT 0,
    not_before_ms   INTEGER NOT NULL DEFAULT 0,
    opened_count    INTEGER NOT NULL DEFAULT 0,
    opened_ms       INTEGER,
    UNIQUE (source_id, path)
) STRICT;

CREATE INDEX item_parent ON item (source_id, parent);
CREATE INDEX item_inode ON item (device, inode);
CREATE INDEX item_unread ON item (modified_ns DESC) WHERE unread = 1;
CREATE INDEX item_words ON item (id) WHERE words_pending = 1;
CREATE INDEX item_meaning ON item (modified_ns DESC) WHERE meaning_pending = 1;
CREATE INDEX item_opened ON item (opened_ms DESC) WHERE opened_ms IS NOT NULL;
CREATE INDEX item_modified ON item (modified_ns DESC) WHERE is_folder = 0;

CREATE TABLE chunk (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id  INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    ordinal  INTEGER NOT NULL,
    start    INTEGER NOT NULL,
    heading  TEXT,
    text     TEXT    NOT NULL,
    UNIQUE (item_id, ordinal)
) STRICT;

CREATE TABLE tombstone (
    item_id         INTEGER PRIMARY KEY,
    words_pending   INTEGER NOT NULL DEFAULT 1,
    meaning_pending INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE job (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT    NOT NULL,
    source_id   INTEGER,
    state       TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    done        INTEGER NOT NULL DEFAULT 0,
    total       INTEGER NOT NULL DEFAULT 0,
    queued_ms   INTEGER NOT NULL,
    started_ms  INTEGER,
    finished_ms INTEGER,
    error       TEXT
) STRICT;

CREATE INDEX job_open ON job (id) WHERE state IN ('queued', 'running');

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
