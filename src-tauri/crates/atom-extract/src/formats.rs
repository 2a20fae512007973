//! What a file is and how it is read: the dispatch over all formats.

mod archive;
mod bytes;
mod calendar;
mod catalogue;
mod chm;
mod compressed;
mod date;
mod detect;
mod djvu;
mod draw;
mod drawing;
mod epub;
mod font;
mod html;
mod input;
mod iwork;
mod language;
mod languages;
mod legacy;
mod mail;
mod markup;
mod media;
mod mobi;
mod mp4;
mod nest;
mod notebook;
mod objects;
mod odf;
mod onenote;
mod ooxml;
mod package;
mod parquet;
mod pdf;
mod picture;
mod properties;
mod pst;
mod rtf;
mod sheet;
mod signed;
mod sqlite;
mod subtitles;
mod tables;
mod text;
mod texts;
mod tnef;
mod web_archive;
mod wordperfect;
mod xml;
mod xmlwords;

pub use catalogue::{KnownFormat, known_formats};

use crate::draft::{Draft, Failure};
use crate::limits::Limits;
use crate::outcome::{FileHint, Outcome, ScannedPage};
use crate::page::{Drawn, PageRequest};
use crate::sandbox::Layer;
use atom_core::Kind;
use detect::{ContainerFormat, Detected, Format, PackageFormat, Seekable};
use input::Input;
use legacy::Container;
use nest::{Budget, Nest};
use package::Package;
use pdf::PdfReader;
use std::fs::File;
use std::io;
use std::path::Path;

