//! Adapters from IPC to `atom-api`: one call each, no conditions, no file system. What they decide is decided below them.
//!
//! [`crate::ipc`] lists them; a command that is missing from `src-tauri/permissions` is refused at run time and by a test.

pub mod activity;
pub mod audit;
pub mod backup;
pub mod clients;
pub mod files;
pub mod item;
pub mod models;
pub mod network;
pub mod personal;
pub mod programs;
pub mod search;
pub mod settings;
pub mod sources;
pub mod status;
pub mod vault;
pub mod window;

use crate::desktop::Desktop;
use atom_api::{ApiError, ApiResult, ErrorCode};
use std::sync::Arc;
use tauri::State;

/// The use cases.
pub(crate) type Api<'a> = State<'a, Arc<atom_api::App>>;
/// The person's desktop.
pub(crate) type Host<'a> = State<'a, Arc<dyn Desktop>>;

/// Asks the desktop for what it has to read from disks, off the threads that answer the windows.
pub(crate) async fn on_disk<T: Send + 'static>(
    host: &Host<'_>,
    work: impl FnOnce(&dyn Desktop) -> ApiResult<T> + Send + 'static,
) -> ApiResult<T> {
    let host = Arc::clone(host.inner());
    let cut_short = |_| Err(ApiError::new(ErrorCode::Internal, "this was cut short").retryable());
    tokio::task::spawn_blocking(move || work(&*host)).await.unwrap_or_else(cut_short)
}
