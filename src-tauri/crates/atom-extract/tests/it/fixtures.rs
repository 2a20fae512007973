//! Small documents of each format, built in code.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip container with those parts.
pub(crate) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let method = if *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn content_types(part: &str, kind: &str) -> String {
    format!("<Types><Override PartName=\"{part}\" ContentType=\"{kind}\"/></Types>")
}

const CORE: &str = "<cp:coreProperties xmlns:cp='c' xmlns:dc='d' xmlns:dcterms='t'><dc:title>A title</dc:title>\
    <dc:creator>A. Person</dc:creator><dcterms:created>2024-02-29T12:00:00Z</dcterms:created></cp:coreProperties>";

/// A word-processor document around that body.
pub(crate) fn docx(body: &str) -> Vec<u8> {
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    package(&[
        ("[Content_Types].xml", &content_types("/word/document.xml", kind)),
        ("word/document.xml", &format!("<w:document xmlns:w='w' xmlns:mc='m'><w:body>{body}</w:body></w:document>")),
        (
            "word/styles.xml",
            "<w:styles xmlns:w='w'><w:style w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style></w:styles>",
        ),
        (
            "word/footnotes.xml",
            "<w:footnotes xmlns:w='w'><w:footnote><w:p><w:r><w:t>a footnote</w:t></w:r></w:p></w:footnote></w:footnotes>",
        ),
        ("docProps/core.xml", CORE),
    ])
}

/// A presentation with two slides and a note.
pub(crate) fn pptx() -> Vec<u8> {
    let kind = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml";
    let slide = |title: &str, words: &str| {
        format!(
            "<p:sld xmlns:p='p' xmlns:a='a'><p:sp><p:nvPr><p:ph type='title'/></p:nvPr><a:p><a:r><a:t>{title}</a:t></a:r></a:p></p:sp>\
             <p:sp><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:sp><p:sp><p:ph type='sldNum'/><a:p><a:t>7</a:t></a:p></p:sp></p:sld>"
        )
    };
    package(&[
        ("[Content_Types].xml", &content_types("/ppt/presentation.xml", kind)),
        ("ppt/presentation.xml", "<p:presentation/>"),
        ("ppt/slides/slide10.xml", &slide("Last", "the end")),
        ("ppt/slides/slide2.xml", &slide("First", "the beginning")),
        (
            "ppt/slides/_rels/slide2.xml.rels",
            "<Relationships><Relationship Type='x/notesSlide' Target='../notesSlides/notesSlide1.xml'/></Relationships>",
        ),
        (
            "ppt/notesSlides/notesSlide1.xml",
            "<p:notes xmlns:p='p' xmlns:a='a'><a:p><a:t>remember this</a:t></a:p></p:notes>",
        ),
        ("docProps/core.xml", CORE),
    ])
}

/// A workbook of one sheet with that sheet data.
pub(crate) fn xlsx(rows: &str) -> Vec<u8> {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    package(&[
        ("[Content_Types].xml", &content_types("/xl/workbook.xml", kind)),
        (
            "_rels/.rels",
            &format!(
                "<Relationships><Relationship Id='r1' Type='{relations}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns:r='{relations}'><sheets><sheet name='Budget' sheetId='1' r:id='r1'/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                "<Relationships><Relationship Id='r1' Type='{relations}/worksheet' Target='worksheets/sheet1.xml'/><Relationship Id='r2' Type='{relations}/sharedStrings' Target='sharedStrings.xml'/></Relationships>"
            ),
        ),
        ("xl/sharedStrings.xml", "<sst><si><t>Rent &amp; heat</t></si><si><t>Food</t></si></sst>"),
        ("xl/worksheets/sheet1.xml", &format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")),
        ("docProps/core.xml", CORE),
    ])
}

/// An OpenDocument file of that kind around that body.
pub(crate) fn odf(kind: &str, body: &str, manifest: &str) -> Vec<u8> {
    package(&[
        ("mimetype", &format!("application/vnd.oasis.opendocument.{kind}")),
        ("META-INF/manifest.xml", &format!("<manifest>{manifest}</manifest>")),
        (
            "meta.xml",
            "<office:meta xmlns:office='o' xmlns:dc='d' xmlns:meta='m'><dc:title>A title</dc:title><meta:initial-creator>A. Person</meta:initial-creator><meta:creation-date>2024-02-29T12:00:00</meta:creation-date></office:meta>",
        ),
        (
            "content.xml",
            &format!(
                "<office:document-content xmlns:office='o' xmlns:text='t' xmlns:table='b' xmlns:draw='d'>{body}</office:document-content>"
            ),
        ),
    ])
}

/// A book of two chapters, listed in reverse.
pub(crate) fn epub() -> Vec<u8> {
    package(&[
        ("mimetype", "application/epub+zip"),
        (
            "META-INF/container.xml",
            "<container><rootfiles><rootfile full-path='OEBPS/book.opf'/></rootfiles></container>",
        ),
        (
            "OEBPS/book.opf",
            "<package xmlns:dc='d'><metadata><dc:title>A book</dc:title><dc:creator>A. Person</dc:creator><dc:date>2024-02-29</dc:date></metadata>\
            <manifest><item id='b' href='two%20b.xhtml'/><item id='a' href='one.xhtml'/></manifest><spine><itemref idref='a'/><itemref idref='b'/></spine></package>",
        ),
        ("OEBPS/two b.xhtml", "<html><body><h2>Chapter 2</h2><p>and after</p></body></html>"),
        ("OEBPS/one.xhtml", "<html><head><title>no</title></head><body><h2>Chapter 1</h2><p>before</p></body></html>"),
    ])
}

/// A PDF with a page for each text.
pub(crate) fn pdf(pages: &[&str]) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        String::new(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        "<< /Title (A title) /Author (A. Person) /CreationDate (D:20240229120000Z) >>".to_owned(),
    ];
    let mut kids = String::new();
    for text in pages {
        let page = objects.len() + 1;
        kids.push_str(&format!("{page} 0 R "));
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            page + 1
        ));
        let stream = format!("BT /F1 12 Tf 50 700 Td ({text}) Tj ET");
        objects.push(format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }
    objects[1] = format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", pages.len());
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).bytes());
    }
    let table = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for offset in offsets {
        pdf.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    pdf.extend(
        format!("trailer\n<< /Size {} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1)
            .bytes(),
    );
    pdf
}
