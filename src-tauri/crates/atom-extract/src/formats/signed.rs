//! Signed and time-stamped documents (CMS: p7m, p7s, tsd) and certificates: what was signed, and the names in it.

use super::bytes::slice;
use super::nest::Nest;
use crate::draft::{Draft, Failure};
use crate::encoding::decode;
use crate::outcome::{FileHint, Outcome};

/// Deepest value that is looked into.
const MAX_DEPTH: u32 = 24;
/// Most values that are looked at.
const MAX_VALUES: usize = 200_000;
/// Most names that are kept.
const MAX_NAMES: usize = 500;
/// Shortest content that can be a document, in bytes.
const MIN_CONTENT: usize = 16;
/// The kind of a message that is locked: enveloped data.
const ENVELOPED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";

#[derive(Default)]
struct Found<'a> {
    names: Vec<String>,
    /// What may be the document: the pieces of the longest string of bytes.
    content: Vec<&'a [u8]>,
    enveloped: bool,
    values: usize,
}

/// Reads a message, or a certificate.
pub(crate) fn read(bytes: &[u8], hint: &FileHint, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let mut found = Found::default();
    walk(bytes, 0, &mut found);
    if found.enveloped {
        return Err(Failure::Encrypted);
    }
    let content: Vec<u8> = found.content.concat();
    let name = hint.name.rsplit_once('.').map_or(hint.name.as_str(), |(stem, _)| stem);
    if content.len() >= MIN_CONTENT
        && let Some(Outcome::Text(part)) = nest.read(name, &content, draft.room())
    {
        draft.append(&part);
        draft.set_title(part.title.as_deref().unwrap_or_default());
        draft.set_author(part.author.as_deref().unwrap_or_default());
    }
    for name in found.names {
        draft.fact("Named", &name);
    }
    if draft.has_text() || draft.is_described() { Ok(()) } else { Err(Failure::Nothing) }
}

/// Goes over the values of BER; gives back how many bytes it took.
fn walk<'a>(bytes: &'a [u8], depth: u32, found: &mut Found<'a>) -> usize {
    let mut at = 0;
    while at + 2 <= bytes.len() {
        found.values += 1;
        if found.values > MAX_VALUES {
            return bytes.len();
        }
        let Some((tag, length, body)) = head(bytes, at) else { return bytes.len() };
        // The end of a value of unknown length.
        if tag == 0 && length == Some(0) {
            return body;
        }
        let constructed = tag & 0x20 != 0;
        let inside = match length {
            Some(length) => bytes.get(body..).map(|rest| rest.get(..length).unwrap_or(rest)).unwrap_or_default(),
            None => bytes.get(body..).unwrap_or_default(),
        };
        at = match length {
            Some(length) => body.saturating_add(length),
            None => body.saturating_add(if constructed && depth < MAX_DEPTH { 0 } else { inside.len() }),
        };
        if constructed {
            if tag == 0x24 {
                take_pieces(inside, found);
            }
            if depth < MAX_DEPTH {
                let taken = walk(inside, depth + 1, found);
                if length.is_none() {
                    at = body.saturating_add(taken);
                }
            }
            continue;
        }
        match tag {
            0x04 if inside.len() > found.content.iter().map(|piece| piece.len()).sum() => found.content = vec![inside],
            0x06 if inside == ENVELOPED => found.enveloped = true,
            0x0c | 0x13 | 0x14 | 0x16 => take_name(&decode(inside, None), found),
            0x1e => take_name(&encoding_rs::UTF_16BE.decode_without_bom_handling(inside).0, found),
            _ => {}
        }
    }
    bytes.len()
}

/// A string of bytes that comes in pieces.
fn take_pieces<'a>(bytes: &'a [u8], found: &mut Found<'a>) {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some((0x04, Some(length), body)) = head(bytes, at) {
        let Some(piece) = slice(bytes, body, length) else { break };
        pieces.push(piece);
        at = body + length;
    }
    let length = |pieces: &[&[u8]]| pieces.iter().map(|piece| piece.len()).sum::<usize>();
    if length(&pieces) > length(&found.content) {
        found.content = pieces;
    }
}

fn take_name(name: &str, found: &mut Found<'_>) {
    let name = name.trim();
    let is_name = name.len() > 2 && name.chars().all(|c| !c.is_control()) && name.chars().any(char::is_alphabetic);
    if is_name && found.names.len() < MAX_NAMES && !found.names.iter().any(|known| known == name) {
        found.names.push(name.to_owned());
    }
}

/// Tag, length where it is known, and where the value begins.
fn head(bytes: &[u8], at: usize) -> Option<(u8, Option<usize>, usize)> {
    let tag = *bytes.get(at)?;
    let first = *bytes.get(at + 1)?;
    if first < 0x80 {
        return Some((tag, Some(usize::from(first)), at + 2));
    }
    let width = usize::from(first & 0x7f);
    if width == 0 {
        return Some((tag, None, at + 2));
    }
    if width > 4 {
        return None;
    }
    let length = slice(bytes, at + 2, width)?.iter().fold(0usize, |length, &byte| length << 8 | usize::from(byte));
    Some((tag, Some(length), at + 2 + width))
}

#[cfg(test)]
mod tests {
    use super::super::nest::with_nest;
    use crate::draft::Draft;
    use crate::outcome::FileHint;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Option<String> {
        let mut draft = Draft::new(1000);
        with_nest(|nest| super::read(bytes, &FileHint::new("a.txt.p7m", 0), nest, &mut draft)).ok()?;
        draft.finish("application/pkcs7-mime").map(|found| found.text)
    }

    #[test]
    fn signed_text_and_names_are_found() {
        let mut bytes = vec![0x30, 0x80, 0x24, 0x80, 0x04, 12];
        bytes.extend_from_slice(b"signed words");
        bytes.extend_from_slice(&[0x04, 5]);
        bytes.extend_from_slice(b" more");
        bytes.extend_from_slice(&[0, 0, 0x13, 9]);
        bytes.extend_from_slice(b"A. Person");
        bytes.extend_from_slice(&[0, 0]);
        assert_eq!(read(&bytes).as_deref(), Some("signed words more\n\nNamed: A. Person"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(noise in prop::collection::vec(any::<u8>(), 0..300)) {
            read(&[&[0x30, 0x80][..], &noise].concat());
        }
    }
}
