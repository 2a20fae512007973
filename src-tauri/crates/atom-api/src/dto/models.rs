//! Embedding models as shells see them.

use crate::error::ApiError;
use serde::{Deserialize, Serialize};
use specta::Type;

/// The models that there are, and what is being done with them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelsView {
    /// The built-in one first, then those that are installed, then others that are known.
    pub models: Vec<ModelEntryView>,
    /// The change that is under way.
    pub change: Option<ModelChangeView>,
    /// The download that runs, or the last one.
    pub download: Option<ModelDownloadView>,
}

/// Fetches a model.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelDownloadRequest {
    /// The model.
    pub id: String,
    /// Also where the network is metered.
    #[serde(default)]
    pub metered: bool,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelEntryView {
    /// What a person types.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it understands; none where nobody said.
    pub languages: Option<String>,
    /// Values in its vectors.
    pub dims: Option<u32>,
    /// Bytes of its files; none where they are not here.
    #[specta(type = Option<u32>)]
    pub bytes: Option<u64>,
    /// `in-use`, `coming` while its vectors are made, `installed`, `missing` where it is in use and not here,
    /// `available` where it has to be brought in first.
    pub state: String,
    /// Whether it comes with Atom.
    pub built_in: bool,
    /// Where its makers publish it.
    pub repository: Option<String>,
    /// Bytes to fetch, where it can be fetched.
    #[specta(type = Option<u32>)]
    pub download_bytes: Option<u64>,
}

/// A model that is fetched, or was last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelDownloadView {
    /// Which one.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// Bytes that are here.
    #[specta(type = u32)]
    pub done: u64,
    /// Bytes in all.
    #[specta(type = u32)]
    pub total: u64,
    /// Why it failed.
    pub error: Option<ApiError>,
}

/// A change of the model that is under way: the old vectors answer until the new ones are complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelChangeView {
    /// The model that comes.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Passages that have a new vector.
    #[specta(type = u32)]
    pub done: u64,
    /// Passages that are to have one.
    #[specta(type = u32)]
    pub total: u64,
    /// Seconds that it still takes, about.
    pub eta_seconds: Option<f32>,
}

/// Brings a model in from a folder.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelImportRequest {
    /// The folder, as model hubs publish it.
    pub path: String,
    /// What to call it; named after the folder without.
    pub id: Option<String>,
}
