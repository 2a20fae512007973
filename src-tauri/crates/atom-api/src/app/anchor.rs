//! Opening against the anchor: a loss is told, and a person decides.
//!
//! A copy of the anchor is kept in the system's keychain, so that an older copy of the whole data folder is noticed too.
//! The keychain is used in sessions that were opened from it, and in no other: asking a locked keychain opens a prompt that
//! nobody expects. It never holds anyone up: reading is given up after [`PATIENCE`], and so is waiting for a write at the end.

use super::{App, blocking, lock};
use crate::dto::VaultView;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_store::{ANCHOR_FILE, AuditAction, Loss, Store};
use atom_vault::{Keychain, Keys, OsKeychain};
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How long the keychain may take to answer before it is done without.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the copy in the keychain is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(600);
/// How long the keys of a vault that lost something wait for a decision.
const DECIDE_WITHIN: Duration = Duration::from_secs(600);

/// How a vault is opened.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opening {
    /// The keys came from the keychain, so it may be asked again.
    pub(super) with_keychain: bool,
    /// A person chose to go on with what is there.
    pub(super) accepts_loss: bool,
}

/// Keys of a vault that lost something, until a person decides.
pub(super) struct Undecided {
    keys: Keys,
    opening: Opening,
    until: Instant,
}

impl App {
    /// Goes on with what is there, after unlocking failed with [`ErrorCode::DataLost`]. What is lost stays lost; it is
    /// recorded, and what derives from it is made anew.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`] if nothing waits for this decision; as [`App::vault_unlock`].
    pub async fn vault_accept_loss(self: &Arc<Self>) -> ApiResult<VaultView> {
        self.refuse_while_restoring()?;
        let undecided = lock(&self.undecided).take().filter(|undecided| Instant::now() < undecided.until);
        let Some(Undecided { keys, opening, .. }) = undecided else {
            return Err(ApiError::new(
                ErrorCode::VaultLocked,
                "there is no loss to decide about: unlock the vault first",
            ));
        };
        let view = self.opened(keys, Opening { accepts_loss: true, ..opening }).await?;
        if let Ok(session) = self.session().await {
            self.log(&session, AuditAction::RollbackAccepted, "").await;
        }
        Ok(view)
    }

    /// The error for a loss; the keys wait for a decision.
    pub(super) fn lost(&self, keys: &Keys, opening: Opening, loss: &Loss) -> ApiError {
        let until = Instant::now() + DECIDE_WITHIN;
        *lock(&self.undecided) = Some(Undecided { keys: keys.clone(), opening, until });
        atom_store::Error::Lost(*loss).into()
    }

    /// Forgets keys that nobody decided about.
    pub(super) fn forget_undecided(&self) {
        *lock(&self.undecided) = None;
    }

    pub(super) fn forget_old_undecided(&self) {
        let mut undecided = lock(&self.undecided);
        if undecided.as_ref().is_some_and(|undecided| undecided.until <= Instant::now()) {
            *undecided = None;
        }
    }

    /// Opens the session and tells the windows.
    pub(super) async fn opened(self: &Arc<Self>, keys: Keys, opening: Opening) -> ApiResult<VaultView> {
        self.open_session(keys, opening).await?;
        self.forget_undecided();
        let view = self.vault_status().await?;
        self.emit(Event::VaultChanged(view.clone()));
        Ok(view)
    }
}

/// Moves the anchor of a vault that was here before out of the way of a new one.
pub(super) fn put_aside(data_dir: &Path) -> ApiResult<()> {
    let anchor = data_dir.join(ANCHOR_FILE);
    match std::fs::rename(&anchor, anchor.with_extension("old")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let message = format!("{} belongs to another vault and cannot be moved away: {error}", anchor.display());
            Err(ApiError::new(ErrorCode::InvalidInput, message))
        }
        _ => Ok(()),
    }
}

/// Name of the copy in the keychain.
fn account(keys: &Keys) -> String {
    keys.vault_id().iter().fold("anchor-".to_owned(), |name, byte| name + &format!("{byte:02x}"))
}

/// The copy of the anchor in the keychain, if it answers in time and has one.
pub(super) async fn witness(keys: &Keys) -> Option<Vec<u8>> {
    let account = account(keys);
    let asked = blocking(move || Ok(read_from(&OsKeychain, &account)));
    tokio::time::timeout(PATIENCE, asked).await.ok()?.ok().flatten()
}

fn read_from(keychain: &dyn Keychain, account: &str) -> Option<Vec<u8>> {
    keychain.get(account).ok().flatten().map(|copy| copy.to_vec())
}

fn write_to(keychain: &dyn Keychain, account: &str, store: &Store) {
    let written = store.anchor_copy().map(|copy| keychain.set(account, &copy));
    if let Some(Err(error)) = written {
        tracing::debug!(%error, "the keychain does not keep the copy of the anchor");
    }
}

/// Removes the copy from the keychain, for keys that came from there: the vault goes on from an older state on purpose.
pub(super) fn forget_witness(keys: &Keys) {
    if let Err(error) = OsKeychain.delete(&account(keys)) {
        tracing::debug!(%error, "the keychain still has the copy of an older anchor");
    }
}

/// Puts the newest anchor into the keychain; does not wait longer than [`PATIENCE`].
pub(super) async fn renew_witness(keys: &Keys, store: Arc<Store>) {
    let account = account(keys);
    let written = blocking(move || {
        write_to(&OsKeychain, &account, &store);
        Ok(())
    });
    let _ = tokio::time::timeout(PATIENCE, written).await;
}

/// Renews the copy in the keychain while the session lasts.
pub(super) async fn keep_witness(keys: Keys, store: Weak<Store>) {
    loop {
        if let Some(store) = store.upgrade() {
            renew_witness(&keys, store).await;
        } else {
            return;
        }
        tokio::time::sleep(RENEW_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atom_store::{Anchoring, Error, LossKind, RawKey};
    use atom_vault::MemoryKeychain;

    fn open(dir: &Path, anchoring: Anchoring<'_>) -> atom_store::Result<Store> {
        let key = RawKey { key: (&[1; 32]).into(), salt: [2; 16] };
        Store::open_with(&dir.join("vault.db"), key, anchoring)
    }

    #[test]
    fn a_rollback_of_the_whole_folder_is_found_by_the_copy_in_the_keychain() {
        let dir = tempfile::tempdir().unwrap();
        let old = tempfile::tempdir().unwrap();
        let keys = Keys::ephemeral().unwrap();
        let keychain = MemoryKeychain::default();
        open(dir.path(), Anchoring::Check).unwrap().set_setting("a", "1").unwrap();
        for name in ["vault.db", "anchor.bin"] {
            std::fs::copy(dir.path().join(name), old.path().join(name)).unwrap();
        }
        assert_eq!(read_from(&keychain, &account(&keys)), None);
        let store = open(dir.path(), Anchoring::Check).unwrap();
        store.set_setting("a", "2").unwrap();
        store.anchor_now().unwrap();
        write_to(&keychain, &account(&keys), &store);
        drop(store);
        let copy = read_from(&keychain, &account(&keys)).unwrap();
        open(dir.path(), Anchoring::Witness(&copy)).unwrap();
        open(old.path(), Anchoring::Check).unwrap();
        match open(old.path(), Anchoring::Witness(&copy)) {
            Err(Error::Lost(loss)) => assert_eq!((loss.kind, loss.missing()), (LossKind::Tail, 1)),
            other => panic!("{:?}", other.err()),
        }
    }
}
