//! The engine-neutral query tree.
use atom_core::{ItemId, Kind, SourceId};

/// Where a word is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field { /// Any.
 Any, /// Name.
 Name, /// Title.
 Title, /// Path.
 Path, /// Body.
 Body }

/// A query.
#[allow(missing_docs)]
#[derive(Debug, Clone, PartialEq)]
pub enum KeywordQuery {
    All,
    Word { text: String, field: Field, prefix: bool, fuzzy: bool },
    Phrase { words: Vec<String>, field: Field, last_prefix: bool, slop: u32 },
    Wildcard { pattern: String, field: Field },
    And(Vec<KeywordQuery>),
    Or(Vec<KeywordQuery>),
    Not(Box<KeywordQuery>),
    Kind(Vec<Kind>),
    Ext(Vec<String>),
    Source(Vec<SourceId>),
    Modified { from: Option<i64>, to: Option<i64> },
    Size { from: Option<u64>, to: Option<u64> },
    Items(Vec<ItemId>),
    Under(String),
}
