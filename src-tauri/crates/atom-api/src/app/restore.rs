//! Bringing a backup back, with the vault closed: on this machine, or on a new one that has nothing yet.

use super::audit::Log;
use super::backup::{check_view, list, snapshot_view};
use super::runs::phase_name;
use super::session::DATABASE;
use super::{LOCK_FILE, anchor, take_lock};
use crate::dto::{BackupCheckView, BackupListView, SnapshotView};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::socket;
use atom_backup::{Access, Repository, rotation};
use atom_core::{Clock, SystemClock};
use atom_store::{AuditAction, AuditActor, AuditEntry, RawKey, Store};
use atom_vault::{Error as VaultError, Keychain, Keys, OsKeychain, RecoveryCode, SlotCopy, SlotKind, Unlock, Vault};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Folder of the windows in the data folder: it belongs to the machine and not to the vault.
const WEBVIEW: &str = "webview";

/// Told the phase, the bytes done and the bytes in all; ends the work with [`ControlFlow::Break`].
type Observer<'a> = &'a mut dyn FnMut(&'static str, u64, u64) -> ControlFlow<()>;

/// A folder of backups without an app around it. Every call blocks.
pub struct BackupFolder {
    dir: PathBuf,
    slots: SlotCopy,
    keys: Option<Keys>,
    with_keychain: bool,
}

impl BackupFolder {
    /// Whether the backups in `dir` are of the vault in `data_dir`, as both say themselves.
    #[must_use]
    pub fn is_of_vault(dir: &Path, data_dir: &Path) -> bool {
        let own = SlotCopy::of_vault(data_dir).map(|own| own.vault_id());
        matches!((Repository::vault_id_of(dir), own), (Ok(backups), Ok(own)) if backups == own)
    }

    /// Finds the backups in `dir` and what opens them: the key slots of the vault in `data_dir` if the backups are of
    /// that one, because they know the present passphrase, and otherwise those that the backups carry.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there are none, [`ErrorCode::DataDamaged`].
    pub fn find(dir: &Path, data_dir: &Path) -> ApiResult<Self> {
        let kept = Repository::slots(dir);
        let own = match Repository::vault_id_of(dir) {
            Ok(vault) => rotation::current_slots(data_dir).ok().filter(|own| own.vault_id() == vault),
            Err(_) => None,
        };
        let slots = match (own, kept) {
            (Some(own), _) => own,
            (None, kept) => kept?,
        };
        Ok(Self { dir: dir.to_owned(), slots, keys: None, with_keychain: false })
    }

    /// Refuses a data folder with another vault than the one that the backups are of.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`].
    pub fn refuse_other_vault(&self, data_dir: &Path) -> ApiResult<()> {
        match SlotCopy::of_vault(data_dir) {
            Ok(own) if own.vault_id() != self.slots.vault_id() => Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!(
                    "the data folder {} holds another vault than the backups; `atom restore` with --to puts them into \
                     another folder",
                    data_dir.display()
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Opens with the system's keychain, if that can be; false if a passphrase is needed.
    #[must_use]
    pub fn unlock_with_keychain(&mut self, data_dir: &Path) -> bool {
        let has_slot =
            Vault::slots(data_dir).is_ok_and(|slots| slots.iter().any(|slot| slot.kind == SlotKind::Keychain));
        if has_slot {
            self.keys = self.slots.unlock(Unlock::Keychain(&OsKeychain as &dyn Keychain)).ok();
        }
        self.with_keychain = self.keys.is_some();
        self.with_keychain
    }

    /// Opens with a passphrase, or the recovery code.
    ///
    /// # Errors
    /// [`ErrorCode::WrongPassphrase`].
    pub fn unlock(&mut self, passphrase: String) -> ApiResult<()> {
        let typed = Zeroizing::new(passphrase);
        let opened = unlock(&self.slots, &typed);
        let opens = |keys: &Keys| Repository::open(&self.dir, keys, Access::Read).is_ok();
        if !opened.as_ref().is_ok_and(opens) {
            // The vault has had another master key since: the backups' own key slots open what they were made with.
            let kept = Repository::slots(&self.dir).ok();
            let older = kept.and_then(|kept| unlock(&kept, &typed).ok().filter(opens).map(|keys| (kept, keys)));
            if let Some((kept, keys)) = older {
                (self.slots, self.keys, self.with_keychain) = (kept, Some(keys), false);
                return Ok(());
            }
        }
        self.keys = Some(opened?);
        self.with_keychain = false;
        Ok(())
    }

    /// What is there.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`] before it is unlocked; those of [`crate::App::backup_list`].
    pub fn list(&self) -> ApiResult<BackupListView> {
        list(&self.open()?.0)
    }

    /// Reads everything.
    ///
    /// # Errors
    /// As [`BackupFolder::list`].
    pub fn check(&self, observer: Observer<'_>) -> ApiResult<BackupCheckView> {
        let (repository, _) = self.open()?;
        let found = atom_backup::check(&repository, |progress| {
            observer(phase_name(progress.phase), progress.done, progress.total)
        })?;
        Ok(check_view(&found))
    }

    /// Puts a snapshot in the place of `data_dir`: the one that is named, or the newest. Everything is verified before
    /// anything is replaced. Returns the snapshot and where the data lies that was there before.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] while Atom runs with that folder; [`ErrorCode::InvalidInput`] if it holds another vault or the
    /// backup is of a newer Atom; [`ErrorCode::DataDamaged`], [`ErrorCode::DiskFull`]. The folder is untouched then.
    pub fn restore(
        &self,
        snapshot: Option<&str>,
        data_dir: &Path,
        observer: Observer<'_>,
    ) -> ApiResult<(SnapshotView, Option<PathBuf>)> {
        self.open()?;
        self.refuse_other_vault(data_dir)?;
        let was_there = data_dir.exists();
        let _lock = take_lock(data_dir).map_err(|error| match error.code {
            ErrorCode::Busy => ApiError::new(
                ErrorCode::Busy,
                "Atom is running with this data folder: restore in its window, or quit it first",
            ),
            _ => error,
        })?;
        let vacant = is_vacant(data_dir);
        let placed = self.put_in_place(snapshot, data_dir, AuditActor::Cli, observer).inspect_err(|_| {
            if vacant && !was_there {
                // Nothing but the lock was put there, by us.
                remove_vacant(data_dir);
            }
        })?;
        Ok((placed.snapshot, placed.previous))
    }

    /// The same for a process that has the data folder and no vault open in it. No other process can have the folder in
    /// between: the new one is locked before it gets its name.
    pub(super) fn put_in_place(
        &self,
        snapshot: Option<&str>,
        data_dir: &Path,
        actor: AuditActor,
        observer: Observer<'_>,
    ) -> ApiResult<Placed> {
        let (repository, keys) = self.open()?;
        self.refuse_other_vault(data_dir)?;
        // A new master key that counts comes into its place first, so that what is kept is one vault and not two halves.
        rotation::roll_forward(data_dir)?;
        let vacant = is_vacant(data_dir);
        let mut held = None;
        let hold = |folder: &Path| {
            held = Some(take_lock(folder).map_err(std::io::Error::other)?);
            Ok(())
        };
        let restored = atom_backup::restore_held(&repository, keys, snapshot, data_dir, hold, |progress| {
            observer(phase_name(progress.phase), progress.done, progress.total)
        })?;
        if self.with_keychain {
            // It names commits of what was there before: the next session writes a new one.
            anchor::forget_witness(keys);
        }
        log_restored(keys, data_dir, actor, &restored.snapshot.id);
        let mut previous = restored.previous;
        if let Some(folder) = &previous {
            // Nobody listens there any more, and the windows go on where they were. What cannot be moved is made anew.
            socket::remove(folder);
            let _ = std::fs::rename(folder.join(WEBVIEW), data_dir.join(WEBVIEW));
        }
        if vacant && let Some(empty) = previous.take() {
            remove_vacant(&empty);
        }
        let lock = held.ok_or_else(|| ApiError::new(ErrorCode::Internal, "the restored data folder was not locked"))?;
        Ok(Placed { snapshot: snapshot_view(&restored.snapshot), previous, lock })
    }

    /// The keys of the vault that the backups are of, once it is unlocked.
    pub(super) fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    fn open(&self) -> ApiResult<(Repository, &Keys)> {
        let locked = || ApiError::new(ErrorCode::VaultLocked, "the backups are locked: unlock them first");
        let keys = self.keys.as_ref().ok_or_else(locked)?;
        Ok((Repository::open(&self.dir, keys, Access::Read)?, keys))
    }
}

/// Tries what was typed as the passphrase, and then as the recovery code.
fn unlock(slots: &SlotCopy, typed: &Zeroizing<String>) -> atom_vault::Result<Keys> {
    match slots.unlock(Unlock::Passphrase(typed.clone())) {
        Err(VaultError::WrongPassphrase | VaultError::NoSlot { .. }) if RecoveryCode::parse(typed).is_ok() => {
            slots.unlock(Unlock::Recovery(typed))
        }
        other => other,
    }
}

/// What [`BackupFolder::put_in_place`] did.
pub(super) struct Placed {
    pub(super) snapshot: SnapshotView,
    /// Where the data lies that was there before.
    pub(super) previous: Option<PathBuf>,
    /// Of the folder that is in its place now.
    pub(super) lock: File,
}

/// Logs in the restored vault that it was restored. What keeps that from being written does not undo a restore; it comes up
/// again when the vault is opened.
fn log_restored(keys: &Keys, data_dir: &Path, actor: AuditActor, snapshot: &str) {
    let key = keys.sqlcipher();
    match Store::open(&data_dir.join(DATABASE), RawKey { key: key.key, salt: key.salt }) {
        Ok(store) => {
            let store = Arc::new(store);
            let entry = AuditEntry::once(SystemClock.now_ms(), actor, AuditAction::Restored, snapshot);
            Log::new(Arc::clone(&store), keys).append_blocking(entry);
            if let Err(error) = store.anchor_now() {
                tracing::warn!(%error, "the anchor does not name the first commits after a restore");
            }
        }
        Err(error) => tracing::warn!(%error, "the restored vault does not open to be told so"),
    }
}

/// Whether a data folder holds nothing but what starting Atom makes.
fn is_vacant(data_dir: &Path) -> bool {
    let Ok(entries) = data_dir.read_dir() else { return true };
    let own = |name: std::ffi::OsString| [LOCK_FILE, socket::NAME, WEBVIEW].iter().any(|own| name == *own);
    entries.filter_map(Result::ok).all(|entry| own(entry.file_name()))
}

fn remove_vacant(folder: &Path) {
    // What cannot be removed is an empty folder.
    socket::remove(folder);
    let _ = std::fs::remove_dir_all(folder.join(WEBVIEW));
    let _ = std::fs::remove_file(folder.join(LOCK_FILE));
    let _ = std::fs::remove_dir(folder);
}
