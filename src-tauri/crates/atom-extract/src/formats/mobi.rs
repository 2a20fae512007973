//! Books of Mobipocket and Kindle (MOBI, AZW, AZW3): the HTML of their text records, as far as they are not locked.

use super::bytes::{slice, u16_be, u32_be};
use super::html;
use crate::draft::{Draft, Failure};
use crate::encoding::decode;

/// Largest text, in bytes.
const MAX_TEXT: usize = 64 * 1024 * 1024;
/// Deepest entry of the dictionary that is made of others.
const MAX_DEPTH: u32 = 32;

/// Whether the head of a file is that of a database of books.
pub(crate) fn is_book(head: &[u8]) -> bool {
    matches!(head.get(60..68), Some(b"BOOKMOBI" | b"TEXtREAd"))
}

/// Reads a book.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let damaged = || Failure::damaged("The book is cut off or damaged.");
    let head = record(bytes, 0).ok_or_else(damaged)?;
    let (packing, records) = u16_be(head, 0).zip(u16_be(head, 8)).ok_or_else(damaged)?;
    let is_mobi = slice(head, 16, 4) == Some(b"MOBI");
    if is_mobi && u16_be(head, 12).is_some_and(|lock| lock != 0) {
        return Err(Failure::Encrypted);
    }
    let utf8 = is_mobi && u32_be(head, 28) == Some(65_001);
    if is_mobi {
        describe(head, utf8, draft);
    }
    let extra = if is_mobi && u32_be(head, 20).is_some_and(|length| length >= 228) {
        u16_be(head, 242).unwrap_or(0)
    } else {
        0
    };
    let dictionary = if packing == 17_480 { Dictionary::load(bytes, head) } else { None };
    let mut text = Vec::new();
    for number in 1..=usize::from(records) {
        let Some(packed) = record(bytes, number) else { break };
        let packed = without_extras(packed, extra);
        match (packing, &dictionary) {
            (1, _) => text.extend_from_slice(packed),
            (2, _) => unpack(packed, &mut text),
            (17_480, Some(dictionary)) => dictionary.unpack(packed, &mut text, 0),
            _ => {
                return Err(Failure::Unsupported("A book that is packed in a way that Atom does not know.".to_owned()));
            }
        }
        if text.len() > MAX_TEXT {
            draft.mark_cut();
            break;
        }
    }
    if is_mobi {
        html::read_str(&decode(&text, Some(if utf8 { "utf-8" } else { "windows-1252" })), draft);
    } else {
        draft.push(&decode(&text, None));
    }
    Ok(())
}

fn record(bytes: &[u8], number: usize) -> Option<&[u8]> {
    let count = usize::from(u16_be(bytes, 76)?);
    let start = u32_be(bytes, 78 + number * 8)? as usize;
    let end = if number + 1 < count { u32_be(bytes, 78 + (number + 1) * 8)? as usize } else { bytes.len() };
    (number < count).then(|| bytes.get(start..end.min(bytes.len()))).flatten()
}

/// Title, author and more, from the head.
fn describe(head: &[u8], utf8: bool, draft: &mut Draft) {
    let text = |raw: &[u8]| decode(raw, Some(if utf8 { "utf-8" } else { "windows-1252" })).into_owned();
    let exth = 16 + u32_be(head, 20).unwrap_or(0) as usize;
    if slice(head, exth, 4) == Some(b"EXTH") {
        let mut at = exth + 12;
        for _ in 0..u32_be(head, exth + 8).unwrap_or(0).min(500) {
            let (Some(kind), Some(length)) = (u32_be(head, at), u32_be(head, at + 4)) else { break };
            let Some(raw) = (length as usize).checked_sub(8).and_then(|length| slice(head, at + 8, length)) else {
                break;
            };
            match kind {
                100 => {
                    draft.set_author(&text(raw));
                    draft.person(&text(raw));
                }
                101 => draft.fact("Publisher", &text(raw)),
                103 => draft.fact("Description", &text(raw)),
                104 => draft.fact("ISBN", &text(raw)),
                105 => draft.fact("Keywords", &text(raw)),
                106 => draft.set_created(super::date::parse_any(&text(raw))),
                503 => draft.set_title(&text(raw)),
                524 => draft.set_language(&text(raw)),
                _ => {}
            }
            at += length as usize;
        }
    }
    if let (Some(offset), Some(length)) = (u32_be(head, 84), u32_be(head, 88))
        && let Some(name) = slice(head, offset as usize, (length as usize).min(1000))
    {
        draft.set_title(&text(name));
    }
}

