//! What a file is: by its first bytes or its parts, then by its name.

use super::compressed::{Packing, is_tar};
use super::drawing::metafile;
use super::legacy;
use super::mail::FOXMAIL;
use super::mobi::is_book;
use super::package::Package;
use super::tables::is_lotus;
use super::texts::{by_extension, language_of};
use super::tnef::is_package;
use super::xml::{Piece, Walk, walk};
use super::xmlwords::{Vocabulary, root_of, vocabulary};
use crate::draft::Failure;
use crate::encoding::{decode, looks_like_text};
use crate::outcome::{FileHint, Outcome};
use atom_core::Kind;
use std::borrow::Cow;
use std::io::{Read, Seek};

/// A format that is read from all of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Source,
    Markdown,
    Org,
    Rst,
    AsciiDoc,
    Tex,
    Subtitles,
    Calendar,
    Contacts,
    Html,
    Pdf,
    Rtf,
    Message,
    Mailbox,
    Notebook,
    FlatOdf,
    XmlWords,
    /// XML of a known vocabulary.
    Vocabulary(&'static Vocabulary),
    /// SVG: its words, if it has any.
    Picture,
    Font,
    Ar,
    Cpio,
    Rpm,
    Sqlite,
    Dbf,
    Lotus,
    Plist,
    Book,
    Help,
    Signed,
    Warc,
    Midi,
    OneNote,
    WordPerfect,
    Djvu,
    Tnef,
    Dxf,
    Metafile,
    PostScript,
}

