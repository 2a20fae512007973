//! The composition root of the core: one value, built once, no globals.

use crate::dto::*;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use std::path::PathBuf;
use tokio::sync::broadcast;

/// Where things are.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// Everything that Atom keeps.
    pub data_dir: PathBuf,
    /// Models and runtime libraries.
    pub assets_dir: PathBuf,
    /// The program that reads files in a box: this very binary, with these arguments.
    pub worker_program: PathBuf,
    /// Arguments of the worker.
    pub worker_args: Vec<std::ffi::OsString>,
}

/// Atom without a face.
pub struct App {
    config: AppConfig,
    events: broadcast::Sender<Event>,
}

macro_rules! pending {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty;)*) => {
        impl App { $($(#[$doc])* pub async fn $name(&self, $($arg: $ty),*) -> ApiResult<$ret> {
            $(let _ = $arg;)*
            Err(ApiError::new(ErrorCode::Internal, "not there yet"))
        })* }
    };
}

impl App {
    /// Takes the data folder for this process.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] when another process has it; the caller then talks to that one over [`crate::socket`].
    pub fn start(config: AppConfig) -> ApiResult<std::sync::Arc<Self>> {
        let (events, _) = broadcast::channel(256);
        Ok(std::sync::Arc::new(Self { config, events }))
    }

    /// Facts as they happen.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Where things are.
    pub fn config(&self) -> &AppConfig {
        &self.config
    }
}

pending! {
    /// Whether there is a vault and whether it is open.
    fn vault_status() -> VaultView;
    /// Makes a vault and opens it.
    fn vault_create(request: VaultCreateRequest) -> VaultCreateResponse;
    /// Opens the vault with a passphrase or a recovery code.
    fn vault_unlock(request: VaultUnlockRequest) -> VaultView;
    /// Opens the vault from the keychain.
    fn vault_unlock_keychain() -> VaultView;
    /// Stops work and forgets the keys.
    fn vault_lock() -> VaultView;
    /// Searches.
    fn search_query(request: SearchRequest) -> SearchResponse;
    /// Text of an item with highlights.
    fn search_preview(request: PreviewRequest) -> PreviewView;
    /// Items opened or changed last.
    fn search_recent() -> Vec<HitView>;
    /// The path of an item, for the shell to open or reveal; counts as use when `opened`.
    fn item_path(request: IdRequest, opened: bool) -> PathBuf;
    /// The folders.
    fn sources_list() -> Vec<SourceView>;
    /// Adds a folder and brings it in.
    fn sources_add(request: SourcesAddRequest) -> SourceView;
    /// Removes a folder and all that was indexed of it.
    fn sources_remove(request: IdRequest) -> ();
    /// Compares a folder with the disk now.
    fn sources_rescan(request: IdRequest) -> ();
    /// A page of files with their states.
    fn files_list(request: FilesListRequest) -> FilesListResponse;
    /// Reads files again.
    fn files_retry(request: FilesRetryRequest) -> CountResponse;
    /// Background work.
    fn activity_list() -> ActivityView;
    /// Pauses background work until resumed; survives a restart.
    fn activity_pause() -> ();
    /// Resumes background work.
    fn activity_resume() -> ();
    /// Cancels a job.
    fn activity_cancel(request: IdRequest) -> ();
    /// State of the index.
    fn status_get() -> StatusView;
    /// What is set.
    fn settings_get() -> Settings;
    /// Sets it.
    fn settings_set(settings: Settings) -> Settings;
    /// Verifies everything and mends what is derived.
    fn doctor(request: DoctorRequest) -> DoctorResponse;
    /// Stops everything in order, so that the process can end.
    fn stop() -> ();
}
