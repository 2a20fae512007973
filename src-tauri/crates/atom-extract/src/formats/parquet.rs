//! Parquet tables: the names of their columns, how many rows there are, and what the writer noted; the rows stay where
//! they are. The foot of the file is a message of Thrift in its compact form.

use super::bytes::u32_le;
use super::input::Input;
use crate::draft::{Draft, Failure};

/// Largest foot that is read, in bytes.
const MAX_FOOT: u64 = 16 * 1024 * 1024;
/// Most columns that are listed.
const MAX_COLUMNS: usize = 20_000;
/// Deepest structure.
const MAX_DEPTH: u32 = 16;
/// Most elements of a list that are skipped over.
const MAX_ELEMENTS: u64 = 1_000_000;

/// Reads the foot of a table.
pub(crate) fn read(input: Input<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let damaged = || Failure::damaged("The table is cut off or damaged.");
    let unreadable = |_| Failure::damaged("The table cannot be read from the disk.");
    let tail = input.range(input.size().saturating_sub(8), 8).map_err(unreadable)?;
    if tail.get(4..) == Some(b"PARE") {
        return Err(Failure::Encrypted);
    }
    let length = u64::from(u32_le(&tail, 0).ok_or_else(damaged)?);
    let start = input.size().checked_sub(length + 8).ok_or_else(damaged)?;
    if tail.get(4..) != Some(b"PAR1") || length > MAX_FOOT {
        return Err(damaged());
    }
    let foot = input.range(start, length).map_err(unreadable)?;
    read_foot(&mut Thrift { bytes: &foot, at: 0 }, draft).ok_or_else(damaged)
}

fn read_foot(foot: &mut Thrift<'_>, draft: &mut Draft) -> Option<()> {
    let mut field = 0;
    while let Some(kind) = foot.field(&mut field)? {
        match (field, kind) {
            (2, LIST) => {
                let (count, _) = foot.list()?;
                for index in 0..count {
                    let name = foot.member(4)?;
                    // The first is the table itself.
                    if index > 0 && (index as usize) < MAX_COLUMNS {
                        draft.push_inline(&name);
                        draft.line_break();
                    }
                }
            }
            (3, I64) => draft.fact("Rows", &foot.zigzag()?.to_string()),
            (6, BINARY) => draft.note("Software", &foot.text()?),
            _ => foot.skip(kind, 0)?,
        }
    }
    Some(())
}

const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;

/// A message of Thrift in its compact form.
struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in 0..10 {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift * 7)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    /// The kind of the next field, whose number is put in place; `Some(None)` at the end of the structure.
    fn field(&mut self, number: &mut i64) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        *number = match head >> 4 {
            0 => self.zigzag()?,
            step => number.checked_add(i64::from(step))?,
        };
        Some(Some(head & 0x0f))
    }

    /// Number of elements of a list, and their kind.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        (count <= MAX_ELEMENTS).then_some((count, head & 0x0f))
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.varint()?).ok()?;
        let raw = super::bytes::slice(self.bytes, self.at, length)?;
        self.at += length;
        Some(String::from_utf8_lossy(raw).into_owned())
    }

    /// The text of a field of the structure that comes next.
    fn member(&mut self, wanted: i64) -> Option<String> {
        let (mut field, mut found) = (0, String::new());
        while let Some(kind) = self.field(&mut field)? {
            if field == wanted && kind == BINARY {
                found = self.text()?;
            } else {
                self.skip(kind, 0)?;
            }
        }
        Some(found)
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match kind {
            // Whether it is true stands in the kind.
            1 | 2 => {}
            3 => self.at += 1,
            4..=6 => {
                self.varint()?;
            }
            7 => self.at += 8,
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.at = self.at.checked_add(length)?;
            }
            9 | 10 => {
                let (count, kind) = self.list()?;
                for _ in 0..count {
                    // In a list a truth has a byte of its own.
                    if matches!(kind, 1 | 2) {
                        self.at += 1;
                    } else {
                        self.skip(kind, depth + 1)?;
                    }
                }
            }
            11 => {
                let count = self.varint()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                for _ in 0..count.min(MAX_ELEMENTS) {
                    self.skip(kinds >> 4, depth + 1)?;
                    self.skip(kinds & 0x0f, depth + 1)?;
                }
            }
            12 => {
                let mut field = 0;
                while let Some(kind) = self.field(&mut field)? {
                    self.skip(kind, depth + 1)?;
                }
            }
            _ => return None,
        }
        (self.at <= self.bytes.len()).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::Input;
    use crate::draft::Draft;
    use proptest::prelude::*;

    fn table(foot: &[u8]) -> Vec<u8> {
        let length = u32::try_from(foot.len()).unwrap().to_le_bytes();
        [&b"PAR1"[..], foot, &length, b"PAR1"].concat()
    }

    #[test]
    fn columns_and_rows_are_told() {
        // version 1, a list of three columns of which each has a name, seven rows.
        let mut foot = vec![0x15, 2, 0x19, 0x3c];
        for name in ["schema", "person", "city"] {
            foot.extend_from_slice(&[0x48, u8::try_from(name.len()).unwrap()]);
            foot.extend_from_slice(name.as_bytes());
            foot.push(0);
        }
        foot.extend_from_slice(&[0x16, 14, 0]);
        let mut draft = Draft::new(1000);
        super::read(Input::Memory(&table(&foot)), &mut draft).unwrap();
        let found = draft.finish("application/vnd.apache.parquet").unwrap();
        assert_eq!(found.text, "person\ncity\n\nRows: 7");
    }

    proptest! {
        #[test]
        fn any_foot_is_survived(foot in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = super::read(Input::Memory(&table(&foot)), &mut Draft::new(1000));
        }
    }
}
