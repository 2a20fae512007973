//! The main window, and what every window of Atom has in common.
//!
//! Common to all: pages from inside the program only, nothing of a page kept on disk, no second window, no download.
//! Closing the main window hides it; Atom goes on in the tray.

use atom_api::{App, dto};
use std::path::PathBuf;
use std::sync::Arc;
use tauri::utils::config::Color;
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Manager, Theme, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent, Wry,
};

/// Label of the main window, as the capabilities name it.
pub(super) const MAIN: &str = "main";

/// What shows before the page does: the page's own background, so that nothing flashes.
const LIGHT: Color = Color(255, 255, 255, 255);
const DARK: Color = Color(24, 24, 27, 255);

/// Whether the toolkit can open windows here; it also learns not to keep a list of opened files.
pub(super) fn toolkit_starts() -> bool {
    #[cfg(target_os = "linux")]
    {
        use gtk::prelude::GtkSettingsExt;
        if gtk::init().is_err() {
            return false;
        }
        if let Some(settings) = gtk::Settings::default() {
            settings.set_gtk_recent_files_enabled(false);
        }
    }
    true
}

/// A window of Atom that shows one of its own pages.
pub(super) fn builder<'a>(app: &'a AppHandle, label: &str, page: &str) -> WebviewWindowBuilder<'a, Wry, AppHandle> {
    let builder = WebviewWindowBuilder::new(app, label, WebviewUrl::App(PathBuf::from(page)))
        .title("Atom")
        .background_color(background(Theme::Light))
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false);
    match automation_dir() {
        Some(dir) => builder.data_directory(dir),
        // Private views keep nothing but a salt or two. A folder each: views that share one share the registration of
        // the `tauri:` scheme too, and a private view then knows no page.
        None => builder.data_directory(web_dir(app).join(label)).incognito(true),
    }
}

fn web_dir(app: &AppHandle) -> PathBuf {
    app.state::<Arc<App>>().config().data_dir.join("webview")
}

/// A web driver cannot see a private view, so a debug build that one drives keeps its web data where the driver says.
fn automation_dir() -> Option<PathBuf> {
    let driven = cfg!(debug_assertions) && std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some();
    std::env::var_os("ATOM_WEB_DRIVER_DIR").filter(|_| driven).map(PathBuf::from)
}

/// Pages inside the program: everything else is refused, whoever asks.
fn is_own_page(url: &Url) -> bool {
    let own = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" if cfg!(target_os = "windows") => url.host_str() == Some("tauri.localhost"),
        "about" => url.as_str() == "about:blank",
        _ => false,
    };
    if !own {
        tracing::warn!(scheme = url.scheme(), "refused to leave the app's own pages");
    }
    own
}

/// Makes the main window; `hidden` leaves it for later.
pub(super) fn create_main(app: &AppHandle, hidden: bool) -> tauri::Result<()> {
    let window = builder(app, MAIN, "index.html")
        .inner_size(1100.0, 720.0)
        .min_inner_size(720.0, 480.0)
        .center()
        .visible(false)
        .build()?;
    paint(&window);
    if !hidden {
        window.show()?;
    }
    Ok(())
}

/// The main window, while there is one.
pub(super) fn main(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(MAIN)
}

/// Brings the main window to the front, at a page of it when `route` is not empty.
pub(super) fn show_main(app: &AppHandle, route: &str) {
    let Some(window) = main(app) else { return };
    if let Err(error) = go_to(&window, route).and_then(|()| bring_up(&window)) {
        tracing::warn!(%error, "cannot bring up the main window");
    }
}

fn go_to(window: &WebviewWindow, route: &str) -> tauri::Result<()> {
    if route.is_empty() {
        return Ok(());
    }
    let mut url = window.url()?;
    url.set_fragment(Some(route.trim_start_matches('#')));
    window.navigate(url)
}

fn bring_up(window: &WebviewWindow) -> tauri::Result<()> {
    if window.is_minimized()? {
        window.unminimize()?;
    }
    window.show()?;
    window.set_focus()
}

/// Closing hides.
pub(super) fn on_event(window: &Window, event: &WindowEvent) {
    if window.label() != MAIN {
        return;
    }
    if let WindowEvent::CloseRequested { api, .. } = event {
        api.prevent_close();
        if let Err(error) = window.hide() {
            tracing::warn!(%error, "cannot hide the main window");
        }
    }
}

/// Gives every window the chosen theme.
pub(super) fn apply_theme(app: &AppHandle, theme: dto::Theme) {
    app.set_theme(match theme {
        dto::Theme::System => None,
        dto::Theme::Light => Some(Theme::Light),
        dto::Theme::Dark => Some(Theme::Dark),
    });
    for window in app.webview_windows().values() {
        paint(window);
    }
}

/// Gives a window the background of its theme.
pub(super) fn paint(window: &WebviewWindow) {
    let theme = window.theme().unwrap_or(Theme::Light);
    if let Err(error) = window.set_background_color(Some(background(theme))) {
        tracing::debug!(%error, "cannot colour a window");
    }
}

fn background(theme: Theme) -> Color {
    if theme == Theme::Dark { DARK } else { LIGHT }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_pages_open() {
        for own in ["tauri://localhost/index.html", "tauri://localhost/quick.html#/x", "about:blank"] {
            assert!(is_own_page(&own.parse().unwrap()), "{own}");
        }
        for foreign in [
            "https://example.com/",
            "http://localhost:1420/",
            "http://ipc.localhost/",
            "tauri://elsewhere/",
            "file:///etc/passwd",
            "data:text/html,<script>1</script>",
            "javascript:alert(1)",
            "blob:tauri://localhost/1",
        ] {
            assert!(!is_own_page(&foreign.parse().unwrap()), "{foreign}");
        }
    }
}
