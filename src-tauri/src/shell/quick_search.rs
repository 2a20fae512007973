//! The quick-search window: made once, then shown and hidden, on the screen that has the pointer.

use super::window;
use crate::ipc::QuickShown;
use std::time::Duration;
use tauri::{AppHandle, LogicalSize, Manager, PhysicalPosition, PhysicalSize, WebviewWindow, Window, WindowEvent};
use tauri_specta::Event;

/// Label of the window, as the capabilities name it.
pub(super) const QUICK: &str = "quick-search";

const SIZE: LogicalSize<f64> = LogicalSize::new(720.0, 580.0);

/// How long the window may be without the focus before it hides: a key grab by the desktop takes it for a moment, and
/// the very hotkey that should hide the window is such a grab.
const PATIENCE: Duration = Duration::from_millis(150);

/// Makes the window and leaves it hidden.
pub(super) fn create(app: &AppHandle) -> tauri::Result<()> {
    let window = window::builder(app, QUICK, "quick.html")
        .title("Atom quick search")
        .inner_size(SIZE.width, SIZE.height)
        .resizable(false)
        .maximizable(false)
        .minimizable(false)
        .decorations(false)
        .skip_taskbar(true)
        .always_on_top(true)
        .visible_on_all_workspaces(true)
        .visible(false)
        .build()?;
    window::paint(&window);
    Ok(())
}

/// Shows the window, or hides it when it is there.
pub(super) fn toggle(app: &AppHandle) {
    let Some(window) = app.get_webview_window(QUICK) else { return };
    if window.is_visible().unwrap_or(false) {
        hide(app);
    } else {
        show(app);
    }
}

/// Shows the window on the screen with the pointer, ready to type in.
pub(super) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(QUICK) else { return };
    if let Err(error) = bring_up(app, &window) {
        tracing::warn!(%error, "cannot show quick search");
    }
}

fn bring_up(app: &AppHandle, window: &WebviewWindow) -> tauri::Result<()> {
    place(app, window)?;
    window.show()?;
    window.set_focus()?;
    QuickShown.emit_to(app, QUICK)
}

/// Hides the window.
pub(super) fn hide(app: &AppHandle) {
    let Some(window) = app.get_webview_window(QUICK) else { return };
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "cannot hide quick search");
    }
}

fn place(app: &AppHandle, window: &WebviewWindow) -> tauri::Result<()> {
    let pointer = app.cursor_position()?;
    let monitor = match app.monitor_from_point(pointer.x, pointer.y)? {
        Some(monitor) => monitor,
        None => match app.primary_monitor()? {
            Some(monitor) => monitor,
            None => return Ok(()),
        },
    };
    let size = SIZE.to_physical(monitor.scale_factor());
    window.set_position(upper_third(*monitor.position(), *monitor.size(), size))
}

/// Centred from left to right, with the field in the upper third, and on the screen as far as that can be.
fn upper_third(
    corner: PhysicalPosition<i32>,
    screen: PhysicalSize<u32>,
    window: PhysicalSize<u32>,
) -> PhysicalPosition<i32> {
    let left = screen.width.saturating_sub(window.width) / 2;
    let top = (screen.height / 6).min(screen.height.saturating_sub(window.height));
    PhysicalPosition::new(corner.x.saturating_add_unsigned(left), corner.y.saturating_add_unsigned(top))
}

/// Hides the window when the person turns to something else.
pub(super) fn on_event(window: &Window, event: &WindowEvent) {
    if window.label() != QUICK {
        return;
    }
    match event {
        WindowEvent::Focused(false) => hide_unless_focused_again(window.clone()),
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            hide(window.app_handle());
        }
        _ => {}
    }
}

fn hide_unless_focused_again(window: Window) {
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        if !window.is_focused().unwrap_or(false) {
            hide(window.app_handle());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(corner: (i32, i32), screen: (u32, u32), expect: (i32, i32)) {
        let at = upper_third(corner.into(), screen.into(), (720, 520).into());
        assert_eq!((at.x, at.y), expect);
    }

    #[test]
    fn window_is_centred_in_the_upper_third() {
        check((0, 0), (1920, 1080), (600, 180));
    }

    #[test]
    fn window_is_on_the_screen_that_it_was_asked_for() {
        check((1920, -200), (1920, 1080), (2520, -20));
        check((-1280, 0), (1280, 800), (-1000, 133));
    }

    #[test]
    fn window_stays_on_a_small_screen() {
        check((0, 0), (640, 480), (0, 0));
        check((0, 0), (800, 600), (40, 80));
    }
}
