//! Every media type that the catalogue promises: a small file of it goes through a real worker and comes back with
//! text or facts under that very type.

use crate::fixtures::{docx, epub, odf, package, pdf};
use crate::support::{pdfium, pool, read};
use atom_extract::{Limits, Outcome, known_formats};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};

/// Media types that no fixture is built for here; most are met by the folder of sample documents.
const WITHOUT_FIXTURE: &[&str] = &[
    "application/msword",
    "application/onenote",
    "application/vnd.ms-excel",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "application/vnd.ms-htmlhelp",
    "application/vnd.ms-outlook",
    "application/vnd.ms-outlook-pst",
    "application/vnd.ms-powerpoint",
    "application/x-ole-storage",
    "audio/flac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/opus",
    "audio/x-ape",
    "audio/x-musepack",
    "audio/x-wavpack",
];

/// Files by name, with the media type each must come back with.
type Files = BTreeMap<String, (String, Vec<u8>)>;

fn add(files: &mut Files, name: &str, mime: &str, content: impl Into<Vec<u8>>) {
    assert!(files.insert(name.to_owned(), (mime.to_owned(), content.into())).is_none(), "{name} twice");
}

/// A sample of a format that is text, by its media type.
fn sample(mime: &str) -> &'static str {
    match mime {
        "application/x-ipynb+json" => "{\"cells\":[{\"cell_type\":\"code\",\"source\":\"words\"}]}",
        "text/html" | "application/xhtml+xml" => "<html><p>words</html>",
        "text/calendar" | "text/x-vcalendar" => {
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:words\nEND:VEVENT\nEND:VCALENDAR\n"
        }
        "text/vcard" => "BEGIN:VCARD\nFN:words\nEND:VCARD\n",
        "application/x-subrip" => "1\n00:00:01,000 --> 00:00:02,000\nwords\n",
        _ if mime.ends_with("-flat-xml") => {
            "<?xml version='1.0'?><office:document><text:p>words</text:p></office:document>"
        }
        "image/vnd.dxf" => "0\nTEXT\n1\nwords\n",
        "application/xslt+xml" | "application/xml" => "<?xml version='1.0'?><a>words</a>",
        _ => "words in a file\nand in another line\n",
    }
}

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], kind, body].concat()
}

