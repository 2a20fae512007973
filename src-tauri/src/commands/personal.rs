//! What is remembered of a person: past searches, insights, kept searches.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{
    HistoryEntryView, HistoryForgetRequest, HistoryListRequest, HistoryNoteRequest, IdRequest, InsightsView,
    SavedPutRequest, SavedSearchView,
};

/// Notes that a search was meant: something was done with a hit, or the person stayed with it.
#[tauri::command]
#[specta::specta]
pub async fn history_note(api: Api<'_>, request: HistoryNoteRequest) -> ApiResult<()> {
    api.history_note(request).await
}

/// Past searches, the last one first.
#[tauri::command]
#[specta::specta]
pub async fn history_list(api: Api<'_>, request: HistoryListRequest) -> ApiResult<Vec<HistoryEntryView>> {
    api.history_list(request).await
}

/// Forgets one past search, or all of them.
#[tauri::command]
#[specta::specta]
pub async fn history_forget(api: Api<'_>, request: HistoryForgetRequest) -> ApiResult<()> {
    api.history_forget(request).await
}

/// What was searched, how often in vain, and how fast.
#[tauri::command]
#[specta::specta]
pub async fn insights_get(api: Api<'_>) -> ApiResult<InsightsView> {
    api.insights_get().await
}

/// Forgets what insights are made of, and how often items were opened.
#[tauri::command]
#[specta::specta]
pub async fn insights_clear(api: Api<'_>) -> ApiResult<()> {
    api.insights_clear().await
}

/// Searches that are kept.
#[tauri::command]
#[specta::specta]
pub async fn saved_list(api: Api<'_>) -> ApiResult<Vec<SavedSearchView>> {
    api.saved_list().await
}

/// Keeps a search, or changes a kept one.
#[tauri::command]
#[specta::specta]
pub async fn saved_put(api: Api<'_>, request: SavedPutRequest) -> ApiResult<SavedSearchView> {
    api.saved_put(request).await
}

/// Forgets a kept search.
#[tauri::command]
#[specta::specta]
pub async fn saved_remove(api: Api<'_>, request: IdRequest) -> ApiResult<()> {
    api.saved_remove(request).await
}

/// The new hits of a kept search were seen.
#[tauri::command]
#[specta::specta]
pub async fn saved_seen(api: Api<'_>, request: IdRequest) -> ApiResult<()> {
    api.saved_seen(request).await
}
