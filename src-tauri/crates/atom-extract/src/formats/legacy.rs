//! The binary Office formats of before 2007: Word, PowerPoint and Outlook messages inside an OLE container.
//! Excel's is read by calamine.

use super::bytes::{u16_le as u16_at, u32_le as u32_at};
use super::nest::Nest;
use super::{date, html};
use crate::draft::{Draft, Failure};
use crate::encoding::decode;
use cfb::CompoundFile;
use encoding_rs::{UTF_16LE, WINDOWS_1252};
use flate2::read::ZlibDecoder;
use std::collections::HashSet;
use std::io::{Read, Seek};

/// Largest stream that is read, in bytes.
const MAX_STREAM: u64 = 100 * 1024 * 1024;
/// Largest object of a presentation that is unpacked, in bytes, and how many there may be.
const MAX_OBJECT: u64 = 8 * 1024 * 1024;
const MAX_OBJECTS: usize = 16;

/// An open OLE container.
pub(crate) struct Container<F> {
    file: CompoundFile<F>,
    /// Objects that lie in the stream of a presentation, unpacked.
    objects: Vec<Vec<u8>>,
}

impl<F: Read + Seek> Container<F> {
    pub(crate) fn open(source: F) -> Result<Self, Failure> {
        let file = CompoundFile::open(source).map_err(|_| Failure::damaged("The file is cut off or damaged."))?;
        Ok(Self { file, objects: Vec::new() })
    }

