//! What became of one file.

use atom_core::ItemState;
use serde::{Deserialize, Serialize};

const PDF: &str = "application/pdf";
/// Pictures that Tesseract decodes.
const RECOGNISED: [&str; 6] = ["image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp"];
/// A picture with shorter sides is an icon or a button.
const MIN_SHORT: u32 = 40;
const MIN_LONG: u32 = 100;
/// A picture of more pixels takes more memory than recognising may have.
const MAX_PIXELS: u64 = 100_000_000;

/// What a file's name and size say before anything is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHint {
    /// File name with extension, without folders.
    pub name: String,
    /// Extension in lower case without the dot; empty where there is none.
    pub ext: String,
    /// Size in bytes.
    pub size: u64,
}

impl FileHint {
    /// The hint for a file of that name and size.
    pub fn new(name: &str, size: u64) -> Self {
        let ext = match name.rsplit_once('.') {
            Some((stem, ext)) if !stem.is_empty() => ext.to_lowercase(),
            _ => String::new(),
        };
        Self { name: name.to_owned(), ext, size }
    }
}

/// Where a part of a text begins: a heading, a page, a slide, a sheet, a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Byte offset into [`Extracted::text`], on a character boundary.
    pub start: usize,
    /// The heading in one line.
    pub heading: String,
}

/// A file inside an archive, at whatever depth.
///
/// Its text stands in that of the archive, as `text[start..end]`; those of the members of a member stand inside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Where it lies in the archive, folders divided by `/`: never absolute, never upwards.
    pub path: String,
    /// Bytes, unpacked.
    pub size: u64,
    /// When it was changed last, in Unix milliseconds.
    pub modified_ms: Option<i64>,
    /// BLAKE3 of what it holds, in hexadecimal digits; none where it was not unpacked.
    pub hash: Option<String>,
    /// What became of it.
    pub state: MemberState,
    /// Media type, by content; empty when unknown.
    pub mime: String,
    /// Why it is not simply text, in plain words.
    pub reason: Option<String>,
    /// Title in it.
    pub title: Option<String>,
    /// Author, sender or creator.
    pub author: Option<String>,
    /// Language of the text, as a code.
    pub language: Option<String>,
    /// People whom it names beside its author.
    pub people: Vec<String>,
    /// Whether its text was cut.
    pub truncated: bool,
    /// Byte offset into [`Extracted::text`] from which on it stands there, its name before its text.
    pub from: usize,
    /// Byte offset of its text.
    pub start: usize,
    /// Byte offset after its text.
    pub end: usize,
}

/// What became of a [`Member`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberState {
    /// There is text, or it says something about itself.
    Text,
    /// Read to the end; there is no text in it.
    Empty,
    /// Needs a password.
    Encrypted,
    /// Larger than the limit for its format.
    TooLarge,
    /// A format that is not read.
    Unsupported,
    /// Damaged.
    Unreadable,
    /// Found by its name.
    #[default]
    NameOnly,
}

impl MemberState {
    /// The state that an item has for it.
    pub const fn item_state(self) -> ItemState {
        match self {
            Self::Text => ItemState::Indexed,
            Self::Empty => ItemState::Empty,
            Self::Encrypted => ItemState::Encrypted,
            Self::TooLarge => ItemState::TooLarge,
            Self::Unsupported => ItemState::Unsupported,
            Self::Unreadable => ItemState::Unreadable,
            Self::NameOnly => ItemState::NameOnly,
        }
    }

    const fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Text(_) => Self::Text,
            Outcome::Empty { .. } => Self::Empty,
            Outcome::Encrypted { .. } => Self::Encrypted,
            Outcome::TooLarge { .. } => Self::TooLarge,
            Outcome::Unsupported { .. } => Self::Unsupported,
            Outcome::Unreadable { .. } => Self::Unreadable,
            Outcome::NameOnly { .. } | Outcome::TimedOut | Outcome::Crashed { .. } | Outcome::Unavailable { .. } => {
                Self::NameOnly
            }
        }
    }
}

