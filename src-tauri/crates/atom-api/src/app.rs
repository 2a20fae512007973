//! The composition root of the core: one value, built once, no globals.
//!
//! What needs decrypted data takes a [`Session`], which exists only while the vault is open.

mod activity;
mod anchor;
mod audit;
mod auto_lock;
mod backup;
pub(crate) mod clients;
mod doctor;
mod downloads;
mod explain;
mod export;
mod files;
mod finding;
#[cfg(test)]
mod fixture;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod governor;
mod item;
mod meaning_sets;
mod models;
mod network;
mod ocr;
mod pages;
mod personal;
mod private_file;
mod refusals;
mod reserve;
mod restore;
mod restoring;
mod rotation;
mod runs;
mod saved;
mod search;
mod session;
mod settings;
mod slots;
mod sources;
mod status;
mod vault;
mod views;

pub use item::ItemFile;
pub use restore::BackupFolder;

use crate::call::Call;
use crate::dto::{BackupRunView, Settings};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use crate::socket;
use refusals::Refusals;
use reserve::Reserve;
use session::Session;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{RwLock, broadcast};

/// Advisory lock: whoever holds it is the one process that opens the vault.
const LOCK_FILE: &str = "lock";
/// Events that a slow listener may fall behind.
const EVENT_BACKLOG: usize = 256;

/// Whether this process indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Indexing {
    /// No: it only looks.
    Off,
    /// Yes, within the budget that is set.
    #[default]
    AsSet,
    /// Yes, on every core, because a person waits for it.
    Full,
}

/// Where things are, and what this process is for.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// Everything that Atom keeps.
    pub data_dir: PathBuf,
    /// Models and runtime libraries.
    pub assets_dir: PathBuf,
    /// The program that reads files in a box: this very binary, with these arguments.
    pub worker_program: PathBuf,
    /// Arguments of the worker.
    pub worker_args: Vec<OsString>,
    /// Whether this process indexes.
    pub indexing: Indexing,
    /// Gives memory back that work has left behind; called when there is nothing to do.
    pub at_rest: fn(),
}

/// Atom without a face.
pub struct App {
    config: AppConfig,
    events: broadcast::Sender<Event>,
    session: RwLock<Option<Arc<Session>>>,
    undecided: Mutex<Option<anchor::Undecided>>,
    /// Held by whoever opens or closes the session, until it is open or closed.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Set while a session closes only to open again with other keys: calls wait for it.
    changing_keys: Arc<AtomicBool>,
    /// The task that ended with that change, for the session that opens.
    next_run: Mutex<Option<BackupRunView>>,
    /// Why it did not open again.
    change_failed: Mutex<Option<ApiError>>,
    /// The restore that runs, or the last one: it outlives the session that it closes.
    restoring: runs::Runs,
    slots: Arc<slots::Slots>,
    last_use: Mutex<auto_lock::LastUse>,
    locks_itself: AtomicBool,
    person: Arc<governor::Person>,
    /// Set once, by [`App::stop`].
    ending: AtomicBool,
    background: Mutex<Vec<tokio::task::JoinHandle<()>>>,
    refusals: Refusals,
    reserve: Reserve,
    /// Listens on the socket in the data folder.
    server: Mutex<Option<tokio::task::JoinHandle<()>>>,
    /// Makes the data folder this process's; another one when a restore puts another folder in its place.
    held: Mutex<File>,
}

impl App {
    /// Takes the data folder for this process and listens on its socket. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] when another process has it; the caller then talks to that one over [`crate::socket`].
    pub fn start(config: AppConfig) -> ApiResult<Arc<Self>> {
        Self::start_with(config, slots::Slots::default())
    }

    fn start_with(config: AppConfig, slots: slots::Slots) -> ApiResult<Arc<Self>> {
        let held = take_lock(&config.data_dir)?;
        // Before anybody looks at the key slots: a new master key that counts may not be in its place yet.
        slots.settle_blocking(&config.data_dir)?;
        let (events, _) = broadcast::channel(EVENT_BACKLOG);
        let (refusals, reserve) = (Refusals::new(&config.data_dir), Reserve::new(&config.data_dir));
        let app = Arc::new(Self {
            config,
            events,
            session: RwLock::default(),
            undecided: Mutex::default(),
            turn: Arc::default(),
            changing_keys: Arc::default(),
            next_run: Mutex::default(),
            change_failed: Mutex::default(),
            restoring: runs::Runs::default(),
            slots: Arc::new(slots),
            last_use: Mutex::default(),
            locks_itself: AtomicBool::new(false),
            person: Arc::default(),
            ending: AtomicBool::new(false),
            background: Mutex::default(),
            refusals,
            reserve,
            server: Mutex::default(),
            held: Mutex::new(held),
        });
        app.listen()?;
        let scheduled = tokio::spawn(backup::back_up_when_due(Arc::downgrade(&app)));
        app.background().push(scheduled);
        Ok(app)
    }