/// A format that is looked up at its place in the file, of which not all is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seekable {
    Picture,
    Sound,
    Mp4,
    Matroska,
    Avi,
    WindowsMedia,
    Packed(Packing),
    Tar,
    SevenZip,
    Iso,
    Rar,
    /// Mail folders of Outlook.
    Folders,
    Parquet,
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
    /// Pages, Numbers and Keynote.
    IWork,
    Archive,
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
#[expect(clippy::large_enum_variant, reason = "one at a time, and never kept")]
pub(crate) enum Detected {
    /// Read it as that, with that media type.
    Read(Format, &'static str),
    /// Look into it, with that media type.
    Look(Seekable, &'static str),
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
    if let Some(found) = archive(head, hint) {
        return found;
    }
    if matches!(hint.ext.as_str(), "p7m" | "p7s" | "tsd")
        && let Some(found) = data(head, hint)
    {
        return found;
    }
    if head.starts_with(FOXMAIL) {
        return Detected::Read(Format::Mailbox, "application/mbox");
    }
    if head.get(..1024).map_or(head.starts_with(b"%PDF-"), |start| contains(start, b"%PDF-")) {
        return Detected::Read(Format::Pdf, "application/pdf");
    }
    if head.trim_ascii_start().starts_with(b"{\\rtf") {
        return Detected::Read(Format::Rtf, "application/rtf");
    }
    if looks_like_text(head) { text(head, hint) } else { binary(head, hint) }
}

/// Archives and packed files, some of which look like text.
fn archive(head: &[u8], hint: &FileHint) -> Option<Detected> {
    use Packing::{Bzip2, Compress, Gzip, Lzip, Lzma, Snappy, Xz, Zstd};
    let packings: [(&[u8], Packing, &str); 7] = [
        (b"\x1f\x8b", Gzip, "application/gzip"),
        (b"BZh", Bzip2, "application/x-bzip2"),
        (b"\xfd7zXZ\0", Xz, "application/x-xz"),
        (b"\x28\xb5\x2f\xfd", Zstd, "application/zstd"),
        (b"LZIP", Lzip, "application/x-lzip"),
        (b"\xff\x06\0\0sNaPpY", Snappy, "application/x-snappy-framed"),
        (b"\x1f\x9d", Compress, "application/x-compress"),
    ];
    if let Some((_, packing, mime)) = packings.into_iter().find(|(mark, ..)| head.starts_with(mark)) {
        return Some(Detected::Look(Seekable::Packed(packing), mime));
    }
    if matches!(hint.ext.as_str(), "lzma" | "tlz") && head.first() == Some(&0x5d) {
        return Some(Detected::Look(Seekable::Packed(Lzma), "application/x-lzma"));
    }
    let found = match () {
        () if head.starts_with(b"7z\xbc\xaf\x27\x1c") => {
            Detected::Look(Seekable::SevenZip, "application/x-7z-compressed")
        }
        () if head.starts_with(b"Rar!\x1a\x07") => Detected::Look(Seekable::Rar, "application/vnd.rar"),
        () if head.starts_with(b"!<arch>\ndebian") => {
            Detected::Read(Format::Ar, "application/vnd.debian.binary-package")
        }
        () if head.starts_with(b"!<arch>\n") => Detected::Read(Format::Ar, "application/x-archive"),
        () if [&b"070701"[..], b"070702", b"070707", b"\xc7\x71", b"\x71\xc7"]
            .iter()
            .any(|mark| head.starts_with(mark)) =>
        {
            Detected::Read(Format::Cpio, "application/x-cpio")
        }
        () if head.starts_with(b"\xed\xab\xee\xdb") => Detected::Read(Format::Rpm, "application/x-rpm"),
        () if head.get(0x8001..0x8006) == Some(b"CD001") => {
            Detected::Look(Seekable::Iso, "application/x-iso9660-image")
        }
        () if is_tar(head) => Detected::Look(Seekable::Tar, "application/x-tar"),
        () => return None,
    };
    Some(found)
}

fn text(head: &[u8], hint: &FileHint) -> Detected {
    use Format::{FlatOdf, Html, Mailbox, Message, Picture, Text, XmlWords};
    let decoded = decode(head.get(..4096).unwrap_or(head), None);
    let lower = decoded.to_ascii_lowercase();
    let start = lower.trim_start().as_bytes();
    let ext = hint.ext.as_str();
    let kind = Kind::from_extension(ext);
    let is_xml = start.starts_with(b"<?xml");
    if is_xml {
        if contains(start, b"office:document") {
            let (_, mime) = by_extension(ext)
                .filter(|(format, _)| *format == FlatOdf)
                .unwrap_or((FlatOdf, "application/vnd.oasis.opendocument.flat"));
            return Detected::Read(FlatOdf, mime);
        }
        if contains(start, b"w:worddocument") {
            return Detected::Read(XmlWords, "application/vnd.ms-word2003+xml");
        }
        if contains(start, b"<svg") {
            return Detected::Read(Picture, "image/svg+xml");
        }
    }
    if ext == "svg" {
        return Detected::Read(Picture, "image/svg+xml");
    }
    if start.starts_with(b"<")
        && (is_xml || kind != Kind::Web)
        && let Some(vocabulary) = root_of(decoded.trim_start()).and_then(vocabulary)
    {
        return Detected::Read(Format::Vocabulary(vocabulary), vocabulary.mime);
    }
    if is_xml && contains(start, b"mso-application") {
        return Detected::Read(XmlWords, "application/xml");
    }
    if ext == "webarchive" && is_xml {
        return Detected::Read(Format::Plist, "application/x-webarchive");
    }
    if start.starts_with(b"warc/") {
        return Detected::Read(Format::Warc, "application/warc");
    }
    if start.starts_with(b"begin:vcalendar") {
        let mime = if ext == "vcs" { "text/x-vcalendar" } else { "text/calendar" };
        return Detected::Read(Format::Calendar, mime);
    }
    if start.starts_with(b"begin:vcard") {
        return Detected::Read(Format::Contacts, "text/vcard");
    }
    if matches!(kind, Kind::Email | Kind::Other | Kind::Text | Kind::Web) {
        if start.starts_with(b"from ") && (contains_line(start, b"from:") || contains_line(start, b"received:")) {
            return Detected::Read(Mailbox, "application/mbox");
        }
        if matches!(ext, "mhtml" | "mht") {
            return Detected::Read(Message, "multipart/related");
        }
        if matches!(ext, "eml" | "emlx") || is_message(start) {
            return Detected::Read(Message, "message/rfc822");
        }
    }
    let is_source = (language_of(ext).is_some() || kind == Kind::Markdown) && ext != "vue" && ext != "svelte";
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") || (!is_source && contains(start, b"<html"))
    {
        let is_xhtml = matches!(ext, "xhtml" | "xht");
        return Detected::Read(Html, if is_xhtml { "application/xhtml+xml" } else { "text/html" });
    }
    if is_xml && !matches!(kind, Kind::Web) {
        return Detected::Read(Text, language_of(ext).unwrap_or("application/xml"));
    }
    match by_extension(ext) {
        Some((FlatOdf, _)) | None if kind == Kind::Web => Detected::Read(Html, "text/html"),
        // Not what its name says, or it would have been found by what it begins with.
        Some((FlatOdf, _)) | None => Detected::Read(Text, bare_name(&hint.name).unwrap_or("text/plain")),
        Some((format, mime)) => Detected::Read(format, mime),
    }
}

/// Files of code that are known by their whole name.
fn bare_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "Makefile" | "GNUmakefile" | "makefile" => "text/x-makefile",
        "Dockerfile" | "Containerfile" => "text/x-dockerfile",
        "CMakeLists.txt" => "text/x-cmake",
        "Gemfile" | "Rakefile" => "text/x-ruby",
        _ => return None,
    })
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
    if let Some(mime) = metafile(head) {
        return Detected::Read(Format::Metafile, mime);
    }
    if let Some(found) = media(head) {
        return found;
    }
    if let Some(found) = data(head, hint) {
        return found;
    }
    let kind = Kind::from_extension(&hint.ext);
    if let Some(found) = infer::get(head) {
        use infer::MatcherType::{App, Archive, Audio, Book, Doc, Font, Image, Video};
        let mime = found.mime_type();
        match found.matcher_type() {
            Book | Doc => return unsupported(mime, "Atom does not read this format."),
            Image => return Detected::Look(Seekable::Picture, mime),
            Audio => return Detected::Look(Seekable::Sound, mime),
            Video | Font | Archive | App => return name_only(mime),
            _ => {}
        }
    }
    match kind {
        Kind::Image => Detected::Look(Seekable::Picture, "image/x-unknown"),
        Kind::Audio => Detected::Look(Seekable::Sound, "audio/x-unknown"),
        Kind::Video => name_only("video/x-unknown"),
        Kind::Archive => name_only("application/x-archive"),
        Kind::Pdf | Kind::Ebook | Kind::Document | Kind::Spreadsheet | Kind::Presentation | Kind::Email => {
            unsupported("application/octet-stream", "Damaged, or in a format that Atom does not read.")
        }
        _ => unsupported("application/octet-stream", "Atom does not know this format."),
    }
}

