//! The log of real vaults in a temporary folder.

use super::*;
use crate::app::fixture::config;
use crate::dto::{IdRequest, SourcesAddRequest, VaultCreateRequest, VaultUnlockRequest};
use atom_store::{AuditBreak, RawKey};
use std::path::Path;

#[test]
fn changed_settings_are_named_without_their_values() {
    let before = Settings::default();
    assert!(changed(&before, &before.clone()).is_empty());
    let after = Settings { ignore_rules: "diary/".to_owned(), lock_after_minutes: Some(5), ..before.clone() };
    assert_eq!(changed(&before, &after), ["ignoreRules", "lockAfterMinutes"]);
}

#[test]
fn entries_that_could_not_be_written_are_counted_in_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::ephemeral().unwrap();
    let key = keys.sqlcipher();
    let store = Arc::new(Store::open(&dir.path().join("vault.db"), RawKey { key: key.key, salt: key.salt }).unwrap());
    let log = Log::new(Arc::clone(&store), &keys);
    log.missed.store(3, Ordering::SeqCst);
    log.append_blocking(AuditEntry::once(7, AuditActor::App, AuditAction::VaultLocked, "asked"));
    let (_, rows) = store.audit_rows(&AuditFilter::default(), 10).unwrap();
    let facts: Vec<_> = rows.iter().map(|row| (row.action.as_str(), row.times)).collect();
    assert_eq!(facts, [("vault-locked", 1), ("entries-missed", 3)]);
    assert_eq!(log.missed.load(Ordering::SeqCst), 0);
    assert_eq!(log.verify_blocking().unwrap().broken, None);
}

#[test]
fn a_broken_log_is_named_with_its_entry() {
    let broken = Some(AuditBreak { seq: 4, what: "it is missing" });
    let words = in_words(&AuditVerdict { sound: 3, sealed: 0, broken });
    assert!(words.contains("broken at entry 4: it is missing"), "{words}");
    let words = in_words(&AuditVerdict { sound: 3, sealed: 20, broken: None });
    assert!(words.contains("3 entries verify; 20 older ones"), "{words}");
}

const PASSPHRASE: &str = "correct horse battery staple";

fn start(dir: &Path) -> Arc<App> {
    App::start(config(dir)).unwrap()
}

async fn unlock(app: &Arc<App>, passphrase: &str) -> ApiResult<crate::dto::VaultView> {
    app.vault_unlock(VaultUnlockRequest { passphrase: passphrase.to_owned() }).await
}

