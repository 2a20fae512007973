//! What is remembered of a person: past searches, insights, kept searches.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A search that was meant.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryNoteRequest {
    /// The query as typed.
    pub query: String,
    /// How many hits there were.
    pub total: u32,
    /// How long it took, in milliseconds.
    #[specta(type = u32)]
    pub took_ms: f32,
    /// The item that was opened, revealed or copied; null where the person only looked.
    pub opened: Option<String>,
    /// The place of that item among the hits, from 1.
    pub rank: Option<u32>,
}

/// Asks for past searches.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryListRequest {
    /// Those that begin so, or have a word that does; all when empty.
    pub prefix: String,
    /// At most this many.
    pub limit: u32,
}

/// A past search.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntryView {
    /// The query as typed.
    pub query: String,
    /// When last.
    #[specta(type = i32)]
    pub at: i64,
    /// How often.
    pub count: u32,
    /// How many hits it had last.
    pub total: u32,
}

/// Names what is to be forgotten.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryForgetRequest {
    /// The query; all of them when null.
    pub query: Option<String>,
}

/// What was searched, counted on this machine only.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InsightsView {
    /// Searches that were meant.
    pub searches: u32,
    /// Since when; null before the first.
    #[specta(type = Option<i32>)]
    pub since: Option<i64>,
    /// Those after which something was opened.
    pub opened: u32,
    /// Median place of what was opened.
    pub median_rank: Option<u32>,
    /// Median time of a search, in milliseconds.
    pub median_ms: Option<f32>,
    /// 95 of 100 searches took no longer, in milliseconds.
    pub p95_ms: Option<f32>,
    /// Sought without a hit, most often first.
    pub vain: Vec<HistoryEntryView>,
    /// Sought most often.
    pub frequent: Vec<HistoryEntryView>,
    /// Searches a day, for the last 30 days, oldest first.
    pub days: Vec<u32>,
}

/// A search that is kept.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedSearchView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The query.
    pub query: String,
    /// Whether to notify of new matches.
    pub notify: bool,
    /// New matches since it was last looked at.
    pub fresh: u32,
    /// When it was made.
    #[specta(type = i32)]
    pub at: i64,
}

/// A search to keep.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedPutRequest {
    /// The kept search to change; a new one when null.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// The query.
    pub query: String,
    /// Whether to notify of new matches.
    pub notify: bool,
}
