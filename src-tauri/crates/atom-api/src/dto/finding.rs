//! Beside the search itself: its order, what the matches are, what is like them, where they match, how a query goes on.

use super::{SearchMode, SearchRequest};
use serde::{Deserialize, Serialize};
use specta::Type;

/// The order of hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SearchSort {
    /// Best first.
    #[default]
    Best,
    /// Changed last first.
    Newest,
    /// Changed first first.
    Oldest,
    /// Most bytes first.
    Largest,
    /// Fewest bytes first.
    Smallest,
    /// By name.
    Name,
}

impl SearchRequest {
    /// The best hits, without explanations and counts.
    pub fn new(query: impl Into<String>, mode: SearchMode, limit: u32) -> Self {
        Self { query: query.into(), mode, limit, offset: 0, explain: false, sort: SearchSort::Best, facets: false }
    }
}

/// What the matches are, counted.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FacetsView {
    /// By kind, most first.
    pub kinds: Vec<FacetView>,
    /// By source.
    pub sources: Vec<FacetView>,
    /// By folder.
    pub folders: Vec<FacetView>,
    /// By author or sender.
    pub people: Vec<FacetView>,
    /// By label.
    pub labels: Vec<FacetView>,
    /// By time of change, newest first.
    pub times: Vec<FacetView>,
}

/// One value of a facet.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FacetView {
    /// For display.
    pub label: String,
    /// The operator that narrows to it, as `type:pdf`.
    pub query: String,
    /// How many of the matches have it.
    #[specta(type = u32)]
    pub count: u64,
}

/// Asks for what is like an item or a text.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SimilarRequest {
    /// The item.
    pub id: Option<String>,
    /// The text, where no item is given.
    pub text: Option<String>,
    /// At most this many hits.
    pub limit: u32,
}

/// Asks for the passages of an item.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PassagesRequest {
    /// The item.
    pub id: String,
    /// The query.
    pub query: String,
}

/// Passages of an item that match, in the order of the text.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PassagesView {
    /// At most 200.
    pub passages: Vec<PassageView>,
    /// How many there are.
    pub total: u32,
}

/// A passage that matches.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PassageView {
    /// The passage around the match, white space collapsed.
    pub text: String,
    /// Ranges of the matched words.
    pub highlights: Vec<(u32, u32)>,
    /// Where it begins in the whole text, for [`super::PreviewRequest::start`].
    #[specta(type = u32)]
    pub start: u64,
}

/// Asks how a query may go on.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompleteRequest {
    /// The query as typed.
    pub query: String,
    /// Where the cursor is.
    pub cursor: u32,
}

/// A way that the query may go on.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompletionView {
    /// For display.
    pub label: String,
    /// What it is, in a few words; may be empty.
    pub detail: String,
    /// `operator`, `value` or `history`.
    pub kind: String,
    /// Start of what is replaced in the query.
    pub start: u32,
    /// End of what is replaced, exclusive.
    pub end: u32,
    /// What takes its place.
    pub insert: String,
}
