//! Every format end to end, and the attacks on it.

use crate::fixtures::{docx, epub, odf, package, pdf, pptx, xlsx};
use crate::support::{pdfium, pool, read};
use atom_core::ItemState;
use atom_extract::{ArchiveLimits, Extracted, Extractor, Limits, Member, MemberState, Outcome};
use std::io::Write;

const DATE: i64 = 1_709_208_000_000;

fn extracted(extractor: &Extractor, name: &str, content: &[u8]) -> Extracted {
    match read(extractor, name, content) {
        Outcome::Text(extracted) => extracted,
        other => panic!("{name}: no text but {other:?}"),
    }
}

fn headings(extracted: &Extracted) -> Vec<(&str, &str)> {
    let line = |start: usize| extracted.text[start..].lines().next().unwrap_or_default();
    extracted.sections.iter().map(|section| (section.heading.as_str(), line(section.start))).collect()
}

fn assert_described(extracted: &Extracted) {
    assert_eq!(extracted.title.as_deref(), Some("A title"));
    assert_eq!(extracted.author.as_deref(), Some("A. Person"));
    assert_eq!(extracted.created_ms, Some(DATE));
}

#[test]
fn docx_is_read_with_headings_tables_and_notes() {
    let body = "<w:p><w:pPr><w:pStyle w:val='berschrift1'/></w:pPr><w:r><w:t>The he</w:t></w:r><w:r><w:t>ading</w:t></w:r></w:p>\
        <w:p><w:r><w:t xml:space='preserve'>one &amp; </w:t><w:tab/><w:t>two</w:t><w:instrText>PAGE</w:instrText></w:r></w:p>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        <mc:AlternateContent><mc:Choice><w:p><w:r><w:t>once</w:t></w:r></w:p></mc:Choice><mc:Fallback><w:p><w:r><w:t>once</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>";
    let found = extracted(&pool(Limits::default(), 1), "a.docx", &docx(body));
    assert_described(&found);
    assert_eq!(found.text, "The heading\n\none & \ttwo\n\na\tb\n\nonce\n\na footnote");
    assert_eq!(headings(&found), [("The heading", "The heading")]);
    assert!(found.mime.ends_with("wordprocessingml.document"));
}

#[test]
fn content_decides_before_the_name() {
    let extractor = pool(Limits::default(), 1);
    let found = extracted(&extractor, "wrong.txt", &docx("<w:p><w:r><w:t>words</w:t></w:r></w:p>"));
    assert_eq!(found.text, "words\n\na footnote");
    assert_eq!(extracted(&extractor, "wrong.docx", b"just text").text, "just text");
    assert_eq!(extracted(&extractor, "page", b"<!DOCTYPE html><title>T</title><p>x").title.as_deref(), Some("T"));
}

#[test]
fn slides_are_read_in_order_with_notes() {
    let found = extracted(&pool(Limits::default(), 1), "a.pptx", &pptx());
    assert_described(&found);
    assert_eq!(found.text, "First\n\nthe beginning\n\nremember this\n\nLast\n\nthe end");
    assert_eq!(headings(&found), [("First", "First"), ("Last", "Last")]);
}

#[test]
fn sheets_are_read_cell_by_cell() {
    let rows = "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1'><v>1200.5</v></c></row>\
        <row r='1048576'><c r='XFD1048576' t='s'><v>1</v></c></row>";
    let found = extracted(&pool(Limits::default(), 1), "a.xlsx", &xlsx(rows));
    assert_described(&found);
    assert_eq!(found.text, "Budget\nRent & heat\t1200.5\nFood");
    assert_eq!(headings(&found), [("Budget", "Budget")]);
    assert_eq!(extracted(&pool(Limits::default(), 1), "a.xlsx", &xlsx("")).text, "Budget");
}