/// Actor, action and subject of every entry, oldest first.
async fn entries(app: &App) -> Vec<String> {
    let all = AuditListRequest { limit: 100, ..AuditListRequest::default() };
    let page = app.audit_list(all).await.unwrap();
    assert_eq!(page.total, page.entries.len() as u64);
    page.entries.iter().rev().map(|entry| format!("{} {} {}", entry.actor, entry.action, entry.subject)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_to_a_vault_is_logged_with_who_did_it() {
    let dir = tempfile::tempdir().unwrap();
    let docs = dir.path().canonicalize().unwrap().join("docs");
    std::fs::create_dir(&docs).unwrap();
    let docs = docs.to_str().unwrap().to_owned();
    let app = start(dir.path());
    app.vault_create(VaultCreateRequest { passphrase: PASSPHRASE.to_owned(), keychain: false }).await.unwrap();
    let source = app.sources_add(SourcesAddRequest { path: docs.clone() }).await.unwrap();
    let secret = Settings { ignore_rules: "/diary/".to_owned(), air_gap: true, ..Settings::default() };
    app.settings_set(secret.clone()).await.unwrap();
    app.settings_set(secret).await.unwrap();
    Caller::Terminal.asks(app.sources_remove(IdRequest { id: source.id })).await.unwrap();
    assert_eq!(unlock(&app, "wrong horse battery staple").await.err().unwrap().code, ErrorCode::WrongPassphrase);
    unlock(&app, PASSPHRASE).await.unwrap();
    app.vault_lock().await.unwrap();
    app.vault_lock().await.unwrap();
    assert_eq!(app.audit_verify().await.err().unwrap().code, ErrorCode::VaultLocked);
    let typed = Caller::Terminal.asks(unlock(&app, "wrong horse battery staple")).await;
    assert_eq!(typed.err().unwrap().code, ErrorCode::WrongPassphrase);
    unlock(&app, PASSPHRASE).await.unwrap();
    let expect = [
        "app vault-made ".to_owned(),
        format!("app source-added {docs}"),
        "app setting-changed airGap".to_owned(),
        "app setting-changed ignoreRules".to_owned(),
        format!("cli source-removed {docs}"),
        "app unlock-refused passphrase".to_owned(),
        "app vault-locked asked".to_owned(),
        "cli unlock-refused passphrase".to_owned(),
        "app vault-unlocked passphrase".to_owned(),
    ];
    assert_eq!(entries(&app).await, expect);

    let place = dir.path().join("log.jsonl");
    let saved = app.audit_export(Some(place.clone())).await.unwrap().unwrap();
    let lines = std::fs::read_to_string(&place).unwrap();
    assert_eq!((saved.entries, lines.lines().count()), (9, 9));
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["seq"], &first["action"]), (&Value::from(1), &Value::from("vault-made")));
    assert!(!lines.contains("diary") && !lines.contains("horse"), "{lines}");
    assert!(app.audit_export(None).await.unwrap().is_none(), "the dialog was dismissed");
    let refused = app.audit_export(Some(dir.path().to_owned())).await.err().unwrap();
    assert_eq!(refused.code, ErrorCode::InvalidInput, "a folder is in the way: {refused}");
    assert_eq!(entries(&app).await[9..], ["app exported activity log"]);

    let verdict = app.audit_verify().await.unwrap();
    assert!(verdict.ok && verdict.sound == 10, "{verdict:?}");
    app.stop().await.unwrap();
    drop(app);
    let app = start(dir.path());
    unlock(&app, PASSPHRASE).await.unwrap();
    assert_eq!(entries(&app).await[10..], ["app vault-locked quit", "app vault-unlocked passphrase"]);
    let wrong = AuditListRequest { actions: vec!["nonsense".to_owned()], limit: 1, ..AuditListRequest::default() };
    assert_eq!(app.audit_list(wrong).await.err().unwrap().code, ErrorCode::InvalidInput);
    Caller::Terminal.asks(app.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_air_gap_that_is_set_stands_before_every_connection_until_it_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let app = start(dir.path());
    app.vault_create(VaultCreateRequest { passphrase: PASSPHRASE.to_owned(), keychain: false }).await.unwrap();
    let set = async |on| app.settings_set(Settings { air_gap: on, ..Settings::default() }).await.unwrap();
    assert!(!app.session().await.unwrap().gate.air_gap());
    set(true).await;
    let session = app.session().await.unwrap();
    assert!(session.gate.connect("updates.example.org", "look for a new version").is_err());
    app.vault_lock().await.unwrap();
    unlock(&app, PASSPHRASE).await.unwrap();
    let session = app.session().await.unwrap();
    assert!(session.gate.air_gap(), "it is on after locking and opening");
    set(false).await;
    let permit = session.gate.connect("mail.example.org", "fetch mail").unwrap();
    let list = app.network_list().await.unwrap();
    let facts: Vec<_> = list.connections.iter().map(|one| (one.host.as_str(), one.allowed)).collect();
    assert_eq!(facts, [("mail.example.org", true), ("updates.example.org", false)]);
    app.vault_lock().await.unwrap();
    let waits = std::time::Duration::from_secs(1);
    assert!(matches!(permit.tcp(9, waits), Err(atom_net::Error::AirGap { .. })), "a locked vault connects to nothing");
    app.stop().await.unwrap();
}
