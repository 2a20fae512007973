//! DjVu: the text that was recognised when a book was scanned, page by page, its bookmarks, and what it says about
//! itself. Unpacked by djvu-bzz; the pictures stay packed.

use super::bytes::{slice, u16_be, u32_be};
use super::nest::Nest;
use crate::draft::{Draft, Failure};
use djvu_bzz::bzz_decode;

/// Most chunks that are looked at.
const MAX_CHUNKS: usize = 500_000;
/// Most bookmarks that are read.
const MAX_BOOKMARKS: u16 = 5_000;

/// Reads a book.
pub(crate) fn read(bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let body = bytes.get(4..).unwrap_or_default();
    let (mut pages, mut forms) = (0, 0);
    let mut chunks = Chunks { bytes: body, at: 0 };
    for _ in 0..MAX_CHUNKS {
        let Some((kind, chunk)) = chunks.next() else { break };
        match kind {
            b"FORM" => {
                forms += 1;
                // A form is its kind and more chunks, which simply follow.
                if matches!(slice(chunk, 0, 4), Some(b"DJVU")) {
                    pages += 1;
                }
            }
            b"TXTa" => write_page(chunk, pages, draft),
            b"TXTz" => write_page(&unpack(chunk, nest)?, pages, draft),
            b"ANTa" => describe(chunk, draft),
            b"ANTz" => describe(&unpack(chunk, nest)?, draft),
            b"NAVM" => write_bookmarks(&unpack(chunk, nest)?, draft),
            _ => {}
        }
        if draft.is_full() {
            break;
        }
    }
    if forms > 0 { Ok(()) } else { Err(Failure::damaged("The book is cut off or damaged.")) }
}

/// The chunks of a file, those of its forms included.
struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
    fn next(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        // Chunks begin at even places.
        let at = self.at.checked_next_multiple_of(2)?;
        let kind = slice(self.bytes, at, 4)?;
        let length = u32_be(self.bytes, at + 4)? as usize;
        let body = self.bytes.get(at + 8..)?;
        let body = body.get(..length).unwrap_or(body);
        self.at = if kind == b"FORM" { at + 12 } else { at.checked_add(8)?.checked_add(length)? };
        Some((kind, body))
    }
}

fn unpack(chunk: &[u8], nest: &Nest<'_>) -> Result<Vec<u8>, Failure> {
    let plain = bzz_decode(chunk).unwrap_or_default();
    nest.spend(plain.len() as u64);
    if nest.limits().expanded == 0 {
        return Err(Failure::TooLarge("It grows beyond all measure when unpacked.".to_owned()));
    }
    Ok(plain)
}

/// A length of three bytes, the text, then where its words stand on the page.
fn write_page(text: &[u8], page: u32, draft: &mut Draft) {
    let length = u32_be(text, 0).unwrap_or(0) >> 8;
    let words = text.get(3..).unwrap_or_default();
    let words = words.get(..length as usize).unwrap_or(words);
    draft.section(&format!("Page {page}"));
    // Ends of columns and regions are controls that end a line.
    draft.push(&String::from_utf8_lossy(words).replace(['\u{1d}', '\u{1f}'], "\n"));
    draft.paragraph_break();
}

fn write_bookmarks(marks: &[u8], draft: &mut Draft) {
    draft.section("Bookmarks");
    let mut at = 2;
    for _ in 0..u16_be(marks, 0).unwrap_or(0).min(MAX_BOOKMARKS) {
        // How many are below it, then its title and its link, each behind a length of three bytes.
        let Some(length) = u32_be(marks, at).map(|length| (length & 0x00ff_ffff) as usize) else { return };
        let Some(title) = slice(marks, at + 4, length) else { return };
        draft.push_inline(&String::from_utf8_lossy(title));
        draft.line_break();
        at += 4 + length;
        let Some(length) = u32_be(marks, at.saturating_sub(1)).map(|length| (length & 0x00ff_ffff) as usize) else {
            return;
        };
        at += 3 + length;
    }
}

/// `(metadata (author "A. Person") (title "T"))` among other notes.
fn describe(notes: &[u8], draft: &mut Draft) {
    let notes = String::from_utf8_lossy(notes);
    let Some((_, metadata)) = notes.split_once("(metadata") else { return };
    for entry in metadata.split('(').take(100) {
        let Some((name, value)) = entry.split_once('"') else { continue };
        let value = value.split('"').next().unwrap_or_default();
        match name.trim().to_ascii_lowercase().as_str() {
            "title" => draft.set_title(value),
            "author" => draft.set_author(value),
            "subject" => draft.fact("Subject", value),
            "keywords" => draft.fact("Keywords", value),
            "year" => draft.fact("Year", value),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::nest::with_nest;
    use crate::draft::Draft;
    use proptest::prelude::*;

    fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
        let mut chunk = [kind, &u32::try_from(body.len()).unwrap().to_be_bytes(), body].concat();
        if chunk.len() % 2 == 1 {
            chunk.push(0);
        }
        chunk
    }

    fn read(body: &[u8]) -> Option<crate::Extracted> {
        let mut draft = Draft::new(1000);
        let _ = with_nest(|nest| super::read(body, nest, &mut draft));
        draft.finish("image/vnd.djvu")
    }

    #[test]
    fn text_bookmarks_and_title_are_found() {
        let marks = djvu_bzz::bzz_encode(b"\0\x01\0\0\0\x07Chapter\0\0\x02#1");
        let page = [
            &b"DJVU"[..],
            &chunk(b"INFO", &[0; 5]),
            &chunk(b"TXTz", &djvu_bzz::bzz_encode(b"\0\0\x0bplain words")),
            &chunk(b"ANTa", b"(metadata (author \"A. Person\") (title \"A book\"))"),
        ]
        .concat();
        let file = [&b"DJVM"[..], &chunk(b"NAVM", &marks), &chunk(b"FORM", &page)].concat();
        let found = read(&[&b"AT&T"[..], &chunk(b"FORM", &file)].concat()).unwrap();
        assert_eq!(found.text, "Chapter\n\nplain words");
        assert_eq!((found.title.as_deref(), found.author.as_deref()), (Some("A book"), Some("A. Person")));
        assert_eq!(found.sections[1].heading, "Page 1");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(kind in 0..5usize, noise in prop::collection::vec(any::<u8>(), 0..200)) {
            const KINDS: [&[u8]; 5] = [b"TXTa", b"TXTz", b"ANTz", b"NAVM", b"FORM"];
            read(&[&b"AT&TFORM\0\0\xff\xffDJVU"[..], &chunk(KINDS[kind], &noise)].concat());
        }
    }
}