    /// Whether there is a stream or storage of that name at the top.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.file.exists(name)
    }

    fn stream(&mut self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        if !self.file.is_stream(name) {
            return Ok(None);
        }
        let damaged = |_| Failure::damaged("A part of the file is damaged.");
        let stream = self.file.open_stream(name).map_err(damaged)?;
        let mut bytes = Vec::new();
        match stream.take(MAX_STREAM).read_to_end(&mut bytes) {
            Err(_) if bytes.is_empty() => Err(Failure::damaged("A part of the file is damaged.")),
            _ => Ok(Some(bytes)),
        }
    }

    /// Reads title, author and date.
    pub(crate) fn read_properties(&mut self, draft: &mut Draft) {
        if let Ok(Some(summary)) = self.stream("\u{5}SummaryInformation") {
            let _ = properties(&summary, draft);
        }
    }

    /// Reads a Word document.
    pub(crate) fn read_word(&mut self, draft: &mut Draft) -> Result<(), Failure> {
        let main = self.stream("WordDocument")?.ok_or_else(|| Failure::damaged("Its main part is missing."))?;
        let flags = u16_at(&main, 0x0a).ok_or_else(cut_off)?;
        if flags & 0x0100 != 0 {
            return Err(Failure::Encrypted);
        }
        self.read_properties(draft);
        let version = u16_at(&main, 2).unwrap_or(0);
        if version < 0xc1 {
            // Word 6 and 95: the text lies in one piece.
            let (start, end) = u32_at(&main, 0x18).zip(u32_at(&main, 0x1c)).ok_or_else(cut_off)?;
            let text = main.get(start as usize..end as usize).ok_or_else(cut_off)?;
            write_word(&WINDOWS_1252.decode_without_bom_handling(text).0, draft);
            return Ok(());
        }
        let table = if flags & 0x0200 == 0 { "0Table" } else { "1Table" };
        let table = self.stream(table)?.ok_or_else(|| Failure::damaged("Its table of text pieces is missing."))?;
        let (start, length) = u32_at(&main, 0x1a2).zip(u32_at(&main, 0x1a6)).ok_or_else(cut_off)?;
        let pieces = table.get(start as usize..).and_then(|rest| rest.get(..length as usize)).ok_or_else(cut_off)?;
        let mut text = String::new();
        for (offset, characters, wide) in word_pieces(pieces).ok_or_else(cut_off)? {
            if text.len() > draft_room() {
                break;
            }
            let bytes = main.get(offset..).unwrap_or_default();
            if wide {
                let bytes = bytes.get(..characters.saturating_mul(2)).unwrap_or(bytes);
                text.push_str(&UTF_16LE.decode_without_bom_handling(bytes).0);
            } else {
                let bytes = bytes.get(..characters).unwrap_or(bytes);
                text.push_str(&WINDOWS_1252.decode_without_bom_handling(bytes).0);
            }
        }
        write_word(&text, draft);
        Ok(())
    }

    /// Reads a presentation.
    pub(crate) fn read_slides(&mut self, draft: &mut Draft) -> Result<(), Failure> {
        if self.stream("Current User")?.is_some_and(|user| u32_at(&user, 12) == Some(0xf3d1_c4df)) {
            return Err(Failure::Encrypted);
        }
        let records =
            self.stream("PowerPoint Document")?.ok_or_else(|| Failure::damaged("Its main part is missing."))?;
        self.read_properties(draft);
        self.objects = write_slides(&records, draft);
        Ok(())
    }

    /// Reads an Outlook message.
    pub(crate) fn read_outlook(&mut self, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
        draft.set_title(&self.outlook_text("", "0037"));
        draft.set_author(&[self.outlook_text("", "0C1A"), self.outlook_text("", "0C1F")].join(" "));
        let sent = self.outlook_time("", 32);
        draft.set_created(sent);
        self.write_outlook("", sent, draft);
        let mut folders: Vec<String> = self
            .file
            .walk()
            .filter(|entry| entry.is_storage() && entry.name().starts_with("__attach_version1.0"))
            .map(|entry| entry.path().to_string_lossy().into_owned())
            .take(1000)
            .collect();
        folders.sort();
        for folder in folders {
            if draft.is_full() {
                break;
            }
            let long = self.outlook_text(&folder, "3707");
            let name = if long.is_empty() { self.outlook_text(&folder, "3704") } else { long };
            if !name.is_empty() {
                draft.push(&format!("Attachment: {name}\n"));
            }
            if let Ok(Some(bytes)) = self.stream(&format!("{folder}/__substg1.0_37010102")) {
                super::mail::write_attachment(&name, &bytes, nest, draft);
            }
            // A message that is attached as such; what is attached to it is on the list as well.
            let inner = format!("{folder}/__substg1.0_3701000D");
            if self.file.is_storage(&inner) {
                draft.paragraph_break();
                let sent = self.outlook_time(&inner, 24);
                self.write_outlook(&inner, sent, draft);
            }
        }
        Ok(())
    }

    /// Head and body of the message in a folder.
    fn write_outlook(&mut self, folder: &str, sent: Option<i64>, draft: &mut Draft) {
        let from = [self.outlook_text(folder, "0C1A"), self.outlook_text(folder, "0C1F")].join(" ");
        draft.person(&from);
        for (name, value) in [
            ("Subject", self.outlook_text(folder, "0037")),
            ("From", from),
            ("To", self.outlook_text(folder, "0E04")),
            ("Cc", self.outlook_text(folder, "0E03")),
            ("Date", sent.map(date::spoken).unwrap_or_default()),
        ] {
            if !value.trim().is_empty() {
                draft.push(&format!("{name}: {}\n", value.trim()));
            }
        }
        draft.paragraph_break();
        let body = self.outlook_text(folder, "1000");
        if !body.trim().is_empty() {
            draft.push(&body);
        } else if let Ok(Some(page)) = self.stream(&format!("{folder}/__substg1.0_10130102")) {
            html::read(&page, draft);
        } else if let Ok(Some(rich)) = self.stream(&format!("{folder}/__substg1.0_10090102")) {
            super::tnef::read_rich(&rich, draft);
        }
        draft.paragraph_break();
    }

    /// When a message was sent or came, from the properties of a fixed size behind so many bytes.
    fn outlook_time(&mut self, folder: &str, head: usize) -> Option<i64> {
        let properties = self.stream(&format!("{folder}/__properties_version1.0")).ok()??;
        let time = |wanted: u32| {
            let found = properties.get(head..)?.chunks_exact(16).find(|entry| u32_at(entry, 0) == Some(wanted))?;
            super::date::of_filetime(super::bytes::u64_le(found, 8)?)
        };
        time(0x0039_0040).or_else(|| time(0x0e06_0040))
    }

    /// Reads what a container of another program says about itself, and the preview of a Hangul document.
    pub(crate) fn read_other(&mut self, draft: &mut Draft) -> Result<bool, Failure> {
        self.read_properties(draft);
        if let Some(preview) = self.stream("PrvText")? {
            draft.push(&UTF_16LE.decode_without_bom_handling(&preview).0);
            return Ok(true);
        }
        if let Some(text) = self.stream("MN0").ok().flatten() {
            // Works 3 and 4 for Windows: bytes from the end of the head on.
            draft.push(&works_text(&text));
        }
        if let Some(contents) =
            self.stream("CONTENTS").ok().flatten().filter(|contents| contents.starts_with(b"CHNKWKS"))
        {
            works_chunks(&contents, draft);
        }
        Ok(draft.has_text() || draft.is_described())
    }

    /// Writes what is in the objects that a document holds: PDFs, other documents, files packed by the shell.
    pub(crate) fn read_objects(&mut self, nest: &Nest<'_>, draft: &mut Draft) {
        let mut paths: Vec<String> = self
            .file
            .walk()
            .filter(|entry| entry.is_stream() && matches!(entry.name(), "CONTENTS" | "Package" | "\u{1}Ole10Native"))
            .map(|entry| entry.path().to_string_lossy().into_owned())
            .take(200)
            .collect();
        paths.sort();
        for object in std::mem::take(&mut self.objects) {
            super::mail::write_attachment("", &object, nest, draft);
        }
        for path in paths {
            if let Ok(Some(bytes)) = self.stream(&path) {
                let (name, bytes) =
                    if path.ends_with("Ole10Native") { native(&bytes) } else { (String::new(), &bytes[..]) };
                super::mail::write_attachment(&name, bytes, nest, draft);
            }
        }
    }

    /// A property of a message that is text, in whichever of its two forms it is there.
    fn outlook_text(&mut self, folder: &str, property: &str) -> String {
        if let Ok(Some(bytes)) = self.stream(&format!("{folder}/__substg1.0_{property}001F")) {
            return UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned();
        }
        match self.stream(&format!("{folder}/__substg1.0_{property}001E")) {
            Ok(Some(bytes)) => decode(&bytes, None).into_owned(),
            _ => String::new(),
        }
    }
}