const PDF: &str = "application/pdf";
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
        let budget = Budget::default();
        let outcome = rustix::fs::fstat(file).map_err(io::Error::from).and_then(|facts| {
            let input = Input::File(file, u64::try_from(facts.st_size).unwrap_or(0));
            self.read_input(input, hint, &Nest::top(self, &budget), self.limits.max_text)
        });
        let mut outcome = outcome.unwrap_or_else(|error| Outcome::Unreadable {
            reason: format!("Reading it from the disk failed: {error}."),
        });
        if let Outcome::Text(extracted) = &mut outcome {
            language::tell(extracted);
        }
        outcome
    }

    /// Draws the first page of a PDF from that index on that shows something and has no text.
    ///
    /// # Errors
    /// What keeps it from being drawn, as an outcome.
    pub fn scanned_page(&self, file: &File, from: u32) -> Result<Option<ScannedPage>, Box<Outcome>> {
        let unreadable =
            |error: io::Error| Outcome::Unreadable { reason: format!("Reading it from the disk failed: {error}.") };
        let facts = rustix::fs::fstat(file).map_err(|error| unreadable(error.into()))?;
        let input = Input::File(file, u64::try_from(facts.st_size).unwrap_or(0));
        if let Some(outcome) = too_large(input.size(), self.limits.max_pdf_file, PDF) {
            return Err(outcome.into());
        }
        let bytes = input.bytes().map_err(unreadable)?;
        self.pdf
            .scanned_page(&bytes, from)
            .map_err(|failure| finish(Draft::new(self.limits.max_text), Err(failure), PDF).into())
    }

    /// Draws a page of a PDF, or a picture, as it looks.
    ///
    /// # Errors
    /// What keeps it from being shown, as an outcome.
    pub(crate) fn page(&self, file: &File, request: PageRequest) -> Result<Drawn, Box<Outcome>> {
        let unreadable =
            |error: io::Error| Outcome::Unreadable { reason: format!("Reading it from the disk failed: {error}.") };
        let facts = rustix::fs::fstat(file).map_err(|error| unreadable(error.into()))?;
        let input = Input::File(file, u64::try_from(facts.st_size).unwrap_or(0));
        let head = input.head(HEAD as u64).map_err(unreadable)?;
        let is_pdf = head.get(..1024).unwrap_or(&head).windows(5).any(|window| window == b"%PDF-");
        let (mime, limit) =
            if is_pdf { (PDF, self.limits.max_pdf_file) } else { ("image/*", self.limits.max_document_file) };
        if input.size() > limit {
            let reason = format!("Larger than {} MB: open it to see it.", limit / (1024 * 1024));
            return Err(Outcome::TooLarge { mime: mime.to_owned(), reason }.into());
        }
        let drawn = if is_pdf {
            self.pdf.page(&input.bytes().map_err(unreadable)?, request)
        } else {
            draw::picture(input, request.width)
        };
        drawn.map_err(|failure| finish(Draft::new(self.limits.max_text), Err(failure), mime).into())
    }

    /// Reads a file, or a part of one; its text has at most that many bytes.
    fn read_input(&self, input: Input<'_>, hint: &FileHint, nest: &Nest<'_>, room: usize) -> io::Result<Outcome> {
        let size = input.size();
        let head = input.head(HEAD as u64)?;
        let draft = Draft::new(room);
        Ok(match detect::detect(&head, hint) {
            Detected::Done(outcome) => outcome,
            Detected::Package => self.read_package(input, hint, nest, draft),
            Detected::Container => self.read_container(input, hint, nest, draft),
            Detected::Look(format, mime) => look(input, format, mime, hint, nest, draft),
            Detected::Read(format, mime) => {
                if let Some(outcome) = too_large(size, self.size_limit(format), mime) {
                    return Ok(outcome);
                }
                let bytes = if size <= head.len() as u64 { head } else { input.bytes()? };
                self.parse(&bytes, format, mime, hint, nest, draft)
            }
        })
    }

    /// Reads bytes as one of the formats that are read by code of this crate, whatever they look like.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn parse_any(&self, which: u8, bytes: &[u8]) -> Outcome {
        const FORMATS: [Format; 35] = [
            Format::Rtf,
            Format::Text,
            Format::Markdown,
            Format::Html,
            Format::Message,
            Format::Mailbox,
            Format::Notebook,
            Format::FlatOdf,
            Format::XmlWords,
            Format::Source,
            Format::Org,
            Format::Rst,
            Format::AsciiDoc,
            Format::Tex,
            Format::Subtitles,
            Format::Calendar,
            Format::Contacts,
            Format::Font,
            Format::Ar,
            Format::Cpio,
            Format::Rpm,
            Format::Sqlite,
            Format::Dbf,
            Format::Lotus,
            Format::Book,
            Format::Help,
            Format::Signed,
            Format::Warc,
            Format::Midi,
            Format::WordPerfect,
            Format::Djvu,
            Format::Tnef,
            Format::Dxf,
            Format::Metafile,
            Format::PostScript,
        ];
        const LOOKS: [Seekable; 10] = [
            Seekable::Picture,
            Seekable::Mp4,
            Seekable::Matroska,
            Seekable::Avi,
            Seekable::WindowsMedia,
            Seekable::Tar,
            Seekable::Iso,
            Seekable::Rar,
            Seekable::Packed(compressed::Packing::Compress),
            Seekable::Parquet,
        ];
        let budget = Budget::default();
        let nest = Nest::top(self, &budget);
        let mut draft = Draft::new(self.limits.max_text);
        let which = usize::from(which);
        if let Some(format) = FORMATS.get(which) {
            return self.parse(bytes, *format, "fuzz/any", &FileHint::new("a.b", 0), &nest, draft);
        }
        if let Some(format) = LOOKS.get(which - FORMATS.len()) {
            return look(Input::Memory(bytes), *format, "fuzz/look", &FileHint::new("a", 0), &nest, draft);
        }
        let result = match which % 6 {
            0 => xmlwords::VOCABULARIES
                .first()
                .map_or(Ok(()), |vocabulary| xmlwords::read(bytes, vocabulary, &mut draft)),
            1 => Container::open(io::Cursor::new(bytes)).and_then(|mut container| container.read_word(&mut draft)),
            2 => Container::open(io::Cursor::new(bytes)).and_then(|mut container| container.read_slides(&mut draft)),
            _ => Container::open(io::Cursor::new(bytes))
                .and_then(|mut container| container.read_outlook(&nest, &mut draft)),
        };
        finish(draft, result, "fuzz/ole")
    }

    /// How many choices [`Readers::parse_any`] has.
    #[cfg(any(test, fuzzing))]
    pub(crate) const CHOICES: u8 = 35 + 10 + 6;

    /// Reads bytes as that format.
    fn parse(
        &self,
        bytes: &[u8],
        format: Format,
        mime: &str,
        hint: &FileHint,
        nest: &Nest<'_>,
        mut draft: Draft,
    ) -> Outcome {
        let to = &mut draft;
        let result = match format {
            Format::Text
            | Format::Source
            | Format::Markdown
            | Format::Org
            | Format::Rst
            | Format::AsciiDoc
            | Format::Tex
            | Format::Subtitles
            | Format::Calendar
            | Format::Contacts
            | Format::Dxf
            | Format::PostScript
            | Format::Html => {
                read_plain(bytes, format, to);
                Ok(())
            }
            Format::Pdf => self.pdf.read(bytes, nest, to),
            Format::Rtf => rtf::read(bytes, to).map(|()| objects::read_rich_objects(bytes, nest, to)),
            Format::Message => mail::read_message(bytes, nest, to),
            Format::Mailbox => mail::read_mailbox(bytes, nest, to),
            Format::Notebook => notebook::read(bytes, to),
            Format::FlatOdf => odf::read_xml(bytes, to),
            Format::XmlWords => xmlwords::read_any(bytes, to),
            Format::Vocabulary(vocabulary) => xmlwords::read(bytes, vocabulary, to).map(|()| {
                // Of another version, or with its words in places unknown.
                if !to.has_text() {
                    text::read(bytes, to);
                }
            }),
            Format::Picture => xmlwords::read_any(bytes, to).and_then(|()| something(to)),
            Format::Font => font::read(bytes, to).and_then(|()| something(to)),
            Format::Ar => archive::read_ar(bytes, nest, to),
            Format::Cpio => archive::read_cpio(bytes, nest, to),
            Format::Rpm => archive::read_rpm(bytes, to),
            Format::Sqlite => sqlite::read(bytes, to),
            Format::Dbf => tables::read_dbf(bytes, to),
            Format::Lotus => tables::read_lotus(bytes, to),
            Format::Plist => properties::read(bytes, to),
            Format::Book => mobi::read(bytes, to),
            Format::Help => chm::read(bytes, nest, to),
            Format::Signed => signed::read(bytes, hint, nest, to),
            Format::Warc => web_archive::read(bytes, nest, to),
            Format::WordPerfect => wordperfect::read(bytes, to),
            Format::Djvu => djvu::read(bytes, nest, to).and_then(|()| something(to)),
            Format::Metafile => drawing::read_metafile(bytes, to).and_then(|()| something(to)),
            Format::Tnef => tnef::read(bytes, nest, to),
            Format::OneNote => onenote::read(bytes, nest, to),
            Format::Midi => {
                mp4::read_midi(bytes, to);
                something(to)
            }
        };
        finish(draft, result, mime)
    }

    /// Reads a zip container, or an archive of that form.
    fn read_package(&self, input: Input<'_>, hint: &FileHint, nest: &Nest<'_>, mut draft: Draft) -> Outcome {
        const ZIP: &str = "application/zip";
        let archive = Kind::from_extension(&hint.ext) == Kind::Archive;
        if !archive && let Some(outcome) = too_large(input.size(), self.limits.max_document_file, ZIP) {
            return outcome;
        }
        let mut mime = ZIP.to_owned();
        let result = Package::open(input.source(), nest.limits()).and_then(|mut package| {
            let (format, found) = detect::identify_package(&mut package, hint)?;
            mime = found;
            if format == PackageFormat::Archive {
                return archive::read_zip(&mut package, nest, &mut draft);
            }
            let result = parse_package(&mut package, format, input, nest, &mut draft);
            nest.spend(package.expanded());
            result
        });
        match result {
            // What breaks the rules against bombs is still an archive of that name.
            Err(Failure::TooLarge(_)) if archive => Outcome::NameOnly { mime },
            result => finish(draft, result, &mime),
        }
    }

    /// Reads an OLE container.
    fn read_container(&self, input: Input<'_>, hint: &FileHint, nest: &Nest<'_>, mut draft: Draft) -> Outcome {
        const OLE: &str = "application/x-ole-storage";
        if let Some(outcome) = too_large(input.size(), self.limits.max_document_file, OLE) {
            return outcome;
        }
        let mut mime = OLE;
        // Some writers list more sectors than the file has; those are empty, and the library wants them there.
        let open = Container::open(input.source()).or_else(|_| Container::open(input.padded()));
        let result = open.and_then(|mut container| {
            let (format, found) = detect::identify_container(&container, hint);
            mime = found;
            let result = match format {
                ContainerFormat::Word => container.read_word(&mut draft),
                ContainerFormat::Slides => container.read_slides(&mut draft),
                ContainerFormat::Outlook => return container.read_outlook(nest, &mut draft),
                ContainerFormat::Sheet => {
                    container.read_properties(&mut draft);
                    sheet::read_xls(input.source(), &mut draft)
                }
                ContainerFormat::Encrypted => Err(Failure::Encrypted),
                ContainerFormat::Unknown(what) => match container.read_other(&mut draft) {
                    Ok(true) => Ok(()),
                    _ => Err(Failure::Unsupported(what.to_owned())),
                },
            };
            draft.paragraph_break();
            if !matches!(result, Err(Failure::Encrypted)) {
                container.read_objects(nest, &mut draft);
            }
            // What wraps an object says nothing by itself, and all of the object was read.
            if matches!(result, Err(Failure::Unsupported(_))) && draft.has_text() { Ok(()) } else { result }
        });
        finish(draft, result, mime)
    }

    const fn size_limit(&self, format: Format) -> u64 {
        match format {
            Format::Rtf
            | Format::Message
            | Format::Mailbox
            | Format::Notebook
            | Format::Font
            | Format::Ar
            | Format::Cpio
            | Format::Rpm
            | Format::Sqlite
            | Format::Dbf
            | Format::Plist
            | Format::Book
            | Format::Help
            | Format::Signed
            | Format::OneNote
            | Format::Djvu
            | Format::Tnef
            | Format::WordPerfect
            | Format::Warc => self.limits.max_document_file,
            Format::Pdf => self.limits.max_pdf_file,
            _ => self.limits.max_plain_file,
        }
    }
}

