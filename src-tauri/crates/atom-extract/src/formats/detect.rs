//! What a file is: by its first bytes or its parts, then by its name.

use super::legacy::Container;
use super::package::Package;
use super::xml::{Piece, Walk, walk};
use crate::draft::Failure;
use crate::encoding::looks_like_text;
use crate::outcome::{FileHint, Outcome};
use atom_core::Kind;
use std::io::{Read, Seek};

/// A format that is read from bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Markdown,
    Html,
    Pdf,
    Rtf,
    Message,
    Mailbox,
    Notebook,
    FlatOdf,
    XmlWords,
    /// SVG: its words, if it has any.
    Picture,
}

/// What a zip container holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackageFormat {
    Document,
    Slides,
    Sheet,
    BinarySheet,
    Visio,
    Xps,
    OpenDocument,
    Epub,
    Archive,
    /// Known and not read: what to say.
    Unknown(&'static str),
}

/// What an OLE container holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContainerFormat {
    Word,
    Slides,
    Sheet,
    Outlook,
    Encrypted,
    /// Known and not read: what to say.
    Unknown(&'static str),
}

/// What the first look at a file says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Detected {
    /// Read it as that, with that media type.
    Read(Format, &'static str),
    /// A zip container: look inside.
    Package,
    /// An OLE container: look inside.
    Container,
    /// There is nothing to read.
    Done(Outcome),
}

/// Decides what a file is by its first bytes and its name.
pub(crate) fn detect(head: &[u8], hint: &FileHint) -> Detected {
    if head.is_empty() {
        return Detected::Done(Outcome::Empty { mime: "inode/x-empty".to_owned() });
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Detected::Package;
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Detected::Container;
    }
    if head.get(..1024).map_or(head.starts_with(b"%PDF-"), |start| contains(start, b"%PDF-")) {
        return Detected::Read(Format::Pdf, "application/pdf");
    }
    if head.trim_ascii_start().starts_with(b"{\\rtf") {
        return Detected::Read(Format::Rtf, "application/rtf");
    }
    if looks_like_text(head) { text(head, hint) } else { binary(head, hint) }
}

fn text(head: &[u8], hint: &FileHint) -> Detected {
    use Format::{FlatOdf, Html, Mailbox, Markdown, Message, Notebook, Picture, Text, XmlWords};
    let start = head.get(..4096).unwrap_or(head).to_ascii_lowercase();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let start = start.trim_ascii_start();
    let ext = hint.ext.as_str();
    let kind = Kind::from_extension(ext);
    let is_xml = start.starts_with(b"<?xml");
    if is_xml {
        if contains(start, b"office:document") {
            return Detected::Read(FlatOdf, "application/vnd.oasis.opendocument.flat");
        }
        if contains(start, b"mso-application") || contains(start, b"w:worddocument") || ext == "fb2" {
            return Detected::Read(XmlWords, "application/xml");
        }
        if contains(start, b"<svg") {
            return Detected::Read(Picture, "image/svg+xml");
        }
    }
    if ext == "svg" {
        return Detected::Read(Picture, "image/svg+xml");
    }
    if matches!(kind, Kind::Email | Kind::Other | Kind::Text | Kind::Web) {
        if start.starts_with(b"from ") && (contains_line(start, b"from:") || contains_line(start, b"received:")) {
            return Detected::Read(Mailbox, "application/mbox");
        }
        if matches!(ext, "eml" | "emlx" | "mhtml" | "mht") || is_message(start) {
            return Detected::Read(Message, "message/rfc822");
        }
    }
    let is_source = matches!(kind, Kind::Code | Kind::Markdown) && ext != "vue" && ext != "svelte";
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") || (!is_source && contains(start, b"<html"))
    {
        return Detected::Read(Html, "text/html");
    }
    if is_xml && !matches!(kind, Kind::Web) {
        return Detected::Read(Text, "application/xml");
    }
    match kind {
        Kind::Web => Detected::Read(Html, "text/html"),
        Kind::Markdown => Detected::Read(Markdown, "text/markdown"),
        Kind::Code => Detected::Read(Text, "text/x-source"),
        Kind::Spreadsheet => Detected::Read(Text, if ext == "tsv" { "text/tab-separated-values" } else { "text/csv" }),
        Kind::Data if ext == "ipynb" => Detected::Read(Notebook, "application/x-ipynb+json"),
        Kind::Data if ext == "json" => Detected::Read(Text, "application/json"),
        _ => Detected::Read(Text, "text/plain"),
    }
}