#[test]
fn open_documents_are_read() {
    let extractor = pool(Limits::default(), 1);
    let body = "<text:h text:outline-level='1'>The heading</text:h><text:p>one<text:s/>two <text:span>three</text:span></text:p>\
        <text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:p>a<text:line-break/>b</text:p>";
    let found = extracted(&extractor, "a.odt", &odf("text", body, ""));
    assert_described(&found);
    assert_eq!(found.text, "The heading\none two three\n\na\nb");
    assert_eq!(headings(&found), [("The heading", "The heading")]);

    let body = "<table:table table:name='Budget'><table:table-row><table:table-cell><text:p>Rent</text:p></table:table-cell>\
        <table:table-cell table:number-columns-repeated='16000'/><table:table-cell><text:p>1,200</text:p></table:table-cell></table:table-row>\
        <table:table-row table:number-rows-repeated='1000000'><table:table-cell/></table:table-row></table:table>";
    let found = extracted(&extractor, "a.ods", &odf("spreadsheet", body, ""));
    assert_eq!(found.text, "Rent\t1,200");
    assert_eq!(headings(&found), [("Budget", "Rent\t1,200")]);

    let flat = "<?xml version='1.0'?><office:document><office:meta><meta:initial-creator>A. Person</meta:initial-creator>\
        <dc:creator>B. Person</dc:creator></office:meta><text:p>words</text:p></office:document>";
    let found = extracted(&extractor, "a.fodt", flat.as_bytes());
    assert_eq!((found.author.as_deref(), found.people), (Some("A. Person"), vec!["B. Person".to_owned()]));

    let locked = odf("text", "garbage", "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>");
    assert_eq!(read(&extractor, "a.odt", &locked).state(), ItemState::Encrypted);
}

#[test]
fn book_is_read_in_reading_order() {
    let found = extracted(&pool(Limits::default(), 1), "a.epub", &epub());
    assert_eq!(found.title.as_deref(), Some("A book"));
    assert_eq!(found.text, "Chapter 1\n\nbefore\n\nChapter 2\n\nand after");
    assert_eq!(headings(&found), [("Chapter 1", "Chapter 1"), ("Chapter 2", "Chapter 2")]);
}

#[test]
fn pdf_is_read_page_by_page_or_said_to_be_unsupported() {
    let extractor = pool(Limits::default(), 1);
    let outcome = read(&extractor, "a.pdf", &pdf(&["Hello there", "Second page"]));
    if pdfium().is_none() {
        assert_eq!(outcome.state(), ItemState::Unsupported);
        println!("skipped: no PDF library");
        return;
    }
    let Outcome::Text(found) = outcome else { panic!("{outcome:?}") };
    assert_described(&found);
    assert_eq!(found.text, "Hello there\n\nSecond page");
    assert_eq!(headings(&found), [("Page 1", "Hello there"), ("Page 2", "Second page")]);
    assert_eq!(read(&extractor, "a.pdf", b"%PDF-1.7 and nothing more").state(), ItemState::Unreadable);
    let empty = extracted(&extractor, "a.pdf", &pdf(&[""]));
    assert_eq!((empty.text.as_str(), empty.only_facts), ("Title: A title\nAuthor: A. Person", true));
}

#[test]
fn notebooks_mail_and_data_are_read() {
    let extractor = pool(Limits::default(), 1);
    let check = |name: &str, content: &[u8], expect: &str| {
        let found = extracted(&extractor, name, content);
        assert_eq!(found.text, expect, "{name}");
    };
    let notebook = br##"{"cells":[{"cell_type":"markdown","source":["# Title\n","words"]},
        {"cell_type":"code","source":"print(1)","outputs":[{"text":["1\n"]},{"data":{"image/png":"AAAA"}}]}]}"##;
    check("a.ipynb", notebook, "# Title\nwords\n\nprint(1)\n\n1");
    check("a.eml", b"Subject: S\nFrom: a@b.c\nTo: d@e.f\n\nbody", "Subject: S\nFrom: a@b.c\nTo: d@e.f\n\nbody");
    check(
        "message",
        b"Received: x\nSubject: S\nFrom: a@b.c\nTo: d@e.f\n\nbody",
        "Subject: S\nFrom: a@b.c\nTo: d@e.f\n\nbody",
    );
    let foxmail = b"\x10\x10\x10\x10\x10\x10\x10\x11\x11\x11\x11\x11\x11S\r\nSubject: S\r\n\r\nbody";
    check("in.box", foxmail, "Subject: S\n\nbody");
    check("a.csv", b"a;b\n1;2\n", "a;b\n1;2");
    check("a.json", b"{\"a\": 1}", "{\"a\": 1}");
    check("a.xml", b"<?xml version='1.0'?><a>b</a>", "<?xml version='1.0'?><a>b</a>");
    check("a.rs", b"fn main() {\n    a();\n}\n", "fn main() {\n    a();\n}");
    check("a.rtf", b"{\\rtf1 rich}", "rich");
    check("a.srt", b"1\n00:00 --> 00:01\nsaid\n", "said");
    check("a.svg", b"<svg><path d='M0 0'/><text>label</text></svg>", "label");
}

