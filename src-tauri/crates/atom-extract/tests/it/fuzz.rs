//! No bytes make a reader panic: each format gets noise, and its own fixture with damage.
//!
//! In this process, without a worker, so that a panic shows; PDF is left to the box, for it is not our code.

use crate::fixtures::{docx, epub, odf, pptx, xlsx};
use atom_extract::{FileHint, Limits, Outcome, Readers};
use proptest::prelude::*;

fn survives(name: &str, content: &[u8]) {
    let (readers, _) = Readers::load(Limits { max_text: 1 << 20, ..Limits::default() }, None);
    let outcome = readers.read(&crate::support::file(content), &FileHint::new(name, content.len() as u64));
    if let Outcome::Text(extracted) = &outcome {
        assert!(!extracted.text.is_empty());
        for section in &extracted.sections {
            assert!(extracted.text.is_char_boundary(section.start));
        }
    } else {
        assert!(outcome.reason().is_some());
    }
}

/// Beginnings that lead noise into each reader.
const BEGINNINGS: [(&str, &[u8]); 16] = [
    ("a.txt", b""),
    ("a.md", b"# "),
    ("a.html", b"<html>"),
    ("a.xhtml", b"<?xml version='1.0'?><html>"),
    ("a.rtf", b"{\\rtf1\\ansi "),
    ("a.eml", b"From: a\nTo: b\nSubject: c\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"),
    ("a.mbox", b"From a\nFrom: b\n\n"),
    ("a.ipynb", b"{\"cells\":["),
    ("a.fodt", b"<?xml version='1.0'?><office:document>"),
    ("a.svg", b"<svg>"),
    ("a.fb2", b"<?xml version='1.0'?>"),
    ("a.zip", b"PK\x03\x04"),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("a.csv", b"a,b\n"),
    ("a.tex", b"\xff\xfe"),
    ("a", b"\0"),
];

fn damaged(mut bytes: Vec<u8>, damage: &[(prop::sample::Index, u8)], cut: Option<prop::sample::Index>) -> Vec<u8> {
    for (index, byte) in damage {
        let at = index.index(bytes.len());
        bytes[at] = *byte;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn noise_is_survived(which in 0..BEGINNINGS.len(), noise in prop::collection::vec(any::<u8>(), 0..400), markup in "[<>/&;a-z0-9 =\"'\\\\{}\n\\[\\]:,-]{0,200}") {
        let (name, beginning) = BEGINNINGS[which];
        survives(name, &[beginning, &noise[..]].concat());
        survives(name, &[beginning, markup.as_bytes()].concat());
    }

    #[test]
    fn damaged_documents_are_survived(which in 0..5usize, damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12), cut: Option<prop::sample::Index>) {
        let (name, whole) = match which {
            0 => ("a.docx", docx("<w:p><w:r><w:t>words</w:t></w:r></w:p>")),
            1 => ("a.pptx", pptx()),
            2 => ("a.xlsx", xlsx("<row r='1'><c r='A1' t='s'><v>0</v></c></row>")),
            3 => ("a.odt", odf("text", "<text:p>words</text:p>", "")),
            _ => ("a.epub", epub()),
        };
        survives(name, &damaged(whole, &damage, cut));
    }
}
