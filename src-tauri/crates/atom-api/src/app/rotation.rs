//! Giving the vault another master key, in the background.
//!
//! It is begun like a new recovery code: a proof, new ways in, and two groups of the code typed again. Then a long task writes
//! the vault again beside itself (`atom_backup::rotation`), while searching goes on and indexing rests. At its end the session
//! closes, the new set takes its place, and the session opens again with the new keys; calls in between wait.
//!
//! Until that moment the old ways in count. What was begun and is interrupted, by a lock or a kill, goes on after the next
//! unlock whose secret opens the new ways in, too; after another one it is given up, because nobody could go on with it.

use super::runs::{Ended, begin_job, note_end, spawn};
use super::session::Session;
use super::slots::Slots;
use super::{App, Indexing, blocking, lock};
use crate::caller::Caller;
use crate::dto::{BackupRunView, RotationDoneView, VaultRecoveryConfirmRequest, VaultRecoveryView, VaultRotateRequest};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_backup::rotation::{self, Rotated, Rotation};
use atom_store::{AuditAction, AuditActor, AuditEntry, JobKind, JobState};
use atom_vault::{Keys, Vault};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// A query that is running when the session closes has so long to let go of it.
const LET_GO: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(10);
const TITLE: &str = "Change the master key";

impl Slots {
    /// Puts a new set that counts into its place; whether there was one. The vault must not be open.
    pub(super) fn settle_blocking(&self, data_dir: &Path) -> ApiResult<bool> {
        let _held = lock(&self.file);
        Ok(rotation::roll_forward(data_dir)?)
    }

    /// The same, and removes from the keychain what opened the old set.
    fn change_over_blocking(&self, data_dir: &Path) -> ApiResult<()> {
        let _held = lock(&self.file);
        let old = Vault::keychain_entries(data_dir);
        rotation::roll_forward(data_dir)?;
        old.forget(&*self.keychain, &Vault::keychain_entries(data_dir));
        Ok(())
    }

    /// Removes a rotation that was begun, and what its ways in have in the keychain.
    fn abandon_blocking(&self, data_dir: &Path) -> ApiResult<()> {
        let _held = lock(&self.file);
        let new = Vault::keychain_entries(&rotation::staging(data_dir));
        rotation::abandon(data_dir)?;
        new.forget(&*self.keychain, &Vault::keychain_entries(data_dir));
        Ok(())
    }
}

impl App {
    /// Makes another master key and ways in for it, the recovery code among them. Nothing is begun before
    /// [`App::vault_confirm_rotation`]; until then it is forgotten by a lock, the end of the process, or after 15 minutes.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`], [`ErrorCode::WrongPassphrase`], [`ErrorCode::WeakPassphrase`], [`ErrorCode::KeychainUnavailable`];
    /// [`ErrorCode::InvalidInput`] if a new passphrase is needed; [`ErrorCode::Busy`] if a rotation was begun already.
    pub async fn vault_rotate(&self, request: VaultRotateRequest) -> ApiResult<VaultRecoveryView> {
        self.session().await?;
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let shown = blocking(move || {
            let passphrase = request.passphrase.map(Zeroizing::new);
            let cost = slots.cost_blocking()?;
            let rekey = slots
                .change(&data_dir, request.proof, |with| Vault::rekey(&data_dir, with, passphrase.as_ref(), cost))?;
            let shown = VaultRecoveryView::of(rekey.unconfirmed());
            slots.await_rekey(rekey);
            Ok(shown)
        })
        .await?;
        self.touch();
        self.forget_renewals_in_time();
        Ok(shown)
    }

    /// Begins, once two groups of the new recovery code were typed again; [`App::backup_state`] says how far it is.
    ///
    /// # Errors
    /// [`ErrorCode::WrongPassphrase`] if they are not what the code says; try again. [`ErrorCode::NotFound`] if no new key
    /// waits, [`ErrorCode::Busy`] while another long task runs, [`ErrorCode::KeychainUnavailable`], [`ErrorCode::DiskFull`].
    pub async fn vault_confirm_rotation(
        self: &Arc<Self>,
        request: VaultRecoveryConfirmRequest,
    ) -> ApiResult<BackupRunView> {
        self.touch();
        let session = self.session().await?;
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let open = Arc::clone(&session);
        let keys = blocking(move || {
            open.runs.refuse_while_busy()?;
            let (first, second) = (Zeroizing::new(request.groups.0), Zeroizing::new(request.groups.1));
            slots.place_rekey(&data_dir, [&first, &second])
        })
        .await?;
        *lock(&session.next_keys) = Some(keys);
        self.begin_rotation(session).await
    }

