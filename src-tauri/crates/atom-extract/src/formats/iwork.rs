//! Pages, Numbers and Keynote: of the form since 2013 the text of the objects in its snappy-packed parts, of the form
//! before that the words of its XML.

use super::bytes::slice;
use super::input::Input;
use super::nest::Nest;
use super::package::Package;
use super::xml::{Piece, Walk, walk};
use crate::draft::{Draft, Failure};
use flate2::read::MultiGzDecoder;

/// Largest unpacked part, in bytes.
const MAX_PART: usize = 64 * 1024 * 1024;

/// Reads a document.
pub(crate) fn read(package: &mut Package<'_>, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    if package.has(".iwph") {
        return Err(Failure::Encrypted);
    }
    if let Some(inner) = package.part("Index.zip")? {
        let mut inner = Package::open(Input::Memory(&inner).source(), nest.limits())?;
        return read_parts(&mut inner, draft);
    }
    for name in ["index.xml", "index.apxl"] {
        if let Some(xml) = package.part(name)? {
            return read_old(&xml, draft);
        }
        if let Some(packed) = package.part(&format!("{name}.gz"))? {
            let xml = nest.unpack(MultiGzDecoder::new(&packed[..]), Some(packed.len() as u64))?;
            return read_old(&xml, draft);
        }
    }
    read_parts(package, draft)
}

fn read_parts(package: &mut Package<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let is_text = |name: &String| {
        name.ends_with(".iwa")
            && !["Stylesheet", "ThemeStylesheet", "MasterSlide", "TemplateSlide", "ViewState", "CalculationEngine"]
                .iter()
                .any(|part| name.contains(part))
    };
    let mut names: Vec<String> = package.names().into_iter().filter(is_text).collect();
    // The document itself first, then slides and tables in order of their numbers.
    names.sort_by_key(|name| (!name.ends_with("Document.iwa"), name.len(), name.clone()));
    if names.is_empty() {
        return Err(Failure::damaged("Its main part is missing."));
    }
    for name in names {
        if draft.is_full() {
            break;
        }
        let Some(part) = package.part(&name)? else { continue };
        if let Some(plain) = unpack(&part) {
            write_objects(&plain, draft);
        }
    }
    Ok(())
}

/// The chunks of a part, each packed by itself behind a head of four bytes.
fn unpack(part: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let mut rest = part;
    while let [0, low, middle, high, after @ ..] = rest {
        let length = usize::from(*low) | usize::from(*middle) << 8 | usize::from(*high) << 16;
        let chunk = slice(after, 0, length)?;
        if plain.len().saturating_add(snap::raw::decompress_len(chunk).ok()?) > MAX_PART {
            break;
        }
        plain.extend(snap::raw::Decoder::new().decompress_vec(chunk).ok()?);
        rest = after.get(length..)?;
    }
    Some(plain)
}

/// A field of a message of Protocol Buffers.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, until its end or its first fault.
fn fields(message: &[u8]) -> impl Iterator<Item = (u64, Field<'_>)> {
    let mut rest = message;
    std::iter::from_fn(move || {
        let key = varint(&mut rest)?;
        let field = match key & 7 {
            0 => Field::Number(varint(&mut rest)?),
            2 => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                let (bytes, after) = rest.split_at_checked(length)?;
                rest = after;
                Field::Bytes(bytes)
            }
            fixed @ (1 | 5) => {
                let (bytes, after) = rest.split_at_checked(if fixed == 1 { 8 } else { 4 })?;
                rest = after;
                Field::Bytes(bytes)
            }
            _ => return None,
        };
        Some((key >> 3, field))
    })
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in 0..10 {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f).checked_shl(shift * 7)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Writes the text of the objects of a part: each is a head that names the kinds and lengths of its messages.
fn write_objects(plain: &[u8], draft: &mut Draft) {
    let mut rest = plain;
    while let Some(length) = varint(&mut rest).and_then(|length| usize::try_from(length).ok()) {
        let Some((head, after)) = rest.split_at_checked(length) else { return };
        rest = after;
        for (number, field) in fields(head) {
            let (2, Field::Bytes(info)) = (number, field) else { continue };
            let (mut kind, mut size) = (0, 0);
            for (number, field) in fields(info) {
                match (number, field) {
                    (1, Field::Number(value)) => kind = value,
                    (3, Field::Number(value)) => size = usize::try_from(value).unwrap_or(usize::MAX),
                    _ => {}
                }
            }
            let Some((message, after)) = rest.split_at_checked(size) else { return };
            rest = after;
            write_object(kind, message, draft);
        }
        if draft.is_full() {
            return;
        }
    }
}

