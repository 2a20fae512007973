//! The tray: an icon that tells the state, and a menu.
//!
//! Not every desktop has one. Without it Atom runs on just the same: a second start shows the window.

use super::{quick_search, window};
use atom_api::App;
use atom_api::dto::{StatusView, VaultState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use tauri::image::Image;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager, Wry, include_image};

/// What the icon tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Idle,
    Indexing,
    Waiting,
    Paused,
    Locked,
}

/// What is known of the core.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    vault: VaultState,
    paused: bool,
    busy: bool,
    /// Why meaning waits, if it does.
    waits: Option<String>,
}

impl Facts {
    fn look(&self) -> Look {
        match self {
            Self { vault: VaultState::Absent | VaultState::Locked, .. } => Look::Locked,
            Self { paused: true, .. } => Look::Paused,
            Self { waits: Some(_), .. } => Look::Waiting,
            Self { busy: true, .. } => Look::Indexing,
            _ => Look::Idle,
        }
    }

    fn with_status(self, status: &StatusView) -> Self {
        let stages = [status.progress.names, status.progress.words, status.progress.meaning];
        let governor = status.governor.as_ref().filter(|governor| governor.state == "held");
        let waits = governor.and_then(|governor| governor.reason.clone());
        let busy = stages.iter().any(|stage| stage.done < stage.total);
        Self { paused: status.paused, busy, waits, ..self }
    }
}

impl Facts {
    fn tooltip(&self) -> String {
        match (self.look(), &self.waits) {
            (Look::Waiting, Some(reason)) => format!("Atom: meaning waits, {reason}"),
            (look, _) => look.tooltip().to_owned(),
        }
    }
}

impl Look {
    fn icon(self) -> Image<'static> {
        match self {
            Self::Idle => include_image!("assets/icons/tray/idle.png"),
            Self::Indexing => include_image!("assets/icons/tray/indexing.png"),
            Self::Waiting | Self::Paused => include_image!("assets/icons/tray/paused.png"),
            Self::Locked => include_image!("assets/icons/tray/locked.png"),
        }
    }

    fn tooltip(self) -> &'static str {
        match self {
            Self::Idle => "Atom",
            Self::Indexing => "Atom is indexing",
            Self::Waiting => "Atom: meaning waits",
            Self::Paused => "Atom: indexing is paused",
            Self::Locked => "Atom is locked",
        }
    }
}

struct Tray {
    icon: TrayIcon,
    pause: MenuItem<Wry>,
    lock: MenuItem<Wry>,
    facts: Mutex<Facts>,
}

/// Puts the icon into the tray, if there is one.
pub(super) fn create(app: &AppHandle) {
    // The library of the indicator is loaded at run time and panics when it is not installed.
    match catch_unwind(AssertUnwindSafe(|| build(app))) {
        Ok(Ok(tray)) => {
            app.manage(tray);
        }
        Ok(Err(error)) => tracing::warn!(%error, "no tray icon"),
        Err(_) => tracing::warn!("no tray icon: the indicator library is not installed"),
    }
}

fn build(app: &AppHandle) -> tauri::Result<Tray> {
    let facts = Facts { vault: VaultState::Locked, paused: false, busy: false, waits: None };
    let item = |id: &str, text: &str| MenuItem::with_id(app, id, text, true, None::<&str>);
    let pause = item("pause", pause_text(&facts))?;
    let lock = item("lock", "Lock")?;
    let menu = Menu::with_items(
        app,
        &[
            &item("quick-search", "Quick search")?,
            &item("open", "Open Atom")?,
            &PredefinedMenuItem::separator(app)?,
            &pause,
            &lock,
            &PredefinedMenuItem::separator(app)?,
            &item("quit", "Quit")?,
        ],
    )?;
    let icon = TrayIconBuilder::with_id("atom")
        .icon(facts.look().icon())
        .tooltip(facts.tooltip())
        .menu(&menu)
        .on_menu_event(on_menu)
        .build(app)?;
    let tray = Tray { icon, pause, lock, facts: Mutex::new(facts.clone()) };
    tray.show(&facts)?;
    Ok(tray)
}