    /// Goes on with a rotation that was begun and whose new ways in the last unlock opened; none if there is none.
    ///
    /// # Errors
    /// As [`App::vault_confirm_rotation`].
    pub async fn vault_resume_rotation(self: &Arc<Self>) -> ApiResult<Option<BackupRunView>> {
        let session = self.session().await?;
        if lock(&session.next_keys).is_none() {
            return Ok(None);
        }
        if session.runs.is_running("rotation") {
            return Ok(Some(session.runs.view()));
        }
        self.begin_rotation(session).await.map(Some)
    }

    /// Gives a rotation up that is running or waits. The vault, and what opens it, is as it was.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn vault_cancel_rotation(self: &Arc<Self>) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        if session.runs.is_running("rotation") {
            // The task itself removes what there is.
            session.runs.cancel();
            return Ok(());
        }
        self.give_up_rotation(&session, JobState::Cancelled, None).await
    }

    /// Puts a new set that counts into its place before the key slots are read; waits for a session that is closing.
    pub(super) async fn settle_rotation(&self) -> ApiResult<()> {
        if !rotation::is_decided(&self.config.data_dir) {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        if self.session.read().await.is_some() {
            return Ok(());
        }
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        blocking(move || slots.settle_blocking(&data_dir).map(drop)).await
    }

    /// Before a session opens, in its turn: keys that were read while the vault changed to other ones open nothing any more.
    pub(super) async fn refuse_old_keys(&self) -> ApiResult<()> {
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        match blocking(move || slots.settle_blocking(&data_dir)).await? {
            true => Err(ApiError::new(ErrorCode::Busy, "the vault has just got its new master key: open it once more")
                .retryable()),
            false => Ok(()),
        }
    }

    /// The session, once a change of the master key is through.
    pub(super) async fn open_now(&self) -> Option<Arc<Session>> {
        loop {
            if let Some(session) = &*self.session.read().await {
                return Some(Arc::clone(session));
            }
            if !self.changing_keys.load(Ordering::SeqCst) {
                return None;
            }
            tokio::task::yield_now().await;
            drop(self.turn.lock().await);
        }
    }

    /// After an unlock: remembers the keys of a rotation that waits, and goes on with it or gives it up.
    pub(super) async fn after_unlock(self: &Arc<Self>, next_keys: Option<Keys>) {
        if self.config.indexing != Indexing::AsSet && next_keys.is_none() {
            return;
        }
        let Ok(session) = self.session().await else { return };
        let outcome = match next_keys {
            Some(keys) => {
                *lock(&session.next_keys) = Some(keys);
                match self.config.indexing {
                    Indexing::AsSet => self.begin_rotation(session).await.map(drop),
                    Indexing::Off | Indexing::Full => Ok(()),
                }
            }
            None if rotation::is_begun(&self.config.data_dir) && !session.runs.is_running("rotation") => {
                let reason = "what opened the vault does not open what was begun: start the change of the master key again; \
                              the recovery code that it showed does not count";
                self.give_up_rotation(&session, JobState::Failed, Some(reason)).await
            }
            None => Ok(()),
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, "a rotation of the master key does not go on");
        }
    }

    async fn give_up_rotation(&self, session: &Arc<Session>, state: JobState, reason: Option<&str>) -> ApiResult<()> {
        let (slots, data_dir, reason) =
            (Arc::clone(&self.slots), self.config.data_dir.clone(), reason.map(str::to_owned));
        let session = Arc::clone(session);
        blocking(move || {
            slots.abandon_blocking(&data_dir)?;
            *lock(&session.next_keys) = None;
            let now = session.clock.now_ms();
            for job in session.store.jobs()?.into_iter().filter(|job| job.kind == JobKind::Rotate) {
                if matches!(job.state, JobState::Queued | JobState::Running) {
                    session.store.set_job(job.id, state, job.done, job.total, reason.as_deref(), now)?;
                }
            }
            Ok(())
        })
        .await?;
        self.emit(Event::JobsChanged);
        Ok(())
    }

    /// Starts the task.
    async fn begin_rotation(self: &Arc<Self>, session: Arc<Session>) -> ApiResult<BackupRunView> {
        let app = Arc::downgrade(self);
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        let actor = Caller::current().actor();
        let runtime = tokio::runtime::Handle::current();
        let begun = blocking(move || {
            let Some(next) = lock(&session.next_keys).clone() else {
                return Err(ApiError::new(ErrorCode::NotFound, "no change of the master key was begun"));
            };
            session.runs.refuse_while_busy()?;
            // One that a kill cut off is the same one.
            let now = session.clock.now_ms();
            for job in session.store.jobs()? {
                if job.kind == JobKind::Rotate && job.state == JobState::Running {
                    session.store.set_job(job.id, JobState::Queued, job.done, job.total, None, now)?;
                }
            }
            session.runs.claim("rotation")?;
            let job = begin_job(&session, JobKind::Rotate, TITLE)?;
            spawn(&session, move |session| {
                let rotated = rotate(session, &data_dir, &next, actor, job);
                match rotated {
                    Ok(rotated) => {
                        let mut run = session.runs.view();
                        run.rotation = Some(done_view(&rotated));
                        runtime.spawn(change_over(app, next, run));
                        Ended::Elsewhere
                    }
                    Err(error) => {
                        let error = ApiError::from(error);
                        note_end(session, job, Err(&error));
                        tidy(session, &slots, &data_dir);
                        Ended::Here(Err(error), Some(app))
                    }
                }
            })?;
            Ok(session.runs.view())
        })
        .await?;
        self.emit(Event::JobsChanged);
        Ok(begun)
    }

    /// Closes the session, puts the new set into its place, and opens again with `keys`, unless the vault was locked meanwhile.
    async fn change_keys(self: &Arc<Self>, keys: Keys, run: BackupRunView) -> ApiResult<()> {
        let closing = self.take_session().await;
        let open = closing.session.as_ref().map(|session| (session.opening, Arc::downgrade(session)));
        let turn = closing.finish().await;
        let (slots, data_dir) = (Arc::clone(&self.slots), self.config.data_dir.clone());
        if let Some((_, session)) = &open {
            let_go(session).await;
        }
        let changed = async {
            blocking(move || slots.change_over_blocking(&data_dir)).await?;
            let Some((opening, _)) = open else { return Ok(()) };
            // The new session says from its first moment on how it went.
            *lock(&self.next_run) = Some(BackupRunView { state: "done".to_owned(), eta_seconds: None, ..run });
            self.open_in_turn(keys, super::anchor::Opening { accepts_loss: false, ..opening }, &turn).await
        }
        .await;
        // While the turn is held: whoever waits for it finds the vault open, or the reason why not.
        *lock(&self.change_failed) = changed.as_ref().err().cloned();
        self.changing_keys.store(false, Ordering::SeqCst);
        drop(turn);
        changed
    }
}

