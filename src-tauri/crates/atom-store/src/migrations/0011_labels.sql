-- Labels, tags and keywords that a document gives itself, a line each.
ALTER TABLE item ADD COLUMN labels TEXT;