fn add_office(files: &mut Files) {
    const OFFICE: &str = "application/vnd.openxmlformats-officedocument";
    let mut office = |name: &str, mime: &str, parts: &[(&str, &str)]| {
        let kind = mime.strip_suffix(".12").unwrap_or(mime);
        let types = format!("<Types><Override ContentType='{kind}.main+xml'/></Types>");
        let parts: Vec<(&str, &str)> =
            [("[Content_Types].xml", types.as_str())].into_iter().chain(parts.iter().copied()).collect();
        add(files, name, mime, package(&parts));
    };
    let word = [(
        "word/document.xml",
        "<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>words</w:t></w:r></w:p></w:body></w:document>",
    )];
    office("a.dotx", &format!("{OFFICE}.wordprocessingml.template"), &word);
    office("a.docm", "application/vnd.ms-word.document.macroenabled.12", &word);
    office("a.dotm", "application/vnd.ms-word.template.macroenabledtemplate", &word);
    let slides = [
        ("ppt/presentation.xml", "<p:presentation/>"),
        (
            "ppt/slides/slide1.xml",
            "<p:sld xmlns:p='p' xmlns:a='a'><p:sp><a:p><a:r><a:t>words</a:t></a:r></a:p></p:sp></p:sld>",
        ),
    ];
    for (name, mime) in [("a.pptx", "presentation"), ("a.potx", "template"), ("a.ppsx", "slideshow")] {
        office(name, &format!("{OFFICE}.presentationml.{mime}"), &slides);
    }
    for (name, mime) in [("a.pptm", "presentation"), ("a.ppsm", "slideshow"), ("a.potm", "template")] {
        office(name, &format!("application/vnd.ms-powerpoint.{mime}.macroenabled.12"), &slides);
    }
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let root = format!(
        "<Relationships><Relationship Id='r1' Type='{relations}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
    );
    let book =
        format!("<workbook xmlns:r='{relations}'><sheets><sheet name='S' sheetId='1' r:id='r1'/></sheets></workbook>");
    let inner = format!(
        "<Relationships><Relationship Id='r1' Type='{relations}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>"
    );
    let sheet = [
        ("_rels/.rels", root.as_str()),
        ("xl/workbook.xml", book.as_str()),
        ("xl/_rels/workbook.xml.rels", inner.as_str()),
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet><sheetData><row r='1'><c r='A1'><v>1200.5</v></c></row></sheetData></worksheet>",
        ),
    ];
    office("a.xlsx", &format!("{OFFICE}.spreadsheetml.sheet"), &sheet);
    office("a.xltx", &format!("{OFFICE}.spreadsheetml.template"), &sheet);
    office("a.xlsm", "application/vnd.ms-excel.sheet.macroenabled.12", &sheet);
    office("a.xltm", "application/vnd.ms-excel.template.macroenabled.12", &sheet);
    let visio =
        [("visio/pages/page1.xml", "<PageContents><Shapes><Shape><Text>words</Text></Shape></Shapes></PageContents>")];
    for kind in ["drawing", "template", "stencil"] {
        office(&format!("{kind}.vsdx"), &format!("application/vnd.ms-visio.{kind}"), &visio);
    }
    add(
        files,
        "a.docx",
        &format!("{OFFICE}.wordprocessingml.document"),
        docx("<w:p><w:r><w:t>words</w:t></w:r></w:p>"),
    );
    add(
        files,
        "a.xps",
        "application/vnd.ms-xpsdocument",
        package(&[
            ("[Content_Types].xml", "<Types/>"),
            ("Documents/1/Pages/1.fpage", "<FixedPage><Glyphs UnicodeString='words'/></FixedPage>"),
        ]),
    );
    for kind in ["text", "spreadsheet", "presentation", "graphics", "chart", "formula"] {
        let body = "<text:p>words</text:p>";
        add(files, &format!("{kind}.odf"), &format!("application/vnd.oasis.opendocument.{kind}"), odf(kind, body, ""));
        if !matches!(kind, "chart" | "formula") {
            let kind = format!("{kind}-template");
            add(
                files,
                &format!("{kind}.odf"),
                &format!("application/vnd.oasis.opendocument.{kind}"),
                odf(&kind, body, ""),
            );
        }
    }
    add(
        files,
        "a.odm",
        "application/vnd.oasis.opendocument.text-master",
        odf("text-master", "<text:p>words</text:p>", ""),
    );
    for kind in ["writer", "calc", "impress", "draw"] {
        let mime = format!("application/vnd.sun.xml.{kind}");
        let content = "<office:document-content><text:p>words</text:p></office:document-content>";
        add(files, &format!("{kind}.sxw"), &mime, package(&[("mimetype", &mime), ("content.xml", content)]));
    }
    let old = "<sl:document xmlns:sf='f'><sf:text-body><sf:p>words</sf:p></sf:text-body></sl:document>";
    for (name, mime) in [("a.pages", "pages"), ("a.numbers", "numbers"), ("a.key", "keynote")] {
        let part = if mime == "keynote" { "index.apxl" } else { "index.xml" };
        add(files, name, &format!("application/vnd.apple.{mime}"), package(&[(part, old)]));
    }
    let mut perfect = b"\xffWPC\x10\0\0\0\x01\x0a".to_vec();
    perfect.extend_from_slice(&[2, 0, 0, 0, 0, 0]);
    perfect.extend_from_slice(b"words");
    add(files, "a.wpd", "application/vnd.wordperfect", perfect);
    add(files, "a.rtf", "application/rtf", "{\\rtf1 words}");
    add(
        files,
        "word.xml",
        "application/vnd.ms-word2003+xml",
        "<?xml version='1.0'?><w:wordDocument><w:t>words</w:t></w:wordDocument>",
    );
    let lotus = [&[0, 0, 2, 0, 6, 4, 0x0f, 0, 12, 0, 0, 0, 0, 0, 0][..], b"'words\0"].concat();
    add(files, "a.wk1", "application/vnd.lotus-1-2-3", lotus.clone());
    add(files, "a.wq1", "application/x-quattro-pro", lotus);
    add(files, "a.epub", "application/epub+zip", epub());
    if pdfium().is_some() {
        add(files, "a.pdf", "application/pdf", pdf(&["words"]));
    }
}