/// Name and content of a file that the shell packed into a document.
pub(super) fn native(bytes: &[u8]) -> (String, &[u8]) {
    let text = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.split(|&byte| byte == 0).next().unwrap_or_default()
    };
    // A length, a flag, the label and the path, eight bytes, the path once more behind its length, then the content.
    let label = text(6);
    let path = text(6 + label.len() + 1);
    let at = 6 + label.len() + 1 + path.len() + 1 + 4;
    let again = u32_at(bytes, at).unwrap_or(0) as usize;
    let content = at.saturating_add(4).saturating_add(again);
    let length = u32_at(bytes, content).unwrap_or(0) as usize;
    let start = content.saturating_add(4);
    let content = bytes.get(start..).unwrap_or_default();
    let content = content.get(..length).unwrap_or(content);
    if content.is_empty() {
        return (String::new(), bytes.get(4..).unwrap_or_default());
    }
    (decode(label, None).into_owned(), content)
}

/// The text of a document of Works 3 and 4, which lies in one piece behind its head.
fn works_text(bytes: &[u8]) -> String {
    let text = bytes.get(0x100..).unwrap_or_default();
    let end = text.windows(2).position(|pair| pair == [0, 0]).unwrap_or(text.len());
    WINDOWS_1252.decode_without_bom_handling(text.get(..end).unwrap_or_default()).0.into_owned()
}

/// The text chunks of a document of Works 2000 and later.
fn works_chunks(bytes: &[u8], draft: &mut Draft) {
    for entry in 0..u16_at(bytes, 0x0c).unwrap_or(0).min(1000) {
        let at = 0x20 + usize::from(entry) * 24;
        let is_text = bytes.get(at + 2..at + 6) == Some(b"TEXT");
        if let (true, Some(offset), Some(length)) = (is_text, u32_at(bytes, at + 16), u32_at(bytes, at + 20)) {
            let text = bytes.get(offset as usize..).and_then(|rest| rest.get(..length as usize)).unwrap_or_default();
            draft.push(&UTF_16LE.decode_without_bom_handling(text).0);
            draft.paragraph_break();
        }
    }
}

const fn draft_room() -> usize {
    64 * 1024 * 1024
}

fn cut_off() -> Failure {
    Failure::damaged("The file is cut off or damaged.")
}

