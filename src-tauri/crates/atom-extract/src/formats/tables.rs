//! Tables of old programs: dBASE, and the worksheets of Lotus 1-2-3 and Quattro Pro for DOS.

use super::bytes::{slice, u16_le, u32_le};
use crate::draft::{Draft, Failure};
use crate::encoding::decode;

/// Reads a dBASE table: the names of its columns, then its rows.
pub(crate) fn read_dbf(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let damaged = || Failure::damaged("The table is damaged.");
    let (records, head, width) = (
        u32_le(bytes, 4).ok_or_else(damaged)?,
        usize::from(u16_le(bytes, 8).ok_or_else(damaged)?),
        usize::from(u16_le(bytes, 10).ok_or_else(damaged)?),
    );
    let mut columns = Vec::new();
    let mut at = 32;
    while let Some(column) = slice(bytes, at, 32).filter(|column| column.first() != Some(&0x0d) && at < head) {
        let name = column.get(..11).unwrap_or_default().split(|&byte| byte == 0).next().unwrap_or_default();
        draft.push_inline(&decode(name, None));
        draft.cell_break();
        columns.push(usize::from(column.get(16).copied().unwrap_or(0)));
        at += 32;
    }
    draft.line_break();
    if columns.is_empty() || width == 0 {
        return Err(damaged());
    }
    let rows = bytes.get(head..).unwrap_or_default().chunks(width).take(records as usize);
    // A star marks what was deleted.
    for row in rows.filter(|row| row.first() != Some(&b'*')) {
        let mut from = 1;
        for &length in &columns {
            let cell = slice(row, from, length).unwrap_or_default();
            from += length;
            draft.push_inline(decode(cell, None).trim());
            draft.cell_break();
        }
        draft.line_break();
        if draft.is_full() {
            break;
        }
    }
    Ok(())
}

/// Whether bytes begin like a worksheet of Lotus 1-2-3 or Quattro Pro: a record that begins the file.
pub(crate) fn is_lotus(head: &[u8]) -> bool {
    head.starts_with(&[0, 0, 2, 0]) || head.starts_with(&[0, 0, 0x1a, 0])
}

/// Reads a worksheet: labels, numbers and the words of formulas, cell by cell.
pub(crate) fn read_lotus(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let newer = u16_le(bytes, 2) == Some(0x1a);
    let mut at = 0;
    let mut line = None;
    while let (Some(kind), Some(length)) = (u16_le(bytes, at), u16_le(bytes, at + 2)) {
        let body = slice(bytes, at + 4, usize::from(length)).unwrap_or_default();
        at += 4 + usize::from(length);
        // Where a cell is: format, column and row; in the newer form row, sheet and column.
        let (row, rest) = if newer { (u16_le(body, 0), 4) } else { (u16_le(body, 3), 5) };
        let text = match (kind, newer) {
            (0x0e, false) => double(body, rest).map(|number| number.to_string()),
            (0x0d, false) => u16_le(body, rest).map(|number| number.cast_signed().to_string()),
            (0x0f, false) | (0x16, true) | (0x1a, true) => {
                let label = body.get(rest..).unwrap_or_default().split(|&byte| byte == 0).next().unwrap_or_default();
                // The first character says how it is aligned.
                Some(decode(label, Some("windows-1252")).trim_start_matches(['\'', '"', '^', '\\', '|']).to_owned())
            }
            // The result of a formula that is text.
            (0x33, false) => Some(
                decode(body.get(rest..).unwrap_or_default(), Some("windows-1252")).trim_end_matches('\0').to_owned(),
            ),
            _ => None,
        };
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { continue };
        if line != row {
            draft.line_break();
            line = row;
        }
        draft.push_inline(&text);
        draft.cell_break();
        if draft.is_full() {
            break;
        }
    }
    Ok(())
}

fn double(bytes: &[u8], at: usize) -> Option<f64> {
    let number = f64::from_le_bytes(slice(bytes, at, 8)?.try_into().ok()?);
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use proptest::prelude::*;

    #[test]
    fn dbase_is_read() {
        let mut bytes = vec![0u8; 65];
        bytes[0] = 3;
        bytes[4] = 2;
        bytes[8] = 65;
        bytes[10] = 6;
        bytes[32..36].copy_from_slice(b"NAME");
        bytes[48] = 5;
        bytes[64] = 0x0d;
        bytes.extend_from_slice(b" Anna * Bert");
        let mut draft = Draft::new(1000);
        super::read_dbf(&bytes, &mut draft).unwrap();
        assert_eq!(draft.text().trim_end(), "NAME\t\nAnna".replace("\t\n", "\n"));
    }

    #[test]
    fn lotus_is_read() {
        let mut bytes = vec![0, 0, 2, 0, 6, 4];
        bytes.extend_from_slice(&[0x0f, 0, 11, 0, 0, 0, 0, 0, 0]);
        bytes.extend_from_slice(b"'Rent\0");
        bytes.extend_from_slice(&[0x0d, 0, 7, 0, 0, 1, 0, 0, 0, 5, 0]);
        let mut draft = Draft::new(1000);
        super::read_lotus(&bytes, &mut draft).unwrap();
        assert_eq!(draft.text().trim_end(), "Rent\t5");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(noise in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = super::read_dbf(&noise, &mut Draft::new(1000));
            let _ = super::read_lotus(&[&[0, 0, 2, 0][..], &noise].concat(), &mut Draft::new(1000));
            let _ = super::read_lotus(&[&[0, 0, 0x1a, 0][..], &noise].concat(), &mut Draft::new(1000));
        }
    }
}
