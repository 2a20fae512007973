//! EPUB: the chapters in reading order, as HTML.

use super::ooxml::resolve;
use super::package::Package;
use super::xml::{Piece, Walk, walk};
use super::{date, html};
use crate::draft::{Draft, Failure};
use crate::encoding::decode;
use std::collections::HashMap;

/// Reads a book.
pub(crate) fn read(package: &mut Package<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let opf = find_opf(package)?;
    let folder = opf.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let description = package.part(&opf)?.ok_or_else(|| Failure::damaged("The list of its chapters is missing."))?;
    let book = Book::parse(&description);
    draft.set_title(&book.title);
    draft.set_author(&book.author);
    draft.created_ms = date::parse_iso(&book.date);
    draft.set_language(&book.language);
    draft.fact("Publisher", &book.publisher);
    draft.fact("Keywords", &book.subject);
    draft.fact("Description", &book.about);
    let locked = locked_parts(package)?;
    for chapter in &book.chapters {
        if draft.is_full() {
            break;
        }
        let name = percent_decoded(&resolve(&folder, chapter));
        if locked.contains(&name) {
            return Err(Failure::Encrypted);
        }
        let Some(part) = package.part(&name)? else {
            continue;
        };
        draft.paragraph_break();
        html::read_str(&decode(&part, Some("utf-8")), draft);
        draft.paragraph_break();
    }
    Ok(())
}

fn find_opf(package: &mut Package<'_>) -> Result<String, Failure> {
    let mut found = None;
    if let Some(container) = package.part("META-INF/container.xml")? {
        let _ = walk(&container, |piece| {
            if let Piece::Start("rootfile", attributes) = piece {
                found = attributes.get("full-path");
                return Walk::Stop;
            }
            Walk::On
        });
    }
    let by_name = || package.names().into_iter().find(|name| name.ends_with(".opf"));
    found.or_else(by_name).ok_or_else(|| Failure::damaged("The list of its chapters is missing."))
}

/// Parts that are locked by digital rights management.
fn locked_parts(package: &mut Package<'_>) -> Result<Vec<String>, Failure> {
    let mut locked = Vec::new();
    if let Some(encryption) = package.part("META-INF/encryption.xml")? {
        let _ = walk(&encryption, |piece| {
            if let Piece::Start("CipherReference", attributes) = piece {
                locked.extend(attributes.get("URI").map(|uri| percent_decoded(&uri)));
            }
            Walk::On
        });
    }
    Ok(locked)
}

#[derive(Default)]
struct Book {
    title: String,
    author: String,
    date: String,
    language: String,
    publisher: String,
    subject: String,
    about: String,
    chapters: Vec<String>,
}

impl Book {
    fn parse(opf: &[u8]) -> Self {
        let mut book = Self::default();
        let mut files: HashMap<String, String> = HashMap::new();
        let mut order = Vec::new();
        let mut open = String::new();
        let _ = walk(opf, |piece| {
            match piece {
                Piece::Start("item", attributes) => {
                    if let (Some(id), Some(href)) = (attributes.get("id"), attributes.get("href")) {
                        files.insert(id, href);
                    }
                }
                Piece::Start("itemref", attributes) => order.extend(attributes.get("idref")),
                Piece::Start(name, _) => {
                    open = name.to_owned();
                    if open == "subject" && !book.subject.is_empty() {
                        book.subject.push_str(", ");
                    }
                }
                Piece::End(_) => open.clear(),
                Piece::Text(text) => {
                    let place = match open.as_str() {
                        "title" => &mut book.title,
                        "creator" => &mut book.author,
                        "date" => &mut book.date,
                        "language" => &mut book.language,
                        "publisher" => &mut book.publisher,
                        "subject" => &mut book.subject,
                        "description" => &mut book.about,
                        _ => return Walk::On,
                    };
                    if place.len() < 4096 {
                        place.push_str(text);
                    }
                }
            }
            Walk::On
        });
        book.chapters = order.into_iter().filter_map(|id| files.get(&id).cloned()).collect();
        book
    }
}

fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match after {
            [high, low, ..] if *first == b'%' => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                digit(high).zip(digit(low)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
            }
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = after.get(if escaped.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