/// A record without what some writers put at its end, which flags tell.
fn without_extras(record: &[u8], flags: u16) -> &[u8] {
    let mut rest = record;
    for bit in (1..16).rev().filter(|bit| flags >> bit & 1 == 1) {
        let _ = bit;
        // The length stands at the end, seven bits a byte from behind.
        let mut length = 0usize;
        for (index, &byte) in rest.iter().rev().take(4).enumerate() {
            length |= usize::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 != 0 {
                break;
            }
        }
        rest = rest.get(..rest.len().saturating_sub(length)).unwrap_or_default();
    }
    if flags & 1 == 1 {
        let length = rest.last().map_or(0, |&byte| usize::from(byte & 3) + 1);
        rest = rest.get(..rest.len().saturating_sub(length)).unwrap_or_default();
    }
    rest
}

/// Unpacks a record of PalmDOC.
fn unpack(packed: &[u8], text: &mut Vec<u8>) {
    let start = text.len();
    let mut rest = packed.iter();
    while let Some(&byte) = rest.next() {
        match byte {
            1..=8 => text.extend(rest.by_ref().take(usize::from(byte))),
            0 | 9..=0x7f => text.push(byte),
            0xc0.. => text.extend([b' ', byte ^ 0x80]),
            0x80..=0xbf => {
                let Some(&low) = rest.next() else { return };
                let pair = usize::from(byte & 0x3f) << 8 | usize::from(low);
                let (distance, length) = (pair >> 3, (pair & 7) + 3);
                if distance == 0 || distance > text.len() - start {
                    continue;
                }
                for _ in 0..length {
                    if let Some(&again) = text.get(text.len() - distance) {
                        text.push(again);
                    }
                }
            }
        }
    }
}

/// The tables of Huffman codes and the phrases they stand for.
struct Dictionary<'a> {
    /// By the first eight bits: length, whether that is all, and the largest code.
    quick: Vec<(u32, bool, u32)>,
    /// By length: smallest and largest code.
    ranges: Vec<(u32, u32)>,
    phrases: Vec<(&'a [u8], bool)>,
}

impl<'a> Dictionary<'a> {
    fn load(bytes: &'a [u8], head: &[u8]) -> Option<Self> {
        let (first, count) = (u32_be(head, 112)? as usize, u32_be(head, 116)? as usize);
        let huff = record(bytes, first)?;
        let (quick_at, ranges_at) = (u32_be(huff, 8)? as usize, u32_be(huff, 12)? as usize);
        let mut quick = Vec::with_capacity(256);
        for index in 0..256 {
            let value = u32_be(huff, quick_at + index * 4)?;
            let length = value & 0x1f;
            let largest =
                ((value >> 8).wrapping_add(1)).checked_shl(32u32.saturating_sub(length)).unwrap_or(0).wrapping_sub(1);
            quick.push((length, value & 0x80 != 0, largest));
        }
        let mut ranges = vec![(0, u32::MAX)];
        for length in 1..=32u32 {
            let at = ranges_at + (length as usize - 1) * 8;
            let (low, high) = (u32_be(huff, at)?, u32_be(huff, at + 4)?);
            let shift = |value: u32| value.checked_shl(32 - length).unwrap_or(0);
            ranges.push((shift(low), shift(high.wrapping_add(1)).wrapping_sub(1)));
        }
        let mut phrases = Vec::new();
        for number in first + 1..first.checked_add(count.min(100))? {
            let part = record(bytes, number)?;
            let (total, bits) = (u32_be(part, 8)? as usize, u32_be(part, 12)?);
            let here = (1usize.checked_shl(bits)?).min(total.checked_sub(phrases.len())?);
            for index in 0..here.min(1 << 16) {
                let at = 16 + usize::from(u16_be(part, 16 + index * 2)?);
                let length = u16_be(part, at)?;
                phrases.push((slice(part, at + 2, usize::from(length & 0x7fff))?, length & 0x8000 != 0));
            }
        }
        Some(Self { quick, ranges, phrases })
    }

