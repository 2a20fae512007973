//! What a file is and how it is read: the dispatch over all formats.

mod date;
mod detect;
mod epub;
mod html;
mod legacy;
mod mail;
mod notebook;
mod odf;
mod ooxml;
mod package;
mod pdf;
mod rtf;
mod sheet;
mod text;
mod xml;

use crate::draft::{Draft, Failure};
use crate::limits::Limits;
use crate::outcome::{FileHint, Outcome};
use crate::sandbox::Layer;
use atom_core::Kind;
use detect::{ContainerFormat, Detected, Format, PackageFormat};
use legacy::Container;
use package::{FileSource, Package};
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
        self.try_read(file, hint).unwrap_or_else(|error| Outcome::Unreadable {
            reason: format!("Reading it from the disk failed: {error}."),
        })
    }

    fn try_read(&self, file: &File, hint: &FileHint) -> io::Result<Outcome> {
        let size = u64::try_from(rustix::fs::fstat(file)?.st_size).unwrap_or(0);
        let head = read_from_start(file, size.min(HEAD as u64))?;
        Ok(match detect::detect(&head, hint) {
            Detected::Done(outcome) => outcome,
            Detected::Package => self.read_package(file, size, hint),
            Detected::Container => self.read_container(file, size, hint),
            Detected::Read(format, mime) => {
                if let Some(outcome) = too_large(size, self.size_limit(format), mime) {
                    return Ok(outcome);
                }
                let bytes = if size <= head.len() as u64 { head } else { read_from_start(file, size)? };
                self.parse(&bytes, format, mime)
            }
        })
    }

    /// Reads bytes as one of the formats that are read by code of this crate, whatever they look like.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn parse_any(&self, which: u8, bytes: &[u8]) -> Outcome {
        const FORMATS: [Format; 9] = [
            Format::Rtf,
            Format::Text,
            Format::Markdown,
            Format::Html,
            Format::Message,
            Format::Mailbox,
            Format::Notebook,
            Format::FlatOdf,
            Format::XmlWords,
        ];
        match FORMATS.get(usize::from(which)) {
            Some(format) => self.parse(bytes, *format, "fuzz/any"),
            None => {
                let mut draft = Draft::new(self.limits.max_text);
                let result = Container::open(io::Cursor::new(bytes)).and_then(|mut container| match which % 3 {
                    0 => container.read_word(&mut draft),
                    1 => container.read_slides(&mut draft),
                    _ => container.read_outlook(&mut draft),
                });
                finish(draft, result, "fuzz/ole")
            }
        }
    }

    /// Reads bytes as that format.
    fn parse(&self, bytes: &[u8], format: Format, mime: &str) -> Outcome {
        let mut draft = Draft::new(self.limits.max_text);
        let result = match format {
            Format::Text => {
                text::read(bytes, &mut draft);
                Ok(())
            }
            Format::Markdown => {
                text::read_markdown(bytes, &mut draft);
                Ok(())
            }
            Format::Html => {
                html::read(bytes, &mut draft);
                Ok(())
            }
            Format::Pdf => self.pdf.read(bytes, &mut draft),
            Format::Rtf => rtf::read(bytes, &mut draft),
            Format::Message => mail::read_message(bytes, &mut draft),
            Format::Mailbox => mail::read_mailbox(bytes, &mut draft),
            Format::Notebook => notebook::read(bytes, &mut draft),
            Format::FlatOdf => odf::read_xml(bytes, &mut draft),
            Format::XmlWords => text::read_xml_words(bytes, &mut draft),
            Format::Picture => {
                let result = text::read_xml_words(bytes, &mut draft);
                if !draft.has_text() {
                    return Outcome::NameOnly { mime: mime.to_owned() };
                }
                result
            }
        };
        finish(draft, result, mime)
    }

    /// Reads a zip container, or says what kind of archive it is.
    fn read_package(&self, file: &File, size: u64, hint: &FileHint) -> Outcome {
        const ZIP: &str = "application/zip";
        let archive = Kind::from_extension(&hint.ext) == Kind::Archive;
        // A large archive need not be opened to know that it is one.
        if archive && size > self.limits.max_document_file {
            return Outcome::NameOnly { mime: ZIP.to_owned() };
        }
        if let Some(outcome) = too_large(size, self.limits.max_document_file, ZIP) {
            return outcome;
        }
        let mut draft = Draft::new(self.limits.max_text);
        let mut mime = ZIP;
        let result = Package::open(FileSource::new(file, size), self.limits.archive).and_then(|mut package| {
            let (format, found) = detect::identify_package(&mut package)?;
            mime = found;
            if matches!(format, PackageFormat::Archive | PackageFormat::Unknown(_)) && package.is_encrypted() {
                return Err(Failure::Encrypted);
            }
            parse_package(&mut package, format, file, size, &mut draft)?;
            Ok(format)
        });
        match result {
            Ok(PackageFormat::Archive) => Outcome::NameOnly { mime: mime.to_owned() },
            // Rules against bombs are for what is unpacked; an archive is not.
            Err(Failure::TooLarge(_) | Failure::Damaged(_)) if archive => Outcome::NameOnly { mime: mime.to_owned() },
            result => finish(draft, result.map(drop), mime),
        }
    }

    /// Reads an OLE container.
    fn read_container(&self, file: &File, size: u64, hint: &FileHint) -> Outcome {
        const OLE: &str = "application/x-ole-storage";
        if let Some(outcome) = too_large(size, self.limits.max_document_file, OLE) {
            return outcome;
        }
        let mut draft = Draft::new(self.limits.max_text);
        let mut mime = OLE;
        // Some writers list more sectors than the file has; those are empty, and the library wants them there.
        let open =
            Container::open(FileSource::new(file, size)).or_else(|_| Container::open(FileSource::padded(file, size)));
        let result = open.and_then(|mut container| {
            let (format, found) = detect::identify_container(&container, hint);
            mime = found;
            match format {
                ContainerFormat::Word => container.read_word(&mut draft),
                ContainerFormat::Slides => container.read_slides(&mut draft),
                ContainerFormat::Outlook => container.read_outlook(&mut draft),
                ContainerFormat::Sheet => {
                    container.read_properties(&mut draft);
                    sheet::read_xls(FileSource::new(file, size), &mut draft)
                }
                ContainerFormat::Encrypted => Err(Failure::Encrypted),
                ContainerFormat::Unknown(what) => Err(Failure::Unsupported(what.to_owned())),
            }
        });
        finish(draft, result, mime)
    }

    const fn size_limit(&self, format: Format) -> u64 {
        match format {
            Format::Text | Format::Markdown | Format::Html | Format::FlatOdf | Format::XmlWords | Format::Picture => {
                self.limits.max_plain_file
            }
            Format::Rtf | Format::Message | Format::Mailbox | Format::Notebook => self.limits.max_document_file,
            Format::Pdf => self.limits.max_pdf_file,
        }
    }
}

