//! Changes of the ways into the vault, on a real vault with a keychain in memory.

use super::*;
use crate::app::fixture::config;
use crate::call::Call;
use crate::dto::{VaultCreateRequest, VaultState, VaultUnlockRequest};
use atom_vault::MemoryKeychain;

const OLD: &str = "a quiet place";
const NEW: &str = "another quiet place";

struct Fixture {
    app: Arc<App>,
    code: String,
    dir: tempfile::TempDir,
}

fn start(dir: &Path) -> Arc<App> {
    let slots =
        Slots { keychain: Box::new(MemoryKeychain::default()), cost: || Ok(KdfCost::MINIMUM), ..Slots::default() };
    App::start_with(config(dir), slots).unwrap()
}

/// An open vault with a passphrase and a recovery code.
async fn vault() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let app = start(dir.path());
    let request = VaultCreateRequest { passphrase: OLD.to_owned(), keychain: false };
    let code = app.vault_create(request).await.unwrap().recovery_code;
    Fixture { app, code, dir }
}

fn proof(secret: &str) -> VaultProof {
    VaultProof { secret: Some(secret.to_owned()) }
}

fn code_of<T>(result: ApiResult<T>) -> ErrorCode {
    result.err().expect("an error").code
}

impl Fixture {
    async fn opens_with(&self, secret: &str) -> ApiResult<()> {
        self.app.vault_lock().await?;
        let request = VaultUnlockRequest { passphrase: secret.to_owned() };
        self.app.vault_unlock(request).await.map(drop)
    }

    async fn kinds(&self) -> Vec<SlotKind> {
        self.app.vault_slots().await.unwrap().slots.into_iter().map(|slot| slot.kind).collect()
    }

    async fn change_passphrase(&self, with: &str, passphrase: &str) -> ApiResult<SlotsView> {
        let request = VaultPassphraseRequest { proof: proof(with), passphrase: passphrase.to_owned() };
        self.app.vault_change_passphrase(request).await
    }
}