/// Reads what is looked up at its place.
fn look(input: Input<'_>, format: Seekable, mime: &str, hint: &FileHint, nest: &Nest<'_>, mut draft: Draft) -> Outcome {
    let to = &mut draft;
    let result = match format {
        Seekable::Picture => or_nothing(picture::read(input, to), to),
        Seekable::Sound => or_nothing(media::read_sound(input, to), to),
        Seekable::Mp4 => {
            // Tags of the sound, then what only the camera wrote.
            let _ = media::read_sound(input, to);
            or_nothing(mp4::read(input, to), to)
        }
        Seekable::Matroska => or_nothing(media::read_matroska(input, to), to),
        Seekable::Avi => or_nothing(media::read_avi(input, to), to),
        Seekable::WindowsMedia => or_nothing(media::read_asf(input, to), to),
        Seekable::Packed(packing) => compressed::read(input, packing, hint, nest, to),
        Seekable::Tar => archive::read_tar_file(input.source(), nest, to),
        Seekable::SevenZip => archive::read_sevenz(input, nest, to),
        Seekable::Iso => archive::read_iso(input, nest, to),
        Seekable::Rar => archive::read_rar(input, nest, to),
        Seekable::Folders => pst::read(input, nest, to),
        Seekable::Parquet => parquet::read(input, to),
    };
    finish(draft, result, mime)
}

