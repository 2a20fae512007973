//! Which formats are read, what is taken from each, and which library does it: the one list that the documentation
//! is made from and the tests go through.

use super::detect::{Format, ZIPS};
use super::languages::LANGUAGES;
use super::texts::TEXTS;
use super::xmlwords::VOCABULARIES;

/// A format that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFormat {
    /// What it belongs to, such as `Office`.
    pub group: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Extensions in lower case without the dot; content decides before they do.
    pub extensions: Vec<&'static str>,
    /// Media types that an [`crate::Outcome`] of it has.
    pub mimes: Vec<&'static str>,
    /// The root element, of XML that is told by it.
    pub root: Option<&'static str>,
    /// What is taken, in plain words.
    pub taken: &'static str,
    /// Who reads it.
    pub reader: &'static str,
}

/// Group, name, extensions, media types, what is taken, who reads it.
type Row = (&'static str, &'static str, &'static [&'static str], &'static [&'static str], &'static str, &'static str);

const OOXML: &str = "own, over zip and quick-xml";
const OWN: &str = "own";

/// Formats that are told by their content.
const ROWS: &[Row] = &[
    (
        "Office",
        "Word",
        &["docx", "dotx", "docm", "dotm"],
        &[
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
            "application/vnd.ms-word.document.macroenabled.12",
            "application/vnd.ms-word.template.macroenabledtemplate",
        ],
        "text, headings, tables, notes, comments, headers, diagrams, embedded documents; title, author, date, keywords",
        OOXML,
    ),
    (
        "Office",
        "PowerPoint",
        &["pptx", "potx", "ppsx", "pptm", "potm", "ppsm"],
        &[
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "application/vnd.openxmlformats-officedocument.presentationml.template",
            "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
            "application/vnd.ms-powerpoint.presentation.macroenabled.12",
            "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
            "application/vnd.ms-powerpoint.template.macroenabled.12",
        ],
        "slides in order, notes, comments, diagrams, embedded documents; title, author, date, keywords",
        OOXML,
    ),
    (
        "Office",
        "Excel",
        &["xlsx", "xltx", "xlsm", "xltm"],
        &[
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
            "application/vnd.ms-excel.sheet.macroenabled.12",
            "application/vnd.ms-excel.template.macroenabled.12",
        ],
        "cells sheet by sheet, comments, text boxes, embedded documents; title, author, date, keywords",
        "calamine; own, over zip and quick-xml",
    ),
    (
        "Office",
        "Excel, binary",
        &["xlsb"],
        &["application/vnd.ms-excel.sheet.binary.macroenabled.12"],
        "cells sheet by sheet; title, author, date",
        "calamine",
    ),
    (
        "Office",
        "Word 6 to 2003",
        &["doc", "dot"],
        &["application/msword"],
        "text, embedded documents; title, author, date, keywords",
        "own, over cfb",
    ),
    (
        "Office",
        "PowerPoint 97 to 2003",
        &["ppt", "pps", "pot"],
        &["application/vnd.ms-powerpoint"],
        "slides; title, author, date, keywords",
        "own, over cfb",
    ),
    (
        "Office",
        "Excel 5 to 2003",
        &["xls", "xlt"],
        &["application/vnd.ms-excel"],
        "cells sheet by sheet, embedded documents; title, author, date",
        "calamine",
    ),
    (
        "Office",
        "Visio",
        &["vsdx", "vstx", "vssx", "vsdm"],
        &["application/vnd.ms-visio.drawing", "application/vnd.ms-visio.template", "application/vnd.ms-visio.stencil"],
        "words of the shapes; title, author, date",
        OOXML,
    ),
    ("Office", "XPS", &["xps", "oxps"], &["application/vnd.ms-xpsdocument"], "pages; title, author, date", OOXML),
    (
        "Office",
        "OpenDocument",
        &["odt", "ott", "ods", "ots", "odp", "otp", "odg", "otg", "odc", "odf", "odm"],
        &[
            "application/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument.text-template",
            "application/vnd.oasis.opendocument.text-master",
            "application/vnd.oasis.opendocument.spreadsheet",
            "application/vnd.oasis.opendocument.spreadsheet-template",
            "application/vnd.oasis.opendocument.presentation",
            "application/vnd.oasis.opendocument.presentation-template",
            "application/vnd.oasis.opendocument.graphics",
            "application/vnd.oasis.opendocument.graphics-template",
            "application/vnd.oasis.opendocument.chart",
            "application/vnd.oasis.opendocument.formula",
        ],
        "text, headings, tables, sheets, slides; title, author, date, keywords",
        OOXML,
    ),
    (
        "Office",
        "OpenOffice 1",
        &["sxw", "sxc", "sxi", "sxd"],
        &[
            "application/vnd.sun.xml.writer",
            "application/vnd.sun.xml.calc",
            "application/vnd.sun.xml.impress",
            "application/vnd.sun.xml.draw",
        ],
        "text, headings, tables; title, author, date",
        OOXML,
    ),
    (
        "Office",
        "Rich text",
        &["rtf"],
        &["application/rtf"],
        "text, embedded documents; title, author, date, subject, keywords",
        OWN,
    ),
    ("Office", "Word 2003 XML", &["xml"], &["application/vnd.ms-word2003+xml"], "text", "own, over quick-xml"),
    (
        "Office",
        "Pages",
        &["pages"],
        &["application/vnd.apple.pages"],
        "text, headers, notes, comments; title, author, keywords of the old form",
        "own, over zip, snap and quick-xml",
    ),
    (
        "Office",
        "Numbers",
        &["numbers"],
        &["application/vnd.apple.numbers"],
        "names of tables and their words",
        "own, over zip, snap and quick-xml",
    ),
    (
        "Office",
        "Keynote",
        &["key"],
        &["application/vnd.apple.keynote"],
        "slides and notes",
        "own, over zip, snap and quick-xml",
    ),
    (
        "Office",
        "Works, Hangul and others in an OLE container",
        &["wps", "hwp", "mpp", "sdw", "sda", "vor"],
        &["application/x-ole-storage"],
        "text of Works and a preview of Hangul; title, author, date, keywords of all",
        "own, over cfb",
    ),
    ("Office", "WordPerfect 5 and later", &["wpd", "wp"], &["application/vnd.wordperfect"], "text", OWN),
    (
        "Office",
        "Lotus 1-2-3",
        &["wk1", "wks", "wk3", "wk4", "123"],
        &["application/vnd.lotus-1-2-3"],
        "labels and numbers",
        OWN,
    ),
    ("Office", "Quattro Pro", &["wq1", "wq2", "wb1", "wb2"], &["application/x-quattro-pro"], "labels and numbers", OWN),
    (
        "PDF and books",
        "PDF",
        &["pdf"],
        &["application/pdf"],
        "pages, scanned ones too, form fields, notes, bookmarks, attached files; title, author, date, subject, keywords",
        "PDFium (pdfium-render), Tesseract for scanned pages",
    ),
    (
        "PDF and books",
        "EPUB",
        &["epub"],
        &["application/epub+zip"],
        "chapters in order; title, author, date, language, publisher",
        "own, over zip and html5ever",
    ),
    (
        "PDF and books",
        "Mobipocket",
        &["mobi", "prc"],
        &["application/x-mobipocket-ebook"],
        "text; title, author, date, language",
        "own, over html5ever",
    ),
    (
        "PDF and books",
        "Kindle",
        &["azw", "azw3"],
        &["application/vnd.amazon.ebook"],
        "text; title, author, date, language",
        "own, over html5ever",
    ),
    (
        "PDF and books",
        "DjVu",
        &["djvu", "djv"],
        &["image/vnd.djvu"],
        "recognised text, bookmarks; title, author, keywords",
        "own, over djvu-bzz",
    ),
    (
        "PDF and books",
        "Compiled help",
        &["chm"],
        &["application/vnd.ms-htmlhelp"],
        "pages; title",
        "own, over lzxd and html5ever",
    ),
    (
        "Mail and people",
        "Message",
        &["eml", "emlx"],
        &["message/rfc822"],
        "head, text, attachments with what is in them; people, date",
        "mail-parser",
    ),
    (
        "Mail and people",
        "Mailbox",
        &["mbox"],
        &["application/mbox"],
        "every message with its attachments",
        "mail-parser",
    ),
    (
        "Mail and people",
        "Outlook message",
        &["msg"],
        &["application/vnd.ms-outlook"],
        "head, text, attachments with what is in them",
        "own, over cfb",
    ),
    (
        "Mail and people",
        "Outlook folders",
        &["pst", "ost"],
        &["application/vnd.ms-outlook-pst"],
        "every message with its attachments; people, dates, folders",
        "outlook-pst",
    ),
    (
        "Mail and people",
        "winmail.dat",
        &["dat", "tnef"],
        &["application/vnd.ms-tnef"],
        "subject, text, attachments with what is in them",
        OWN,
    ),
    ("Mail and people", "Signed message", &["p7m", "p7c"], &["application/pkcs7-mime"], "what was signed; names", OWN),
    ("Mail and people", "Signature", &["p7s"], &["application/pkcs7-signature"], "what was signed; names", OWN),
    (
        "Mail and people",
        "Time-stamped document",
        &["tsd"],
        &["application/timestamped-data"],
        "the document inside; names",
        OWN,
    ),
    ("Mail and people", "Certificate", &["der", "cer", "crt", "p7b"], &["application/pkix-cert"], "names", OWN),
    (
        "Web",
        "Web page in one file",
        &["mhtml", "mht"],
        &["multipart/related"],
        "text and attachments",
        "mail-parser and html5ever",
    ),
    (
        "Web",
        "Safari web archive",
        &["webarchive"],
        &["application/x-webarchive"],
        "pages; address",
        "plist and html5ever",
    ),
    ("Web", "WARC", &["warc"], &["application/warc"], "answered pages under their addresses", "own, over html5ever"),
    ("Web", "SVG", &["svg"], &["image/svg+xml"], "words and titles", "own, over quick-xml"),
    (
        "Notes",
        "OneNote",
        &["one"],
        &["application/onenote"],
        "pages, tables, attached files, recognised words; author, date",
        "onenote_parser",
    ),
    ("Data", "XML", &["xml", "xsd", "wsdl", "config"], &["application/xml"], "as it is", OWN),
    (
        "Data",
        "SQLite",
        &["sqlite", "sqlite3", "db"],
        &["application/vnd.sqlite3"],
        "tables with their columns, words of their rows",
        OWN,
    ),
    ("Data", "Parquet", &["parquet"], &["application/vnd.apache.parquet"], "names of columns, number of rows", OWN),
    ("Data", "dBASE", &["dbf"], &["application/x-dbf"], "columns and rows", OWN),
    ("Data", "Property list, binary", &["plist", "bplist"], &["application/x-bplist"], "keys and values", "plist"),
    ("Archives", "Zip", &["zip"], &["application/zip"], MEMBERS, "zip"),
    ("Archives", "Tar", &["tar"], &["application/x-tar"], MEMBERS, "tar"),
    ("Archives", "Gzip", &["gz", "tgz"], &["application/gzip"], PACKED, "flate2"),
    ("Archives", "Bzip2", &["bz2", "tbz2"], &["application/x-bzip2"], PACKED, "bzip2"),
    ("Archives", "XZ", &["xz", "txz"], &["application/x-xz"], PACKED, "lzma-rust2"),
    ("Archives", "LZMA", &["lzma", "tlz"], &["application/x-lzma"], PACKED, "lzma-rust2"),
    ("Archives", "Lzip", &["lz"], &["application/x-lzip"], PACKED, "lzma-rust2"),
    ("Archives", "Zstandard", &["zst", "tzst"], &["application/zstd"], PACKED, "ruzstd"),
    ("Archives", "Snappy", &["sz"], &["application/x-snappy-framed"], PACKED, "snap"),
    ("Archives", "Compress", &["Z"], &["application/x-compress"], PACKED, OWN),
    ("Archives", "7z", &["7z"], &["application/x-7z-compressed"], MEMBERS, "sevenz-rust2"),
    (
        "Archives",
        "RAR",
        &["rar"],
        &["application/vnd.rar"],
        "names of the members, each of a known kind as a file of its own",
        OWN,
    ),
    ("Archives", "ISO 9660", &["iso"], &["application/x-iso9660-image"], MEMBERS, OWN),
    ("Archives", "Debian package", &["deb"], &["application/vnd.debian.binary-package"], MEMBERS, OWN),
    ("Archives", "Unix archive", &["a", "ar"], &["application/x-archive"], MEMBERS, OWN),
    ("Archives", "Cpio", &["cpio"], &["application/x-cpio"], MEMBERS, OWN),
    ("Archives", "RPM package", &["rpm"], &["application/x-rpm"], "name, version, summary, description", OWN),
    ("Pictures", "JPEG", &["jpg", "jpeg"], &["image/jpeg"], SCAN, SCAN_READERS),
    ("Pictures", "PNG", &["png"], &["image/png"], "text in the picture; text chunks, size, EXIF, XMP", SCAN_READERS),
    ("Pictures", "GIF", &["gif"], &["image/gif"], "text in the picture; comments, size, XMP", "own, Tesseract"),
    (
        "Pictures",
        "TIFF and raw pictures of cameras",
        &["tif", "tiff", "dng", "nef", "arw", "cr2"],
        &["image/tiff"],
        SCAN,
        SCAN_READERS,
    ),
    ("Pictures", "WebP", &["webp"], &["image/webp"], SCAN, SCAN_READERS),
    ("Pictures", "HEIC", &["heic"], &["image/heic"], PICTURE, "kamadak-exif and own"),
    ("Pictures", "HEIF", &["heif"], &["image/heif"], PICTURE, "kamadak-exif and own"),
    ("Pictures", "AVIF", &["avif"], &["image/avif"], PICTURE, "kamadak-exif and own"),
    ("Pictures", "JPEG 2000", &["jp2", "jpx"], &["image/jp2"], "size, XMP", OWN),
    ("Pictures", "Photoshop", &["psd"], &["image/vnd.adobe.photoshop"], "size, XMP, IPTC", OWN),
    ("Pictures", "BMP", &["bmp"], &["image/bmp"], "text in the picture; size", "own, Tesseract"),
    ("Pictures", "Icon", &["ico"], &["image/x-icon"], "size", OWN),
    ("Pictures", "PCX", &["pcx"], &["image/vnd.zbrush.pcx"], "size", OWN),
    ("Pictures", "InDesign", &["indd"], &["application/x-indesign"], "XMP", OWN),
    ("Pictures", "EMF", &["emf"], &["image/emf"], "words of the drawing; description", OWN),
    ("Pictures", "WMF", &["wmf"], &["image/wmf"], "words of the drawing", OWN),
    ("Pictures", "QOI", &["qoi"], &["image/qoi"], "size", OWN),
    ("Sound and video", "MP3", &["mp3"], &["audio/mpeg"], SOUND, "lofty"),
    ("Sound and video", "FLAC", &["flac"], &["audio/flac"], SOUND, "lofty"),
    ("Sound and video", "Ogg", &["ogg", "oga"], &["audio/ogg"], SOUND, "lofty"),
    ("Sound and video", "Opus", &["opus"], &["audio/opus"], SOUND, "lofty"),
    ("Sound and video", "WAV", &["wav"], &["audio/wav"], SOUND, "lofty"),
    ("Sound and video", "AIFF", &["aiff", "aif"], &["audio/aiff"], SOUND, "lofty"),
    ("Sound and video", "AAC in MP4", &["m4a", "m4b"], &["audio/mp4"], SOUND, "lofty"),
    ("Sound and video", "Monkey's Audio", &["ape"], &["audio/x-ape"], SOUND, "lofty"),
    ("Sound and video", "WavPack", &["wv"], &["audio/x-wavpack"], SOUND, "lofty"),
    ("Sound and video", "Musepack", &["mpc"], &["audio/x-musepack"], SOUND, "lofty"),
    ("Sound and video", "MIDI", &["mid", "midi"], &["audio/midi"], "names of tracks, words of songs", OWN),
    ("Sound and video", "MP4", &["mp4", "m4v"], &["video/mp4"], VIDEO, "lofty and own"),
    ("Sound and video", "QuickTime", &["mov"], &["video/quicktime"], VIDEO, "lofty and own"),
    ("Sound and video", "3GP", &["3gp"], &["video/3gpp"], VIDEO, "lofty and own"),
    ("Sound and video", "Matroska", &["mkv", "mka"], &["video/x-matroska"], VIDEO, OWN),
    ("Sound and video", "WebM", &["webm"], &["video/webm"], VIDEO, OWN),
    ("Sound and video", "AVI", &["avi"], &["video/x-msvideo"], VIDEO, OWN),
    ("Sound and video", "Windows Media", &["wmv", "wma", "asf"], &["video/x-ms-asf"], VIDEO, OWN),
    ("Fonts", "TrueType", &["ttf"], &["font/ttf"], FONT, OWN),
    ("Fonts", "OpenType", &["otf"], &["font/otf"], FONT, OWN),
    ("Fonts", "Font collection", &["ttc"], &["font/collection"], FONT, OWN),
];

