//! Native notifications. A desktop without a notification service is no failure.

use std::path::Path;
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// A folder's first indexing is done.
pub(super) fn folder_ready(app: &AppHandle, path: &str, files: u64) {
    let name = Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy());
    let noun = if files == 1 { "file" } else { "files" };
    show(app, &format!("{name} is ready"), &format!("{files} {noun} can be found now."));
}

/// A kept search has new matches. What they are is for the eyes of who opens the window.
pub(super) fn saved_search_found(app: &AppHandle, name: &str, count: u64) {
    let noun = if count == 1 { "match" } else { "matches" };
    show(app, name, &format!("{count} new {noun}."));
}

/// Something went wrong that no window shows.
pub(super) fn trouble(app: &AppHandle, title: &str, body: &str) {
    show(app, title, body);
}

fn show(app: &AppHandle, title: &str, body: &str) {
    if let Err(error) = app.notification().builder().title(title).body(body).show() {
        tracing::info!(%error, "the desktop shows no notifications");
    }
}