fn pause_text(facts: &Facts) -> &'static str {
    if facts.paused { "Resume indexing" } else { "Pause indexing" }
}

impl Tray {
    fn show(&self, facts: &Facts) -> tauri::Result<()> {
        let open = facts.vault == VaultState::Open;
        self.pause.set_text(pause_text(facts))?;
        self.pause.set_enabled(open)?;
        self.lock.set_enabled(open)
    }

    fn update(&self, change: impl FnOnce(Facts) -> Facts) {
        let (before, after) = {
            let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
            let before = facts.clone();
            *facts = change(before.clone());
            (before, facts.clone())
        };
        if before == after {
            return;
        }
        let mut told = self.show(&after);
        let look = after.look();
        if look != before.look() {
            told = told.and_then(|()| self.icon.set_icon(Some(look.icon())));
        }
        if after.tooltip() != before.tooltip() {
            told = told.and_then(|()| self.icon.set_tooltip(Some(after.tooltip())));
        }
        if let Err(error) = told {
            tracing::warn!(%error, "cannot update the tray");
        }
    }
}

/// The vault was made, opened or locked.
pub(super) fn vault_changed(app: &AppHandle, vault: VaultState) {
    if let Some(tray) = app.try_state::<Tray>() {
        tray.update(|facts| Facts { vault, ..facts });
    }
}

/// The index moved on.
pub(super) fn index_progressed(app: &AppHandle, status: &StatusView) {
    if let Some(tray) = app.try_state::<Tray>() {
        tray.update(|facts| facts.with_status(status));
    }
}

fn on_menu(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        "quick-search" => quick_search::show(app),
        "open" => window::show_main(app, ""),
        "pause" => pause_or_resume(app),
        "lock" => lock(app),
        "quit" => app.exit(0),
        other => tracing::debug!(id = other, "unknown menu item"),
    }
}

fn pause_or_resume(app: &AppHandle) {
    let paused =
        app.try_state::<Tray>().is_some_and(|tray| tray.facts.lock().unwrap_or_else(PoisonError::into_inner).paused);
    let api = Arc::clone(&app.state::<Arc<App>>());
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let done = if paused { api.activity_resume().await } else { api.activity_pause().await };
        match done {
            Ok(()) => {
                if let Some(tray) = app.try_state::<Tray>() {
                    tray.update(|facts| Facts { paused: !paused, ..facts });
                }
            }
            Err(error) => tracing::warn!(%error, "cannot pause or resume"),
        }
    });
}

fn lock(app: &AppHandle) {
    let api = Arc::clone(&app.state::<Arc<App>>());
    tauri::async_runtime::spawn(async move {
        if let Err(error) = api.vault_lock().await {
            tracing::warn!(%error, "cannot lock");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(vault: VaultState, paused: bool, busy: bool, expect: Look) {
        assert_eq!(Facts { vault, paused, busy, waits: None }.look(), expect);
    }

    #[test]
    fn icon_tells_what_matters_most() {
        check(VaultState::Open, false, false, Look::Idle);
        check(VaultState::Open, false, true, Look::Indexing);
        check(VaultState::Open, true, true, Look::Paused);
        check(VaultState::Locked, true, true, Look::Locked);
        check(VaultState::Absent, false, false, Look::Locked);
    }

    #[test]
    fn tooltip_says_why_meaning_waits() {
        let waits = Some("on battery at 22 %, below 30 %".to_owned());
        let facts = Facts { vault: VaultState::Open, paused: false, busy: true, waits };
        assert_eq!(facts.look(), Look::Waiting);
        assert_eq!(facts.tooltip(), "Atom: meaning waits, on battery at 22 %, below 30 %");
        assert_eq!(Facts { paused: true, ..facts }.tooltip(), "Atom: indexing is paused");
    }
}