impl Member {
    /// What reading it gave, without its place in the text.
    pub(crate) fn of(path: String, outcome: &Outcome) -> Self {
        let mut member = Self {
            path,
            state: MemberState::of(outcome),
            mime: outcome.mime().unwrap_or_default().to_owned(),
            reason: outcome.reason(),
            ..Self::default()
        };
        if let Outcome::Text(part) = outcome {
            member.title.clone_from(&part.title);
            member.author.clone_from(&part.author);
            member.language.clone_from(&part.language);
            member.people.clone_from(&part.people);
            member.truncated = part.truncated;
        }
        member
    }
}

/// Something that a file says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is, such as `Camera`.
    pub name: String,
    /// In one line.
    pub value: String,
}

/// The text of a file and what the file says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// Normalised text: no control characters but tab and line feed, never two blank lines in a row.
    /// The facts stand at its end, a line each.
    #[serde(skip)]
    pub text: String,
    /// Title, where the file has one of its own.
    pub title: Option<String>,
    /// Media type, by content.
    pub mime: String,
    /// Author, sender or creator.
    pub author: Option<String>,
    /// When it was written or sent, in Unix milliseconds.
    pub created_ms: Option<i64>,
    /// Language of the text, as a code of two or three letters.
    #[serde(default)]
    pub language: Option<String>,
    /// People whom the file names beside its author.
    #[serde(default)]
    pub people: Vec<String>,
    /// What else the file says about itself.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// Whether there is no text but what the file says about itself.
    #[serde(default)]
    pub only_facts: bool,
    /// Parts of the text in order of their offsets.
    pub sections: Vec<Section>,
    /// Whether the text was cut at [`crate::Limits::max_text`].
    pub truncated: bool,
    /// What it shows that may hold text beside this one.
    #[serde(default)]
    pub scan: Option<Scan>,
    /// Files inside it, where it is an archive, in the order in which their texts stand.
    #[serde(default)]
    pub members: Vec<Member>,
}

impl Extracted {
    /// What the file is sorted under: its tags and keywords, each once, in the order of the file.
    pub fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        let said = self.facts.iter().filter(|fact| matches!(fact.name.as_str(), "Tags" | "Keywords" | "Labels"));
        for label in said.flat_map(|fact| fact.value.split([',', ';'])) {
            let label = label.trim().trim_start_matches('#');
            let is_short = (1..=MOST_LABEL).contains(&label.chars().count());
            if is_short && labels.len() < MOST_LABELS && labels.iter().all(|known| known != label) {
                labels.push(label.to_owned());
            }
        }
        labels
    }
}

/// Labels taken of one file.
const MOST_LABELS: usize = 64;
/// Characters of one; what is longer is a sentence.
const MOST_LABEL: usize = 60;

/// What a file shows that may hold text, to be recognised by [`crate::Recogniser`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scan {
    /// It is a picture of that size, in pixels.
    Picture {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
    /// It has that many pages that show something and have no text.
    Pages(u32),
}

/// A page as a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedPage {
    /// Which page, counted from 0.
    pub index: u32,
    /// How many pages the file has.
    pub of: u32,
    /// The picture, as PGM; none where this page cannot be drawn.
    #[serde(skip)]
    pub picture: Vec<u8>,
}

/// Outcome of reading one file; every file has one, with a reason a person understands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// There is text.
    Text(Extracted),
    /// Read to the end; there is no text in it.
    Empty {
        /// Media type.
        mime: String,
    },
    /// Needs a password.
    Encrypted {
        /// Media type.
        mime: String,
    },
    /// Larger than the limit for its format, as it is or once unpacked.
    TooLarge {
        /// Media type.
        mime: String,
        /// What is too large, in plain words.
        reason: String,
    },
    /// A format that is not read.
    Unsupported {
        /// Media type.
        mime: String,
        /// What it is or what is missing, in plain words.
        reason: String,
    },
    /// Found by name only: pictures, sound, video, programs that say nothing about themselves.
    NameOnly {
        /// Media type.
        mime: String,
    },
    /// Took longer than the limit.
    TimedOut,
    /// The reader process died on it.
    Crashed {
        /// How it died, in plain words.
        reason: String,
    },
    /// Damaged or not readable.
    Unreadable {
        /// What is wrong with it, in plain words.
        reason: String,
    },
    /// No reader process could be started; says nothing about the file, which can be tried again.
    Unavailable {
        /// Why, in plain words.
        reason: String,
    },
}