const MEMBERS: &str = "each member as a file of its own, names of those of unknown kinds";
const PACKED: &str = "what is packed, as if it lay there unpacked; each member of a packed tar as a file of its own";
const PICTURE: &str = "size, camera, lens, time and place, description, keywords, people, author (EXIF, XMP, IPTC)";
const SCAN: &str =
    "text in the picture; size, camera, lens, time and place, description, keywords, people, author (EXIF, XMP, IPTC)";
const SCAN_READERS: &str = "kamadak-exif and own, Tesseract";
const SOUND: &str = "title, artist, album, genre, year, comment, words of the song, length";
const VIDEO: &str = "title, author, tags, time and place, camera, chapters, size, length, as far as it says";
const FONT: &str = "name, family, maker, licence";

/// Every format that is read.
pub fn known_formats() -> Vec<KnownFormat> {
    let rows = ROWS.iter().map(|&(group, name, extensions, mimes, taken, reader)| KnownFormat {
        group,
        name,
        extensions: extensions.to_vec(),
        mimes: mimes.to_vec(),
        root: None,
        taken,
        reader,
    });
    let zips = ZIPS.iter().map(|&(ext, mime, name)| KnownFormat {
        group: "Archives",
        name,
        extensions: vec![ext],
        mimes: vec![mime],
        root: None,
        taken: MEMBERS,
        reader: "zip",
    });
    let vocabularies = VOCABULARIES.iter().map(|vocabulary| KnownFormat {
        group: "XML",
        name: vocabulary.root(),
        extensions: Vec::new(),
        mimes: vec![vocabulary.mime],
        root: Some(vocabulary.root()),
        taken: "words, headings, title, author, date, language, as far as the vocabulary has them",
        reader: "own, over quick-xml",
    });
    let texts = TEXTS.iter().map(|text| {
        let (group, taken, reader) = told(text.format);
        let (extensions, mimes) = (text.extensions.to_vec(), vec![text.mime]);
        KnownFormat { group, name: text.name, extensions, mimes, root: None, taken, reader }
    });
    let languages = LANGUAGES.iter().map(|&(name, mime, extensions)| KnownFormat {
        group: "Source code",
        name,
        extensions: extensions.to_vec(),
        mimes: vec![mime],
        root: None,
        taken: "as it is; definitions at the margin as sections",
        reader: OWN,
    });
    rows.chain(zips).chain(vocabularies).chain(texts).chain(languages).collect()
}

