//! Searching and previewing.

use super::Api;
use atom_api::ApiResult;
use atom_api::dto::{
    HitView, PreviewPageRequest, PreviewPageView, PreviewRequest, PreviewView, SearchRequest, SearchResponse,
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

/// A page of a PDF, or a picture, as it looks, with the matches marked.
#[tauri::command]
#[specta::specta]
pub async fn preview_page(api: Api<'_>, request: PreviewPageRequest) -> ApiResult<PreviewPageView> {
    api.preview_page(request).await
}
