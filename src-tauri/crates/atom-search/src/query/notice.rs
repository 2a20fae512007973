//! What a person should know about how a query was understood or answered.

/// The kind of a notice; the names are part of the command line's and the UI's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeCode {
    /// Not everything is searchable by meaning yet.
    MeaningPartial,
    /// Not everything is searchable by its words yet.
    WordsPartial,
    /// Searched without meaning, because it is not there.
    MeaningOff,
    /// A word was taken for a typing error.
    Corrected,
    /// An operator that is not known, not available or has a value that cannot be read.
    UnknownOperator,
    /// Nothing to search for.
    EmptyQuery,
}

impl NoticeCode {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MeaningPartial => "meaning-partial",
            Self::WordsPartial => "words-partial",
            Self::MeaningOff => "meaning-off",
            Self::Corrected => "corrected",
            Self::UnknownOperator => "unknown-operator",
            Self::EmptyQuery => "empty-query",
        }
    }
}

/// One thing to know, in plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub code: NoticeCode,
    /// A sentence for the person who searches; may quote the query, never a document.
    pub message: String,
}

impl Notice {
    /// A notice of that kind.
    pub fn new(code: NoticeCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
