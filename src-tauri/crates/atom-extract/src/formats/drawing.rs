//! Drawings that keep their words as text: DXF, the metafiles of Windows (EMF, WMF), and what PostScript says about
//! itself.

use super::bytes::{slice, u16_le, u32_le};
use super::{date, text};
use crate::draft::{Draft, Failure};
use crate::encoding::decode;
use encoding_rs::UTF_16LE;

/// Most records of a metafile that are looked at.
const MAX_RECORDS: usize = 1_000_000;

/// Reads a DXF drawing: pairs of lines, a code and its value.
pub(crate) fn read_dxf(bytes: &[u8], draft: &mut Draft) {
    let text = decode(bytes, None);
    let mut lines = text.lines();
    let mut has_words = false;
    while let (Some(code), Some(value)) = (lines.next(), lines.next()) {
        if draft.is_full() {
            return;
        }
        match code.trim() {
            // What comes next is of that kind.
            "0" => {
                has_words = matches!(
                    value.trim(),
                    "TEXT" | "MTEXT" | "ATTRIB" | "ATTDEF" | "DIMENSION" | "LEADER" | "MULTILEADER"
                )
            }
            "1" | "3" if has_words => {
                draft.push_inline(&without_formats(value));
                draft.line_break();
            }
            _ => {}
        }
    }
}

/// `{\fArial|b0;words}\Pmore` as `words more`.
fn without_formats(value: &str) -> String {
    let mut words = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('P' | '~') => words.push(' '),
                Some('\\') => words.push('\\'),
                // Formats run to a semicolon.
                Some('f' | 'F' | 'H' | 'C' | 'T' | 'Q' | 'W' | 'A' | 'p') => {
                    for skipped in chars.by_ref() {
                        if skipped == ';' {
                            break;
                        }
                    }
                }
                _ => {}
            },
            '{' | '}' => {}
            c => words.push(c),
        }
    }
    words
}

/// Whether a file begins like a metafile of either form.
pub(crate) fn metafile(head: &[u8]) -> Option<&'static str> {
    let is_emf = u32_le(head, 0) == Some(1) && slice(head, 40, 4) == Some(b" EMF");
    let is_wmf = head.starts_with(b"\xd7\xcd\xc6\x9a") || head.starts_with(b"\x01\0\x09\0\0\x03");
    match () {
        () if is_emf => Some("image/emf"),
        () if is_wmf => Some("image/wmf"),
        () => None,
    }
}

/// Reads a metafile: the words that it draws.
pub(crate) fn read_metafile(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    if slice(bytes, 40, 4) == Some(b" EMF") {
        read_emf(bytes, draft)
    } else {
        read_wmf(bytes, draft)
    }
    Ok(())
}

fn read_emf(bytes: &[u8], draft: &mut Draft) {
    // Of the head: how long the description is, and where it stands.
    if let (Some(length), Some(offset)) = (u32_le(bytes, 60), u32_le(bytes, 64))
        && let Some(raw) = slice(bytes, offset as usize, (length as usize).min(1000) * 2)
    {
        draft.fact("Description", &UTF_16LE.decode_without_bom_handling(raw).0.replace('\0', " "));
    }
    let mut at = 0usize;
    for _ in 0..MAX_RECORDS {
        let (Some(kind), Some(size)) = (u32_le(bytes, at), u32_le(bytes, at + 4)) else { break };
        let record = bytes.get(at..).unwrap_or_default();
        let words = match kind {
            // Text of two bytes a character: how many, and where in the record.
            84 => u32_le(record, 44).zip(u32_le(record, 48)).and_then(|(count, offset)| {
                let raw = slice(record, offset as usize, (count as usize).checked_mul(2)?)?;
                Some(UTF_16LE.decode_without_bom_handling(raw).0.into_owned())
            }),
            83 => u32_le(record, 44).zip(u32_le(record, 48)).and_then(|(count, offset)| {
                Some(decode(slice(record, offset as usize, count as usize)?, None).into_owned())
            }),
            _ => None,
        };
        if let Some(words) = words {
            draft.push_inline(&words);
            draft.line_break();
        }
        at = at.saturating_add((size as usize).max(8));
        if at > bytes.len() || draft.is_full() {
            break;
        }
    }
}

