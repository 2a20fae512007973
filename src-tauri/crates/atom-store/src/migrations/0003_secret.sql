-- Envelopes of atom-vault: what is in them is readable with the keys of the vault only, and in this row only.
CREATE TABLE secret (
    connector  TEXT    NOT NULL,
    account    TEXT    NOT NULL,
    field      TEXT    NOT NULL,
    record     BLOB    NOT NULL CHECK (length(record) = 16),
    envelope   BLOB    NOT NULL,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (connector, account, field)
) STRICT, WITHOUT ROWID;