    fn unpack(&self, packed: &[u8], text: &mut Vec<u8>, depth: u32) {
        if depth > MAX_DEPTH || text.len() > MAX_TEXT {
            return;
        }
        let total = packed.len() * 8;
        let mut bit = 0usize;
        while bit < total {
            let window = (0..5)
                .fold(0u64, |window, index| window << 8 | u64::from(packed.get(bit / 8 + index).copied().unwrap_or(0)));
            let code = u32::try_from(window >> (8 - bit % 8) & 0xffff_ffff).unwrap_or(0);
            let Some(&(mut length, done, mut largest)) = self.quick.get((code >> 24) as usize) else { return };
            if !done {
                while self.ranges.get(length as usize).is_some_and(|&(low, _)| code < low) {
                    length += 1;
                }
                largest = self.ranges.get(length as usize).map_or(0, |&(_, high)| high);
            }
            if length == 0 || length > 32 {
                return;
            }
            bit += length as usize;
            if bit > total {
                return;
            }
            let index = largest.wrapping_sub(code) >> (32 - length);
            let Some(&(phrase, plain)) = self.phrases.get(index as usize) else { return };
            if plain {
                text.extend_from_slice(phrase);
            } else {
                self.unpack(phrase, text, depth + 1);
            }
            if text.len() > MAX_TEXT {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use proptest::prelude::*;

    /// A book of one record of text.
    fn book(text: &[u8]) -> Vec<u8> {
        let mut head = vec![0u8; 16 + 232];
        head[1] = 2;
        head[9] = 1;
        head[16..20].copy_from_slice(b"MOBI");
        head[20..24].copy_from_slice(&232u32.to_be_bytes());
        head[28..32].copy_from_slice(&65_001u32.to_be_bytes());
        let title = b"A book";
        let length = u32::try_from(head.len()).unwrap();
        head[84..88].copy_from_slice(&length.to_be_bytes());
        head[88..92].copy_from_slice(&u32::try_from(title.len()).unwrap().to_be_bytes());
        head.extend_from_slice(title);
        let mut bytes = vec![0u8; 78];
        bytes[60..68].copy_from_slice(b"BOOKMOBI");
        bytes[77] = 2;
        let start = 78 + 16;
        for offset in [start, start + head.len()] {
            bytes.extend_from_slice(&u32::try_from(offset).unwrap().to_be_bytes());
            bytes.extend_from_slice(&[0; 4]);
        }
        bytes.extend(head);
        bytes.extend_from_slice(text);
        bytes
    }

    #[test]
    fn text_and_title_are_found() {
        // "words" again by a step back of nine, and a space before "w".
        let bytes = book(b"<p>words</p><p>\xf7\x80\x00ell</p>");
        let mut draft = Draft::new(1000);
        super::read(&bytes, &mut draft).unwrap();
        let found = draft.finish("application/x-mobipocket-ebook").unwrap();
        assert_eq!(found.title.as_deref(), Some("A book"));
        assert_eq!(found.text, "words\n\nwell");
    }

    #[test]
    fn locked_book_is_said_to_be_locked() {
        let mut bytes = book(b"text");
        bytes[78 + 16 + 13] = 2;
        assert_eq!(super::read(&bytes, &mut Draft::new(100)), Err(crate::draft::Failure::Encrypted));
    }

    proptest! {
        #[test]
        fn damaged_books_are_survived(damage in prop::collection::vec((0usize..340, any::<u8>()), 0..30), text in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut bytes = book(&text);
            for (at, byte) in damage {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            let _ = super::read(&bytes, &mut Draft::new(10_000));
        }
    }
}