/// The pieces of a Word text: offset in the main stream, characters, and whether they are of two bytes.
fn word_pieces(mut table: &[u8]) -> Option<Vec<(usize, usize, bool)>> {
    // Formatting comes first.
    while table.first() == Some(&1) {
        let length = usize::from(u16_at(table, 1)?);
        table = table.get(3 + length..)?;
    }
    if table.first() != Some(&2) {
        return None;
    }
    let length = u32_at(table, 1)? as usize;
    let table = table.get(5..)?;
    let table = table.get(..length).unwrap_or(table);
    let count = table.len().checked_sub(4)? / 12;
    let mut pieces = Vec::new();
    for index in 0..count {
        let (from, to) = (u32_at(table, index * 4)?, u32_at(table, index * 4 + 4)?);
        let packed = u32_at(table, (count + 1) * 4 + index * 8 + 2)?;
        let wide = packed & 0x4000_0000 == 0;
        let offset = (packed & 0x3fff_ffff) as usize;
        let offset = if wide { offset } else { offset / 2 };
        pieces.push((offset, to.checked_sub(from)? as usize, wide));
    }
    Some(pieces)
}

/// Writes Word's text, in which control characters end cells and paragraphs and enclose fields.
fn write_word(text: &str, draft: &mut Draft) {
    let mut fields: Vec<bool> = Vec::new();
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            // A field is its instruction, which nobody sees, then what is shown.
            '\u{13}' => fields.push(true),
            '\u{14}' => {
                if let Some(instruction) = fields.last_mut() {
                    *instruction = false;
                }
            }
            '\u{15}' => {
                fields.pop();
            }
            _ if fields.contains(&true) => {}
            '\r' | '\u{b}' | '\u{c}' => plain.push('\n'),
            '\u{7}' => plain.push('\t'),
            '\u{1e}' => plain.push('-'),
            c => plain.push(c),
        }
        if fields.len() > 64 {
            fields.clear();
        }
    }
    draft.push(&plain);
}

/// Writes the text of all slides, and what was added to their masters. Containers lie inside each other; the walk is
/// flat, for a container's records simply follow its head.
/// Gives back the objects that lie between them.
fn write_slides(records: &[u8], draft: &mut Draft) -> Vec<Vec<u8>> {
    const SLIDE: u16 = 0x03ee;
    const TEXT_KIND: u16 = 0x0f9f;
    const TEXT_WIDE: u16 = 0x0fa0;
    const TEXT_NARROW: u16 = 0x0fa8;
    const OBJECT: u16 = 0x1011;
    let mut objects = Vec::new();
    let (mut master_end, mut text_kind) = (0usize, None);
    let mut added = HashSet::new();
    let mut at = 0usize;
    let mut slides = 0;
    while let (Some(head), Some(kind), Some(length)) =
        (u16_at(records, at), u16_at(records, at + 2), u32_at(records, at + 4))
    {
        let body = records.get(at + 8..).unwrap_or_default();
        let body = body.get(..length as usize).unwrap_or(body);
        let is_container = head & 0x0f == 0x0f;
        if is_master(kind, body) {
            master_end = at.saturating_add(8).saturating_add(length as usize);
        }
        match kind {
            TEXT_KIND => text_kind = u32_at(body, 0),
            TEXT_WIDE | TEXT_NARROW => {
                let encoding = if kind == TEXT_WIDE { UTF_16LE } else { WINDOWS_1252 };
                let text = encoding.decode_without_bom_handling(body).0;
                // Every saved state of a master is kept.
                if at >= master_end || is_no_prompt(text_kind, &text) && added.insert(body) {
                    draft.push(&text);
                    draft.line_break();
                }
            }
            // Its length unpacked, then the packed bytes.
            OBJECT if head >> 4 == 1 && objects.len() < MAX_OBJECTS => {
                let mut object = Vec::new();
                let packed = body.get(4..).unwrap_or_default();
                // A damaged end leaves the beginning.
                let _ = ZlibDecoder::new(packed).take(MAX_OBJECT).read_to_end(&mut object);
                objects.push(object);
            }
            SLIDE => {
                slides += 1;
                draft.section(&format!("Slide {slides}"));
            }
            _ => {}
        }
        if draft.is_full() {
            break;
        }
        at = at.saturating_add(8).saturating_add(if is_container { 0 } else { length as usize });
    }
    objects
}