fn read_wmf(bytes: &[u8], draft: &mut Draft) {
    let mut at = if bytes.starts_with(b"\xd7\xcd\xc6\x9a") { 40usize } else { 18 };
    for _ in 0..MAX_RECORDS {
        let (Some(words), Some(kind)) = (u32_le(bytes, at), u16_le(bytes, at + 4)) else { break };
        let raw = match kind {
            // Length, then the text.
            0x0521 => u16_le(bytes, at + 6).and_then(|length| slice(bytes, at + 8, usize::from(length))),
            // Place, length and options; with a frame four numbers more.
            0x0a32 => u16_le(bytes, at + 10).zip(u16_le(bytes, at + 12)).and_then(|(length, options)| {
                let from = at + if options & 6 != 0 { 22 } else { 14 };
                slice(bytes, from, usize::from(length))
            }),
            _ => None,
        };
        if let Some(raw) = raw {
            draft.push_inline(&decode(raw, Some("windows-1252")));
            draft.line_break();
        }
        at = at.saturating_add((words as usize).max(3).saturating_mul(2));
        if at > bytes.len() || draft.is_full() {
            break;
        }
    }
}

/// Reads PostScript: as it is, with what its comments say.
pub(crate) fn read_postscript(bytes: &[u8], draft: &mut Draft) {
    let head = decode(bytes.get(..8192).unwrap_or(bytes), None).into_owned();
    for line in head.lines().take(200) {
        let Some((name, value)) = line.strip_prefix("%%").and_then(|line| line.split_once(':')) else { continue };
        let value = value.trim().trim_matches(['(', ')']);
        match name {
            "Title" => draft.set_title(value),
            "For" | "Author" => draft.set_author(value),
            "CreationDate" => draft.set_created(date::parse_any(value)),
            _ => {}
        }
    }
    text::read(bytes, draft);
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use proptest::prelude::*;

    fn read(reader: impl Fn(&[u8], &mut Draft), bytes: &[u8]) -> String {
        let mut draft = Draft::new(1000);
        reader(bytes, &mut draft);
        draft.text().trim().to_owned()
    }

    fn metafile(bytes: &[u8]) -> String {
        read(|bytes, draft| super::read_metafile(bytes, draft).unwrap(), bytes)
    }

    #[test]
    fn words_of_drawings_are_found() {
        let dxf = b"0\nSECTION\n2\nENTITIES\n0\nLINE\n1\nno\n0\nMTEXT\n8\nlayer\n1\n{\\fArial|b0;Ground} floor\\Pplan\n0\nEOF\n";
        assert_eq!(read(super::read_dxf, dxf), "Ground floor plan");
        let mut emf = vec![0u8; 100];
        emf[0] = 1;
        emf[4] = 100;
        emf[40..44].copy_from_slice(b" EMF");
        let mut record = vec![0u8; 60];
        record[0] = 84;
        record[4] = 60;
        record[44] = 2;
        record[48] = 52;
        record[52..56].copy_from_slice(b"h\0i\0");
        emf.extend(record);
        assert_eq!(metafile(&emf), "hi");
        let wmf = [&b"\x01\0\x09\0\0\x03"[..], &[0; 12], &[7, 0, 0, 0, 0x21, 5, 5, 0], b"words\0"].concat();
        assert_eq!(metafile(&wmf), "words");
        let mut draft = Draft::new(1000);
        super::read_postscript(b"%!PS\n%%Title: (A page)\n%%For: A. Person\nshowpage\n", &mut draft);
        assert_eq!((draft.title.as_deref(), draft.author.as_deref()), (Some("A page"), Some("A. Person")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(noise in prop::collection::vec(any::<u8>(), 0..300), lines in "[0-9A-Z\\\\{};\n]{0,200}") {
            metafile(&[&b"\x01\0\x09\0\0\x03"[..], &noise].concat());
            let mut emf = noise;
            emf.resize(400, 1);
            emf[40..44].copy_from_slice(b" EMF");
            metafile(&emf);
            read(super::read_dxf, lines.as_bytes());
        }
    }
}
