//! SQLite databases: the tables with their columns, and the words in their rows. Read-only, by a walk over the pages
//! of each table; no SQL is run and no index looked at.

use super::bytes::{slice, u16_be, u32_be};
use crate::draft::{Draft, Failure};

/// Most pages that are visited, so that a circle of pages ends.
const MAX_PAGES: usize = 100_000;
/// Deepest page of a table.
const MAX_DEPTH: u32 = 20;
/// Largest row that is put together from its pages, in bytes.
const MAX_ROW: usize = 1024 * 1024;
/// Bytes of text that one table may have.
const MAX_TABLE: usize = 2 * 1024 * 1024;

struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// Bytes of a page that hold data.
    usable: usize,
    encoding: u32,
    visited: usize,
}

/// A value of a row; numbers and bytes are not words.
enum Value {
    Text(String),
    Number(i64),
    Other,
}

/// Reads a database.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let mut database = Database::open(bytes).ok_or_else(|| Failure::damaged("The database is damaged."))?;
    let mut tables = Vec::new();
    database.walk(1, &mut |row| {
        // kind, name, table, root page, statement
        if let [Value::Text(kind), Value::Text(name), _, root, Value::Text(statement), ..] = row
            && tables.len() < 2000
        {
            let root = if let Value::Number(root) = root { usize::try_from(*root).unwrap_or(0) } else { 0 };
            tables.push((kind.clone(), name.clone(), root, statement.clone()));
        }
        true
    });
    for (kind, name, root, statement) in tables {
        if draft.is_full() {
            break;
        }
        // Indexes repeat what is in the tables; the shadows of a full-text index are no words.
        if !matches!(kind.as_str(), "table" | "view") || name.starts_with("sqlite_") {
            continue;
        }
        draft.begin_heading();
        draft.push_inline(&name);
        draft.end_heading();
        draft.push(&statement);
        draft.line_break();
        let start = draft.text().len();
        if kind == "table" && root > 0 {
            database.walk(root, &mut |row| {
                for value in row {
                    if let Value::Text(text) = value {
                        draft.push_inline(text);
                        draft.cell_break();
                    }
                }
                draft.line_break();
                !draft.is_full() && draft.text().len() - start < MAX_TABLE
            });
        }
        draft.paragraph_break();
    }
    Ok(())
}

impl<'a> Database<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let page_size = match u16_be(bytes, 16)? {
            1 => 65_536,
            size if size.is_power_of_two() && size >= 512 => usize::from(size),
            _ => return None,
        };
        let usable = page_size.checked_sub(usize::from(*bytes.get(20)?)).filter(|&usable| usable >= 480)?;
        Some(Self { bytes, page_size, usable, encoding: u32_be(bytes, 56)?, visited: 0 })
    }

    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_sub(1)?.checked_mul(self.page_size)?;
        let rest = self.bytes.get(start..)?;
        Some(rest.get(..self.page_size).unwrap_or(rest))
    }

    /// Calls `each` with the rows of the table whose root is that page, until it says `false`.
    fn walk(&mut self, root: usize, each: &mut dyn FnMut(&[Value]) -> bool) {
        self.visit(root, 0, each);
    }

    fn visit(&mut self, number: usize, depth: u32, each: &mut dyn FnMut(&[Value]) -> bool) -> bool {
        self.visited += 1;
        let Some(page) = self.page(number).filter(|_| depth <= MAX_DEPTH && self.visited <= MAX_PAGES) else {
            return self.visited <= MAX_PAGES;
        };
        let head = if number == 1 { 100 } else { 0 };
        let (Some(&kind), Some(cells)) = (page.get(head), u16_be(page, head + 3)) else { return true };
        let pointers = head + if kind == 5 { 12 } else { 8 };
        for index in 0..usize::from(cells) {
            let Some(cell) = u16_be(page, pointers + index * 2).map(usize::from) else { return true };
            let more = match kind {
                // A page of a table that points to others.
                5 => u32_be(page, cell).is_none_or(|child| self.visit(child as usize, depth + 1, each)),
                13 => self.row(page, cell).is_none_or(|row| each(&row)),
                _ => true,
            };
            if !more {
                return false;
            }
        }
        match (kind, u32_be(page, head + 8)) {
            (5, Some(last)) => self.visit(last as usize, depth + 1, each),
            _ => true,
        }
    }

    fn row(&self, page: &[u8], cell: usize) -> Option<Vec<Value>> {
        let mut at = cell;
        let length = usize::try_from(varint(page, &mut at)?).ok()?;
        varint(page, &mut at)?;
        let payload = self.payload(page, at, length)?;
        let mut position = 0;
        let head = usize::try_from(varint(&payload, &mut position)?).ok()?;
        let mut body = head;
        let mut row = Vec::new();
        while position < head && row.len() < 2000 {
            let kind = varint(&payload, &mut position)?;
            let size = match kind {
                0 | 8 | 9 => 0,
                1..=4 => usize::try_from(kind).ok()?,
                5 => 6,
                6 | 7 => 8,
                kind => usize::try_from(kind.checked_sub(12)? / 2).ok()?,
            };
            // What was cut off with a row that is too large.
            let Some(value) = slice(&payload, body, size) else { break };
            body += size;
            row.push(match kind {
                1..=6 => Value::Number(value.iter().fold(0, |number, &byte| number << 8 | i64::from(byte))),
                9 => Value::Number(1),
                kind if kind >= 13 && kind % 2 == 1 => Value::Text(self.text(value)),
                _ => Value::Other,
            });
        }
        Some(row)
    }

    fn text(&self, value: &[u8]) -> String {
        match self.encoding {
            2 => encoding_rs::UTF_16LE.decode_without_bom_handling(value).0.into_owned(),
            3 => encoding_rs::UTF_16BE.decode_without_bom_handling(value).0.into_owned(),
            _ => String::from_utf8_lossy(value).into_owned(),
        }
    }

    /// The bytes of a row: those on its page, then those on the pages that follow.
    fn payload(&self, page: &[u8], at: usize, length: usize) -> Option<Vec<u8>> {
        let most = self.usable - 35;
        if length <= most {
            return slice(page, at, length).map(<[u8]>::to_vec);
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let kept = least + (length - least) % (self.usable - 4);
        let local = if kept <= most { kept } else { least };
        let mut payload = slice(page, at, local)?.to_vec();
        let mut next = u32_be(page, at + local)? as usize;
        let wanted = length.min(MAX_ROW);
        while payload.len() < wanted && next != 0 {
            let Some(overflow) = self.page(next) else { break };
            next = u32_be(overflow, 0)? as usize;
            let rest = overflow.get(4..self.usable).unwrap_or_default();
            payload.extend_from_slice(rest.get(..wanted - payload.len()).unwrap_or(rest));
            if rest.is_empty() {
                break;
            }
        }
        Some(payload)
    }
}

fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0u64;
    for index in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if index == 8 {
            return Some(value << 8 | u64::from(byte));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use proptest::prelude::*;

    /// A leaf page with those rows of texts.
    fn leaf(head: usize, rows: &[Vec<&str>], root: Option<u8>) -> Vec<u8> {
        let mut page = vec![0u8; 512];
        page[head] = 13;
        page[head + 4] = u8::try_from(rows.len()).unwrap();
        let mut end = 512;
        for (index, row) in rows.iter().enumerate() {
            let mut kinds = Vec::new();
            let mut body = Vec::new();
            for (column, text) in row.iter().enumerate() {
                if let (3, Some(root)) = (column, root) {
                    kinds.push(1);
                    body.push(root);
                } else {
                    kinds.push(u8::try_from(text.len() * 2 + 13).unwrap());
                    body.extend_from_slice(text.as_bytes());
                }
            }
            let mut payload = vec![u8::try_from(kinds.len() + 1).unwrap()];
            payload.extend(kinds);
            payload.extend(body);
            let mut cell = vec![u8::try_from(payload.len()).unwrap(), u8::try_from(index + 1).unwrap()];
            cell.extend(payload);
            end -= cell.len();
            page[end..end + cell.len()].copy_from_slice(&cell);
            let pointer = head + 8 + index * 2;
            page[pointer..pointer + 2].copy_from_slice(&u16::try_from(end).unwrap().to_be_bytes());
        }
        page
    }

    pub(crate) fn database() -> Vec<u8> {
        let mut first = leaf(100, &[vec!["table", "people", "people", "", "CREATE TABLE people(name)"]], Some(2));
        first[..16].copy_from_slice(b"SQLite format 3\0");
        first[16..18].copy_from_slice(&512u16.to_be_bytes());
        first[59] = 1;
        [first, leaf(0, &[vec!["Anna Person"], vec!["Bo"]], None)].concat()
    }

    #[test]
    fn tables_and_their_words_are_read() {
        let mut draft = Draft::new(1000);
        super::read(&database(), &mut draft).unwrap();
        let found = draft.finish("application/vnd.sqlite3").unwrap();
        assert_eq!(found.text, "people\nCREATE TABLE people(name)\nAnna Person\t\nBo".replace("\t\n", "\n"));
        assert_eq!(found.sections[0].heading, "people");
    }

    proptest! {
        #[test]
        fn damaged_databases_are_survived(damage in prop::collection::vec((0usize..1024, any::<u8>()), 0..30)) {
            let mut bytes = database();
            for (at, byte) in damage {
                bytes[at] = byte;
            }
            let _ = super::read(&bytes, &mut Draft::new(10_000));
        }
    }
}