/// Kinds of objects that hold text.
fn write_object(kind: u64, message: &[u8], draft: &mut Draft) {
    const STORAGE: u64 = 2001;
    const STORAGE_OF_CELLS: u64 = 2005;
    const TABLE: u64 = 6001;
    const CELL_LIST: u64 = 6005;
    const COMMENT: u64 = 3056;
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\u{fffc}', " ");
    for (number, field) in fields(message) {
        let Field::Bytes(bytes) = field else { continue };
        match (kind, number) {
            (STORAGE | STORAGE_OF_CELLS, 3) | (COMMENT, 1) => {
                draft.push(&words(bytes));
                draft.paragraph_break();
            }
            (TABLE, 8) => draft.section(&words(bytes)),
            (CELL_LIST, 3) => {
                for (number, field) in fields(bytes) {
                    if let (3, Field::Bytes(text)) = (number, field) {
                        draft.push_inline(&words(text));
                        draft.line_break();
                    }
                }
            }
            _ => {}
        }
    }
}

/// Reads the XML of before 2013.
fn read_old(xml: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let (mut paragraphs, mut hidden) = (0u32, 0u32);
    let mut property = String::new();
    walk(xml, |piece| {
        match piece {
            Piece::Start("master-slides" | "section-prototypes" | "stylesheet" | "prototype" | "menu-choices", _) => {
                hidden += 1
            }
            Piece::End("master-slides" | "section-prototypes" | "stylesheet" | "prototype" | "menu-choices") => {
                hidden = hidden.saturating_sub(1)
            }
            _ if hidden > 0 => {}
            Piece::Start("p", _) => paragraphs += 1,
            Piece::End("p") => {
                paragraphs = paragraphs.saturating_sub(1);
                draft.line_break();
            }
            Piece::Start("br" | "lnbr" | "crbr" | "pgbr", _) => draft.line_break(),
            Piece::Start("tab", _) => draft.cell_break(),
            Piece::Start("slide", _) | Piece::End("text-body" | "text-storage" | "tabular-model") => {
                draft.paragraph_break()
            }
            Piece::Start("tabular-model", attributes) => {
                if let Some(name) = attributes.get("name") {
                    draft.section(&name);
                    draft.push_inline(&name);
                    draft.line_break();
                }
            }
            Piece::Start("ct", attributes) => {
                draft.push_inline(&attributes.get("s").unwrap_or_default());
                draft.cell_break();
            }
            Piece::Start("n", attributes) => {
                draft.push_inline(&attributes.get("v").unwrap_or_default());
                draft.cell_break();
            }
            Piece::Start(name @ ("title" | "authors" | "keywords" | "comment"), _) => property = name.to_owned(),
            Piece::Start("string", attributes) => {
                let value = attributes.get("string").unwrap_or_default();
                match property.as_str() {
                    "title" => draft.set_title(&value),
                    "authors" => draft.set_author(&value),
                    "keywords" => draft.fact("Keywords", &value),
                    "comment" => draft.fact("Comment", &value),
                    _ => {}
                }
            }
            Piece::End("title" | "authors" | "keywords" | "comment") => property.clear(),
            Piece::Text(text) if paragraphs > 0 => draft.push_inline(text),
            _ => {}
        }
        if draft.is_full() { Walk::Stop } else { Walk::On }
    })
}

#[cfg(test)]
mod tests {
    use super::{unpack, write_objects};
    use crate::draft::Draft;
    use proptest::prelude::*;

    fn bytes_field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()][..], bytes].concat()
    }

    #[test]
    fn text_of_objects_is_found() {
        let message = bytes_field(3, "Hello\u{fffc}there".as_bytes());
        let info = [&[8, 0xd1, 0x0f, 0x18, u8::try_from(message.len()).unwrap()][..]].concat();
        let head = [&[8, 1][..], &bytes_field(2, &info)].concat();
        let plain = [&[u8::try_from(head.len()).unwrap()][..], &head, &message].concat();
        let packed = snap::raw::Encoder::new().compress_vec(&plain).unwrap();
        let part = [&[0, u8::try_from(packed.len()).unwrap(), 0, 0][..], &packed].concat();
        let mut draft = Draft::new(100);
        write_objects(&unpack(&part).unwrap(), &mut draft);
        assert_eq!(draft.text().trim(), "Hello there");
    }

    #[test]
    fn old_xml_is_read_as_words() {
        let xml = b"<sl:document xmlns:sf='f' xmlns:sfa='a'><sl:metadata><sl:authors><sl:string sfa:string='A. Person'/></sl:authors></sl:metadata>\
            <sf:stylesheet><sf:p>no</sf:p></sf:stylesheet><sf:text-body><sf:p>One <sf:span>two</sf:span><sf:br/></sf:p></sf:text-body><sf:ct sfa:s='cell'/></sl:document>";
        let mut draft = Draft::new(100);
        super::read_old(xml, &mut draft).unwrap();
        let found = draft.finish("application/vnd.apple.pages").unwrap();
        assert_eq!(found.text, "One two\n\ncell");
        assert_eq!(found.author.as_deref(), Some("A. Person"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(noise in prop::collection::vec(any::<u8>(), 0..300)) {
            write_objects(&noise, &mut Draft::new(1000));
            unpack(&noise);
        }
    }
}
