//! PDF, by PDFium: the library is loaded before the worker is locked in.

use super::nest::Nest;
use crate::draft::{Draft, Failure};
use crate::outcome::{Scan, ScannedPage};
use crate::page::{self, Drawn, MAX_LETTERS, PageRequest, Place};
use crate::sandbox::Layer;
use pdfium_render::prelude::{
    PdfDocument, PdfDocumentMetadataTagType, PdfFormFieldCommon, PdfPage, PdfPageAnnotationCommon,
    PdfPageObjectsCommon, PdfPageText, PdfPageTextChar, PdfRenderConfig, Pdfium, PdfiumError, PdfiumInternalError,
};
use std::path::Path;

/// Most pages that are read.
const MAX_PAGES: usize = 50_000;
/// Most bookmarks that are read.
const MAX_BOOKMARKS: usize = 5_000;
/// Most attachments that are read.
const MAX_ATTACHMENTS: usize = 500;
/// Most notes and fields of a page that are read.
const MAX_ANNOTATIONS: usize = 2_000;

/// Dots per inch at which a page is drawn: less costs letters, more costs time.
const DRAWN_DPI: f32 = 300.0;
/// Most pixels of a drawn page; a larger one is drawn smaller.
const DRAWN_PIXELS: f32 = 16_000_000.0;

/// The PDF library, or why there is none.
pub(crate) struct PdfReader {
    library: Result<Pdfium, String>,
}

impl PdfReader {
    /// Loads the library from that path.
    pub(crate) fn load(path: Option<&Path>) -> Self {
        let library = match path {
            None => Err("the PDF library is not set up".to_owned()),
            Some(path) => Pdfium::bind_to_library(path)
                .map(Pdfium::new)
                .map_err(|_| "the PDF library is missing or of another version".to_owned()),
        };
        Self { library }
    }

    /// Whether PDFs can be read.
    pub(crate) fn status(&self) -> Layer {
        match &self.library {
            Ok(_) => Layer::On,
            Err(reason) => Layer::Off(reason.clone()),
        }
    }

    /// Reads a PDF page by page.
    pub(crate) fn read(&self, bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
        let document = self.open(bytes)?;
        let metadata = document.metadata();
        let tag = |kind| metadata.get(kind).map(|tag| tag.value().to_owned()).unwrap_or_default();
        draft.set_title(&tag(PdfDocumentMetadataTagType::Title));
        draft.set_author(&tag(PdfDocumentMetadataTagType::Author));
        draft.created_ms = super::date::parse_pdf(&tag(PdfDocumentMetadataTagType::CreationDate));
        draft.fact("Subject", &tag(PdfDocumentMetadataTagType::Subject));
        draft.fact("Keywords", &tag(PdfDocumentMetadataTagType::Keywords));

        let pages = document.pages();
        let (mut seen, mut broken, mut scanned) = (0usize, 0usize, 0u32);
        for index in 0..pages.len() {
            if draft.is_full() {
                break;
            }
            if seen >= MAX_PAGES {
                draft.mark_truncated();
                break;
            }
            seen += 1;
            match pages.get(index) {
                Ok(page) => {
                    draft.section(&format!("Page {seen}"));
                    match read_page(&page, draft) {
                        Ok(true) => {}
                        Ok(false) => scanned += u32::from(shows_something(&page)),
                        Err(_) => broken += 1,
                    }
                }
                Err(_) => broken += 1,
            }
        }
        if broken > 0 && broken == seen {
            return Err(Failure::damaged("The PDF is damaged: none of its pages can be read."));
        }
        read_bookmarks(&document, draft);
        read_attachments(&document, nest, draft);
        // Last: an attachment may be a PDF too.
        draft.scan = Some(Scan::Pages(scanned));
        Ok(())
    }

    /// Draws the first page from that index on that shows something and has no text.
    pub(crate) fn scanned_page(&self, bytes: &[u8], from: u32) -> Result<Option<ScannedPage>, Failure> {
        let document = self.open(bytes)?;
        let pages = document.pages();
        let of = u32::try_from(pages.len()).unwrap_or(0);
        for index in from..of {
            let Some(page) = i32::try_from(index).ok().and_then(|index| pages.get(index).ok()) else { continue };
            if !has_words(&page) && shows_something(&page) {
                return Ok(Some(ScannedPage { index, of, picture: draw(&page).unwrap_or_default() }));
            }
        }
        Ok(None)
    }

