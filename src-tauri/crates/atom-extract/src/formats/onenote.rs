//! Sections of OneNote by onenote_parser: every page a section, with its tables, its files and what was recognised in
//! its pictures.

use super::mail::write_attachment;
use super::nest::Nest;
use crate::draft::{Draft, Failure};
use onenote_parser::Parser;
use onenote_parser::contents::{Content, EmbeddedFile, Image, OutlineElement, OutlineItem};
use onenote_parser::page::{Page, PageContent};
use typed_path::TypedPath;

/// Deepest item of an outline.
const MAX_DEPTH: u32 = 100;

/// Reads a section.
pub(crate) fn read(bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let section = Parser::new()
        .parse_section_buffer(bytes, TypedPath::unix("section.one"))
        .map_err(|_| Failure::damaged("The notes are damaged, or of a form that Atom does not know."))?;
    for page in section.page_series().iter().flat_map(|series| series.pages()) {
        if draft.is_full() {
            break;
        }
        write_page(page, nest, draft);
    }
    Ok(())
}

fn write_page(page: &Page, nest: &Nest<'_>, draft: &mut Draft) {
    let title = page.title_text().unwrap_or_default();
    if let Some(author) = page.author() {
        draft.set_author(author);
        draft.person(author);
    }
    draft.set_title(title);
    draft.set_created(page.created_time().unix_timestamp().checked_mul(1000));
    draft.begin_heading();
    draft.push_inline(title);
    draft.end_heading();
    for content in page.contents() {
        match content {
            PageContent::Outline(outline) => write_items(outline.items(), nest, draft, 0),
            PageContent::Image(image) => write_image(image, draft),
            PageContent::EmbeddedFile(file) => write_file(file, nest, draft),
            _ => {}
        }
        draft.paragraph_break();
    }
}

fn write_items(items: &[OutlineItem], nest: &Nest<'_>, draft: &mut Draft, depth: u32) {
    if depth > MAX_DEPTH {
        return;
    }
    for item in items {
        match item {
            OutlineItem::Element(element) => write_element(element, nest, draft, depth),
            OutlineItem::Group(group) => write_items(group.outlines(), nest, draft, depth + 1),
        }
    }
}

fn write_element(element: &OutlineElement, nest: &Nest<'_>, draft: &mut Draft, depth: u32) {
    if depth > MAX_DEPTH {
        return;
    }
    for content in element.contents() {
        match content {
            Content::RichText(text) => write_text(text.text(), draft),
            Content::Table(table) => {
                for row in table.contents() {
                    for cell in row.contents() {
                        for element in cell.contents() {
                            write_element(element, nest, draft, depth + 1);
                        }
                    }
                }
            }
            Content::Image(image) => write_image(image, draft),
            Content::EmbeddedFile(file) => write_file(file, nest, draft),
            _ => {}
        }
        draft.line_break();
    }
    write_items(element.children(), nest, draft, depth + 1);
}

/// Text without the marks of its links, each of which stands before its words with the address in quotes.
fn write_text(text: &str, draft: &mut Draft) {
    let mut parts = text.split('\u{fddf}');
    draft.push(parts.next().unwrap_or_default());
    for part in parts {
        let link = part.strip_prefix("HYPERLINK \"").and_then(|rest| rest.split_once('"'));
        draft.push(link.map_or(part, |(_, words)| words));
    }
}

/// What was recognised in a picture, and what stands for it.
fn write_image(image: &Image, draft: &mut Draft) {
    for words in [image.alt_text(), image.text()].into_iter().flatten() {
        draft.push(words);
        draft.line_break();
    }
}

fn write_file(file: &EmbeddedFile, nest: &Nest<'_>, draft: &mut Draft) {
    draft.push(&format!("Attachment: {}\n", file.filename()));
    if file.size() <= nest.limits().expanded
        && let Ok(bytes) = nest.unpack(file.read(), None)
    {
        write_attachment(file.filename(), &bytes, nest, draft);
    }
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;

    #[test]
    fn marks_of_links_are_no_words() {
        let mut draft = Draft::new(100);
        super::write_text("see \u{fddf}HYPERLINK \"http://example.org\"this page", &mut draft);
        assert_eq!(draft.text(), "see this page");
    }
}
