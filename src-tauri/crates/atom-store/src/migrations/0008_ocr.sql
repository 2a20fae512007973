-- Text in pictures and scans. Of an item: NULL where there is none to recognise, else waiting, text, none or failed.
ALTER TABLE item ADD COLUMN ocr TEXT;
-- Passages that were recognised stand after those that were read.
ALTER TABLE chunk ADD COLUMN recognised INTEGER NOT NULL DEFAULT 0;

CREATE INDEX item_ocr ON item (modified_ns DESC) WHERE ocr = 'waiting';

-- What was recognised in a content, whatever files have it.
CREATE TABLE recognised (
    content_hash BLOB    NOT NULL,
    engine       TEXT    NOT NULL,
    next_page    INTEGER NOT NULL,
    is_whole     INTEGER NOT NULL,
    pages        TEXT    NOT NULL,
    used_ms      INTEGER NOT NULL,
    PRIMARY KEY (content_hash, engine)
) STRICT;

CREATE INDEX recognised_used ON recognised (used_ms);

-- Read once more, to see which of them show text.
UPDATE item SET unread = 1, parser_version = 0 WHERE mime LIKE 'image/%' OR mime = 'application/pdf';
