//! DOCX, PPTX and their kin (Office Open XML): words, headings, notes and comments from the parts of the package.

use super::date;
use super::nest::Nest;
use super::package::Package;
use super::xml::{Attributes, Piece, Walk, walk};
use crate::draft::{Draft, Failure};
use std::collections::HashSet;

/// Reads title, author and date, which all of the family keep in the same place.
pub(crate) fn read_properties(package: &mut Package<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let Some(core) = package.part("docProps/core.xml")? else {
        return Ok(());
    };
    let mut name = String::new();
    let mut value = String::new();
    // A damaged description does not keep anyone from the text.
    let _ = walk(&core, |piece| {
        match piece {
            Piece::Start(start, _) => {
                name = start.to_owned();
                value.clear();
            }
            Piece::Text(text) if value.len() < 4096 => value.push_str(text),
            Piece::End(end) if end == name => match end {
                "title" => draft.set_title(&value),
                "creator" => draft.set_author(&value),
                "subject" => draft.fact("Subject", &value),
                "keywords" => draft.fact("Keywords", &value),
                "description" => draft.fact("Description", &value),
                "category" => draft.fact("Category", &value),
                "language" => draft.set_language(&value),
                "lastModifiedBy" => draft.person(&value),
                "created" => draft.created_ms = date::parse_iso(&value),
                _ => {}
            },
            _ => {}
        }
        Walk::On
    });
    Ok(())
}

/// Writes what is in the documents that lie inside a document.
pub(crate) fn read_embedded(package: &mut Package<'_>, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let is_embedded = |name: &String| name.contains("/embeddings/") || name.contains("/attachments/");
    let mut names: Vec<String> = package.names().into_iter().filter(is_embedded).take(200).collect();
    names.sort();
    for name in names {
        package.allow(nest.limits().expanded);
        let Ok(Some(part)) = package.part(&name) else { continue };
        draft.paragraph_break();
        let file = name.rsplit('/').next().unwrap_or(&name);
        super::mail::write_attachment(file, &part, nest, draft);
    }
    Ok(())
}

/// Reads a word-processor document.
pub(crate) fn read_document(package: &mut Package<'_>, draft: &mut Draft) -> Result<(), Failure> {
    read_properties(package, draft)?;
    let names = package.names();
    let main = main_part(package, &names, "word/document.xml")?;
    let styles = package.part("word/styles.xml")?.map(|styles| heading_styles(&styles)).unwrap_or_default();
    let body = package.part(&main)?.ok_or_else(|| Failure::damaged("Its main part is missing."))?;
    let mut walker = WordWalker::new(draft, styles);
    let result = walk(&body, |piece| walker.take(piece));
    let styles = walker.styles;
    draft.paragraph_break();
    let mut extras: Vec<_> = names
        .iter()
        .filter(|name| {
            let file = name.strip_prefix("word/").unwrap_or_default();
            let stem = file.trim_end_matches(".xml").trim_end_matches(|c: char| c.is_ascii_digit());
            file.ends_with(".xml") && matches!(stem, "footnotes" | "endnotes" | "comments" | "header" | "footer")
        })
        .collect();
    extras.sort();
    for name in extras {
        if let Some(part) = package.part(name)? {
            let mut walker = WordWalker::new(draft, styles.clone());
            let _ = walk(&part, |piece| walker.take(piece));
            draft.paragraph_break();
        }
    }
    read_diagrams(package, &names, "word/diagrams/data", draft)?;
    result
}

/// The part that the list of content types names as the main one; some writers call it otherwise.
fn main_part(package: &mut Package<'_>, names: &[String], usual: &str) -> Result<String, Failure> {
    if package.has(usual) {
        return Ok(usual.to_owned());
    }
    let mut found = None;
    if let Some(types) = package.part("[Content_Types].xml")? {
        let _ = walk(&types, |piece| {
            if let Piece::Start("Override", attributes) = piece
                && attributes.get("ContentType").is_some_and(|kind| kind.ends_with("main+xml"))
            {
                found = attributes.get("PartName");
                return Walk::Stop;
            }
            Walk::On
        });
    }
    let found = found.map(|name| name.trim_start_matches('/').to_owned());
    let folded = found.as_deref().unwrap_or(usual).to_lowercase();
    names
        .iter()
        .find(|name| name.to_lowercase() == folded)
        .cloned()
        .ok_or_else(|| Failure::damaged("Its main part is missing."))
}

/// Identifiers of the styles that are headings.
fn heading_styles(styles: &[u8]) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut style = String::new();
    let _ = walk(styles, |piece| {
        match piece {
            Piece::Start("style", attributes) => style = attributes.get("styleId").unwrap_or_default(),
            Piece::Start("name", attributes) => {
                let name = attributes.get("val").unwrap_or_default().to_lowercase();
                if name.starts_with("heading ") || name == "title" {
                    found.insert(style.clone());
                }
            }
            Piece::Start("outlineLvl", attributes)
                if attributes.get("val").is_some_and(|level| level.len() == 1 && level != "9") =>
            {
                found.insert(style.clone());
            }
            _ => {}
        }
        Walk::On
    });
    found.remove("");
    found
}

