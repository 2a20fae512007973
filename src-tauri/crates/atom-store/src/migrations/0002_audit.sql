-- The activity log. AUTOINCREMENT keeps the highest number apart from the rows, so that cut-off rows are noticed.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    times   INTEGER NOT NULL,
    through INTEGER,
    carried BLOB,
    mac     BLOB    NOT NULL,
    CHECK ((through IS NULL) = (carried IS NULL))
) STRICT;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the activity log is append-only');
END;

-- Only what a checkpoint stands for may go.
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
WHEN OLD.seq > coalesce((SELECT max(through) FROM audit), 0)
BEGIN
    SELECT RAISE(ABORT, 'the activity log is append-only');
END;

-- INSERT OR REPLACE would delete without asking the trigger above.
CREATE TRIGGER audit_only_grows BEFORE INSERT ON audit
WHEN NEW.seq <= coalesce((SELECT max(seq) FROM audit), 0)
BEGIN
    SELECT RAISE(ABORT, 'the activity log is append-only');
END;
