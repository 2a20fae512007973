//! Searching and previewing.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{
    CompleteRequest, CompletionView, HitView, PassagesRequest, PassagesView, PreviewPageRequest, PreviewPageView,
    PreviewRequest, PreviewView, SearchRequest, SearchResponse, SimilarRequest,
};

/// Searches.
#[tauri::command]
#[specta::specta]
pub async fn search_query(api: Api<'_>, request: SearchRequest) -> ApiResult<SearchResponse> {
    api.search_query(request).await
}

/// Text of an item, with the matches marked.
#[tauri::command]
#[specta::specta]
pub async fn search_preview(api: Api<'_>, request: PreviewRequest) -> ApiResult<PreviewView> {
    api.search_preview(request).await
}

/// Items that were opened or changed last.
#[tauri::command]
#[specta::specta]
pub async fn search_recent(api: Api<'_>) -> ApiResult<Vec<HitView>> {
    api.search_recent().await
}

/// Items like an item, or like a text.
#[tauri::command]
#[specta::specta]
pub async fn search_similar(api: Api<'_>, request: SimilarRequest) -> ApiResult<SearchResponse> {
    api.search_similar(request).await
}

/// Passages of an item that match.
#[tauri::command]
#[specta::specta]
pub async fn search_passages(api: Api<'_>, request: PassagesRequest) -> ApiResult<PassagesView> {
    api.search_passages(request).await
}

/// What the query may go on with.
#[tauri::command]
#[specta::specta]
pub async fn search_complete(api: Api<'_>, request: CompleteRequest) -> ApiResult<Vec<CompletionView>> {
    api.search_complete(request).await
}

/// A page of a PDF, or a picture, as it looks, with the matches marked.
#[tauri::command]
#[specta::specta]
pub async fn preview_page(api: Api<'_>, request: PreviewPageRequest) -> ApiResult<PreviewPageView> {
    api.preview_page(request).await
}
