//! The query language: what a person types, and what each index has to look for.
//!
//! [`plan`] is total: every string has a plan, and what cannot be read as an operator is searched for as text, with a notice.
//! The steps are apart so that each can be tested alone: `parse` makes the tree (syntax only), `lower` gives it meaning.
//! To add an operator, add it to `ast::Operator`, to `lower::filter` and to `catalogue`.
//!
//! Left out on purpose: names of sources are resolved by the caller, and nothing here knows how an index splits text into words.

mod ast;
mod catalogue;
mod kinds;
mod lower;
mod notice;
mod parse;
mod period;
mod size;
#[cfg(test)]
mod tests;

pub(crate) use catalogue::{OPERATORS, known_values, takes_folders};
pub use notice::{Notice, NoticeCode};

use atom_core::SourceId;
use atom_index::keyword::KeywordQuery;
use chrono::{DateTime, TimeZone};
use std::ops::Range;

/// What a query means depends on when and where it is asked.
pub struct Context<'a, Tz: TimeZone> {
    /// The moment of asking, in the zone in which days begin and end.
    pub now: DateTime<Tz>,
    /// Whether the person may still be typing the last word, so that it counts as a beginning.
    pub typing: bool,
    /// The sources that a name stands for; empty where there is none.
    pub sources: &'a dyn Fn(&str) -> Vec<SourceId>,
}

/// A query, ready for the indexes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The whole query for the keyword index: words that score, and every constraint. `None` where nothing but meaning is asked for.
    pub keyword: Option<KeywordQuery>,
    /// What every hit must satisfy, also one found by meaning: filters, phrases, patterns and negations. `None` where there is none.
    pub constraints: Option<KeywordQuery>,
    /// Any of the words, for when no item has all of them; `None` for fewer than two words.
    pub relaxed: Option<KeywordQuery>,
    /// What to embed: no operators, negations or quotes. `None` where there is no text.
    pub meaning_text: Option<String>,
    /// Operators that were understood, in order of appearance.
    pub chips: Vec<Chip>,
    /// What to tell the person.
    pub notices: Vec<Notice>,
    /// What to mark in titles and passages.
    pub highlight_terms: Vec<HighlightTerm>,
    /// The plain words, for the correction of typing errors.
    pub words: Vec<PlainWord>,
    /// Whether the last word counts as a beginning.
    pub last_word_prefix: bool,
    /// The only sources that anything may be found in; all of them when none.
    pub within: Option<Vec<SourceId>>,
}

impl Plan {
    /// The same among these sources, as if there were no others.
    #[must_use]
    pub fn restricted(self, sources: Vec<SourceId>) -> Self {
        let only = |query: KeywordQuery| KeywordQuery::And(vec![query, KeywordQuery::Source(sources.clone())]);
        Self {
            keyword: self.keyword.map(&only),
            constraints: Some(self.constraints.map_or_else(|| KeywordQuery::Source(sources.clone()), &only)),
            relaxed: self.relaxed.map(&only),
            within: Some(sources),
            ..self
        }
    }

    /// Whether something of this source may be found.
    pub fn covers(&self, source: SourceId) -> bool {
        self.within.as_ref().is_none_or(|within| within.contains(&source))
    }

    /// Whether there is nothing to search for.
    pub const fn is_empty(&self) -> bool {
        self.keyword.is_none() && self.meaning_text.is_none()
    }

    /// Whether it only filters: there is nothing to rank by.
    pub const fn is_listing(&self) -> bool {
        self.meaning_text.is_none() && self.highlight_terms.is_empty()
    }
}

/// An operator in the query text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// First byte in the query text, the `-` of a negation included.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The operator's canonical name, with a leading `-` where it is negated.
    pub operator: String,
    /// Its values, unquoted, joined with commas.
    pub value: String,
}

/// Something to mark where it appears: one word, or words in sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HighlightTerm {
    /// The words as typed; the index's own analysis is to be applied to them.
    pub words: Vec<String>,
    /// Whether the last word is only the beginning of one.
    pub prefix: bool,
}

/// A plain word of the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainWord {
    /// As typed.
    pub text: String,
    /// Byte range in the query text.
    pub span: Range<usize>,
    /// Whether it counts as a beginning.
    pub prefix: bool,
}

/// A value as it has to be typed behind an operator: in quotes where it would end or be taken apart without.
pub fn quoted(value: &str) -> String {
    let value: String = value.chars().map(|c| if parse::is_quote(c) { ' ' } else { c }).collect();
    let is_plain = !value.is_empty() && !value.contains(|c: char| c.is_whitespace() || ",|()".contains(c));
    if is_plain { value } else { format!("\"{value}\"") }
}

/// What `text` means. Never fails.
pub fn plan<Tz: TimeZone>(text: &str, context: &Context<'_, Tz>) -> Plan {
    let (tree, notices) = parse::parse(text);
    lower::lower(text, tree, notices, context)
}
