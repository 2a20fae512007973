//! OpenDocument: text, spreadsheets, slides and drawings, packed or flat; also OpenOffice 1.

use super::date;
use super::package::Package;
use super::xml::{Attributes, Piece, Walk, walk};
use crate::draft::{Draft, Failure, one_line};

/// Reads a packed document.
pub(crate) fn read(package: &mut Package<'_>, draft: &mut Draft) -> Result<(), Failure> {
    if let Some(manifest) = package.part("META-INF/manifest.xml")? {
        let mut encrypted = false;
        let _ = walk(&manifest, |piece| {
            encrypted |= matches!(piece, Piece::Start("encryption-data", _));
            Walk::On
        });
        if encrypted {
            return Err(Failure::Encrypted);
        }
    }
    if let Some(meta) = package.part("meta.xml")? {
        let _ = read_xml(&meta, draft);
    }
    let content = package.part("content.xml")?.ok_or_else(|| Failure::damaged("Its main part is missing."))?;
    read_xml(&content, draft)?;
    if let Some(styles) = package.part("styles.xml")? {
        let _ = read_xml(&styles, draft);
    }
    Ok(())
}

/// Reads a flat document, or one part of a packed one.
pub(crate) fn read_xml(xml: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let mut walker = Walker::new(draft);
    let result = walk(xml, |piece| walker.take(piece));
    draft.paragraph_break();
    result
}

struct Walker<'a> {
    draft: &'a mut Draft,
    /// Open paragraphs; only words in one are text.
    paragraphs: u32,
    /// Open cells.
    cells: u32,
    in_heading: bool,
    /// Name and value of the open element of the description.
    property: Option<(&'static str, String)>,
    /// Depth inside what is not shown: tracked deletions, scripts, settings.
    hidden: u32,
}

impl<'a> Walker<'a> {
    const fn new(draft: &'a mut Draft) -> Self {
        Self { draft, paragraphs: 0, cells: 0, in_heading: false, property: None, hidden: 0 }
    }

    fn take(&mut self, piece: Piece<'_>) -> Walk {
        match piece {
            Piece::Start("tracked-changes" | "script" | "binary-data", _) => self.hidden += 1,
            Piece::End("tracked-changes" | "script" | "binary-data") => self.hidden = self.hidden.saturating_sub(1),
            _ if self.hidden > 0 => {}
            Piece::Start(name, attributes) => self.start(name, attributes),
            Piece::End(name) => self.end(name),
            Piece::Text(text) => match &mut self.property {
                Some((_, value)) if value.len() < 4096 => value.push_str(text),
                Some(_) => {}
                None if self.paragraphs > 0 => self.draft.push_inline(text),
                None => {}
            },
        }
        if self.draft.is_full() { Walk::Stop } else { Walk::On }
    }

    fn start(&mut self, name: &str, attributes: &Attributes<'_>) {
        match name {
            "h" => {
                self.paragraphs += 1;
                self.draft.begin_heading();
                self.in_heading = true;
            }
            "p" => self.paragraphs += 1,
            "s" => self.draft.push_inline(" "),
            "tab" | "tab-stop" => self.draft.cell_break(),
            "line-break" => self.draft.line_break(),
            "table-cell" | "covered-table-cell" => self.cells += 1,
            "table" => {
                if let Some(sheet) = attributes.get("name") {
                    self.draft.section(&sheet);
                }
            }
            "page" => {
                if let Some(page) = attributes.get("name") {
                    self.draft.section(&page);
                }
            }
            // Tables and queries of a database.
            "query" | "component" | "table-representation" | "table-definition" => {
                for words in [attributes.get("name"), attributes.get("command")].into_iter().flatten() {
                    self.draft.push_inline(&words);
                    self.draft.line_break();
                }
            }
            "title" => self.property = Some(("title", String::new())),
            "creator" | "initial-creator" if self.paragraphs == 0 => self.property = Some(("creator", String::new())),
            "creation-date" => self.property = Some(("date", String::new())),
            "keyword" => self.property = Some(("Keywords", String::new())),
            "subject" => self.property = Some(("Subject", String::new())),
            "description" if self.paragraphs == 0 => self.property = Some(("Description", String::new())),
            "language" => self.property = Some(("language", String::new())),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "h" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                self.draft.end_heading();
                self.in_heading = false;
            }
            "p" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                match () {
                    () if self.cells > 0 => self.draft.push_inline(" "),
                    () if self.in_heading || self.paragraphs > 0 => self.draft.line_break(),
                    () => self.draft.paragraph_break(),
                }
            }
            "table-cell" | "covered-table-cell" => {
                self.cells = self.cells.saturating_sub(1);
                self.draft.cell_break();
            }
            "table-row" => self.draft.line_break(),
            "table" | "page" => self.draft.paragraph_break(),
            "title" | "creator" | "initial-creator" | "creation-date" | "keyword" | "subject" | "description"
            | "language" => match self.property.take() {
                Some(("title", value)) => self.draft.set_title(&value),
                // Who began it and who wrote last are one or two people.
                Some(("creator", value)) => match &self.draft.author {
                    Some(author) if *author != one_line(&value) => self.draft.person(&value),
                    _ => self.draft.set_author(&value),
                },
                Some(("date", value)) => self.draft.created_ms = date::parse_iso(&value),
                Some(("language", value)) => self.draft.set_language(&value),
                Some((name, value)) => self.draft.fact(name, &value),
                None => {}
            },
            _ => {}
        }
    }
}
