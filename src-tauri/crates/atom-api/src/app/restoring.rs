//! Bringing a backup back while this process has the data folder: the vault closes, what was backed up takes its place, and
//! opens with the secret that opened the backups.
//!
//! What runs is kept in the app and not in a session, because the session ends with it. The turn is held from the close to the
//! end, so that nothing opens in between; who tries is told. A secret that is wrong, or backups that are not of this vault, are
//! found before anything is closed.

use super::anchor::{self, Opening};
use super::backup::absolute;
use super::refusals::Way;
use super::restore::BackupFolder;
use super::runs::Outcome;
use super::{App, blocking, lock};
use crate::caller::Caller;
use crate::dto::{BackupListView, BackupRunView, RestoreDoneView, RestoreListRequest, RestoreRequest};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_store::AuditAction;
use atom_vault::RecoveryCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedMutexGuard;

const TASK: &str = "restore";
/// Whoever used the vault when it closed has so long to let go of it.
const LET_GO: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The vault is closed, and nobody else opens it.
struct Closed {
    turn: OwnedMutexGuard<()>,
    /// It had been opened from the keychain, so that may be asked again.
    with_keychain: bool,
}

impl App {
    /// What a folder of backups holds, whether a vault is open, locked or not there yet.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the disk or the backups are not there, [`ErrorCode::WrongPassphrase`],
    /// [`ErrorCode::InvalidInput`] for backups of another vault than the one in the data folder, [`ErrorCode::DataDamaged`].
    pub async fn restore_list(self: &Arc<Self>, request: RestoreListRequest) -> ApiResult<BackupListView> {
        let backups = self.unlocked_backups(&request.folder, request.secret).await?;
        blocking(move || backups.list()).await
    }

    /// Starts to bring a backup back; [`App::restore_state`] says how far it is. An open vault is locked first. The restored one
    /// is open at the end; after a failure or a cancel everything is as it was, and locked.
    ///
    /// # Errors
    /// As [`App::restore_list`]; [`ErrorCode::Busy`] while a restore or a change of the master key runs. Nothing is closed then.
    pub async fn restore_start(self: &Arc<Self>, request: RestoreRequest) -> ApiResult<BackupRunView> {
        self.refuse_while_restoring()?;
        let backups = self.unlocked_backups(&request.folder, request.secret).await?;
        if let Ok(session) = self.session().await
            && session.runs.is_running("rotation")
        {
            let message = "the master key is being changed: wait for its end or cancel it, then restore";
            return Err(ApiError::new(ErrorCode::Busy, message).retryable());
        }
        self.restoring.claim(TASK)?;
        let begun = self.restoring.view();
        let (app, caller) = (Arc::clone(self), Caller::current());
        tokio::spawn(async move {
            let restoring = Arc::clone(&app);
            let work = caller.asks(async move { restoring.restore(backups, request.snapshot).await });
            let outcome = tokio::spawn(work).await.unwrap_or_else(|_| {
                Err(ApiError::new(ErrorCode::Internal, "an internal error stopped this: start Atom again"))
            });
            app.restored(outcome).await;
        });
        Ok(begun)
    }

    /// The restore that runs, or the last one since Atom was started.
    ///
    /// # Errors
    /// None at present; a shell treats it as every other call.
    pub async fn restore_state(&self) -> ApiResult<BackupRunView> {
        Ok(self.restoring.view())
    }

    /// Stops the restore that runs, unless what was backed up is in its place already. Nothing half is left.
    ///
    /// # Errors
    /// None at present; a shell treats it as every other call.
    pub async fn restore_cancel(&self) -> ApiResult<()> {
        self.restoring.cancel();
        Ok(())
    }

