//! Another master key for real vaults, with a keychain in memory.

use super::*;
use crate::AppConfig;
use crate::dto::{
    AuditListRequest, VaultCreateRequest, VaultPassphraseRequest, VaultProof, VaultState, VaultUnlockRequest,
};
use atom_vault::{Keychain, MemoryKeychain};
use std::path::PathBuf;

const OLD: &str = "a quiet place";
const NEW: &str = "another quiet place";

/// One keychain for several apps, as on a real machine.
#[derive(Clone, Default)]
struct Shared(Arc<MemoryKeychain>);

impl Keychain for Shared {
    fn backend(&self) -> &str {
        self.0.backend()
    }

    fn get(&self, account: &str) -> atom_vault::Result<Option<Zeroizing<Vec<u8>>>> {
        self.0.get(account)
    }

    fn set(&self, account: &str, secret: &[u8]) -> atom_vault::Result<()> {
        self.0.set(account, secret)
    }

    fn delete(&self, account: &str) -> atom_vault::Result<()> {
        self.0.delete(account)
    }
}

struct Fixture {
    app: Arc<App>,
    code: String,
    keychain: Shared,
    dir: tempfile::TempDir,
}

fn start(dir: &Path, indexing: Indexing, keychain: &Shared) -> Arc<App> {
    let config = AppConfig {
        data_dir: dir.join("data"),
        assets_dir: dir.join("assets"),
        worker_program: "/nonexistent/worker".into(),
        worker_args: Vec::new(),
        indexing,
        at_rest: || {},
    };
    App::start_with(config, Slots::cheap(Box::new(keychain.clone()))).unwrap()
}