    /// Listens on the socket in the data folder, and no longer on the one before.
    fn listen(self: &Arc<Self>) -> ApiResult<()> {
        let before = lock(&self.server).take();
        if let Some(before) = before {
            before.abort();
        }
        *lock(&self.server) = Some(socket::serve(Arc::downgrade(self))?);
        Ok(())
    }

    /// Facts as they happen.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Where things are.
    pub const fn config(&self) -> &AppConfig {
        &self.config
    }

    /// Stops everything in order, so that the process can end.
    ///
    /// # Errors
    /// None at present; a shell treats it as every other call.
    pub async fn stop(&self) -> ApiResult<()> {
        self.ending.store(true, Ordering::Relaxed);
        self.end_restore().await;
        let server = lock(&self.server).take();
        for task in self.background().drain(..).chain(server) {
            task.abort();
        }
        socket::remove(&self.config.data_dir);
        self.log_quit().await;
        self.forget_undecided();
        self.close_session().await;
        Ok(())
    }

    /// Answers a call that came as data.
    ///
    /// # Errors
    /// Those of the use case; [`ErrorCode::Busy`] once the app is ending.
    pub async fn call(self: &Arc<Self>, call: Call) -> ApiResult<serde_json::Value> {
        self.refuse_when_ending()?;
        self.carry_out(call).await.or_else(|error| match error.code {
            // What the end cuts short is no fault of the call: whoever has the vault next answers it.
            ErrorCode::Internal | ErrorCode::VaultLocked | ErrorCode::Busy => self.refuse_when_ending().and(Err(error)),
            _ => Err(error),
        })
    }

    async fn carry_out(self: &Arc<Self>, call: Call) -> ApiResult<serde_json::Value> {
        match call {
            Call::VaultStatus => value(self.vault_status().await?),
            Call::VaultUnlock(request) => value(self.vault_unlock(request).await?),
            Call::VaultAcceptLoss => value(self.vault_accept_loss().await?),
            Call::VaultLock => value(self.vault_lock().await?),
            Call::VaultSlots => value(self.vault_slots().await?),
            Call::VaultChangePassphrase(request) => value(self.vault_change_passphrase(request).await?),
            Call::VaultRenewRecovery(proof) => value(self.vault_renew_recovery(proof).await?),
            Call::VaultConfirmRecovery(request) => value(self.vault_confirm_recovery(request).await?),
            Call::VaultAddKeychain(proof) => value(self.vault_add_keychain(proof).await?),
            Call::VaultRemoveKeychain(proof) => value(self.vault_remove_keychain(proof).await?),
            Call::VaultRotate(request) => value(self.vault_rotate(request).await?),
            Call::VaultConfirmRotation(request) => value(self.vault_confirm_rotation(request).await?),
            Call::VaultResumeRotation => value(self.vault_resume_rotation().await?),
            Call::VaultCancelRotation => value(self.vault_cancel_rotation().await?),
            Call::SearchQuery(request) => value(self.search_query(request).await?),
            Call::SourcesList => value(self.sources_list().await?),
            Call::SourcesAdd(request) => value(self.sources_add(request).await?),
            Call::SourcesRemove(request) => value(self.sources_remove(request).await?),
            Call::SourcesForget(request) => value(self.sources_forget(request).await?),
            Call::SourcesIndexNow(request) => value(self.sources_index_now(request).await?),
            Call::FilesList(request) => value(self.files_list(request).await?),
            Call::FilesExplain(request) => value(self.files_explain(request).await?),
            Call::FilesRetry(request) => value(self.files_retry(request).await?),
            Call::ActivityList => value(self.activity_list().await?),
            Call::ActivityPause => value(self.activity_pause().await?),
            Call::ActivityResume => value(self.activity_resume().await?),
            Call::ActivityGoOn => value(self.activity_go_on().await?),
            Call::StatusGet => value(self.status_get().await?),
            Call::SettingsGet => value(self.settings_get().await?),
            Call::SettingsSet(settings) => value(self.settings_set(settings).await?),
            Call::AuditList(request) => value(self.audit_list(request).await?),
            Call::AuditVerify => value(self.audit_verify().await?),
            Call::Doctor(request) => value(self.doctor(request).await?),
            Call::BackupStart(request) => value(self.backup_start(request).await?),
            Call::BackupCheck(request) => value(self.backup_check(request).await?),
            Call::BackupState => value(self.backup_state().await?),
            Call::BackupCancel => value(self.backup_cancel().await?),
            Call::BackupList(request) => value(self.backup_list(request).await?),
            Call::ExportStart(request) => value(self.export_start(request).await?),
            Call::Import(request) => value(self.import(request).await?),
            Call::ModelList => value(self.model_list().await?),
            Call::ModelUse(request) => value(self.model_use(request).await?),
            Call::ModelCancel => value(self.model_cancel().await?),
            Call::ModelImport(request) => value(self.model_import(request).await?),
            Call::ModelDownload(request) => value(self.model_download(request).await?),
            Call::ModelCancelDownload => value(self.model_cancel_download().await?),
            Call::ModelRemove(request) => value(self.model_remove(request).await?),
            Call::HistoryList(request) => value(self.history_list(request).await?),
            Call::HistoryForget(request) => value(self.history_forget(request).await?),
            Call::InsightsClear => value(self.insights_clear().await?),
            Call::SavedList => value(self.saved_list().await?),
            Call::SavedPut(request) => value(self.saved_put(request).await?),
            Call::SavedRemove(request) => value(self.saved_remove(request).await?),
            Call::ClientsList => value(self.clients_list().await?),
            Call::ClientsAdd(request) => value(self.clients_add(request).await?),
            Call::ClientsRemove(request) => value(self.clients_remove(request).await?),
            Call::Toggle => {
                self.emit(Event::ToggleRequested);
                value(())
            }
            Call::Show => {
                self.emit(Event::ShowRequested);
                value(())
            }
        }
    }

