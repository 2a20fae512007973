//! Fonts: the names a font has for itself, from its table of names.

use super::bytes::{slice, u16_be, u32_be};
use crate::draft::{Draft, Failure};
use encoding_rs::UTF_16BE;

/// Reads TrueType, OpenType or a collection of them.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let start = if bytes.starts_with(b"ttcf") { u32_be(bytes, 12).unwrap_or(0) as usize } else { 0 };
    names(bytes, start, draft).ok_or_else(|| Failure::damaged("The font is damaged."))
}

fn names(bytes: &[u8], start: usize, draft: &mut Draft) -> Option<()> {
    let tables = usize::from(u16_be(bytes, start.checked_add(4)?)?);
    let record = (0..tables).map(|index| start + 12 + index * 16).find(|&at| slice(bytes, at, 4) == Some(b"name"))?;
    let table = u32_be(bytes, record + 8)? as usize;
    let count = usize::from(u16_be(bytes, table.checked_add(2)?)?);
    let strings = table.checked_add(usize::from(u16_be(bytes, table + 4)?))?;
    for index in 0..count {
        let at = table + 6 + index * 12;
        let (platform, id) = (u16_be(bytes, at)?, u16_be(bytes, at + 6)?);
        let (length, offset) = (usize::from(u16_be(bytes, at + 8)?), usize::from(u16_be(bytes, at + 10)?));
        let Some(raw) = slice(bytes, strings + offset, length) else { continue };
        let text = match platform {
            0 | 3 => UTF_16BE.decode_without_bom_handling(raw).0.into_owned(),
            _ => encoding_rs::MACINTOSH.decode_without_bom_handling(raw).0.into_owned(),
        };
        match id {
            0 => draft.fact("Copyright", &text),
            1 | 16 => draft.fact("Font family", &text),
            2 | 17 => draft.fact("Style", &text),
            4 => draft.set_title(&text),
            5 => draft.fact("Version", &text),
            8 => draft.fact("Maker", &text),
            9 => draft.set_author(&text),
            10 => draft.fact("Description", &text),
            13 => draft.fact("Licence", &text),
            19 => draft.fact("Sample", &text),
            _ => {}
        }
    }
    Some(())
}