/// Whether text begins like a mail message: several of the usual header lines, from the first line on.
fn is_message(start: &[u8]) -> bool {
    const USUAL: [&[u8]; 11] = [
        b"from:",
        b"to:",
        b"subject:",
        b"date:",
        b"received:",
        b"message-id:",
        b"mime-version:",
        b"return-path:",
        b"content-type:",
        b"delivered-to:",
        b"reply-to:",
    ];
    let mut seen = 0;
    for (number, line) in start.split(|&byte| byte == b'\n').enumerate() {
        let usual = USUAL.iter().any(|header| line.starts_with(header));
        let extra =
            line.starts_with(b"x-") || line.starts_with(b" ") || line.starts_with(b"\t") || line.starts_with(b">from ");
        if usual {
            seen += 1;
        } else if number == 0 && !extra {
            return false;
        }
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    seen >= 3
}

fn binary(head: &[u8], hint: &FileHint) -> Detected {
    let name_only = |mime: &str| Detected::Done(Outcome::NameOnly { mime: mime.to_owned() });
    let unsupported = |mime: &str, reason: &str| {
        Detected::Done(Outcome::Unsupported { mime: mime.to_owned(), reason: reason.to_owned() })
    };
    if head.starts_with(b"SQLite format 3\0") {
        return unsupported("application/vnd.sqlite3", "A database: Atom does not read it.");
    }
    if head.starts_with(b"ITSF") {
        return unsupported("application/vnd.ms-htmlhelp", "A help file in a format that Atom does not read.");
    }
    let kind = Kind::from_extension(&hint.ext);
    if let Some(found) = infer::get(head) {
        use infer::MatcherType::{App, Archive, Audio, Book, Doc, Font, Image, Video};
        let mime = found.mime_type();
        match found.matcher_type() {
            Book | Doc => return unsupported(mime, "Atom does not read this format."),
            Image | Audio | Video | Font | Archive => return name_only(mime),
            App => return name_only(mime),
            _ => {}
        }
    }
    match kind {
        Kind::Image => name_only("image/x-unknown"),
        Kind::Audio => name_only("audio/x-unknown"),
        Kind::Video => name_only("video/x-unknown"),
        Kind::Archive => name_only("application/x-archive"),
        Kind::Pdf | Kind::Ebook | Kind::Document | Kind::Spreadsheet | Kind::Presentation | Kind::Email => {
            unsupported("application/octet-stream", "Damaged, or in a format that Atom does not read.")
        }
        _ => unsupported("application/octet-stream", "Atom does not know this format."),
    }
}

/// Decides what a zip container is by its parts.
pub(crate) fn identify_package(package: &mut Package<'_>) -> Result<(PackageFormat, &'static str), Failure> {
    use PackageFormat::{Archive, BinarySheet, Document, Epub, OpenDocument, Sheet, Slides, Unknown, Visio, Xps};
    if package.has("mimetype") {
        let kind = package.part("mimetype")?.unwrap_or_default();
        let kind = String::from_utf8_lossy(&kind).trim().to_owned();
        if kind == "application/epub+zip" {
            return Ok((Epub, "application/epub+zip"));
        }
        let open_document = [
            ("opendocument.text", "application/vnd.oasis.opendocument.text"),
            ("opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
            ("opendocument.presentation", "application/vnd.oasis.opendocument.presentation"),
            ("opendocument.", "application/vnd.oasis.opendocument"),
            ("sun.xml.", "application/vnd.sun.xml"),
        ];
        if let Some((_, mime)) = open_document.into_iter().find(|(part, _)| kind.contains(part)) {
            return Ok((OpenDocument, mime));
        }
    }
    if package.has("META-INF/container.xml") {
        return Ok((Epub, "application/epub+zip"));
    }
    if let Some(types) = package.part("[Content_Types].xml")? {
        let kind = main_content_type(&types);
        const OFFICE: &str = "application/vnd.openxmlformats-officedocument";
        let found = match () {
            () if kind.contains("wordprocessingml") || kind.contains("ms-word") => {
                (Document, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
            }
            () if kind.contains("presentationml") || kind.contains("ms-powerpoint") => {
                (Slides, "application/vnd.openxmlformats-officedocument.presentationml.presentation")
            }
            () if kind.contains("binary.macroenabled") || kind.contains("sheet.binary") => {
                (BinarySheet, "application/vnd.ms-excel.sheet.binary.macroenabled.12")
            }
            () if kind.contains("spreadsheetml") || kind.contains("ms-excel") => {
                (Sheet, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
            }
            () if kind.contains("visio") => (Visio, "application/vnd.ms-visio.drawing"),
            () if package.names().iter().any(|name| name.to_lowercase().ends_with(".fpage")) => {
                (Xps, "application/vnd.ms-xpsdocument")
            }
            () if package.has("word/document.xml") => (Document, OFFICE),
            () if package.has("xl/workbook.xml") => (Sheet, OFFICE),
            () if package.has("ppt/presentation.xml") => (Slides, OFFICE),
            () => (Archive, "application/zip"),
        };
        return Ok(found);
    }
    if package.has("Index/Document.iwa")
        || package.has("Index.zip")
        || package.has("index.xml")
        || package.has("index.apxl")
    {
        return Ok((
            Unknown("A document of Apple's office programs: Atom does not read it."),
            "application/vnd.apple.iwork",
        ));
    }
    if package.has("content.xml") && package.has("meta.xml") {
        return Ok((OpenDocument, "application/vnd.oasis.opendocument"));
    }
    Ok((Archive, "application/zip"))
}

/// The content type of the part that a package is about.
fn main_content_type(types: &[u8]) -> String {
    let mut main = String::new();
    let _ = walk(types, |piece| {
        if let Piece::Start("Override" | "Default", attributes) = piece {
            let kind = attributes.get("ContentType").unwrap_or_default().to_lowercase();
            let is_main = kind.contains(".main") || kind.contains("macroenabled.main") || kind.contains("drawing.main");
            if is_main && main.is_empty() {
                main = kind;
            }
        }
        Walk::On
    });
    main
}

/// Decides what an OLE container is by its streams.
pub(crate) fn identify_container<F: Read + Seek>(
    container: &Container<F>,
    hint: &FileHint,
) -> (ContainerFormat, &'static str) {
    use ContainerFormat::{Encrypted, Outlook, Sheet, Slides, Unknown, Word};
    let found = [
        ("EncryptedPackage", Encrypted, "application/vnd.ms-office.encrypted"),
        ("WordDocument", Word, "application/msword"),
        ("PowerPoint Document", Slides, "application/vnd.ms-powerpoint"),
        ("Workbook", Sheet, "application/vnd.ms-excel"),
        ("Book", Sheet, "application/vnd.ms-excel"),
        ("__properties_version1.0", Outlook, "application/vnd.ms-outlook"),
    ];
    if let Some((_, format, mime)) = found.into_iter().find(|(name, ..)| container.has(name)) {
        return (format, mime);
    }
    match hint.ext.as_str() {
        "msi" => (Unknown("An installer: Atom does not read it."), "application/x-msi"),
        _ => (Unknown("An old Office format that Atom does not read."), "application/x-ole-storage"),
    }
}

fn contains_line(text: &[u8], beginning: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').any(|line| line.starts_with(beginning))
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
