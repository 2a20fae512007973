//! What a file is and how it is read: the dispatch over all formats.

mod date;
mod detect;
mod html;
mod pdf;
mod text;

use crate::draft::{Draft, Failure};
use crate::limits::Limits;
use crate::outcome::{FileHint, Outcome};
use crate::sandbox::Layer;
use detect::{Detected, Format};
use pdf::PdfReader;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes at the head of a file that its type is told by.
const HEAD: usize = 64 * 1024;

/// The readers of all formats, in this process and without any box: what a worker runs.
pub struct Readers {
    limits: Limits,
    pdf: PdfReader,
}

impl Readers {
    /// Loads what has to be loaded before a worker is locked in; also says whether PDFs can be read.
    pub fn load(limits: Limits, pdfium: Option<&Path>) -> (Self, Layer) {
        let pdf = PdfReader::load(pdfium);
        let status = pdf.status();
        (Self { limits, pdf }, status)
    }

    /// Reads a file.
    pub fn read(&self, file: &File, hint: &FileHint) -> Outcome {
        self.try_read(file, hint)
            .unwrap_or_else(|error| Outcome::Unreadable { reason: format!("Reading it from the disk failed: {error}.") })
    }

    fn try_read(&self, file: &File, hint: &FileHint) -> io::Result<Outcome> {
        let size = u64::try_from(rustix::fs::fstat(file)?.st_size).unwrap_or(0);
        let head = read_from_start(file, size.min(HEAD as u64))?;
        let detected = detect::detect(&head, hint);
        let (format, mime) = match detected {
            Detected::Read(format, mime) => (format, mime),
            Detected::Done(outcome) => return Ok(outcome),
        };
        let limit = self.size_limit(format);
        if size > limit {
            let reason = format!("Larger than {} MB: found by its name only.", limit / (1024 * 1024));
            return Ok(Outcome::TooLarge { mime: mime.to_owned(), reason });
        }
        let bytes = if size <= head.len() as u64 { head } else { read_from_start(file, size)? };
        Ok(self.parse(&bytes, format, mime, hint))
    }

    /// Reads bytes as that format.
    fn parse(&self, bytes: &[u8], format: Format, mime: &str, hint: &FileHint) -> Outcome {
        let mut draft = Draft::new(self.limits.max_text);
        let result = self.parse_into(bytes, format, hint, &mut draft);
        finish(draft, result, mime)
    }

    fn parse_into(&self, bytes: &[u8], format: Format, _hint: &FileHint, draft: &mut Draft) -> Result<(), Failure> {
        match format {
            Format::Text => text::read(bytes, draft),
            Format::Markdown => text::read_markdown(bytes, draft),
            Format::Html => html::read(bytes, draft),
            Format::Pdf => return self.pdf.read(bytes, draft),
        }
        Ok(())
    }

    const fn size_limit(&self, format: Format) -> u64 {
        match format {
            Format::Text | Format::Markdown | Format::Html => self.limits.max_plain_file,
            Format::Pdf => self.limits.max_pdf_file,
        }
    }
}

fn finish(draft: Draft, result: Result<(), Failure>, mime: &str) -> Outcome {
    // What was read before the damage is worth having.
    if result.is_ok() || draft.has_text() {
        let mut draft = draft;
        if result.is_err() {
            draft.mark_truncated();
        }
        return match draft.finish(mime) {
            Some(extracted) => Outcome::Text(extracted),
            None => Outcome::Empty { mime: mime.to_owned() },
        };
    }
    let mime = mime.to_owned();
    match result {
        Ok(()) => Outcome::Empty { mime },
        Err(Failure::Encrypted) => Outcome::Encrypted { mime },
        Err(Failure::Damaged(reason)) => Outcome::Unreadable { reason },
        Err(Failure::Unsupported(reason)) => Outcome::Unsupported { mime, reason },
        Err(Failure::TooLarge(reason)) => Outcome::TooLarge { mime, reason },
    }
}

/// The first bytes of a file, fewer where it is shorter; does not move its position.
fn read_from_start(file: &File, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