/// Databases, tables, books and other documents that are no text.
fn data(head: &[u8], hint: &FileHint) -> Option<Detected> {
    let ext = hint.ext.as_str();
    let (format, mime) = match () {
        () if head.starts_with(b"SQLite format 3\0") => (Format::Sqlite, "application/vnd.sqlite3"),
        () if head.starts_with(b"ITSF") => (Format::Help, "application/vnd.ms-htmlhelp"),
        () if is_book(head) => {
            let mime = if matches!(ext, "azw" | "azw3") {
                "application/vnd.amazon.ebook"
            } else {
                "application/x-mobipocket-ebook"
            };
            (Format::Book, mime)
        }
        () if head.starts_with(b"bplist0") => {
            (Format::Plist, if ext == "webarchive" { "application/x-webarchive" } else { "application/x-bplist" })
        }
        () if head.starts_with(b"!BDN") => {
            return Some(Detected::Look(Seekable::Folders, "application/vnd.ms-outlook-pst"));
        }
        () if head.starts_with(b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3") => {
            (Format::OneNote, "application/onenote")
        }
        () if head.starts_with(b"AT&TFORM") => (Format::Djvu, "image/vnd.djvu"),
        () if is_package(head) => (Format::Tnef, "application/vnd.ms-tnef"),
        () if head.starts_with(b"\xffWPC") => (Format::WordPerfect, "application/vnd.wordperfect"),
        () if head.starts_with(b"PAR1") || head.starts_with(b"PARE") => {
            return Some(Detected::Look(Seekable::Parquet, "application/vnd.apache.parquet"));
        }
        () if head.starts_with(b"\x06\x06\xed\xf5") => {
            return Some(Detected::Look(Seekable::Picture, "application/x-indesign"));
        }
        () if ext == "pcx" && matches!(head, [0x0a, 0..=5, 1, ..]) => {
            return Some(Detected::Look(Seekable::Picture, "image/vnd.zbrush.pcx"));
        }
        () if head.starts_with(b"MThd") => (Format::Midi, "audio/midi"),
        () if head.starts_with(b"WARC/") => (Format::Warc, "application/warc"),
        () if ext == "dbf" && matches!(head.first(), Some(0x03 | 0x30 | 0x31 | 0x83 | 0x8b | 0xf5)) => {
            (Format::Dbf, "application/x-dbf")
        }
        () if is_lotus(head) && matches!(ext, "wk1" | "wks" | "wk3" | "wk4" | "123") => {
            (Format::Lotus, "application/vnd.lotus-1-2-3")
        }
        () if is_lotus(head) && matches!(ext, "wq1" | "wq2" | "wb1" | "wb2") => {
            (Format::Lotus, "application/x-quattro-pro")
        }
        () if matches!(head, [0x30, 0x80..=0x84, ..]) => match ext {
            "p7m" | "p7c" | "p7z" => (Format::Signed, "application/pkcs7-mime"),
            "p7s" => (Format::Signed, "application/pkcs7-signature"),
            "tsd" => (Format::Signed, "application/timestamped-data"),
            "der" | "cer" | "crt" | "p7b" => (Format::Signed, "application/pkix-cert"),
            _ => return None,
        },
        () => return None,
    };
    Some(Detected::Read(format, mime))
}

