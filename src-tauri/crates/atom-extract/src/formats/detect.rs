//! What a file is: by its first bytes, then by its name.

use crate::encoding::looks_like_text;
use crate::outcome::{FileHint, Outcome};
use atom_core::Kind;

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Markdown,
    Html,
    Pdf,
}

/// What the first look at a file says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Detected {
    /// Read it as that, with that media type.
    Read(Format, &'static str),
    /// There is nothing to read.
    Done(Outcome),
}

/// Decides what a file is by its first bytes and its name.
pub(crate) fn detect(head: &[u8], hint: &FileHint) -> Detected {
    use Format::{Html, Markdown, Pdf, Text};
    if head.is_empty() {
        return Detected::Done(Outcome::Empty { mime: "inode/x-empty".to_owned() });
    }
    let start = head.get(..1024).unwrap_or(head);
    if contains(start, b"%PDF-") {
        return Detected::Read(Pdf, "application/pdf");
    }
    if !looks_like_text(head) {
        return binary(head, hint);
    }
    let kind = Kind::from_extension(&hint.ext);
    let lower = start.to_ascii_lowercase();
    let trimmed = lower.trim_ascii_start();
    let trimmed = trimmed.strip_prefix(b"\xef\xbb\xbf").unwrap_or(trimmed);
    if trimmed.starts_with(b"<!doctype html") || contains(trimmed, b"<html") {
        return Detected::Read(Html, "text/html");
    }
    match kind {
        Kind::Web => Detected::Read(Html, "text/html"),
        Kind::Markdown => Detected::Read(Markdown, "text/markdown"),
        _ => Detected::Read(Text, "text/plain"),
    }
}

fn binary(head: &[u8], hint: &FileHint) -> Detected {
    let name_only = |mime: &str| Detected::Done(Outcome::NameOnly { mime: mime.to_owned() });
    if let Some(kind) = infer::get(head) {
        return name_only(kind.mime_type());
    }
    match Kind::from_extension(&hint.ext) {
        Kind::Image => name_only("image/x-unknown"),
        Kind::Audio => name_only("audio/x-unknown"),
        Kind::Video => name_only("video/x-unknown"),
        Kind::Archive => name_only("application/x-archive"),
        _ => Detected::Done(Outcome::Unsupported {
            mime: "application/octet-stream".to_owned(),
            reason: "Atom does not know this format.".to_owned(),
        }),
    }
}

pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
