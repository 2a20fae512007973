-- Of a file in an archive: the item of the archive. Its path is that of the archive, then its own in it.
ALTER TABLE item ADD COLUMN container INTEGER;

CREATE INDEX item_container ON item (container) WHERE container IS NOT NULL;

-- Read once more, for what is in them.
UPDATE item SET unread = 1, parser_version = 0 WHERE kind = 'archive';