struct WordWalker<'a> {
    draft: &'a mut Draft,
    styles: HashSet<String>,
    /// Inside `w:t`.
    in_words: bool,
    /// Depth inside what is a second copy of the same words.
    fallback: u32,
    paragraph_start: usize,
    is_heading: bool,
    in_row: u32,
}

impl<'a> WordWalker<'a> {
    const fn new(draft: &'a mut Draft, styles: HashSet<String>) -> Self {
        Self { draft, styles, in_words: false, fallback: 0, paragraph_start: 0, is_heading: false, in_row: 0 }
    }

    fn take(&mut self, piece: Piece<'_>) -> Walk {
        match piece {
            Piece::Start("Fallback", _) => self.fallback += 1,
            Piece::End("Fallback") => self.fallback = self.fallback.saturating_sub(1),
            _ if self.fallback > 0 => {}
            Piece::Start(name, attributes) => self.start(name, attributes),
            Piece::End(name) => self.end(name),
            Piece::Text(text) if self.in_words => self.draft.push(text),
            Piece::Text(_) => {}
        }
        if self.draft.is_full() { Walk::Stop } else { Walk::On }
    }

    fn start(&mut self, name: &str, attributes: &Attributes<'_>) {
        match name {
            "t" => self.in_words = true,
            "p" => {
                if self.in_row == 0 {
                    self.draft.line_break();
                }
                self.paragraph_start = self.draft.text().len();
                self.is_heading = false;
            }
            "pStyle" => {
                let style = attributes.get("val").unwrap_or_default();
                self.is_heading = self.styles.contains(&style) || style.starts_with("Heading");
            }
            "tab" if self.draft.text().len() > self.paragraph_start => self.draft.push("\t"),
            "br" | "cr" => self.draft.push("\n"),
            "noBreakHyphen" => self.draft.push("-"),
            "tr" => {
                self.draft.line_break();
                self.in_row += 1;
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_words = false,
            "p" if self.in_row > 0 => self.draft.push_inline(" "),
            "p" => {
                if self.is_heading {
                    let start = self.paragraph_start;
                    let heading = self.draft.text().get(start..).unwrap_or_default().to_owned();
                    self.draft.record_at(start, &heading);
                    self.is_heading = false;
                }
                self.draft.paragraph_break();
            }
            "tc" => self.draft.cell_break(),
            "tr" => {
                self.in_row = self.in_row.saturating_sub(1);
                self.draft.line_break();
            }
            "tbl" => self.draft.paragraph_break(),
            _ => {}
        }
    }
}

/// Reads slides with their notes and comments.
pub(crate) fn read_slides(package: &mut Package<'_>, draft: &mut Draft) -> Result<(), Failure> {
    read_properties(package, draft)?;
    let names = package.names();
    let slides = numbered(&names, "ppt/slides/slide");
    let mut result = Ok(());
    for (number, name) in slides.iter().enumerate() {
        if draft.is_full() {
            break;
        }
        draft.paragraph_break();
        let start = draft.text().len();
        if let Some(slide) = package.part(name)? {
            let mut title = String::new();
            let read = read_drawing(&slide, draft, Some(&mut title));
            result = result.and(read);
            let heading = if title.is_empty() { format!("Slide {}", number + 1) } else { title };
            draft.record_at(start, &heading);
        }
        let relations = name.replace("ppt/slides/", "ppt/slides/_rels/") + ".rels";
        if let Some(relations) = package.part(&relations)? {
            for target in relation_targets(&relations, &["notesSlide", "comments"]) {
                if let Some(part) = package.part(&resolve("ppt/slides", &target))? {
                    let _ = read_drawing(&part, draft, None);
                }
            }
        }
    }
    read_diagrams(package, &names, "ppt/diagrams/data", draft)?;
    if slides.is_empty() && !package.has("ppt/presentation.xml") {
        return Err(Failure::damaged("Its main part is missing."));
    }
    result
}

/// Reads the words of a drawing; those of its title also go into `title`.
pub(crate) fn read_drawing(xml: &[u8], draft: &mut Draft, mut title: Option<&mut String>) -> Result<(), Failure> {
    let (mut in_words, mut in_title, mut skipped, mut in_row) = (false, false, false, 0u32);
    walk(xml, |piece| {
        match piece {
            Piece::Start("t" | "text", _) => in_words = true,
            Piece::End("t" | "text") => in_words = false,
            Piece::Start("sp", _) => (in_title, skipped) = (false, false),
            Piece::Start("ph", attributes) => match attributes.get("type").as_deref() {
                Some("title" | "ctrTitle") => in_title = true,
                // The number of the slide and the date are on every one.
                Some("sldNum" | "dt") => skipped = true,
                _ => {}
            },
            Piece::End("sp") => {
                draft.paragraph_break();
                (in_title, skipped) = (false, false);
            }
            Piece::End("p") if in_row > 0 => draft.push_inline(" "),
            Piece::End("p" | "cm") => draft.line_break(),
            Piece::Start("br", _) => draft.line_break(),
            Piece::Start("tr", _) => in_row += 1,
            Piece::End("tc") => draft.cell_break(),
            Piece::End("tr") => {
                in_row = in_row.saturating_sub(1);
                draft.line_break();
            }
            Piece::Text(text) if in_words && !skipped => {
                draft.push(text);
                if let Some(title) = title.as_mut().filter(|_| in_title) {
                    title.push_str(text);
                }
            }
            _ => {}
        }
        if draft.is_full() { Walk::Stop } else { Walk::On }
    })?;
    draft.paragraph_break();
    Ok(())
}

/// Reads the words of the boxes and arrows that are kept outside the slides and pages.
fn read_diagrams(package: &mut Package<'_>, names: &[String], prefix: &str, draft: &mut Draft) -> Result<(), Failure> {
    for name in numbered(names, prefix) {
        if let Some(part) = package.part(&name)? {
            let _ = read_drawing(&part, draft, None);
        }
    }
    Ok(())
}

/// Reads what a workbook has beside its cells: comments and text boxes.
pub(crate) fn read_sheet_extras(package: &mut Package<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let names = package.names();
    draft.paragraph_break();
    for prefix in ["xl/comments", "xl/threadedComments/threadedComment", "xl/drawings/drawing"] {
        read_diagrams(package, &names, prefix, draft)?;
    }
    Ok(())
}

/// Reads a Visio drawing page by page.
pub(crate) fn read_visio(package: &mut Package<'_>, draft: &mut Draft) -> Result<(), Failure> {
    read_properties(package, draft)?;
    let names = package.names();
    for prefix in ["visio/pages/page", "visio/masters/master"] {
        for name in numbered(&names, prefix) {
            let Some(page) = package.part(&name)? else {
                continue;
            };
            let mut in_words = false;
            walk(&page, |piece| {
                match piece {
                    Piece::Start("Text", _) => in_words = true,
                    Piece::End("Text") => {
                        in_words = false;
                        draft.line_break();
                    }
                    Piece::Text(text) if in_words => draft.push(text),
                    _ => {}
                }
                if draft.is_full() { Walk::Stop } else { Walk::On }
            })?;
            draft.paragraph_break();
        }
    }
    Ok(())
}

/// Reads an XPS document page by page: its words are attributes of the glyphs.
pub(crate) fn read_xps(package: &mut Package<'_>, draft: &mut Draft) -> Result<(), Failure> {
    read_properties(package, draft)?;
    let mut pages: Vec<_> =
        package.names().into_iter().filter(|name| name.to_lowercase().ends_with(".fpage")).collect();
    pages.sort_by_key(|name| (name.len(), name.clone()));
    for (number, name) in pages.iter().enumerate() {
        let Some(page) = package.part(name)? else {
            continue;
        };
        draft.section(&format!("Page {}", number + 1));
        walk(&page, |piece| {
            if let Piece::Start("Glyphs", attributes) = piece
                && let Some(words) = attributes.get("UnicodeString")
            {
                draft.push_inline(words.strip_prefix("{}").unwrap_or(&words));
                draft.push_inline(" ");
            }
            if draft.is_full() { Walk::Stop } else { Walk::On }
        })?;
    }
    Ok(())
}

/// Parts named `PREFIX` and a number, in order of their numbers.
pub(crate) fn numbered(names: &[String], prefix: &str) -> Vec<String> {
    let mut found: Vec<(u32, &String)> = names
        .iter()
        .filter_map(|name| {
            let number = name.strip_prefix(prefix)?.strip_suffix(".xml")?;
            Some((number.parse().ok()?, name))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, name)| name.clone()).collect()
}

/// Targets of the relations whose type ends with one of those names.
fn relation_targets(relations: &[u8], kinds: &[&str]) -> Vec<String> {
    let mut targets = Vec::new();
    let _ = walk(relations, |piece| {
        if let Piece::Start("Relationship", attributes) = piece
            && let Some(kind) = attributes.get("Type")
            && kinds.iter().any(|wanted| kind.ends_with(wanted))
        {
            targets.extend(attributes.get("Target"));
        }
        Walk::On
    });
    targets
}

/// A path relative to a folder of the package.
pub(crate) fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn relative_targets_are_resolved() {
        let check = |folder: &str, target: &str, expect: &str| assert_eq!(resolve(folder, target), expect);
        check("ppt/slides", "../notesSlides/notesSlide1.xml", "ppt/notesSlides/notesSlide1.xml");
        check("OEBPS", "a/b.html", "OEBPS/a/b.html");
        check("", "./b.html", "b.html");
        check("a", "/x/y", "x/y");
        check("a", "../../../x", "x");
    }
}