fn parse_package(
    package: &mut Package<'_>,
    format: PackageFormat,
    file: &File,
    size: u64,
    draft: &mut Draft,
) -> Result<(), Failure> {
    match format {
        PackageFormat::Document => ooxml::read_document(package, draft),
        PackageFormat::Slides => ooxml::read_slides(package, draft),
        PackageFormat::Visio => ooxml::read_visio(package, draft),
        PackageFormat::Xps => ooxml::read_xps(package, draft),
        PackageFormat::Sheet | PackageFormat::BinarySheet => {
            ooxml::read_properties(package, draft)?;
            package.check_declared()?;
            if format == PackageFormat::Sheet {
                sheet::read_xlsx(FileSource::new(file, size), draft)?;
            } else {
                sheet::read_xlsb(FileSource::new(file, size), draft)?;
            }
            ooxml::read_sheet_extras(package, draft)
        }
        PackageFormat::OpenDocument => odf::read(package, draft),
        PackageFormat::Epub => epub::read(package, draft),
        PackageFormat::Archive => Ok(()),
        PackageFormat::Unknown(what) => Err(Failure::Unsupported(what.to_owned())),
    }
}

fn too_large(size: u64, limit: u64, mime: &str) -> Option<Outcome> {
    (size > limit).then(|| Outcome::TooLarge {
        mime: mime.to_owned(),
        reason: format!("Larger than {} MB: found by its name only.", limit / (1024 * 1024)),
    })
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