/// Group, what is taken and who reads it, of a format that is text.
const fn told(format: Format) -> (&'static str, &'static str, &'static str) {
    match format {
        Format::Markdown => {
            ("Text", "as it is; headings as sections, title, author, date, tags, links between notes", OWN)
        }
        Format::Org | Format::Rst | Format::AsciiDoc => {
            ("Text", "as it is; headings as sections, title, author, date, tags", OWN)
        }
        Format::Tex => ("Text", "words without commands; headings as sections, title, author", OWN),
        Format::Dxf => ("Pictures", "words of the drawing", OWN),
        Format::PostScript => ("Pictures", "as it is; title, author, date", OWN),
        Format::Subtitles => ("Subtitles", "what is said, without times; every five minutes a section", OWN),
        Format::Calendar => ("Mail and people", "events with time, place and people", OWN),
        Format::Contacts => ("Mail and people", "names, addresses, notes", OWN),
        Format::Html => ("Web", "words as they are seen; headings, title, author, language, description", "html5ever"),
        Format::Notebook => ("Notes", "cells and their output; headings", "serde_json"),
        Format::FlatOdf => ("Office", "text, headings, tables; title, author, date", "own, over quick-xml"),
        _ => ("Text", "as it is", OWN),
    }
}

#[cfg(test)]
mod tests {
    use super::{KnownFormat, known_formats};
    use std::collections::{BTreeMap, BTreeSet};
    use std::fmt::Write;
    use std::path::Path;