#[test]
fn every_file_has_a_state_and_a_reason() {
    let extractor = pool(Limits::default(), 1);
    let check = |name: &str, content: &[u8], state: ItemState| {
        let outcome = read(&extractor, name, content);
        assert_eq!(outcome.state(), state, "{name} {outcome:?}");
        assert!(outcome.reason().is_some_and(|reason| reason.ends_with('.')), "{name} {outcome:?}");
    };
    check("empty.txt", b"", ItemState::Empty);
    check("blank.txt", b" \n\t\n", ItemState::Empty);
    check("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ItemState::NameOnly);
    check("drawing.svg", b"<svg><path d='M0 0'/></svg>", ItemState::NameOnly);
    check("archive.tar.gz", b"\x1f\x8b\x08\0\0\0\0\0", ItemState::Unreadable);
    check("program", &[&b"\x7fELF\x02\x01\x01"[..], &[0; 64]].concat(), ItemState::NameOnly);
    check("data.qqq", b"\0\x01\x02\x03\0\0\xff\xfe\0", ItemState::Unsupported);
    check("cut.docx", &docx("")[..200], ItemState::Unreadable);
    check("broken.rtf", b"\0\0\0\0", ItemState::Unsupported);
    check(
        "hollow.docx",
        &package(&[("[Content_Types].xml", "<Types><Override ContentType='x.wordprocessingml.main+xml'/></Types>")]),
        ItemState::Unreadable,
    );
}

#[test]
fn limits_are_kept() {
    let limits = Limits { max_text: 10, max_plain_file: 100, ..Limits::default() };
    let extractor = pool(limits, 1);
    let found = extracted(&extractor, "a.txt", b"0123456789abc");
    assert_eq!((found.text.as_str(), found.truncated), ("0123456789", true));
    assert!(read(&extractor, "a.txt", b"0123456789abc").reason().is_some());
    assert_eq!(read(&extractor, "a.txt", &[b'a'; 101]).state(), ItemState::TooLarge);
}

#[test]
fn zip_bombs_are_refused() {
    let archive = ArchiveLimits { expanded: 4 << 20, part: 3 << 20, ratio: 100, ratio_from: 1024, entries: 20 };
    let extractor = pool(Limits { archive, ..Limits::default() }, 1);
    let check = |what: &str, content: &[u8], state: ItemState| {
        let outcome = read(&extractor, "a.docx", content);
        assert_eq!(outcome.state(), state, "{what}: {outcome:?}");
    };
    let words = |count: usize| format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "a".repeat(count));
    check("too dense", &docx(&words(2 << 20)), ItemState::TooLarge);
    check("too large", &docx(&words(4 << 20)), ItemState::TooLarge);
    let many: Vec<String> = (0..30).map(|number| format!("part{number}")).collect();
    let parts: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "x")).collect();
    check("too many parts", &package(&parts), ItemState::TooLarge);
    check("fine", &docx(&words(10_000)), ItemState::Indexed);
}

#[test]
fn overlapping_parts_are_refused() {
    // Two entries of the list of parts that point at the same bytes.
    let mut zip = package(&[("word/a.xml", "aaaaaaaaaa"), ("word/b.xml", "bbbbbbbbbb")]);
    let heads: Vec<usize> = (0..zip.len() - 4).filter(|&at| zip[at..].starts_with(b"PK\x01\x02")).collect();
    let first: Vec<u8> = zip[heads[0] + 42..heads[0] + 46].to_vec();
    zip[heads[1] + 42..heads[1] + 46].copy_from_slice(&first);
    let outcome = read(&pool(Limits::default(), 1), "a.docx", &zip);
    assert_eq!(outcome, Outcome::Unreadable { reason: "Its parts overlap, as in a zip bomb.".to_owned() });
}

#[test]
fn entity_bombs_and_deep_nesting_cost_nothing() {
    let extractor = pool(Limits::default(), 1);
    let entities: String =
        (1..12).map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10))).collect();
    let bomb = format!(
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e0 \"boom\">{entities}]><office:document><text:p>a&e11;b</text:p></office:document>"
    );
    assert_eq!(extracted(&extractor, "a.fodt", bomb.as_bytes()).text, "ab");

    let depth = 200_000;
    let xml = format!("<?xml version='1.0'?><office:document>{}<text:p>deep</text:p>", "<a>".repeat(depth));
    assert_eq!(extracted(&extractor, "a.fodt", xml.as_bytes()).text, "deep");
    let html = format!("{}deep", "<div><b>".repeat(depth));
    assert_eq!(extracted(&extractor, "a.html", html.as_bytes()).text, "deep");
    let rtf = format!("{{\\rtf1 {}deep", "{".repeat(depth));
    assert_eq!(extracted(&extractor, "a.rtf", rtf.as_bytes()).text, "deep");
    let json = "[".repeat(1_000_000);
    assert_eq!(extracted(&extractor, "a.json", json.as_bytes()).text.len(), json.len());
    assert_eq!(read(&extractor, "a.ipynb", format!("{{\"cells\":{json}").as_bytes()).state(), ItemState::Unreadable);
}

