//! What was typed, as a tree: syntax only, with the bytes that each part came from.

use std::ops::Range;

/// One part of a query and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Byte range in the query text; that of a negation begins with its `-`.
    pub span: Range<usize>,
    /// What it is.
    pub syntax: Syntax,
}

/// The forms that a part of a query takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Syntax {
    /// A plain word, as typed.
    Word(String),
    /// `=word`: only in this form.
    Exact(String),
    /// A word with `*` or `?` in it.
    Wildcard(String),
    /// `*` alone: everything.
    Everything,
    /// Words in sequence.
    Phrase {
        /// The words, as typed.
        words: Vec<String>,
        /// How many other words may stand between them.
        slop: u32,
        /// Whether the closing quote has been typed.
        closed: bool,
    },
    /// `~words`: by meaning only.
    Meaning(String),
    /// `name:value,value`.
    Operator {
        /// The operator.
        operator: Operator,
        /// Its values, unquoted; never empty.
        values: Vec<String>,
    },
    /// All of them.
    All(Vec<Node>),
    /// Any of them.
    Any(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
}

/// The operators, each with its synonyms folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Operator {
    /// `type:`, `kind:`: a kind, an extension or a word for one of them.
    Type,
    /// `ext:`: an extension.
    Extension,
    /// `mime:`: a media type.
    Mime,
    /// `in:`, `source:`: a source by name.
    Source,
    /// `path:`, `dir:`, `folder:`: words or the beginning of a path.
    Path,
    /// `name:`, `title:`, `filename:`, `subject:`: what a thing is called.
    Name,
    /// `from:`, `author:`: who wrote or sent it.
    Author,
    /// `to:`: whom it went to, or else names.
    People,
    /// `lang:`, `language:`: what its text is written in.
    Language,
    /// `has:`: what an item has: attachments, links, pictures and the like.
    Has,
    /// `is:`: what an item is: a folder, unread, done and the like.
    Is,
    /// `label:`, `tag:`: what it is sorted under.
    Label,
    /// `regex:`: a pattern over names and words.
    Regex,
    /// `after:`, `newer:`: changed on that day or later.
    After,
    /// `before:`, `older:`: changed before that day.
    Before,
    /// `on:`, `date:`: changed within that period.
    On,
    /// `newer_than:`: changed within that time until now.
    NewerThan,
    /// `older_than:`: not changed within that time until now.
    OlderThan,
    /// `size:`: a comparison or a range.
    Size,
    /// `larger:`: more than that size.
    Larger,
    /// `smaller:`: less than that size.
    Smaller,
}

impl Operator {
    /// The operator that `name`, without regard to case, stands for.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "type" | "kind" => Self::Type,
            "ext" => Self::Extension,
            "mime" => Self::Mime,
            "in" | "source" => Self::Source,
            "path" | "dir" | "folder" => Self::Path,
            "name" | "title" | "filename" | "subject" => Self::Name,
            "from" | "author" => Self::Author,
            "to" => Self::People,
            "lang" | "language" => Self::Language,
            "has" => Self::Has,
            "is" => Self::Is,
            "label" | "tag" | "keyword" => Self::Label,
            "regex" => Self::Regex,
            "after" | "newer" => Self::After,
            "before" | "older" => Self::Before,
            "on" | "date" => Self::On,
            "newer_than" => Self::NewerThan,
            "older_than" => Self::OlderThan,
            "size" => Self::Size,
            "larger" => Self::Larger,
            "smaller" => Self::Smaller,
            _ => return None,
        })
    }

    /// The name under which chips and notices show it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Extension => "ext",
            Self::Mime => "mime",
            Self::Source => "in",
            Self::Path => "path",
            Self::Name => "name",
            Self::Author => "from",
            Self::People => "to",
            Self::Language => "lang",
            Self::Has => "has",
            Self::Is => "is",
            Self::Label => "label",
            Self::Regex => "regex",
            Self::After => "after",
            Self::Before => "before",
            Self::On => "date",
            Self::NewerThan => "newer_than",
            Self::OlderThan => "older_than",
            Self::Size => "size",
            Self::Larger => "larger",
            Self::Smaller => "smaller",
        }
    }
}