    /// The page of the documentation.
    fn page() -> String {
        let formats = known_formats();
        let mimes: BTreeSet<_> = formats.iter().flat_map(|format| &format.mimes).collect();
        let mut page = format!(
            "# Formats\n\n\
             What Atom reads, what it takes from each format, and who reads it.\n\
             Content decides what a file is, its extension only where content does not tell.\n\
             A file of any other format is found by its name.\n\n\
             {} media types.\n\n\
             Made from `atom-extract/src/formats/catalogue.rs`; to renew it: `ATOM_BLESS=1 cargo test -p atom-extract catalogue`.\n",
            mimes.len()
        );
        let mut groups: BTreeMap<&str, Vec<&KnownFormat>> = BTreeMap::new();
        for format in &formats {
            groups.entry(format.group).or_default().push(format);
        }
        for (group, formats) in groups {
            write!(page, "\n## {group}\n\n| Format | Extensions | Media types | What is taken | Read by |\n|---|---|---|---|---|\n").unwrap();
            for format in formats {
                let KnownFormat { name, taken, reader, .. } = format;
                let name = format.root.map_or_else(|| (*name).to_owned(), |root| format!("`<{root}>`"));
                let extensions = format.extensions.join(", ");
                let mimes: Vec<String> = format.mimes.iter().map(|mime| format!("`{mime}`")).collect();
                writeln!(page, "| {name} | {extensions} | {} | {taken} | {reader} |", mimes.join(" ")).unwrap();
            }
        }
        page
    }

    #[test]
    fn page_of_the_documentation_is_fresh() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats.md");
        if std::env::var_os("ATOM_BLESS").is_some() {
            std::fs::write(&path, page()).unwrap();
        }
        let stale = "docs/formats.md is stale; renew it with ATOM_BLESS=1 cargo test -p atom-extract catalogue";
        assert!(std::fs::read_to_string(path).unwrap_or_default() == page(), "{stale}");
    }

    #[test]
    fn there_are_enough_media_types() {
        let formats = known_formats();
        let mimes: BTreeSet<_> = formats.iter().flat_map(|format| &format.mimes).collect();
        assert!(mimes.len() >= 130, "{}", mimes.len());
        let without_code: BTreeSet<_> =
            formats.iter().filter(|format| format.group != "Source code").flat_map(|format| &format.mimes).collect();
        assert!(without_code.len() >= 130, "{}", without_code.len());
    }
}