impl Outcome {
    /// The state that an item with this outcome has.
    pub const fn state(&self) -> ItemState {
        match self {
            Self::Text(_) => ItemState::Indexed,
            Self::Empty { .. } => ItemState::Empty,
            Self::Encrypted { .. } => ItemState::Encrypted,
            Self::TooLarge { .. } => ItemState::TooLarge,
            Self::Unsupported { .. } => ItemState::Unsupported,
            Self::NameOnly { .. } => ItemState::NameOnly,
            Self::TimedOut => ItemState::TimedOut,
            Self::Crashed { .. } => ItemState::Crashed,
            Self::Unreadable { .. } => ItemState::Unreadable,
            Self::Unavailable { .. } => ItemState::Pending,
        }
    }

    /// Media type, where the file was looked into.
    pub fn mime(&self) -> Option<&str> {
        match self {
            Self::Text(extracted) => Some(&extracted.mime),
            Self::Empty { mime }
            | Self::Encrypted { mime }
            | Self::TooLarge { mime, .. }
            | Self::Unsupported { mime, .. }
            | Self::NameOnly { mime } => Some(mime),
            Self::TimedOut | Self::Crashed { .. } | Self::Unreadable { .. } | Self::Unavailable { .. } => None,
        }
    }

    /// Why it is not simply text, in plain words; `None` for a text that is complete.
    pub fn reason(&self) -> Option<String> {
        let said = match self {
            Self::Text(extracted) if extracted.truncated && !extracted.members.is_empty() => {
                "Much is packed in it: the text of a part is searchable, the rest by name."
            }
            Self::Text(extracted) if extracted.truncated => "Very long: only its first part is searchable.",
            Self::Text(extracted) if extracted.only_facts => {
                "There is no text in it: found by its name and by what it says about itself."
            }
            Self::Text(_) => return None,
            Self::Empty { .. } => "There is no text in it.",
            Self::Encrypted { .. } => "It is protected with a password.",
            Self::NameOnly { mime } => name_only_reason(mime),
            Self::TimedOut => "Reading it took too long and was stopped.",
            Self::TooLarge { reason, .. }
            | Self::Unsupported { reason, .. }
            | Self::Crashed { reason }
            | Self::Unreadable { reason }
            | Self::Unavailable { reason } => reason,
        };
        Some(said.to_owned())
    }

    /// Whether text could be recognised in what the file shows: in a picture that is no icon, or in pages of a PDF.
    pub fn shows_text_maybe(&self) -> bool {
        let (mime, scan) = match self {
            // A PDF whose pages have no text, and that says nothing about itself.
            Self::Empty { mime } => return mime == PDF,
            Self::Text(extracted) => (extracted.mime.as_str(), extracted.scan),
            _ => return false,
        };
        match scan {
            Some(Scan::Picture { width, height }) => {
                let (short, long) = (width.min(height), width.max(height));
                RECOGNISED.contains(&mime)
                    && short >= MIN_SHORT
                    && long >= MIN_LONG
                    && u64::from(short) * u64::from(long) <= MAX_PIXELS
            }
            Some(Scan::Pages(count)) => mime == PDF && count > 0,
            None => false,
        }
    }

    /// Whether the file brought the reader process down, so that it counts for the list of files never tried again.
    pub const fn is_poison(&self) -> bool {
        matches!(self, Self::Crashed { .. } | Self::TimedOut)
    }
}

fn name_only_reason(mime: &str) -> &'static str {
    match mime.split_once('/') {
        Some(("image", _)) => "A picture: found by its name only.",
        Some(("audio", _)) => "A recording: found by its name only.",
        Some(("video", _)) => "A video: found by its name only.",
        Some(("font", _)) => "A font: found by its name only.",
        _ if mime.contains("zip") || mime.contains("tar") || mime.contains("compress") => {
            "An archive: found by its name only."
        }
        _ => "Not a document: found by its name only.",
    }
}

#[cfg(test)]
mod tests {
    use super::FileHint;

    #[test]
    fn hint_takes_the_extension_from_the_name() {
        let check = |name: &str, ext: &str| assert_eq!(FileHint::new(name, 0).ext, ext, "{name}");
        check("Report.PDF", "pdf");
        check("archive.tar.gz", "gz");
        check("README", "");
        check(".profile", "");
    }
}