/// A tar archive with those members.
fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gz(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn bz2(content: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn members_of_archives_are_text_under_their_names() {
    let extractor = pool(Limits::default(), 1);
    let members: [(&str, &[u8]); 3] =
        [("notes/a.txt", b"first words"), ("b.bin", b"\0\x01\x02\xff\xfe\0"), ("c.md", b"# Head\nmore words")];
    let expect = "notes/a.txt\nfirst words\n\nc.md\n# Head\nmore words\n\nb.bin";
    let parts: Vec<(&str, &str)> = vec![("notes/a.txt", "first words"), ("c.md", "# Head\nmore words")];
    let zip = extracted(&extractor, "a.zip", &package(&parts));
    assert_eq!(zip.text, expect.trim_end_matches("\n\nb.bin"));
    assert_eq!(headings(&zip)[0], ("notes/a.txt", "notes/a.txt"));
    let found = extracted(&extractor, "a.tar", &tar(&members));
    assert_eq!((found.text.as_str(), found.mime.as_str()), (expect, "application/x-tar"));
    assert_eq!(extracted(&extractor, "a.tar.gz", &gz(&tar(&members))).text, expect);
    assert_eq!(extracted(&extractor, "a.tar.bz2", &bz2(&tar(&members))).text, expect);
}

#[test]
fn members_of_archives_are_files_of_their_own() {
    let extractor = pool(Limits::default(), 1);
    let inner = atom_testkit::tar::tar(&[("../../deep.md", b"# Deep\nwords")]);
    let outer: [(&str, &[u8]); 5] = [
        ("notes/a.txt", b"first words"),
        ("b.tar", &inner),
        ("c.mp4", b"\0\0"),
        ("d.class", b"\xca\xfe\xba\xbe\0\0\0\x34\0\x1d\0\0"),
        ("e.docx", b"PK\x03\x04 cut off"),
    ];
    let found = extracted(&extractor, "a.tar", &tar(&outer));
    let text = |member: &Member| found.text[member.start..member.end].trim().to_owned();
    let told: Vec<_> = found.members.iter().map(|member| (member.path.as_str(), member.state, text(member))).collect();
    let expect = [
        ("notes/a.txt", MemberState::Text, "first words"),
        ("b.tar", MemberState::Text, "../../deep.md\n# Deep\nwords"),
        ("b.tar/deep.md", MemberState::Text, "# Deep\nwords"),
        ("c.mp4", MemberState::NameOnly, ""),
        ("e.docx", MemberState::Unreadable, ""),
    ];
    assert_eq!(told, expect.map(|(path, state, text)| (path, state, text.to_owned())));
    let first = &found.members[0];
    assert_eq!((first.size, first.mime.as_str(), first.modified_ms), (11, "text/plain", Some(0)));
    assert_eq!(&found.text[first.from..first.end], "notes/a.txt\nfirst words");
    assert_eq!(first.hash.as_deref().map(str::len), Some(64));
    let same = extracted(&extractor, "b.zip", &package(&[("x.txt", "first words")]));
    assert_eq!(same.members[0].hash, first.hash, "the hash is that of the content");
    let mail = "From: a@b.c\nSubject: S\n\nno archive";
    assert!(extracted(&extractor, "a.eml", mail.as_bytes()).members.is_empty());
}

/// A zip archive in which the parts of those numbers say that they need a password.
fn locked(mut zip: Vec<u8>, numbers: &[usize]) -> Vec<u8> {
    for (mark, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let heads: Vec<usize> = (0..zip.len() - 4).filter(|&at| zip[at..].starts_with(mark)).collect();
        numbers.iter().for_each(|&number| zip[heads[number] + flags] |= 1);
    }
    zip
}

#[test]
fn locked_member_of_a_zip_hides_itself_only() {
    let extractor = pool(Limits::default(), 1);
    let zip = package(&[("open.txt", "open words"), ("secret.txt", "locked words")]);
    let found = extracted(&extractor, "a.zip", &locked(zip.clone(), &[1]));
    assert_eq!(found.text, "open.txt\nopen words\n\nsecret.txt");
    let states: Vec<_> = found.members.iter().map(|member| (member.path.as_str(), member.state)).collect();
    assert_eq!(states, [("open.txt", MemberState::Text), ("secret.txt", MemberState::Encrypted)]);
    assert!(found.members[1].reason.is_some());
    assert_eq!(read(&extractor, "a.zip", &locked(zip, &[0, 1])).state(), ItemState::Encrypted);
}

#[test]
fn wrapper_of_an_object_does_not_say_that_its_text_is_cut() {
    let object = [&4u32.to_le_bytes()[..], b"{\\rtf1 inner words}"].concat();
    let mut container = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    container.create_stream("\u{1}Ole10Native").unwrap().write_all(&object).unwrap();
    let found = extracted(&pool(Limits::default(), 1), "oleObject1.bin", &container.into_inner().into_inner());
    assert_eq!((found.text.as_str(), found.truncated), ("inner words", false));
}

#[test]
fn one_packed_file_is_read_as_what_is_in_it() {
    let extractor = pool(Limits::default(), 1);
    let found = extracted(&extractor, "page.html.gz", &gz(b"<title>A title</title><p>words"));
    assert_eq!((found.text.as_str(), found.title.as_deref()), ("words", Some("A title")));
    assert_eq!(
        extracted(&extractor, "a.docx.bz2", &bz2(&docx("<w:p><w:r><w:t>words</w:t></w:r></w:p>"))).text,
        "words\n\na footnote"
    );
    assert_eq!(read(&extractor, "a.bin.gz", &gz(b"\0\x01\x02\xff\xfe\0")).state(), ItemState::NameOnly);
}

#[test]
fn archives_in_archives_end_at_the_third_level() {
    let extractor = pool(Limits::default(), 1);
    let mut content = b"the innermost words".to_vec();
    let mut name = "words.txt".to_owned();
    for level in 1..=5 {
        content = tar(&[(name.as_str(), &content)]);
        name = format!("level{level}.tar");
    }
    let found = extracted(&extractor, "a.tar", &content);
    assert!(found.text.contains("level1.tar") && !found.text.contains("innermost"), "{}", found.text);
    let shallow = tar(&[("b.tar", &tar(&[("c.tar", &tar(&[("d.txt", b"deep words")]))]))]);
    assert!(extracted(&extractor, "a.tar", &shallow).text.contains("deep words"));
}

#[test]
fn archive_bombs_are_kept_small() {
    let archive = ArchiveLimits { expanded: 4 << 20, part: 3 << 20, ratio: 100, ratio_from: 1024, entries: 20 };
    let extractor = pool(Limits { archive, ..Limits::default() }, 1);
    let bomb = gz(&vec![b'a'; 16 << 20]);
    assert_eq!(read(&extractor, "a.txt.gz", &bomb).state(), ItemState::TooLarge);
    let many: Vec<(String, Vec<u8>)> = (0..40).map(|number| (format!("{number}.txt"), vec![b'b'; 10])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let found = extracted(&extractor, "a.tar", &tar(&many));
    assert!(found.truncated && found.text.contains("19.txt") && !found.text.contains("25.txt"), "{}", found.text);
    let found = extracted(&extractor, "a.tar", &tar(&[("bomb.txt.gz", &bomb), ("a.txt", b"words")]));
    assert!(found.text.contains("words") && found.text.contains("bomb.txt.gz"), "{}", found.text);
}

#[test]
fn attachments_of_mail_are_read() {
    let extractor = pool(Limits::default(), 1);
    let mail = "From: a@b.c\nTo: d@e.f\nSubject: S\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n\
        --x\nContent-Type: text/plain\n\nhello\n\
        --x\nContent-Type: application/rtf; name=a.rtf\nContent-Disposition: attachment; filename=a.rtf\n\n{\\rtf1 rich words}\n--x--\n";
    let found = extracted(&extractor, "a.eml", mail.as_bytes());
    assert!(found.text.ends_with("hello\n\nAttachment: a.rtf\n\nrich words"), "{}", found.text);
    assert!(headings(&found).contains(&("a.rtf", "rich words")), "{:?}", found.sections);
    assert_eq!((found.author.as_deref(), found.people), (Some("a@b.c"), vec!["d@e.f".to_owned()]));
}

#[test]
fn documents_inside_documents_are_read() {
    let inner = docx("<w:p><w:r><w:t>inner words</w:t></w:r></w:p>");
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    for (name, content) in [
        ("[Content_Types].xml", format!("<Types><Override ContentType='{kind}'/></Types>").into_bytes()),
        (
            "word/document.xml",
            b"<w:document><w:body><w:p><w:r><w:t>outer</w:t></w:r></w:p></w:body></w:document>".to_vec(),
        ),
        ("word/embeddings/Document1.docx", inner),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&content).unwrap();
    }
    let found = extracted(&pool(Limits::default(), 1), "a.docx", &zip.finish().unwrap().into_inner());
    assert_eq!(found.text, "outer\n\ninner words\n\na footnote");
}

/// A PDF with a bookmark, a form field, a note and an attached file.
fn pdf_with_extras() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /Outlines 5 0 R /AcroForm << /Fields [7 0 R] >> /Names << /EmbeddedFiles << /Names [(a.txt) 9 0 R] >> >> >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Annots [7 0 R 8 0 R] /Resources << /Font << /F1 4 0 R >> >> /Contents 11 0 R >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Outlines /First 6 0 R /Last 6 0 R /Count 1 >>",
        "<< /Title (A bookmark) /Parent 5 0 R /Dest [3 0 R /Fit] >>",
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Name) /V (Anna Person) /Rect [10 10 100 30] /P 3 0 R >>",
        "<< /Type /Annot /Subtype /Text /Contents (remember this) /Rect [10 50 30 70] /P 3 0 R >>",
        "<< /Type /Filespec /F (a.txt) /UF (a.txt) /EF << /F 10 0 R >> >>",
        "<< /Type /EmbeddedFile /Params << /Size 14 >> /Length 14 >>\nstream\nattached words\nendstream",
        "<< /Length 41 >>\nstream\nBT /F1 12 Tf 50 700 Td (page words) Tj ET\nendstream",
    ];
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut table = String::new();
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).bytes());
    }
    let start = pdf.len();
    let count = objects.len() + 1;
    pdf.extend(format!("xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    pdf
}

#[test]
fn forms_notes_bookmarks_and_attachments_of_a_pdf_are_read() {
    if pdfium().is_none() {
        println!("skipped: no PDF library");
        return;
    }
    let found = extracted(&pool(Limits::default(), 1), "a.pdf", &pdf_with_extras());
    for words in
        ["page words", "Name: Anna Person", "Note: remember this", "A bookmark", "Attachment: a.txt", "attached words"]
    {
        assert!(found.text.contains(words), "{words} is not in {}", found.text);
    }
}

#[test]
fn language_and_mail_of_a_maildir_are_told() {
    let extractor = pool(Limits::default(), 1);
    let text = "Der Hund und die Katze liegen in der Sonne, während der alte Mann seine Zeitung liest. ".repeat(4);
    assert_eq!(extracted(&extractor, "a.txt", text.as_bytes()).language.as_deref(), Some("de"));
    let mail = b"Return-Path: <a@b.c>\nFrom: a@b.c\nTo: d@e.f\nSubject: S\n\nwords";
    let found = extracted(&extractor, "1700000000.M1P2.host:2,S", mail);
    assert_eq!((found.mime.as_str(), found.title.as_deref()), ("message/rfc822", Some("S")));
}

#[test]
fn archive_that_takes_long_ends_with_names() {
    // Half of no time is over before the first member.
    let limits = Limits { wall: std::time::Duration::ZERO, ..Limits::default() };
    let (readers, _) = atom_extract::Readers::load(limits, None);
    let hint = atom_extract::FileHint::new("a.tar", 0);
    let many: Vec<(String, Vec<u8>)> = (0..2000).map(|number| (format!("{number}.txt"), vec![b'b'; 2000])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let Outcome::Text(found) = readers.read(&crate::support::file(&tar(&many)), &hint) else { panic!("no text") };
    assert!(found.truncated && found.text.contains("1999.txt") && !found.text.contains("bbb"), "{}", found.text.len());
}

#[test]
fn archive_with_much_text_ends_with_names() {
    let many: Vec<(String, Vec<u8>)> =
        (0..12).map(|number| (format!("{number}.txt"), "some words ".repeat(50_000).into_bytes())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let found = extracted(&pool(Limits::default(), 1), "a.tar", &tar(&many));
    assert!(found.truncated && found.text.ends_with("11.txt") && found.text.len() < 5 << 20, "{}", found.text.len());
}