/// A book of one record.
fn mobi() -> Vec<u8> {
    let mut head = vec![0u8; 16 + 232];
    head[1] = 1;
    head[9] = 1;
    head[16..20].copy_from_slice(b"MOBI");
    head[20..24].copy_from_slice(&232u32.to_be_bytes());
    head[28..32].copy_from_slice(&65_001u32.to_be_bytes());
    let mut bytes = vec![0u8; 78];
    bytes[60..68].copy_from_slice(b"BOOKMOBI");
    bytes[77] = 2;
    for offset in [94, 94 + head.len()] {
        bytes.extend_from_slice(&u32::try_from(offset).unwrap().to_be_bytes());
        bytes.extend_from_slice(&[0; 4]);
    }
    bytes.extend(head);
    bytes.extend_from_slice(b"<p>words");
    bytes
}

/// A database of one table with one row.
fn sqlite() -> Vec<u8> {
    let mut bytes = vec![0u8; 1024];
    bytes[..16].copy_from_slice(b"SQLite format 3\0");
    bytes[16..18].copy_from_slice(&512u16.to_be_bytes());
    bytes[59] = 1;
    let statement = b"CREATE TABLE words(a)";
    let mut row = vec![6, 23, 23, 23, 1, u8::try_from(statement.len() * 2 + 13).unwrap()];
    row.extend_from_slice(b"tablewordswords");
    row.push(2);
    row.extend_from_slice(statement);
    for (start, head, row) in [(0, 100, row), (512, 0, [&[2, 23][..], b"a row"].concat())] {
        let cell = [&[u8::try_from(row.len()).unwrap(), 1][..], &row].concat();
        let at = 512 - cell.len();
        bytes[start + at..start + 512].copy_from_slice(&cell);
        bytes[start + head] = 13;
        bytes[start + head + 4] = 1;
        bytes[start + head + 8..start + head + 10].copy_from_slice(&u16::try_from(at).unwrap().to_be_bytes());
    }
    bytes
}