/// The groups that were asked for, as they stand in the code.
fn typed(view: &VaultRecoveryView) -> VaultRecoveryConfirmRequest {
    let group = |number: u32| view.code.split('-').nth(number as usize - 1).unwrap().to_owned();
    VaultRecoveryConfirmRequest { groups: (group(view.groups.0), group(view.groups.1)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_window_is_not_enough_to_change_the_passphrase() {
    let vault = vault().await;
    for wrong in ["", "not the passphrase", "0000-0000-0000-0000-0000-0000-0000-0000-0"] {
        assert_eq!(code_of(vault.change_passphrase(wrong, NEW).await), ErrorCode::WrongPassphrase, "{wrong}");
    }
    let request = VaultPassphraseRequest { proof: VaultProof { secret: None }, passphrase: NEW.to_owned() };
    // There is no keychain slot to ask.
    assert!(vault.app.vault_change_passphrase(request).await.is_err());
    assert_eq!(code_of(vault.change_passphrase(OLD, "short").await), ErrorCode::WeakPassphrase);
    vault.opens_with(OLD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_passphrase_opens_the_same_data_and_the_old_one_nothing() {
    let vault = vault().await;
    vault.app.session().await.unwrap().store.set_setting("planted", "here").unwrap();
    vault.change_passphrase(OLD, NEW).await.unwrap();
    assert_eq!(vault.app.vault_status().await.unwrap().state, VaultState::Open, "an open vault stays open");
    assert_eq!(code_of(vault.opens_with(OLD).await), ErrorCode::WrongPassphrase);
    vault.opens_with(NEW).await.unwrap();
    let store = Arc::clone(&vault.app.session().await.unwrap().store);
    assert_eq!(store.setting("planted").unwrap().as_deref(), Some("here"));

    // A forgotten one is set anew with the code, also while the vault is locked.
    vault.app.vault_lock().await.unwrap();
    vault.change_passphrase(&vault.code, OLD).await.unwrap();
    assert_eq!(vault.app.vault_status().await.unwrap().state, VaultState::Locked);
    vault.opens_with(OLD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_recovery_code_counts_once_it_was_typed_again() {
    let vault = vault().await;
    assert_eq!(code_of(vault.app.vault_renew_recovery(proof("wrong")).await), ErrorCode::WrongPassphrase);
    let none = VaultRecoveryConfirmRequest { groups: ("AAAA".to_owned(), "BBBB".to_owned()) };
    assert_eq!(code_of(vault.app.vault_confirm_recovery(none.clone()).await), ErrorCode::NotFound);

    let shown = vault.app.vault_renew_recovery(proof(OLD)).await.unwrap();
    assert_eq!(code_of(vault.app.vault_confirm_recovery(none).await), ErrorCode::WrongPassphrase);
    let too_early = vault.app.vault_renew_recovery(proof(&shown.code)).await;
    assert_eq!(code_of(too_early), ErrorCode::WrongPassphrase);

    vault.app.vault_confirm_recovery(typed(&shown)).await.unwrap();
    assert_eq!(code_of(vault.app.vault_confirm_recovery(typed(&shown)).await), ErrorCode::NotFound);
    assert_eq!(code_of(vault.opens_with(&vault.code).await), ErrorCode::WrongPassphrase);
    vault.opens_with(&shown.code).await.unwrap();
    vault.opens_with(OLD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_forgets_a_recovery_code_that_was_not_confirmed() {
    let vault = vault().await;
    let shown = vault.app.vault_renew_recovery(proof(OLD)).await.unwrap();
    vault.app.vault_lock().await.unwrap();
    assert_eq!(code_of(vault.app.vault_confirm_recovery(typed(&shown)).await), ErrorCode::NotFound);
    vault.opens_with(&vault.code).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keychain_comes_and_goes_and_the_idle_time_with_it() {
    let vault = vault().await;
    assert_eq!(vault.kinds().await, [SlotKind::Passphrase, SlotKind::Recovery]);
    let minutes = async || vault.app.settings_get().await.unwrap().lock_after_minutes;
    assert_eq!(minutes().await, Some(15));

    assert_eq!(code_of(vault.app.vault_add_keychain(proof("wrong")).await), ErrorCode::WrongPassphrase);
    let view = vault.app.vault_add_keychain(proof(OLD)).await.unwrap();
    assert_eq!(view.slots.last().unwrap().backend.as_deref(), Some("memory"));
    assert!(vault.app.vault_status().await.unwrap().has_keychain_slot);
    assert_eq!(minutes().await, None);
    vault.app.vault_lock().await.unwrap();
    vault.app.vault_unlock_keychain().await.unwrap();

    vault.app.vault_remove_keychain(VaultProof { secret: None }).await.unwrap();
    assert_eq!(vault.kinds().await, [SlotKind::Passphrase, SlotKind::Recovery]);
    assert_eq!(minutes().await, Some(15));
    vault.app.vault_lock().await.unwrap();
    assert!(vault.app.vault_unlock_keychain().await.is_err());
    vault.opens_with(OLD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_last_way_in_stays() {
    let dir = tempfile::tempdir().unwrap();
    let app = start(dir.path());
    let made = app.vault_create(VaultCreateRequest { passphrase: String::new(), keychain: true }).await.unwrap();
    let refused = app.vault_remove_keychain(proof(&made.recovery_code)).await.err().unwrap();
    assert_eq!(refused.code, ErrorCode::InvalidInput);
    assert!(refused.message.contains("passphrase"), "{}", refused.message);
    assert_eq!(app.vault_slots().await.unwrap().slots.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_when_it_locks_and_locks_when_the_session_is_left() {
    let vault = vault().await;
    let left = async || vault.app.vault_slots().await.unwrap().locks_in_seconds;
    assert_eq!(left().await, None, "a command in a terminal does not lock by itself");
    vault.app.session_left().await;
    assert_eq!(vault.app.vault_status().await.unwrap().state, VaultState::Open);

    vault.app.lock_by_itself();
    assert!((890..=900).contains(&left().await.unwrap()));
    vault.app.session_left().await;
    assert_eq!(vault.app.vault_status().await.unwrap().state, VaultState::Locked);
    assert_eq!(left().await, None);

    vault.opens_with(OLD).await.unwrap();
    let settings = vault.app.settings_get().await.unwrap();
    let never = crate::dto::Settings { lock_after_minutes: None, ..settings };
    vault.app.settings_set(never).await.unwrap();
    assert_eq!(left().await, None);
    vault.app.session_left().await;
    assert_eq!(vault.app.vault_status().await.unwrap().state, VaultState::Open);
}

/// A lock that comes while the vault is being closed and opened again must win.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_during_a_rebuild_is_not_lost() {
    let vault = vault().await;
    let rebuilding = Arc::clone(&vault.app);
    let rebuild = tokio::spawn(async move { rebuilding.rebuild(true, false).await });
    while vault.app.session.read().await.is_some() && !rebuild.is_finished() {
        tokio::task::yield_now().await;
    }
    vault.app.vault_lock().await.unwrap();
    rebuild.await.unwrap().unwrap();
    assert_eq!(vault.app.vault_status().await.unwrap().state, VaultState::Locked);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_file_is_all_that_a_change_writes() {
    let vault = vault().await;
    vault.app.vault_lock().await.unwrap();
    let files = || {
        let mut found = std::collections::BTreeMap::new();
        let mut folders = vec![vault.dir.path().join("data")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    found.insert(path.clone(), std::fs::read(path).unwrap());
                }
            }
        }
        found
    };
    let before = files();
    vault.change_passphrase(OLD, NEW).await.unwrap();
    let after = files();
    let changed: Vec<_> = after
        .iter()
        .filter(|(path, bytes)| before.get(*path) != Some(*bytes))
        .map(|(path, _)| path.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(changed, ["keyslots.v1", "keyslots.v1.bak"]);
    assert_eq!(before.len(), after.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_ending_says_so_and_opens_the_vault_no_more() {
    let fixture = vault().await;
    fixture.app.stop().await.unwrap();
    for call in [Call::VaultStatus, Call::StatusGet] {
        assert_eq!(code_of(fixture.app.call(call).await), ErrorCode::Busy);
    }
    let request = VaultUnlockRequest { passphrase: OLD.to_owned() };
    assert_eq!(code_of(fixture.app.vault_unlock(request).await), ErrorCode::Busy);
    assert!(fixture.app.session().await.is_err(), "it was opened all the same");
}