    /// Draws a page as it looks, and says where its letters stand. Without pixels where this page cannot be drawn.
    pub(crate) fn page(&self, bytes: &[u8], request: PageRequest) -> Result<Drawn, Failure> {
        let document = self.open(bytes)?;
        let all = document.pages();
        let pages = u32::try_from(all.len()).unwrap_or(0);
        let Some(last) = pages.checked_sub(1) else { return Err(Failure::damaged("The PDF has no pages.")) };
        let index = request.page.min(last);
        let page = i32::try_from(index).ok().and_then(|index| all.get(index).ok());
        let drawn = page.and_then(|page| show(&page, request.width)).unwrap_or_default();
        Ok(Drawn { index, pages, ..drawn })
    }

    fn open<'a>(&'a self, bytes: &'a [u8]) -> Result<PdfDocument<'a>, Failure> {
        let library = match &self.library {
            Ok(library) => library,
            Err(reason) => return Err(Failure::Unsupported(format!("A PDF, and {reason}."))),
        };
        library.load_pdf_from_byte_slice(bytes, None).map_err(|error| match error {
            PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::PasswordError) => Failure::Encrypted,
            PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::SecurityError) => Failure::Encrypted,
            _ => Failure::damaged("The PDF is damaged: its structure cannot be read."),
        })
    }
}

/// Whether there is anything on a page: an image, or letters that are drawn as lines.
fn shows_something(page: &PdfPage<'_>) -> bool {
    page.objects().len() > 0
}

fn has_words(page: &PdfPage<'_>) -> bool {
    page.text().is_ok_and(|text| text.all().chars().any(char::is_alphanumeric))
}

/// A page in shades of grey, as PGM.
fn draw(page: &PdfPage<'_>) -> Option<Vec<u8>> {
    let (width, height) = (page.width().value, page.height().value);
    if !(width > 0.0 && height > 0.0) {
        return None;
    }
    let scale = (DRAWN_DPI / 72.0).min((DRAWN_PIXELS / (width * height)).sqrt());
    let config = PdfRenderConfig::new()
        .set_fixed_size((width * scale).round().max(1.0) as i32, (height * scale).round().max(1.0) as i32)
        .use_grayscale_rendering(true);
    let bitmap = page.render_with_config(&config).ok()?;
    let (width, height) = (usize::try_from(bitmap.width()).ok()?, usize::try_from(bitmap.height()).ok()?);
    let mut picture = format!("P5\n{width} {height}\n255\n").into_bytes();
    picture.reserve_exact(width * height);
    // All colours are the same in a grey picture.
    picture.extend(bitmap.as_rgba_bytes().chunks_exact(4).filter_map(|pixel| pixel.first()));
    Some(picture)
}

/// A page in its colours, with the places of its letters.
fn show(page: &PdfPage<'_>, wanted: u32) -> Option<Drawn> {
    let (width, height) = page::fit(page.width().value.into(), page.height().value.into(), wanted)?;
    let config = PdfRenderConfig::new().set_fixed_size(i32::try_from(width).ok()?, i32::try_from(height).ok()?);
    let bitmap = page.render_with_config(&config).ok()?;
    let (width, height) = (u32::try_from(bitmap.width()).ok()?, u32::try_from(bitmap.height()).ok()?);
    // A page is paper: nothing shines through.
    let pixels: Vec<u8> =
        bitmap.as_rgba_bytes().chunks_exact(4).filter_map(|pixel| pixel.get(..3)).flatten().copied().collect();
    let mut drawn = Drawn { width, height, pixels, ..Drawn::default() };
    if let Ok(text) = page.text() {
        letters(&text, |c, letter| {
            drawn.text.push(c);
            drawn
                .places
                .push(letter.and_then(|letter| place_of(letter, page, &config, width, height)).unwrap_or_default());
            drawn.places.len() < MAX_LETTERS
        });
    }
    Some(drawn)
}

/// Where a letter stands on a page that is drawn in that size; none for one that is not there to be seen.
fn place_of(
    letter: &PdfPageTextChar<'_>,
    page: &PdfPage<'_>,
    config: &PdfRenderConfig,
    width: u32,
    height: u32,
) -> Option<Place> {
    let bounds = letter.loose_bounds().or_else(|_| letter.tight_bounds()).ok()?;
    // A page may be turned: any two opposite corners will do.
    let (a, b) = page.points_to_pixels(bounds.left(), bounds.top(), config).ok()?;
    let (c, d) = page.points_to_pixels(bounds.right(), bounds.bottom(), config).ok()?;
    let (left, right, top, bottom) = (a.min(c) as f32, a.max(c) as f32, b.min(d) as f32, b.max(d) as f32);
    (right > left && bottom > top).then(|| page::place(left, top, right, bottom, width as f32, height as f32))
}