fn add_mail_and_data(files: &mut Files) {
    add(files, "a.eml", "message/rfc822", "From: a@b.c\nTo: d@e.f\nSubject: S\n\nwords");
    add(files, "a.mbox", "application/mbox", "From a@b.c Mon\nFrom: a@b.c\nSubject: S\n\nwords\n");
    add(files, "a.mhtml", "multipart/related", "From: a\nSubject: S\nContent-Type: text/html\n\n<p>words");
    let signed = [&[0x30, 16, 0x13, 5][..], b"words", &[0x0c, 7], b"a name\0"].concat();
    let signed = [&[0x30, 0x81, 18][..], &signed].concat();
    for (name, mime) in [
        ("a.p7m", "application/pkcs7-mime"),
        ("a.p7s", "application/pkcs7-signature"),
        ("a.tsd", "application/timestamped-data"),
        ("a.cer", "application/pkix-cert"),
    ] {
        add(files, name, mime, signed.clone());
    }
    add(
        files,
        "a.warc",
        "application/warc",
        "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://example.org/\r\nContent-Length: 5\r\n\r\nwords\r\n\r\n",
    );
    add(files, "a.svg", "image/svg+xml", "<svg><text>words</text></svg>");
    add(files, "a.xml", "application/xml", sample("application/xml"));
    add(files, "a.sqlite", "application/vnd.sqlite3", sqlite());
    let mut dbf = vec![0u8; 65];
    (dbf[0], dbf[4], dbf[8], dbf[10], dbf[48], dbf[64]) = (3, 1, 65, 6, 5, 0x0d);
    dbf[32..36].copy_from_slice(b"NAME");
    dbf.extend_from_slice(b" words");
    let foot = [&[0x15, 2, 0x19, 0x2c, 0x48, 1][..], b"s", &[0, 0x48, 5], b"words", &[0, 0x16, 14, 0]].concat();
    let length = u32::try_from(foot.len()).unwrap().to_le_bytes();
    add(files, "a.parquet", "application/vnd.apache.parquet", [&b"PAR1"[..], &foot, &length, b"PAR1"].concat());
    add(files, "a.dbf", "application/x-dbf", dbf);
    let mut list = plist::Dictionary::new();
    list.insert("key".to_owned(), plist::Value::String("words".to_owned()));
    let mut binary = Vec::new();
    plist::Value::Dictionary(list).to_writer_binary(&mut binary).unwrap();
    add(files, "a.plist", "application/x-bplist", binary);
    let archive = "<?xml version='1.0'?><plist><dict><key>WebMainResource</key><dict><key>WebResourceMIMEType</key><string>text/html</string><key>WebResourceData</key><data>PHA+d29yZHM8L3A+</data></dict></dict></plist>";
    add(files, "a.webarchive", "application/x-webarchive", archive);
    let page = [&b"DJVUTXTa\0\0\0\x08\0\0\x05words"[..], b"INFO\0\0\0\0"].concat();
    let length = u32::try_from(page.len()).unwrap().to_be_bytes();
    add(files, "a.djvu", "image/vnd.djvu", [&b"AT&TFORM"[..], &length, &page].concat());
    let tnef = b"\x78\x9f\x3e\x22\x01\0\x01\x0c\x80\x02\0\x06\0\0\0words\0\0\0";
    add(files, "winmail.dat", "application/vnd.ms-tnef", tnef.to_vec());
    add(files, "a.mobi", "application/x-mobipocket-ebook", mobi());
    add(files, "a.azw3", "application/vnd.amazon.ebook", mobi());
}

fn add_archives(files: &mut Files) {
    for format in known_formats().iter().filter(|format| format.group == "Archives" && format.reader == "zip") {
        let ext = format.extensions[0];
        add(files, &format!("a.{ext}"), format.mimes[0], package(&[("words.txt", "words")]));
    }
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(5);
    tar.append_data(&mut header, "words.txt", &b"words"[..]).unwrap();
    add(files, "a.tar", "application/x-tar", tar.into_inner().unwrap());
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(b"words").unwrap();
    add(files, "a.txt.gz", "application/gzip", gz.finish().unwrap());
    let mut bz2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz2.write_all(b"words").unwrap();
    add(files, "a.txt.bz2", "application/x-bzip2", bz2.finish().unwrap());
    let mut snappy = snap::write::FrameEncoder::new(Vec::new());
    snappy.write_all(b"words").unwrap();
    add(files, "a.txt.sz", "application/x-snappy-framed", snappy.into_inner().unwrap());
    // One raw block, the last.
    let zst = [&[0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0x29, 0, 0][..], b"words"].concat();
    add(files, "a.txt.zst", "application/zstd", zst);
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    xz.write_all(b"words").unwrap();
    add(files, "a.txt.xz", "application/x-xz", xz.finish().unwrap());
    let mut lzip = lzma_rust2::LzipWriter::new(Vec::new(), lzma_rust2::LzipOptions::with_preset(1));
    lzip.write_all(b"words").unwrap();
    add(files, "a.txt.lz", "application/x-lzip", lzip.finish().unwrap());
    let options = lzma_rust2::LzmaOptions::with_preset(1);
    let mut lzma = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, Some(5)).unwrap();
    lzma.write_all(b"words").unwrap();
    add(files, "a.txt.lzma", "application/x-lzma", lzma.finish().unwrap());
    let mut sevenz = sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    sevenz.push_archive_entry(sevenz_rust2::ArchiveEntry::new_file("words.txt"), Some(&b"words"[..])).unwrap();
    add(files, "a.7z", "application/x-7z-compressed", sevenz.finish().unwrap().into_inner());
    let codes = b"words".iter().enumerate().fold(0u64, |bits, (index, &code)| bits | u64::from(code) << (index * 9));
    add(files, "a.txt.Z", "application/x-compress", [&[0x1f, 0x9d, 0x90][..], &codes.to_le_bytes()[..6]].concat());
    let member = |name: &str| format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\nwords\n", 0, 0, 0, 644, 5);
    add(files, "a.ar", "application/x-archive", format!("!<arch>\n{}", member("words.txt")));
    add(files, "a.deb", "application/vnd.debian.binary-package", format!("!<arch>\n{}", member("debian-binary")));
    let cpio = |name: &str, body: &str| {
        let mut entry = format!("070701{}{:08x}", "0".repeat(48), body.len());
        entry.push_str(&"0".repeat(32));
        entry.push_str(&format!("{:08x}{:08x}{name}\0", name.len() + 1, 0));
        entry.push_str(&"\0".repeat(entry.len().next_multiple_of(4) - entry.len()));
        entry.push_str(body);
        entry.push_str(&"\0".repeat(entry.len().next_multiple_of(4) - entry.len()));
        entry
    };
    add(files, "a.cpio", "application/x-cpio", cpio("words.txt", "words") + &cpio("TRAILER!!!", ""));
    let mut rar = b"Rar!\x1a\x07\0".to_vec();
    rar.extend_from_slice(&[0, 0, 0x73, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0]);
    let mut file = vec![0u8; 32];
    (file[2], file[5], file[26]) = (0x74, 41, 9);
    file.extend_from_slice(b"words.txt");
    rar.extend(file);
    add(files, "a.rar", "application/vnd.rar", rar);
    let header = |entries: u32, store: u32| {
        [&b"\x8e\xad\xe8\x01\0\0\0\0"[..], &entries.to_be_bytes(), &store.to_be_bytes()].concat()
    };
    let entry = [1004u32, 6, 0, 1].map(u32::to_be_bytes).concat();
    let rpm = [&b"\xed\xab\xee\xdb"[..], &[0; 92], &header(0, 0), &header(1, 6), &entry, b"words\0"].concat();
    add(files, "a.rpm", "application/x-rpm", rpm);
    add(files, "a.iso", "application/x-iso9660-image", iso());
}