impl Fixture {
    async fn new(indexing: Indexing, with_keychain: bool) -> Self {
        // Not where scratch files of the index go, which is emptied when the last index closes.
        let dir = tempfile::tempdir_in(std::env::temp_dir()).unwrap();
        let keychain = Shared::default();
        let app = start(dir.path(), indexing, &keychain);
        let request = VaultCreateRequest { passphrase: OLD.to_owned(), keychain: with_keychain };
        let code = app.vault_create(request).await.unwrap().recovery_code;
        app.session().await.unwrap().store.set_setting("planted", "here").unwrap();
        Self { app, code, keychain, dir }
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Ends the app in order and starts another one.
    async fn restarted(self, indexing: Indexing) -> Self {
        let Self { app, code, keychain, dir } = self;
        app.stop().await.unwrap();
        drop(app);
        let app = start(dir.path(), indexing, &keychain);
        Self { app, code, keychain, dir }
    }

    async fn prepare(
        &self,
        secret: &str,
        passphrase: Option<&str>,
    ) -> ApiResult<(String, VaultRecoveryConfirmRequest)> {
        let request = VaultRotateRequest {
            proof: VaultProof { secret: Some(secret.to_owned()) },
            passphrase: passphrase.map(str::to_owned),
        };
        let view = self.app.vault_rotate(request).await?;
        let group = |number: u32| view.code.split('-').nth(number as usize - 1).unwrap().to_owned();
        let groups = (group(view.groups.0), group(view.groups.1));
        Ok((view.code, VaultRecoveryConfirmRequest { groups }))
    }

    /// New ways in are placed as if the process had been killed right after; the recovery code.
    async fn begun(&self, passphrase: Option<&str>) -> String {
        let (code, typed) = self.prepare(OLD, passphrase).await.unwrap();
        self.app.slots.place_rekey(&self.data(), [&typed.groups.0, &typed.groups.1]).unwrap();
        code
    }

    /// Waits for the end of the change.
    async fn done(&self) -> BackupRunView {
        let mut events = self.app.subscribe();
        loop {
            let run = self.app.backup_state().await.unwrap().run;
            if run.state != "running" {
                return run;
            }
            let _ = events.recv().await;
        }
    }

    async fn unlock(&self, secret: &str) -> ApiResult<()> {
        self.app.vault_unlock(VaultUnlockRequest { passphrase: secret.to_owned() }).await.map(drop)
    }

    async fn opens_with(&self, secret: &str) -> bool {
        self.app.vault_lock().await.unwrap();
        self.unlock(secret).await.is_ok()
    }

    async fn assert_rotated(&self) {
        assert!(!self.data().join("rotation").exists() && !self.data().join("rotated").exists());
        let session = self.app.session().await.unwrap();
        assert_eq!(session.store.setting("planted").unwrap().as_deref(), Some("here"));
        session.store.set_setting("later", "too").unwrap();
        let request =
            AuditListRequest { actions: vec!["key-rotated".to_owned()], since: None, before: None, limit: 10 };
        assert_eq!(self.app.audit_list(request).await.unwrap().total, 1);
        assert!(self.app.audit_verify().await.unwrap().ok);
        let jobs = session.store.jobs().unwrap();
        assert!(jobs.iter().any(|job| job.kind == JobKind::Rotate && job.state == JobState::Done), "{jobs:?}");
    }
}

fn code_of<T>(result: ApiResult<T>) -> ErrorCode {
    result.err().expect("an error").code
}

#[tokio::test(flavor = "multi_thread")]
async fn the_new_ways_in_open_everything_and_the_old_ones_nothing() {
    let vault = Fixture::new(Indexing::Off, true).await;
    let accounts = vault.keychain.0.len();
    let (code, typed) = vault.prepare(OLD, Some(NEW)).await.unwrap();
    assert!(vault.opens_with(OLD).await, "nothing was begun, and a lock forgets the new key");
    assert_eq!(code_of(vault.app.vault_confirm_rotation(typed).await), ErrorCode::NotFound);
    drop(code);
    let (code, typed) = vault.prepare(OLD, Some(NEW)).await.unwrap();
    let wrong = VaultRecoveryConfirmRequest { groups: ("AAAA".to_owned(), typed.groups.1.clone()) };
    assert_eq!(code_of(vault.app.vault_confirm_rotation(wrong).await), ErrorCode::WrongPassphrase);
    vault.app.vault_confirm_rotation(typed).await.unwrap();
    let run = vault.done().await;
    assert_eq!((run.state.as_str(), run.task.as_str()), ("done", "rotation"), "{:?}", run.error);
    assert_eq!(run.rotation.unwrap().warnings, Vec::<String>::new());
    assert_eq!(vault.app.vault_status().await.unwrap().state, VaultState::Open, "nobody was asked again");
    vault.assert_rotated().await;
    for (secret, opens) in [(OLD, false), (vault.code.as_str(), false), (NEW, true), (code.as_str(), true)] {
        assert_eq!(vault.opens_with(secret).await, opens, "{secret}");
    }
    assert_eq!(vault.keychain.0.len(), accounts, "the old entry went when the new one counted");
    vault.app.vault_lock().await.unwrap();
    vault.app.vault_unlock_keychain().await.unwrap();
    vault.assert_rotated().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_wait_for_the_new_keys_and_none_is_refused() {
    let vault = Fixture::new(Indexing::AsSet, false).await;
    let (_, typed) = vault.prepare(OLD, None).await.unwrap();
    let asking = {
        let app = Arc::clone(&vault.app);
        tokio::spawn(async move {
            let mut answers = 0;
            loop {
                assert_eq!(app.vault_status().await.unwrap().state, VaultState::Open);
                app.sources_list().await.unwrap();
                let run = app.backup_state().await.unwrap().run;
                answers += 1;
                if run.task == "rotation" && run.state != "running" {
                    return (answers, run.state);
                }
            }
        })
    };
    vault.app.vault_confirm_rotation(typed).await.unwrap();
    let (answers, state) = asking.await.unwrap();
    assert!(answers > 1 && state == "done", "{answers} {state}");
    vault.assert_rotated().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_needed_and_the_ways_in_rest_while_it_waits() {
    let vault = Fixture::new(Indexing::Off, false).await;
    assert_eq!(code_of(vault.prepare("wrong", None).await), ErrorCode::WrongPassphrase);
    assert_eq!(code_of(vault.prepare(&vault.code, None).await), ErrorCode::InvalidInput);
    assert_eq!(code_of(vault.prepare(OLD, Some("short")).await), ErrorCode::WeakPassphrase);
    vault.begun(None).await;
    assert!(vault.app.vault_slots().await.unwrap().rotating);
    let change =
        VaultPassphraseRequest { proof: VaultProof { secret: Some(OLD.to_owned()) }, passphrase: NEW.to_owned() };
    assert_eq!(code_of(vault.app.vault_change_passphrase(change.clone()).await), ErrorCode::Busy);
    assert_eq!(code_of(vault.prepare(OLD, None).await), ErrorCode::Busy);
    vault.app.vault_cancel_rotation().await.unwrap();
    assert!(!vault.data().join("rotation").exists());
    vault.app.vault_change_passphrase(change).await.unwrap();
    assert!(vault.opens_with(NEW).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_interrupted_goes_on_after_the_next_unlock() {
    let vault = Fixture::new(Indexing::Off, false).await;
    let code = vault.begun(None).await;
    let vault = vault.restarted(Indexing::AsSet).await;
    vault.unlock(OLD).await.unwrap();
    assert_eq!(vault.done().await.state, "done");
    vault.assert_rotated().await;
    assert!(vault.opens_with(&code).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_goes_on_only_when_it_is_asked_to() {
    let vault = Fixture::new(Indexing::Off, false).await;
    vault.begun(None).await;
    assert!(vault.opens_with(OLD).await);
    assert!(vault.data().join("rotation").exists());
    assert_eq!(vault.app.backup_state().await.unwrap().run.state, "idle");
    assert!(vault.app.vault_resume_rotation().await.unwrap().is_some());
    assert_eq!(vault.done().await.state, "done");
    vault.assert_rotated().await;
    assert!(vault.app.vault_resume_rotation().await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_could_go_on_after_an_unlock_with_the_old_recovery_code_so_it_is_given_up() {
    let vault = Fixture::new(Indexing::Off, true).await;
    let accounts = vault.keychain.0.len();
    vault.begun(None).await;
    assert_eq!(vault.keychain.0.len(), accounts + 1);
    let vault = vault.restarted(Indexing::AsSet).await;
    vault.unlock(&vault.code).await.unwrap();
    assert!(!vault.data().join("rotation").exists());
    assert_eq!(vault.keychain.0.len(), accounts);
    assert!(vault.opens_with(OLD).await && vault.opens_with(&vault.code).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_at_any_moment_leaves_the_old_keys_or_the_new_and_nothing_between() {
    for _ in 0..6 {
        let vault = Fixture::new(Indexing::AsSet, false).await;
        let (_, typed) = vault.prepare(OLD, None).await.unwrap();
        vault.app.vault_confirm_rotation(typed).await.unwrap();
        vault.app.vault_lock().await.unwrap();
        vault.unlock(OLD).await.unwrap();
        assert_eq!(vault.app.session().await.unwrap().store.setting("planted").unwrap().as_deref(), Some("here"));
        // It goes on by itself, or was done before the lock.
        let run = vault.done().await;
        assert!(matches!(run.state.as_str(), "done" | "idle"), "{run:?}");
        vault.assert_rotated().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_that_counts_is_put_in_its_place_at_the_next_start() {
    let vault = Fixture::new(Indexing::Off, false).await;
    let code = vault.begun(None).await;
    {
        let session = vault.app.session().await.unwrap();
        let keys = Vault::unlock(&rotation::staging(&vault.data()), atom_vault::Unlock::Recovery(&code)).unwrap();
        let job = session.store.queue_job(JobKind::Rotate, None, TITLE, 1).unwrap();
        let data_dir = vault.data();
        // Decided, and then the process ends before anything is moved.
        let decided = blocking(move || Ok(rotate(&session, &data_dir, &keys, AuditActor::Cli, job)?)).await;
        decided.unwrap();
        vault.app.changing_keys.store(false, Ordering::SeqCst);
    }
    assert!(rotation::is_decided(&vault.data()));
    let vault = vault.restarted(Indexing::Off).await;
    assert!(!rotation::is_decided(&vault.data()));
    vault.unlock(OLD).await.unwrap();
    vault.assert_rotated().await;
    assert!(vault.opens_with(&code).await && !vault.opens_with(&vault.code).await);
}