/// Reads what is text, of which nothing can be damaged.
fn read_plain(bytes: &[u8], format: Format, draft: &mut Draft) {
    match format {
        Format::Source => languages::read(bytes, draft),
        Format::Markdown => text::read_markdown(bytes, draft),
        Format::Org => markup::read_org(bytes, draft),
        Format::Rst => markup::read_rst(bytes, draft),
        Format::AsciiDoc => markup::read_asciidoc(bytes, draft),
        Format::Tex => markup::read_tex(bytes, draft),
        Format::Subtitles => subtitles::read(bytes, draft),
        Format::Calendar => calendar::read_calendar(bytes, draft),
        Format::Contacts => calendar::read_contacts(bytes, draft),
        Format::Dxf => drawing::read_dxf(bytes, draft),
        Format::PostScript => drawing::read_postscript(bytes, draft),
        Format::Html => html::read(bytes, draft),
        _ => text::read(bytes, draft),
    }
}

/// A file that says nothing about itself is found by its name.
fn something(draft: &Draft) -> Result<(), Failure> {
    if draft.has_text() || draft.is_described() { Ok(()) } else { Err(Failure::Nothing) }
}

/// [`something`] for what plays or shows, damaged or not.
fn or_nothing(_: Result<(), Failure>, draft: &Draft) -> Result<(), Failure> {
    something(draft)
}

fn parse_package(
    package: &mut Package<'_>,
    format: PackageFormat,
    input: Input<'_>,
    nest: &Nest<'_>,
    draft: &mut Draft,
) -> Result<(), Failure> {
    match format {
        PackageFormat::Document => {
            ooxml::read_document(package, draft)?;
            ooxml::read_embedded(package, nest, draft)
        }
        PackageFormat::Slides => {
            ooxml::read_slides(package, draft)?;
            ooxml::read_embedded(package, nest, draft)
        }
        PackageFormat::Visio => ooxml::read_visio(package, draft),
        PackageFormat::Xps => ooxml::read_xps(package, draft),
        PackageFormat::Sheet | PackageFormat::BinarySheet => {
            ooxml::read_properties(package, draft)?;
            package.check_declared()?;
            if format == PackageFormat::Sheet {
                sheet::read_xlsx(input.source(), draft)?;
            } else {
                sheet::read_xlsb(input.source(), draft)?;
            }
            ooxml::read_sheet_extras(package, draft)?;
            ooxml::read_embedded(package, nest, draft)
        }
        PackageFormat::OpenDocument => odf::read(package, draft),
        PackageFormat::Epub => epub::read(package, draft),
        PackageFormat::IWork => iwork::read(package, nest, draft),
        PackageFormat::Archive => archive::read_zip(package, nest, draft),
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
        Err(Failure::Nothing) => Outcome::NameOnly { mime },
    }
}
