//! The app brings backups of real vaults back, in temporary folders.

use super::*;
use crate::app::slots::Slots;
use crate::app::{BackupFolder, Indexing};
use crate::dto::{
    AuditListRequest, BackupRequest, SearchMode, SearchRequest, SourcesAddRequest, Theme, VaultCreateRequest,
    VaultState, VaultUnlockRequest,
};
use crate::{AppConfig, Call, socket};
use std::path::{Path, PathBuf};

const PASSPHRASE: &str = "a quiet place";
const POLL: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(60);

struct Fixture {
    app: Arc<App>,
    code: String,
    dir: tempfile::TempDir,
}

fn start(data_dir: &Path) -> ApiResult<Arc<App>> {
    let config = AppConfig {
        data_dir: data_dir.to_owned(),
        assets_dir: data_dir.join("../assets"),
        worker_program: "/nonexistent/worker".into(),
        worker_args: Vec::new(),
        indexing: Indexing::AsSet,
        at_rest: || {},
    };
    App::start_with(config, Slots::cheap(Box::new(atom_vault::MemoryKeychain::default())))
}

async fn until<T>(what: &str, found: impl AsyncFn() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = found().await {
                return found;
            }
            tokio::time::sleep(POLL).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("no {what}"))
}

fn code_of<T>(result: ApiResult<T>) -> ErrorCode {
    result.err().expect("an error").code
}

/// An open vault, with a file that is found by its name, and one backup of it.
async fn backed_up() -> Fixture {
    // Not in the folder for scratch files of indexes, which is emptied with the last index that closes.
    let dir = tempfile::tempdir_in(std::env::temp_dir()).unwrap();
    let app = start(&dir.path().join("data")).unwrap();
    let request = VaultCreateRequest { passphrase: PASSPHRASE.to_owned(), keychain: false };
    let code = app.vault_create(request).await.unwrap().recovery_code;
    let fixture = Fixture { app, code, dir };
    std::fs::create_dir(fixture.at("docs")).unwrap();
    std::fs::write(fixture.at("docs/tomatoes.bin"), "x").unwrap();
    let docs = fixture.at("docs").to_str().unwrap().to_owned();
    fixture.app.sources_add(SourcesAddRequest { path: docs }).await.unwrap();
    fixture.found("tomatoes").await;
    fixture.back_up().await;
    fixture
}

impl Fixture {
    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn disk(&self) -> String {
        self.at("disk").to_str().unwrap().to_owned()
    }

    fn request(&self, secret: &str) -> RestoreRequest {
        RestoreRequest { folder: self.disk(), snapshot: None, secret: secret.to_owned() }
    }

    fn listing(&self, secret: &str) -> RestoreListRequest {
        RestoreListRequest { folder: self.disk(), secret: secret.to_owned() }
    }

    async fn back_up(&self) {
        let folder = self.disk();
        let request =
            BackupRequest { folder, verify: false, indexes: true, keep_last: 0, keep_daily: 0, keep_weekly: 0 };
        self.app.backup_start(request).await.unwrap();
        let run = until("backup", async || {
            let run = self.app.backup_state().await.unwrap().run;
            (run.state != "running").then_some(run)
        });
        let run = run.await;
        assert_eq!((run.state.as_str(), run.error), ("done", None));
    }

    /// Waits until a search finds a file of this name; its title.
    async fn found(&self, query: &str) -> String {
        until("hit", async || {
            let query = query.to_owned();
            let request = SearchRequest::new(query, SearchMode::Words, 5);
            let answer = self.app.search_query(request).await.unwrap();
            answer.hits.into_iter().next().map(|hit| hit.title)
        })
        .await
    }

    async fn set_theme(&self, theme: Theme) {
        let settings = self.app.settings_get().await.unwrap();
        self.app.settings_set(crate::dto::Settings { theme, ..settings }).await.unwrap();
    }

    async fn ended(&self) -> BackupRunView {
        until("end of the restore", async || {
            let run = self.app.restore_state().await.unwrap();
            (run.state != "running").then_some(run)
        })
        .await
    }

    async fn state(&self) -> VaultState {
        self.app.vault_status().await.unwrap().state
    }

    async fn unlock(&self) -> ApiResult<()> {
        let request = VaultUnlockRequest { passphrase: PASSPHRASE.to_owned() };
        self.app.vault_unlock(request).await.map(drop)
    }