/// Runs on the runtime and not on the session's thread, which the end of the session waits for.
async fn change_over(app: Weak<App>, keys: Keys, run: BackupRunView) {
    let Some(app) = app.upgrade() else { return };
    if let Err(error) = app.change_keys(keys, run).await {
        tracing::error!(%error, "the vault has a new master key, and cannot be opened with it yet");
    }
    if let Ok(view) = app.vault_status().await {
        app.emit(Event::VaultChanged(view));
    }
    app.emit(Event::JobsChanged);
}

/// Waits until a query that was running has let go of the session: its handles have the names of files that change.
async fn let_go(session: &Weak<Session>) {
    let until = Instant::now() + LET_GO;
    while session.strong_count() > 0 && Instant::now() < until {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Puts the new set together and decides, while indexing rests.
fn rotate(
    session: &Session,
    data_dir: &Path,
    next: &Keys,
    actor: AuditActor,
    job: atom_core::JobId,
) -> atom_backup::Result<Rotated> {
    let now_ms = session.clock.now_ms();
    let rotation = Rotation {
        store: &session.store,
        old: &session.keys,
        new: next,
        data_dir,
        entries: vec![AuditEntry::once(now_ms, actor, AuditAction::KeyRotated, "")],
        job: Some((job, now_ms)),
    };
    let build = || -> atom_backup::Result<Rotated> {
        let rotated = rotation::rotate(&rotation, |progress| session.runs.note(session, progress))?;
        // Before anything else can ask for the session: from here on calls wait for the new one.
        session.changing_keys.store(true, Ordering::SeqCst);
        Ok(rotated)
    };
    match session.ingest() {
        Some(ingest) => {
            let _hold = ingest.hold();
            ingest.while_quiet(build)
        }
        None => build(),
    }
}

/// After a rotation that did not end: what a person stopped goes, what the end of the session stopped waits as it is, and
/// what failed makes room and waits.
fn tidy(session: &Session, slots: &Slots, data_dir: &Path) {
    let tidied = match (session.runs.is_over(), session.runs.is_cancelled()) {
        (true, _) => Ok(()),
        (false, true) => {
            *lock(&session.next_keys) = None;
            slots.abandon_blocking(data_dir)
        }
        (false, false) => rotation::clear(data_dir).map_err(ApiError::from),
    };
    if let Err(error) = tidied {
        tracing::warn!(%error, "what a rotation of the master key left cannot be removed");
    }
}

fn done_view(rotated: &Rotated) -> RotationDoneView {
    let mut warnings = Vec::new();
    if rotated.left_out > 0 {
        warnings.push(format!(
            "{} damaged files of the indexes were left out: what needs them is built again from the vault",
            rotated.left_out
        ));
    }
    if rotated.carried.unreadable_secrets > 0 {
        warnings.push(format!(
            "{} secrets of connectors could not be read before, and cannot be read now",
            rotated.carried.unreadable_secrets
        ));
    }
    if rotated.carried.log.broken.is_some() {
        warnings.push(super::audit::in_words(&rotated.carried.log));
    }
    RotationDoneView { warnings }
}

#[cfg(test)]
mod tests;