/// Whether a record is a master of slides, of notes or of handouts. Notes name their slide, and the master none: its
/// number is zero, or the highest bit alone.
fn is_master(kind: u16, body: &[u8]) -> bool {
    const MASTER: u16 = 0x03f8;
    const HANDOUT: u16 = 0x0fc9;
    const NOTES: u16 = 0x03f0;
    const NOTES_ATOM: u16 = 0x03f1;
    match kind {
        MASTER | HANDOUT => true,
        NOTES => u16_at(body, 2) == Some(NOTES_ATOM) && u32_at(body, 8).is_some_and(|slide| slide << 1 == 0),
        _ => false,
    }
}

/// Whether text on a master was added to it. What is a title, a body or notes there is a prompt for the author of a
/// slide, and an asterisk stands for a number or a date.
fn is_no_prompt(kind: Option<u32>, text: &str) -> bool {
    const OTHER: u32 = 4;
    kind == Some(OTHER) && text.trim() != "*"
}

/// Title, author and creation date of a property set.
fn properties(bytes: &[u8], draft: &mut Draft) -> Option<()> {
    let section = u32_at(bytes, 44)? as usize;
    let count = u32_at(bytes, section.checked_add(4)?)?.min(100) as usize;
    let mut encoding = WINDOWS_1252;
    for index in 0..count {
        let entry = section.checked_add(8 + index * 8)?;
        let (id, offset) = (u32_at(bytes, entry)?, u32_at(bytes, entry + 4)? as usize);
        let value = section.checked_add(offset)?;
        let kind = u32_at(bytes, value)? & 0xffff;
        match (id, kind) {
            (1, 2) if u16_at(bytes, value + 4) == Some(65001) => encoding = encoding_rs::UTF_8,
            (1, 2) => {
                let label = format!("windows-{}", u16_at(bytes, value + 4)?);
                encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding);
            }
            (2..=6, 0x1e) => {
                let length = u32_at(bytes, value + 4)? as usize;
                let raw = bytes.get(value + 8..)?.get(..length)?;
                let raw = raw.split(|&byte| byte == 0).next().unwrap_or_default();
                let text = encoding.decode_without_bom_handling(raw).0;
                match id {
                    2 => draft.set_title(&text),
                    3 => draft.fact("Subject", &text),
                    4 => draft.set_author(&text),
                    5 => draft.fact("Keywords", &text),
                    _ => draft.fact("Comment", &text),
                }
            }
            (12, 0x40) => {
                let ticks = u64::from(u32_at(bytes, value + 4)?) | u64::from(u32_at(bytes, value + 8)?) << 32;
                draft.created_ms = super::date::of_filetime(ticks);
            }
            _ => {}
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::write_slides;
    use crate::draft::Draft;

    fn record(head: u16, kind: u16, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap();
        [&head.to_le_bytes()[..], &kind.to_le_bytes(), &length.to_le_bytes(), body].concat()
    }

    fn text(kind: u8, words: &str) -> Vec<u8> {
        [record(0, 0x0f9f, &[kind, 0, 0, 0]), record(0, 0x0fa8, words.as_bytes())].concat()
    }

    #[test]
    fn prompts_on_masters_are_no_text_and_what_was_added_is() {
        let master = [text(0, "Click to edit the title"), text(4, "*"), text(4, "Our motto")].concat();
        let notes = |slide: u32, words: &str| {
            let atom = record(1, 0x03f1, &[slide.to_le_bytes(), [0; 4]].concat());
            record(0x0f, 0x03f0, &[atom, text(2, words)].concat())
        };
        let records = [
            record(0x0f, 0x03f8, &master),
            record(0x0f, 0x03f8, &master),
            notes(0, "Click to edit the notes"),
            notes(0x8000_0000, "Click to edit the notes"),
            record(0x0f, 0x0fc9, &text(4, "*")),
            record(0x0f, 0x03ee, &text(0, "A title")),
            notes(1, "remember this"),
        ];
        let mut draft = Draft::new(1000);
        write_slides(&records.concat(), &mut draft);
        assert_eq!(draft.text().trim(), "Our motto\n\nA title\nremember this");
    }
}
