//! The one list of commands and events: what the windows may ask and what they are told.
//!
//! The typed bindings of the interface are generated from it, committed, and checked fresh by a test.
//! At most six events, each of which states a fact; a window that needs more asks.

use crate::commands::{
    activity, audit, backup, clients, files, item, models, network, personal, programs, search, settings, sources,
    status, vault, window,
};
use atom_api::dto;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Typescript;
use std::path::Path;
use std::process::ExitCode;
use tauri::Runtime;
use tauri_specta::{Builder, ErrorHandlingMode, Event, collect_commands, collect_events};

/// The index moved on.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct IndexProgressed(pub dto::StatusView);

/// Folders were added, removed or changed state.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct SourcesChanged;

/// Background work changed.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct JobsChanged;

/// The vault was made, opened or locked.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct VaultChanged(pub dto::VaultView);

/// A setting changed.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct SettingsChanged(pub dto::Settings);

/// Quick search was just shown: its field wants the focus.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct QuickShown;

/// Every command and event.
pub fn builder<R: Runtime>() -> Builder<R> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Result)
        .disable_serde_phases()
        .commands(collect_commands![
            vault::vault_status,
            vault::vault_create,
            vault::vault_unlock,
            vault::vault_unlock_keychain,
            vault::vault_accept_loss,
            vault::vault_lock,
            vault::vault_slots,
            vault::vault_change_passphrase,
            vault::vault_renew_recovery,
            vault::vault_confirm_recovery,
            vault::vault_add_keychain,
            vault::vault_remove_keychain,
            vault::vault_rotate,
            vault::vault_confirm_rotation,
            vault::vault_resume_rotation,
            vault::vault_cancel_rotation,
            search::search_query,
            search::search_preview,
            search::search_recent,
            search::search_similar,
            search::search_passages,
            search::search_complete,
            personal::history_note,
            personal::history_list,
            personal::history_forget,
            personal::insights_get,
            personal::insights_clear,
            personal::saved_list,
            personal::saved_put,
            personal::saved_remove,
            personal::saved_seen,
            programs::apps_list,
            programs::apps_launch,
            item::item_apps,
            item::item_open_with,
            item::item_copy_all,
            item::item_share,
            search::preview_page,
            item::item_open,
            item::item_reveal,
            item::item_copy_path,
            item::item_copy_text,
            sources::sources_list,
            sources::sources_add,
            sources::sources_pick,
            sources::sources_remove,
            sources::sources_rescan,
            sources::sources_forget,
            sources::sources_index_now,
            files::files_list,
            files::files_explain,
            files::files_retry,
            activity::activity_list,
            activity::activity_pause,
            activity::activity_resume,
            activity::activity_cancel,
            activity::activity_go_on,
            status::status_get,
            audit::audit_list,
            audit::audit_verify,
            audit::audit_export,
            clients::clients_list,
            clients::clients_add,
            clients::clients_remove,
            models::model_list,
            models::model_use,
            models::model_cancel,
            models::model_import,
            models::model_download,
            models::model_cancel_download,
            models::model_remove,
            network::network_list,
            settings::settings_get,
            settings::settings_set,
            backup::backup_state,
            backup::backup_list,
            backup::backup_start,
            backup::backup_check,
            backup::backup_cancel,
            backup::restore_list,
            backup::restore_start,
            backup::restore_state,
            backup::restore_cancel,
            backup::export_start,
            backup::import_run,
            window::quick_hide,
            window::window_open_main,
        ])
        .events(collect_events![
            IndexProgressed,
            SourcesChanged,
            JobsChanged,
            VaultChanged,
            SettingsChanged,
            QuickShown,
        ])
}

/// Writes the typed bindings to `path`.
///
/// # Errors
/// When a type cannot be written in TypeScript, or the file cannot be written.
pub fn write_bindings(path: &Path) -> Result<(), specta_typescript::Error> {
    builder::<tauri::Wry>().export(Typescript::default(), path)
}

pub(crate) fn export(path: &Path) -> ExitCode {
    match write_bindings(path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write the bindings: {error}");
            ExitCode::FAILURE
        }
    }
}