/// Pictures, sound, video and fonts, by what they begin with.
fn media(head: &[u8]) -> Option<Detected> {
    use Seekable::{Avi, Matroska, Mp4, Picture, Sound, WindowsMedia};
    let brand = if head.get(4..8) == Some(b"ftyp") { head.get(8..12).unwrap_or_default() } else { b"" };
    let riff = if head.starts_with(b"RIFF") { head.get(8..12).unwrap_or_default() } else { b"" };
    let (look, mime) = match () {
        () if head.starts_with(b"\x89PNG\r\n\x1a\n") => (Picture, "image/png"),
        () if head.starts_with(b"\xff\xd8\xff") => (Picture, "image/jpeg"),
        () if head.starts_with(b"GIF8") => (Picture, "image/gif"),
        () if head.starts_with(b"8BPS") => (Picture, "image/vnd.adobe.photoshop"),
        () if head.starts_with(b"BM") && head.get(6..10) == Some(&[0; 4]) => (Picture, "image/bmp"),
        () if head.starts_with(b"qoif") => (Picture, "image/qoi"),
        () if head.starts_with(b"\0\0\x01\0") && head.get(5) == Some(&0) => (Picture, "image/x-icon"),
        () if riff == b"WEBP" => (Picture, "image/webp"),
        () if riff == b"WAVE" => (Sound, "audio/wav"),
        () if riff == b"AVI " => (Avi, "video/x-msvideo"),
        () if matches!(brand, b"avif" | b"avis") => (Picture, "image/avif"),
        () if matches!(brand, b"heic" | b"heix" | b"hevc" | b"heim" | b"heis") => (Picture, "image/heic"),
        () if matches!(brand, b"mif1" | b"msf1") => (Picture, "image/heif"),
        () if matches!(brand, b"M4A " | b"M4B " | b"M4P ") => (Sound, "audio/mp4"),
        () if brand == b"qt  " => (Mp4, "video/quicktime"),
        () if brand.starts_with(b"3gp") => (Mp4, "video/3gpp"),
        () if brand.starts_with(b"jp2") || brand.starts_with(b"jpx") => (Picture, "image/jp2"),
        () if brand.starts_with(b"jxl") => (Picture, "image/jxl"),
        () if matches!(brand, b"crx ") => (Picture, "image/x-canon-cr3"),
        () if !brand.is_empty() => (Mp4, "video/mp4"),
        () if head.starts_with(b"fLaC") => (Sound, "audio/flac"),
        () if head.starts_with(b"OggS") => {
            (Sound, if contains(head.get(..64).unwrap_or(head), b"OpusHead") { "audio/opus" } else { "audio/ogg" })
        }
        () if head.starts_with(b"FORM") && matches!(head.get(8..12), Some(b"AIFF" | b"AIFC")) => (Sound, "audio/aiff"),
        () if head.starts_with(b"MAC ") => (Sound, "audio/x-ape"),
        () if head.starts_with(b"wvpk") => (Sound, "audio/x-wavpack"),
        () if head.starts_with(b"MPCK") || head.starts_with(b"MP+") => (Sound, "audio/x-musepack"),
        () if head.starts_with(b"ID3") => (Sound, "audio/mpeg"),
        () if head.starts_with(b"\x1a\x45\xdf\xa3") => (
            Matroska,
            if contains(head.get(..64).unwrap_or(head), b"webm") { "video/webm" } else { "video/x-matroska" },
        ),
        () if head.starts_with(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11") => (WindowsMedia, "video/x-ms-asf"),
        () if head.starts_with(b"\0\x01\0\0\0") || head.starts_with(b"true\0") => {
            return Some(Detected::Read(Format::Font, "font/ttf"));
        }
        () if head.starts_with(b"OTTO") => return Some(Detected::Read(Format::Font, "font/otf")),
        () if head.starts_with(b"ttcf") => return Some(Detected::Read(Format::Font, "font/collection")),
        () => return None,
    };
    Some(Detected::Look(look, mime))
}

/// Decides what a zip container is by its parts.
pub(crate) fn identify_package(package: &mut Package<'_>, hint: &FileHint) -> Result<(PackageFormat, String), Failure> {
    let (format, mime) = identify(package, hint)?;
    Ok((format, mime.into_owned()))
}

fn identify(package: &mut Package<'_>, hint: &FileHint) -> Result<(PackageFormat, Cow<'static, str>), Failure> {
    use PackageFormat::{Archive, Epub, IWork, OpenDocument};
    if package.has("mimetype") {
        let kind = package.part("mimetype")?.unwrap_or_default();
        let kind = String::from_utf8_lossy(&kind).trim().to_owned();
        if kind == "application/epub+zip" {
            return Ok((Epub, Cow::Borrowed("application/epub+zip")));
        }
        if kind.starts_with("application/vnd.oasis.opendocument.") || kind.starts_with("application/vnd.sun.xml.") {
            let kind = kind.get(..kind.floor_char_boundary(100)).unwrap_or_default().to_owned();
            return Ok((OpenDocument, Cow::Owned(kind)));
        }
    }
    if package.has("META-INF/container.xml") {
        return Ok((Epub, Cow::Borrowed("application/epub+zip")));
    }
    if let Some(types) = package.part("[Content_Types].xml")? {
        return Ok(office(package, &main_content_type(&types)));
    }
    let names = package.names();
    let old = |name: &str| names.iter().any(|found| found == name || found.strip_suffix(".gz") == Some(name));
    if names.iter().any(|name| name.starts_with("Index/") && name.ends_with(".iwa"))
        || old("Index.zip")
        || old("index.apxl")
        || old("index.xml")
    {
        let mime = match hint.ext.as_str() {
            "numbers" => "application/vnd.apple.numbers",
            "key" => "application/vnd.apple.keynote",
            "pages" => "application/vnd.apple.pages",
            _ if old("index.apxl") || names.iter().any(|name| name.starts_with("Index/Slide")) => {
                "application/vnd.apple.keynote"
            }
            _ if names.iter().any(|name| name.starts_with("Index/Tables/")) => "application/vnd.apple.numbers",
            _ => "application/vnd.apple.pages",
        };
        return Ok((IWork, Cow::Borrowed(mime)));
    }
    if package.has("content.xml") && package.has("meta.xml") {
        return Ok((OpenDocument, Cow::Borrowed("application/vnd.oasis.opendocument")));
    }
    let mime = ZIPS.iter().find(|(ext, ..)| *ext == hint.ext).map_or("application/zip", |(_, mime, _)| *mime);
    Ok((Archive, Cow::Borrowed(mime)))
}

/// Archives under another name: extension, media type, what people call them.
pub(crate) const ZIPS: &[(&str, &str, &str)] = &[
    ("jar", "application/java-archive", "Java archive"),
    ("war", "application/x-java-war", "Java web application"),
    ("apk", "application/vnd.android.package-archive", "Android app"),
    ("ipa", "application/x-ios-app", "iOS app"),
    ("whl", "application/x-wheel+zip", "Python wheel"),
    ("kmz", "application/vnd.google-earth.kmz", "Packed map (KMZ)"),
    ("cbz", "application/vnd.comicbook+zip", "Comic book"),
    ("xpi", "application/x-xpinstall", "Firefox extension"),
    ("nupkg", "application/x-nupkg", "NuGet package"),
    ("wacz", "application/wacz", "Web archive (WACZ)"),
    ("oxt", "application/vnd.openofficeorg.extension", "OpenOffice extension"),
    ("mxl", "application/vnd.recordare.musicxml", "Packed MusicXML"),
    ("xlz", "application/x-xliff+zip", "Packed XLIFF"),
    ("3mf", "model/3mf", "3MF model"),
    ("sketch", "application/x-sketch", "Sketch drawing"),
    ("idml", "application/vnd.adobe.indesign-idml-package", "InDesign exchange"),
    ("apkg", "application/x-anki-package", "Anki cards"),
    ("h5p", "application/x-h5p+zip", "H5P lesson"),
];

/// What a package of Office Open XML is, by the content type of its main part.
fn office(package: &Package<'_>, kind: &str) -> (PackageFormat, Cow<'static, str>) {
    use PackageFormat::{Archive, BinarySheet, Document, Sheet, Slides, Visio, Xps};
    const OFFICE: &str = "application/vnd.openxmlformats-officedocument";
    let main = || {
        let main = kind.strip_suffix(".main+xml").or_else(|| kind.strip_suffix(".main")).unwrap_or(kind);
        let main = main.get(..main.floor_char_boundary(120)).unwrap_or_default().to_owned();
        Cow::Owned(if main.ends_with("macroenabled") { main + ".12" } else { main })
    };
    match () {
        () if kind.contains("wordprocessingml") || kind.contains("ms-word") => (Document, main()),
        () if kind.contains("presentationml") || kind.contains("ms-powerpoint") => (Slides, main()),
        () if kind.contains("binary.macroenabled") || kind.contains("sheet.binary") => {
            (BinarySheet, Cow::Borrowed("application/vnd.ms-excel.sheet.binary.macroenabled.12"))
        }
        () if kind.contains("spreadsheetml") || kind.contains("ms-excel") => (Sheet, main()),
        () if kind.contains("visio") => (Visio, main()),
        () if package.names().iter().any(|name| name.to_lowercase().ends_with(".fpage")) => {
            (Xps, Cow::Borrowed("application/vnd.ms-xpsdocument"))
        }
        () if package.has("word/document.xml") => (Document, Cow::Borrowed(OFFICE)),
        () if package.has("xl/workbook.xml") => (Sheet, Cow::Borrowed(OFFICE)),
        () if package.has("ppt/presentation.xml") => (Slides, Cow::Borrowed(OFFICE)),
        () => (Archive, Cow::Borrowed("application/zip")),
    }
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
    container: &legacy::Container<F>,
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