/// Writes the bookmarks that are no words of a page.
fn read_bookmarks(document: &PdfDocument<'_>, draft: &mut Draft) {
    let titles: Vec<String> = document.bookmarks().iter().take(MAX_BOOKMARKS).filter_map(|mark| mark.title()).collect();
    if titles.is_empty() || draft.is_full() {
        return;
    }
    draft.section("Bookmarks");
    for title in titles {
        draft.push_inline(&title);
        draft.line_break();
    }
}

/// Writes the files that lie inside the PDF.
fn read_attachments(document: &PdfDocument<'_>, nest: &Nest<'_>, draft: &mut Draft) {
    for attachment in document.attachments().iter().take(MAX_ATTACHMENTS) {
        if draft.is_full() {
            return;
        }
        let name = attachment.name();
        draft.paragraph_break();
        draft.push(&format!("Attachment: {name}\n"));
        if attachment.len() as u64 <= nest.limits().expanded
            && let Ok(bytes) = attachment.save_to_bytes()
        {
            super::mail::write_attachment(&name, &bytes, nest, draft);
        }
    }
}

/// Writes what was filled into the forms of a page and what was noted on it.
fn read_annotations(page: &PdfPage<'_>, draft: &mut Draft) {
    let annotations = page.annotations();
    for index in annotations.as_range().take(MAX_ANNOTATIONS) {
        let Ok(annotation) = annotations.get(index) else { continue };
        if let Some(field) = annotation.as_form_field() {
            let value = field
                .as_text_field()
                .filter(|text| !text.is_password())
                .and_then(|text| text.value())
                .or_else(|| field.as_combo_box_field().and_then(|combo| combo.value()))
                .or_else(|| field.as_list_box_field().and_then(|list| list.value()))
                .unwrap_or_default();
            if !value.trim().is_empty() {
                draft.line_break();
                if let Some(name) = field.name().filter(|name| !name.is_empty()) {
                    draft.push(&format!("{name}: "));
                }
                draft.push_inline(&value);
                draft.line_break();
            }
            continue;
        }
        if let Some(contents) = annotation.contents().filter(|contents| !contents.trim().is_empty()) {
            draft.line_break();
            draft.push("Note: ");
            draft.push_inline(&contents);
            draft.line_break();
        }
    }
}

/// Writes the text of a page; says whether there are words among it.
fn read_page(page: &PdfPage<'_>, draft: &mut Draft) -> Result<bool, PdfiumError> {
    let text = page.text()?;
    let (mut buffer, mut words) = (String::new(), false);
    letters(&text, |c, _| {
        words |= c.is_alphanumeric();
        buffer.push(c);
        if buffer.len() > 64 * 1024 {
            draft.push(&buffer);
            buffer.clear();
        }
        !draft.is_full()
    });
    draft.push(&buffer);
    read_annotations(page, draft);
    Ok(words)
}

/// Calls `each` with the letters of a page in their order, those of a word that was hyphenated at a line's end put
/// together, until it has enough. A hyphen that was put back has no letter of its own.
fn letters(text: &PdfPageText<'_>, mut each: impl FnMut(char, Option<&PdfPageTextChar<'_>>) -> bool) {
    let mut hyphen = false;
    let mut surrogate: Option<u16> = None;
    for found in text.chars().iter() {
        let value = found.unicode_value();
        // Characters beyond the first plane come as two halves.
        let c = match (u16::try_from(value), surrogate.take()) {
            (Ok(high @ 0xd800..0xdc00), _) => {
                surrogate = Some(high);
                continue;
            }
            (Ok(low @ 0xdc00..0xe000), Some(high)) => char::decode_utf16([high, low]).next().and_then(Result::ok),
            _ => char::from_u32(value),
        };
        match c {
            // What PDFium puts in place of a hyphen at a line's end: the word goes on in the next line.
            Some('\u{2}' | '\u{fffe}') => hyphen = true,
            Some('\r' | '\n') if hyphen => {}
            Some(c) => {
                if std::mem::take(&mut hyphen) && c.is_uppercase() && !each('-', None) || !each(c, Some(&found)) {
                    return;
                }
            }
            None => {}
        }
    }
}