    /// Before anything that opens a vault or changes its ways in.
    pub(super) fn refuse_while_restoring(&self) -> ApiResult<()> {
        if !self.restoring.is_running(TASK) {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::Busy, "a backup is being brought back: wait for its end or cancel it").retryable())
    }

    /// The process ends: a restore that runs stops, or gets to its end if it cannot be stopped any more.
    pub(super) async fn end_restore(&self) {
        self.restoring.stop_blocking();
        if self.restoring.is_running(TASK) {
            drop(self.turn.lock().await);
        }
    }

    /// The backups, opened; a wrong secret for this vault is an attempt to open it, and logged as one.
    async fn unlocked_backups(self: &Arc<Self>, folder: &str, secret: String) -> ApiResult<BackupFolder> {
        self.touch();
        let (folder, data_dir) = (absolute(folder)?, self.config.data_dir.clone());
        let way = if RecoveryCode::parse(&secret).is_ok() { Way::Recovery } else { Way::Passphrase };
        let (backups, is_own) = blocking(move || {
            let mut backups = BackupFolder::find(&folder, &data_dir)?;
            backups.refuse_other_vault(&data_dir)?;
            let unlocked = backups.unlock(secret);
            Ok((unlocked.map(|()| backups), BackupFolder::is_of_vault(&folder, &data_dir)))
        })
        .await?;
        if is_own && backups.as_ref().is_err_and(|error| error.code == ErrorCode::WrongPassphrase) {
            self.note_refusal(way).await;
        }
        backups
    }

    async fn restore(self: Arc<Self>, backups: BackupFolder, snapshot: Option<String>) -> ApiResult<RestoreDoneView> {
        let closed = self.close_for_restore().await?;
        let (app, actor) = (Arc::clone(&self), Caller::current().actor());
        let (backups, placed) = blocking(move || {
            let observe = &mut |phase, done, total| app.restoring.observe(phase, done, total);
            let placed = backups.put_in_place(snapshot.as_deref(), &app.config.data_dir, actor, observe)?;
            if let (true, Some(keys)) = (closed.with_keychain, backups.keys()) {
                anchor::forget_witness(keys);
            }
            Ok((backups, placed))
        })
        .await?;
        // From here on the backup is back, whatever else happens. The old lock was of the folder that is put aside.
        *lock(&self.held) = placed.lock;
        let mut warnings = Vec::new();
        if let Err(error) = self.listen() {
            warnings.push(format!("commands in a terminal do not reach Atom before it is started again: {error}"));
        }
        if let (Some(keys), false) = (backups.keys(), self.restoring.is_over()) {
            // It cannot be stopped any more.
            let _ = self.restoring.observe("opening", 0, 0);
            match self.open_in_turn(keys.clone(), Opening::default(), &closed.turn).await {
                Ok(()) => self.forget_undecided(),
                Err(error) => warnings.push(format!("the vault is locked: {error}")),
            }
        }
        let previous = placed.previous.map(|path| path.to_string_lossy().into_owned());
        Ok(RestoreDoneView { snapshot: placed.snapshot, previous, warnings })
    }

    /// Notes how it ended, and tells the windows what there is now.
    async fn restored(self: &Arc<Self>, outcome: ApiResult<RestoreDoneView>) {
        let is_back = outcome.is_ok();
        if let Err(error) = &outcome {
            tracing::warn!(%error, "a restore did not end well");
        }
        self.restoring.finish(outcome.map(Outcome::Restore));
        if is_back && let Ok(view) = self.vault_status().await {
            self.emit(Event::VaultChanged(view));
        }
    }

    /// Closes the vault, and waits until nobody has a file of it open: a database that is let go of removes its log by name,
    /// and that name must still be its own then.
    async fn close_for_restore(&self) -> ApiResult<Closed> {
        if let Ok(session) = self.session().await {
            self.log(&session, AuditAction::VaultLocked, "asked").await;
        }
        self.forget_undecided();
        self.slots.forget_renewal();
        let closing = self.take_session().await;
        let Some(session) = &closing.session else {
            return Ok(Closed { turn: closing.finish().await, with_keychain: false });
        };
        let with_keychain = session.opening.with_keychain;
        let (open, store) = (Arc::downgrade(session), Arc::downgrade(&session.store));
        if let Ok(view) = self.vault_view(false).await {
            self.emit(Event::VaultChanged(view));
        }
        let turn = closing.finish().await;
        let until = Instant::now() + LET_GO;
        while open.strong_count() + store.strong_count() > 0 {
            if Instant::now() > until {
                let message =
                    "the vault is still in use by something that began before it was locked: try again in a moment";
                return Err(ApiError::new(ErrorCode::Busy, message).retryable());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(Closed { turn, with_keychain })
    }
}

#[cfg(test)]
mod tests;