    fn emit(&self, event: Event) {
        // No listener is fine.
        let _ = self.events.send(event);
    }

    async fn session(&self) -> ApiResult<Arc<Session>> {
        if let Some(session) = self.open_now().await {
            return Ok(session);
        }
        let failed = lock(&self.change_failed).clone();
        match failed {
            Some(error) => Err(error),
            None if atom_vault::Vault::exists(&self.config.data_dir) => {
                Err(ApiError::new(ErrorCode::VaultLocked, "the vault is locked: unlock it first"))
            }
            None => Err(self.no_vault()),
        }
    }

    /// Why there is nothing to open: there is no vault, or one whose key slots are gone.
    fn no_vault(&self) -> ApiError {
        let database = self.config.data_dir.join(session::DATABASE);
        if std::fs::metadata(&database).is_ok_and(|facts| facts.len() > 0) {
            let message = format!(
                "the key slots of the vault in {} are gone, and nothing opens it without them: put a copy of keyslots.v1 \
                 from a backup in there, or restore the backup; to begin anew, move {} away",
                self.config.data_dir.display(),
                session::DATABASE
            );
            return ApiError::new(ErrorCode::DataDamaged, message);
        }
        atom_vault::Error::NoVault.into()
    }

    /// Whoever asks a process that ends is told so, and not that the vault is locked: the next one opens it.
    fn refuse_when_ending(&self) -> ApiResult<()> {
        if self.ending.load(Ordering::Relaxed) {
            let message = "the running Atom is just ending; try again in a moment";
            return Err(ApiError::new(ErrorCode::Busy, message).retryable());
        }
        Ok(())
    }

    fn background(&self) -> MutexGuard<'_, Vec<tokio::task::JoinHandle<()>>> {
        lock(&self.background)
    }

    fn touch(&self) {
        *lock(&self.last_use) = auto_lock::LastUse::default();
        self.person.touch();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn value(answer: impl serde::Serialize) -> ApiResult<serde_json::Value> {
    serde_json::to_value(answer).map_err(|error| {
        ApiError::new(ErrorCode::Internal, "an answer cannot be written").with_details(error.to_string())
    })
}

/// Runs work that blocks, off the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> ApiResult<T> + Send + 'static) -> ApiResult<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(ApiError::new(ErrorCode::Internal, "an internal error stopped this; try again").retryable())
    })
}

fn take_lock(data_dir: &Path) -> ApiResult<File> {
    let unusable = |error: &std::io::Error| ApiError::unwritten(data_dir, error, ErrorCode::InvalidInput);
    atom_vault::make_private_folder(data_dir).map_err(|error| unusable(&error))?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(data_dir.join(LOCK_FILE))
        .map_err(|error| unusable(&error))?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| ApiError::new(ErrorCode::Busy, "Atom is already running with this data folder"))?;
    Ok(file)
}

fn settings_of(store: &atom_store::Store, data_dir: &Path) -> ApiResult<Settings> {
    let stored = store.setting(settings::KEY)?;
    let defaults = settings::defaults(data_dir);
    Ok(match stored {
        Some(text) => settings::merge(&text, defaults),
        None => defaults,
    })
}