    /// Names of everything beside the data folder that a restore makes.
    fn beside(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains("restor")).collect()
    }

    async fn logged(&self, action: &str) -> Vec<(String, String)> {
        let request = AuditListRequest { actions: vec![action.to_owned()], since: None, before: None, limit: 10 };
        let entries = self.app.audit_list(request).await.unwrap().entries;
        entries.into_iter().map(|entry| (entry.actor, entry.subject)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_comes_back_under_the_running_app_which_goes_on_with_it() {
    let vault = backed_up().await;
    vault.set_theme(Theme::Dark).await;
    std::fs::remove_file(vault.at("docs/tomatoes.bin")).unwrap();
    std::fs::create_dir_all(vault.at("data/webview/main")).unwrap();

    vault.app.restore_start(vault.request(PASSPHRASE)).await.unwrap();
    let run = vault.ended().await;
    assert_eq!((run.state.as_str(), run.task.as_str(), run.error), ("done", "restore", None));
    let done = run.restore.unwrap();
    assert_eq!(done.warnings, Vec::<String>::new());
    assert_eq!(vault.state().await, VaultState::Open);
    assert_eq!(vault.app.settings_get().await.unwrap().theme, Theme::System, "as it was backed up");
    assert_eq!(vault.app.sources_list().await.unwrap().len(), 1);
    assert_eq!(vault.logged("restored").await, [("app".to_owned(), done.snapshot.id)]);

    // What was there before is whole, and the windows' folder went on with the app.
    let previous = PathBuf::from(done.previous.unwrap());
    assert_eq!(previous, vault.at("data.before-restore").canonicalize().unwrap());
    assert!(previous.join("vault.db").is_file() && !previous.join("webview").exists());
    assert!(vault.at("data/webview/main").is_dir() && !previous.join("atom.sock").exists());

    // The data folder is this app's as before: its socket answers, and nobody else gets in.
    let answer = socket::call(&vault.at("data"), Call::VaultStatus).await.unwrap();
    assert_eq!(answer["state"], "open");
    assert_eq!(code_of(start(&vault.at("data"))), ErrorCode::Busy);
    let mut backups = BackupFolder::find(&vault.at("disk"), &vault.at("data")).unwrap();
    backups.unlock(PASSPHRASE.to_owned()).unwrap();
    let second = backups.restore(None, &vault.at("data"), &mut |_, _, _| std::ops::ControlFlow::Continue(()));
    assert_eq!(code_of(second), ErrorCode::Busy);

    // It locks, opens and indexes as any other.
    vault.app.vault_lock().await.unwrap();
    vault.unlock().await.unwrap();
    std::fs::write(vault.at("docs/aubergines.bin"), "x").unwrap();
    assert_eq!(vault.found("aubergines").await, "aubergines.bin");
    assert!(vault.app.audit_verify().await.unwrap().ok);
    vault.app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn items_are_found_again_that_the_vault_lost_since() {
    let vault = backed_up().await;
    let source = vault.app.sources_list().await.unwrap().remove(0);
    vault.app.sources_remove(crate::dto::IdRequest { id: source.id }).await.unwrap();
    until("end of the removal", async || vault.app.sources_list().await.unwrap().is_empty().then_some(())).await;
    vault.app.restore_start(vault.request(&vault.code)).await.unwrap();
    assert_eq!(vault.ended().await.state, "done");
    assert_eq!(vault.found("tomatoes").await, "tomatoes.bin");
    vault.app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_lists_and_restores_with_the_recovery_code_and_leaves_nothing_beside() {
    let vault = backed_up().await;
    vault.app.stop().await.unwrap();
    let new = Fixture { app: start(&vault.at("fresh/data")).unwrap(), code: vault.code.clone(), dir: vault.dir };
    assert_eq!(new.state().await, VaultState::Absent);
    let listed = new.app.restore_list(new.listing(&new.code)).await.unwrap();
    assert_eq!(listed.snapshots.len(), 1);
    assert_eq!(code_of(new.app.restore_list(new.listing("not this one")).await), ErrorCode::WrongPassphrase);
    let snapshot = Some(listed.snapshots[0].id.clone());
    new.app.restore_start(RestoreRequest { snapshot, ..new.request(&new.code) }).await.unwrap();
    let done = new.ended().await.restore.unwrap();
    assert_eq!((done.previous, done.warnings), (None, Vec::new()));
    assert_eq!(new.state().await, VaultState::Open);
    assert_eq!(new.found("tomatoes").await, "tomatoes.bin");
    let beside = std::fs::read_dir(new.at("fresh")).unwrap().count();
    assert_eq!(beside, 1, "only the data folder");
    new.app.vault_lock().await.unwrap();
    new.unlock().await.unwrap();
    new.app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_and_backups_of_another_vault_close_nothing() {
    let vault = backed_up().await;
    let theirs = backed_up().await;
    let wrong = vault.app.restore_start(vault.request("not this one")).await;
    assert_eq!(code_of(wrong), ErrorCode::WrongPassphrase);
    assert_eq!(vault.logged("unlock-refused").await, [("app".to_owned(), "passphrase".to_owned())]);
    let other = RestoreRequest { folder: theirs.disk(), ..vault.request(PASSPHRASE) };
    assert_eq!(code_of(vault.app.restore_start(other).await), ErrorCode::InvalidInput);
    let none = RestoreRequest { folder: "/no/such/disk".to_owned(), ..vault.request(PASSPHRASE) };
    assert_eq!(code_of(vault.app.restore_start(none).await), ErrorCode::NotFound);
    assert_eq!(vault.state().await, VaultState::Open);
    assert_eq!(vault.app.restore_state().await.unwrap().state, "idle");
    assert_eq!(vault.beside(), Vec::<String>::new());
    for one in [vault, theirs] {
        one.app.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_runs_nothing_opens_and_a_cancel_leaves_everything_as_it_was() {
    let vault = backed_up().await;
    vault.set_theme(Theme::Dark).await;
    // Whoever opens or closes the vault has to wait for its turn, and so does the restore.
    let turn = vault.app.turn.clone().lock_owned().await;
    vault.app.restore_start(vault.request(PASSPHRASE)).await.unwrap();
    assert_eq!(code_of(vault.unlock().await), ErrorCode::Busy);
    assert_eq!(code_of(vault.app.restore_start(vault.request(PASSPHRASE)).await), ErrorCode::Busy);
    let request = VaultCreateRequest { passphrase: PASSPHRASE.to_owned(), keychain: false };
    assert_eq!(code_of(vault.app.vault_create(request).await), ErrorCode::Busy);
    vault.app.restore_cancel().await.unwrap();
    drop(turn);
    let run = vault.ended().await;
    assert_eq!((run.state.as_str(), run.error, run.restore), ("cancelled", None, None));
    assert_eq!(vault.state().await, VaultState::Locked);
    assert_eq!(vault.beside(), Vec::<String>::new());
    vault.unlock().await.unwrap();
    assert_eq!(vault.app.settings_get().await.unwrap().theme, Theme::Dark);
    assert_eq!(vault.found("tomatoes").await, "tomatoes.bin");
    vault.app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_says_so_and_changes_nothing() {
    let vault = backed_up().await;
    vault.set_theme(Theme::Dark).await;
    let folder = std::fs::read_dir(vault.at("disk/chunks")).unwrap().next().unwrap().unwrap().path();
    let chunk = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(chunk, b"damaged").unwrap();
    vault.app.restore_start(vault.request(PASSPHRASE)).await.unwrap();
    let run = vault.ended().await;
    assert_eq!((run.state.as_str(), run.error.unwrap().code), ("failed", ErrorCode::DataDamaged));
    assert_eq!((vault.state().await, vault.beside()), (VaultState::Locked, Vec::new()));
    vault.unlock().await.unwrap();
    assert_eq!(vault.app.settings_get().await.unwrap().theme, Theme::Dark);
    vault.app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_process_ends_a_restore() {
    let vault = backed_up().await;
    let turn = vault.app.turn.clone().lock_owned().await;
    vault.app.restore_start(vault.request(PASSPHRASE)).await.unwrap();
    drop(turn);
    vault.app.stop().await.unwrap();
    let run = vault.ended().await;
    let is_back = run.state == "done";
    assert!(is_back || run.state == "cancelled", "{run:?}");
    assert_eq!(vault.beside().len(), usize::from(is_back), "all or nothing");
    assert_eq!(vault.state().await, VaultState::Locked);
}
