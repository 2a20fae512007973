//! Passes on what the core says: to the windows, the tray, the hotkey and the notifications.

use super::{hotkey, notify, quick_search, tray, window};
use crate::ipc;
use atom_api::dto::VaultState;
use atom_api::{App, Event};
use std::sync::Arc;
use tauri::AppHandle;
use tauri_specta::Event as _;
use tokio::sync::broadcast::error::RecvError;

/// Listens until the core is gone.
pub(super) fn follow(app: AppHandle, api: Arc<App>) {
    let mut events = api.subscribe();
    tauri::async_runtime::spawn(async move {
        catch_up(&app, &api).await;
        loop {
            match events.recv().await {
                Ok(event) => pass_on(&app, &api, event).await,
                Err(RecvError::Lagged(_)) => catch_up(&app, &api).await,
                Err(RecvError::Closed) => return,
            }
        }
    });
}

/// Reads the state that was missed: at the start, and after falling behind.
async fn catch_up(app: &AppHandle, api: &App) {
    if let Ok(view) = api.vault_status().await {
        tray::vault_changed(app, view.state);
        if view.state == VaultState::Open {
            apply_settings(app, api).await;
        }
    }
    if let Ok(status) = api.status_get().await {
        tray::index_progressed(app, &status);
    }
}

async fn apply_settings(app: &AppHandle, api: &App) {
    if let Ok(settings) = api.settings_get().await {
        hotkey::follow_settings(app, &settings.hotkey);
        window::apply_theme(app, settings.theme);
    }
}

async fn pass_on(app: &AppHandle, api: &App, event: Event) {
    let told = match event {
        Event::IndexProgressed(status) => {
            tray::index_progressed(app, &status);
            ipc::IndexProgressed(*status).emit(app)
        }
        Event::SourcesChanged => ipc::SourcesChanged.emit(app),
        Event::JobsChanged => ipc::JobsChanged.emit(app),
        Event::VaultChanged(view) => {
            tray::vault_changed(app, view.state);
            if view.state == VaultState::Open {
                apply_settings(app, api).await;
            }
            ipc::VaultChanged(view).emit(app)
        }
        Event::SettingsChanged(settings) => {
            hotkey::follow_settings(app, &settings.hotkey);
            window::apply_theme(app, settings.theme);
            ipc::SettingsChanged(settings).emit(app)
        }
        Event::FolderReady { path, files } => {
            if api.settings_get().await.is_ok_and(|settings| settings.notify_when_done) {
                notify::folder_ready(app, &path, files);
            }
            Ok(())
        }
        Event::SavedSearchFound { name, count } => {
            // It may have been locked since.
            if api.vault_status().await.is_ok_and(|view| view.state == VaultState::Open) {
                notify::saved_search_found(app, &name, count);
            }
            Ok(())
        }
        Event::BackupFailed { message } => {
            notify::trouble(app, "Atom could not back up", &message);
            Ok(())
        }
        Event::ToggleRequested => {
            quick_search::toggle(app);
            Ok(())
        }
        Event::ShowRequested => {
            window::show_main(app, "");
            Ok(())
        }
    };
    if let Err(error) = told {
        tracing::warn!(%error, "cannot tell the windows what happened");
    }
}