/// An image of one file.
fn iso() -> Vec<u8> {
    let mut image = vec![0u8; 20 * 2048];
    let entry = |name: &[u8], sector: u32, size: u32, flags: u8| {
        let mut entry = vec![0u8; 33];
        entry[2..6].copy_from_slice(&sector.to_le_bytes());
        entry[10..14].copy_from_slice(&size.to_le_bytes());
        entry[25] = flags;
        entry[32] = u8::try_from(name.len()).unwrap();
        entry.extend_from_slice(name);
        entry[0] = u8::try_from(entry.len()).unwrap();
        entry
    };
    let volume = 16 * 2048;
    image[volume] = 1;
    image[volume + 1..volume + 6].copy_from_slice(b"CD001");
    image[volume + 156..volume + 190].copy_from_slice(&entry(&[0], 18, 2048, 2));
    image[17 * 2048] = 255;
    let file = entry(b"WORDS.TXT;1", 19, 5, 0);
    image[18 * 2048..18 * 2048 + file.len()].copy_from_slice(&file);
    image[19 * 2048..19 * 2048 + 5].copy_from_slice(b"words");
    image
}

fn add_pictures(files: &mut Files) {
    add(
        files,
        "a.jpg",
        "image/jpeg",
        b"\xff\xd8\xff\xfe\0\x07words\xff\xc0\0\x0b\x08\0\x08\0\x10\x01\0\0\0\xff\xda".to_vec(),
    );
    add(
        files,
        "a.png",
        "image/png",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0abcd".to_vec(),
    );
    add(files, "a.gif", "image/gif", b"GIF89a\x10\0\x08\0\0\0\0\x21\xfe\x05words\0".to_vec());
    let tiff =
        b"II*\0\x08\0\0\0\x02\0\0\x01\x03\0\x01\0\0\0\x10\0\0\0\x01\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0".to_vec();
    add(files, "a.tif", "image/tiff", tiff);
    add(files, "a.webp", "image/webp", b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x07\0\0".to_vec());
    for (brand, name) in [(b"heic", "heic"), (b"mif1", "heif"), (b"avif", "avif")] {
        let extent = boxed(b"ispe", &[0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 8]);
        add(files, &format!("a.{name}"), &format!("image/{name}"), [boxed(b"ftyp", brand), extent].concat());
    }
    let header = boxed(b"ihdr", &[0, 0, 0, 8, 0, 0, 0, 16]);
    add(files, "a.jp2", "image/jp2", [boxed(b"ftyp", b"jp2 "), header].concat());
    add(
        files,
        "a.psd",
        "image/vnd.adobe.photoshop",
        b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x08\0\0\0\x10\0\x08\0\x03".to_vec(),
    );
    add(
        files,
        "a.bmp",
        "image/bmp",
        b"BM\x40\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x10\0\0\0\x08\0\0\0\x01\0\x18\0".to_vec(),
    );
    add(files, "a.ico", "image/x-icon", b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x68\0\0\0\x16\0\0\0".to_vec());
    let wmf = [&b"\x01\0\x09\0\0\x03"[..], &[0; 12], &[7, 0, 0, 0, 0x21, 5, 5, 0], b"words\0"].concat();
    add(files, "a.wmf", "image/wmf", wmf);
    let mut emf = vec![0u8; 160];
    (emf[0], emf[4], emf[100], emf[104], emf[144], emf[148]) = (1, 100, 84, 60, 2, 52);
    emf[40..44].copy_from_slice(b" EMF");
    emf[152..156].copy_from_slice(b"h\0i\0");
    add(files, "a.emf", "image/emf", emf);
    add(files, "a.pcx", "image/vnd.zbrush.pcx", vec![0x0a, 5, 1, 8, 0, 0, 0, 0, 15, 0, 7, 0, 0, 0, 0xff, 0]);
    let xmp = b"\x06\x06\xed\xf5\0<x:xmpmeta><rdf:Description photoshop:City='Ulm'/></x:xmpmeta>";
    add(files, "a.indd", "application/x-indesign", xmp.to_vec());
    add(files, "a.qoi", "image/qoi", b"qoif\0\0\0\x10\0\0\0\x08\x03\0".to_vec());
}

fn add_sound_and_fonts(files: &mut Files) {
    let mut wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\x04\0\0\0\0\0\0\0LIST\x12\0\0\0INFOINAM\x06\0\0\0A song".to_vec();
    let size = u32::try_from(wav.len() - 8).unwrap();
    wav[4..8].copy_from_slice(&size.to_le_bytes());
    add(files, "a.wav", "audio/wav", wav);
    let rate = [0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0];
    let common = [&[0, 1, 0, 0, 0, 1, 0, 16][..], &rate].concat();
    // Lengths of chunks do not count their own heads.
    let chunk = |kind: &[u8], body: &[u8]| [kind, &u32::try_from(body.len()).unwrap().to_be_bytes(), body].concat();
    let chunks =
        [&b"AIFF"[..], &chunk(b"COMM", &common), &chunk(b"SSND", &[0; 10]), &chunk(b"NAME", b"A song")].concat();
    add(files, "a.aiff", "audio/aiff", chunk(b"FORM", &chunks));
    add(files, "a.mid", "audio/midi", b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0a\0\xff\x03\x06A song".to_vec());
    let title = boxed(b"udta", &boxed(b"\xa9nam", b"\0\x05\x15\xc7words"));
    for (brand, name, mime) in
        [(b"isom", "a.mp4", "video/mp4"), (b"qt  ", "a.mov", "video/quicktime"), (b"3gp4", "a.3gp", "video/3gpp")]
    {
        add(files, name, mime, [boxed(b"ftyp", brand), boxed(b"moov", &title)].concat());
    }
    for (kind, name, mime) in [("matroska", "a.mkv", "video/x-matroska"), ("webm", "a.webm", "video/webm")] {
        let kind = [&[0x42, 0x82, 0x80 | u8::try_from(kind.len()).unwrap()][..], kind.as_bytes()].concat();
        let mut bytes = [&b"\x1a\x45\xdf\xa3"[..], &[0x80 | u8::try_from(kind.len()).unwrap()], &kind].concat();
        bytes.extend_from_slice(
            b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\x15\x49\xa9\x66\x88\x7b\xa9\x85words",
        );
        add(files, name, mime, bytes);
    }
    add(files, "a.avi", "video/x-msvideo", b"RIFF\x20\0\0\0AVI LIST\x10\0\0\0INFOINAM\x06\0\0\0A film\0\0".to_vec());
    let words: Vec<u8> = "words".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let body = [&[10, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &words].concat();
    let mut asf =
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c\0\0\0\0\0\0\0\0\x01\0\0\0\x01\x02".to_vec();
    asf.extend_from_slice(b"\x33\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c");
    asf.extend_from_slice(&(body.len() as u64 + 24).to_le_bytes());
    asf.extend(body);
    add(files, "a.wmv", "video/x-ms-asf", asf);
    let font = |mark: &[u8], at: u32| {
        let mut font = [mark, &[0, 1, 0, 0, 0, 0, 0, 0]].concat();
        font.extend_from_slice(b"name\0\0\0\0");
        font.extend_from_slice(&(at + 28).to_be_bytes());
        font.extend_from_slice(&[0, 0, 0, 40]);
        font.extend_from_slice(&[0, 0, 0, 1, 0, 18, 0, 1, 0, 0, 0, 0, 0, 4, 0, 5, 0, 0]);
        font.extend_from_slice(b"words\0\0\0");
        font
    };
    add(files, "a.ttf", "font/ttf", font(b"\0\x01\0\0", 0));
    add(files, "a.otf", "font/otf", font(b"OTTO", 0));
    add(
        files,
        "a.ttc",
        "font/collection",
        [&b"ttcf\0\x01\0\0\0\0\0\x01\0\0\0\x10"[..], &font(b"\0\x01\0\0", 16)].concat(),
    );
}

#[test]
fn every_promised_media_type_yields_something() {
    let mut files = Files::new();
    add_office(&mut files);
    add_mail_and_data(&mut files);
    add_archives(&mut files);
    add_pictures(&mut files);
    add_sound_and_fonts(&mut files);
    for format in known_formats() {
        if let Some(root) = format.root {
            let xml = format!("<?xml version='1.0'?><{root}><title>words</title><p>more</p></{root}>");
            add(&mut files, &format!("{root}.data"), format.mimes[0], xml);
        }
        let is_text = matches!(format.group, "Source code" | "Text" | "Subtitles")
            || format
                .mimes
                .iter()
                .all(|mime| !files.values().any(|(known, _)| known == mime) && !WITHOUT_FIXTURE.contains(mime));
        if is_text && format.root.is_none() && format.mimes != ["application/pdf"] {
            for ext in &format.extensions {
                add(&mut files, &format!("text.{ext}"), format.mimes[0], sample(format.mimes[0]));
            }
        }
    }
    let extractor = pool(Limits::default(), 2);
    let mut proven = BTreeSet::new();
    let mut failures = Vec::new();
    for (name, (mime, content)) in &files {
        match read(&extractor, name, content) {
            Outcome::Text(found) if found.mime == *mime && !found.text.is_empty() => {
                proven.insert(mime.clone());
            }
            other => failures.push(format!("{name} should be {mime}: {other:?}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let promised: BTreeSet<String> =
        known_formats().iter().flat_map(|format| &format.mimes).map(|mime| (*mime).to_owned()).collect();
    let missing: Vec<_> = promised
        .difference(&proven)
        .filter(|mime| {
            let is_left_out = WITHOUT_FIXTURE.contains(&mime.as_str());
            !is_left_out && (mime.as_str() != "application/pdf" || pdfium().is_some())
        })
        .collect();
    assert!(missing.is_empty(), "promised and not shown: {missing:?}");
    println!("{} media types of {} yield text or facts", proven.len(), promised.len());
    assert!(proven.len() >= 130);
}
