//! The database under another key: what derives from the master key is made anew, and what was broken stays broken.

use super::{NOW, key, open, raw, read_all, with_files};
use atom_store::{
    Adopt, AuditAction, AuditActor, AuditEntry, AuditFilter, AuditKey, Carried, Carry, Error, JobKind, JobState,
    Rebuild, SecretName, SecretRow, Store,
};
use std::path::Path;
use zeroize::Zeroizing;

fn audit_key(byte: u8) -> AuditKey {
    AuditKey::new(&Zeroizing::new([byte; 32]))
}

fn entry(at: i64) -> AuditEntry {
    AuditEntry::once(NOW + at, AuditActor::App, AuditAction::SettingChanged, "theme")
}

fn name() -> SecretName {
    SecretName { connector: "imap".into(), account: "ada".into(), field: "token".into() }
}

/// As if every byte of a secret were changed by another key; one that begins with 0 does not open.
fn reseal(_: &SecretName, row: &SecretRow) -> Option<SecretRow> {
    let envelope = row.envelope.iter().map(|byte| byte ^ 0xff).collect();
    (row.envelope.first() != Some(&0)).then_some(SecretRow { record: [7; 16], envelope })
}

/// All rows of `store` in a new database.
fn rebuilt(store: &Store, to: &Path) -> Rebuild {
    let snapshot = store.snapshot().unwrap();
    let outline = snapshot.outline().unwrap();
    let mut rebuild = Rebuild::create(to, &key(2), outline.clone()).unwrap();
    for table in &outline.tables {
        snapshot.blocks(table, |block| rebuild.insert(&block.bytes)).unwrap();
    }
    rebuild
}

/// A copy of `store` under another key.
fn carried(store: &Store, dir: &Path, job: Option<(atom_core::JobId, i64)>) -> (Store, Carried) {
    let path = dir.join("vault.db");
    let carry = Carry {
        audit_from: &audit_key(3),
        audit_to: &audit_key(4),
        reseal: &reseal,
        settings: vec![("carried".into(), "yes".into())],
        entries: vec![AuditEntry::once(NOW, AuditActor::Cli, AuditAction::KeyRotated, "")],
        job,
    };
    let carried = rebuilt(store, &path).finish_carried(&carry).unwrap();
    (Store::open(&path, key(2)).unwrap(), carried)
}

#[test]
fn what_derives_from_the_key_is_made_anew_and_the_rest_is_the_same() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, _) = with_files(dir.path(), &[("/home/me/a", 1), ("/home/me/b", 2)]);
    read_all(&store, "cobalt");
    store.audit_append(&audit_key(3), &[entry(1), entry(2), entry(3)]).unwrap();
    store.put_secret(&name(), &SecretRow { record: [1; 16], envelope: vec![1, 2, 3] }, NOW).unwrap();
    let damaged = SecretName { field: "damaged".into(), ..name() };
    store.put_secret(&damaged, &SecretRow { record: [1; 16], envelope: vec![0, 2] }, NOW).unwrap();
    let waits = store.queue_job(JobKind::Scan, None, "waits", NOW).unwrap();
    let runs = store.queue_job(JobKind::Backup, None, "runs", NOW).unwrap();
    let own = store.queue_job(JobKind::Rotate, None, "own", NOW).unwrap();
    for job in [runs, own] {
        store.set_job(job, JobState::Running, 3, 9, None, NOW).unwrap();
    }
    let (copy, carried) = carried(&store, other.path(), Some((own, NOW + 5)));
    assert_eq!((carried.secrets, carried.unreadable_secrets, carried.log.sound), (1, 1, 3));
    copy.verify().unwrap();
    assert_eq!(copy.counts().unwrap(), store.counts().unwrap());
    assert_eq!(copy.secret(&name()).unwrap().unwrap().envelope, [0xfe, 0xfd, 0xfc]);
    assert_eq!(copy.secret(&damaged).unwrap().unwrap().envelope, [0, 2], "no better and no worse than before");
    assert_eq!(copy.setting("carried").unwrap().as_deref(), Some("yes"));
    let verdict = copy.audit_verify(&audit_key(4)).unwrap();
    assert_eq!((verdict.sound, verdict.broken), (4, None));
    assert_eq!(copy.audit_verify(&audit_key(3)).unwrap().broken.map(|broken| broken.seq), Some(1));
    let state = |id| copy.jobs().unwrap().into_iter().find(|job| job.id == id).map(|job| (job.state, job.done));
    assert_eq!(state(waits), Some((JobState::Queued, 0)), "what waits goes on waiting");
    assert_eq!(state(runs), Some((JobState::Queued, 3)), "what ran runs again");
    assert_eq!(state(own), Some((JobState::Done, 9)));
    // The log goes on where it was, and its triggers are there again.
    copy.audit_append(&audit_key(4), &[entry(9)]).unwrap();
    assert_eq!(copy.audit_rows(&AuditFilter::default(), 1).unwrap().1[0].seq, 5);
}

#[test]
fn a_log_that_was_broken_stays_broken_at_the_same_row() {
    for (sql, seq) in [
        ("UPDATE audit SET subject = 'x' WHERE seq = 1", 1),
        ("UPDATE audit SET subject = 'x' WHERE seq = 4", 4),
        ("UPDATE audit SET mac = zeroblob(32) WHERE seq = 6", 6),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq <= 2", 1),
        ("DELETE FROM audit WHERE seq >= 5", 5),
        ("DELETE FROM audit", 1),
    ] {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = open(dir.path());
        store.audit_append(&audit_key(3), &(0..6).map(entry).collect::<Vec<_>>()).unwrap();
        drop(store);
        let db = raw(&dir.path().join("vault.db"));
        let triggers = ["audit_is_never_changed", "audit_is_never_deleted", "audit_only_grows"];
        db.execute_batch(&triggers.map(|name| format!("DROP TRIGGER {name};")).concat()).unwrap();
        db.execute_batch(sql).unwrap();
        drop(db);
        let store = open(dir.path());
        let before = store.audit_verify(&audit_key(3)).unwrap();
        assert_eq!(before.broken.map(|broken| broken.seq), Some(seq), "{sql}");
        let (copy, carried) = carried(&store, other.path(), None);
        assert_eq!(carried.log, before, "{sql}");
        let after = copy.audit_verify(&audit_key(4)).unwrap();
        assert_eq!((after.sound, after.sealed), (before.sound, before.sealed), "{sql}");
        assert_eq!(after.broken.map(|broken| broken.seq), Some(seq), "{sql}");
    }
}

#[test]
fn a_log_that_begins_with_a_checkpoint_is_carried_over() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(dir.path());
    store.audit_append(&audit_key(3), &(0..11_100).map(entry).collect::<Vec<_>>()).unwrap();
    let before = store.audit_verify(&audit_key(3)).unwrap();
    assert!(before.sealed > 1_000 && before.broken.is_none(), "{before:?}");
    let (copy, _) = carried(&store, other.path(), None);
    let after = copy.audit_verify(&audit_key(4)).unwrap();
    assert_eq!((after.sound, after.sealed, after.broken), (before.sound + 1, before.sealed, None));
}

#[test]
fn a_backup_from_before_another_key_is_adopted_and_one_from_after_it_is_left_alone() {
    for (of_then, sound) in [(true, 3), (false, 3)] {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = open(dir.path());
        let written = audit_key(if of_then { 3 } else { 4 });
        store.audit_append(&written, &[entry(1), entry(2), entry(3)]).unwrap();
        let job = store.queue_job(JobKind::Scan, None, "waits", NOW).unwrap();
        let path = other.path().join("vault.db");
        let adopt = Adopt {
            audit: &audit_key(4),
            former_audit: &[audit_key(2), audit_key(3)],
            reseal: &|_, _| None,
            settings: Vec::new(),
        };
        rebuilt(&store, &path).finish_adopted(&adopt).unwrap();
        let copy = Store::open(&path, key(2)).unwrap();
        let verdict = copy.audit_verify(&audit_key(4)).unwrap();
        assert_eq!((verdict.sound, verdict.broken), (sound, None));
        assert_eq!(copy.jobs().unwrap().iter().find(|row| row.id == job).unwrap().state, JobState::Cancelled);
    }
}

#[test]
fn another_database_takes_over_only_if_nothing_was_written_since() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.set_setting("a", "1").unwrap();
    let then = store.commits().unwrap();
    store.set_setting("a", "2").unwrap();
    let unexpected = || -> Result<(), Error> { panic!("it was written to") };
    assert!(!store.hand_over(then, unexpected).unwrap());
    let failed = store.hand_over(store.commits().unwrap(), || Err(Error::Plaintext));
    assert!(matches!(failed, Err(Error::Plaintext)));
    store.set_setting("a", "3").unwrap();
    assert!(store.hand_over::<Error>(store.commits().unwrap(), || Ok(())).unwrap());
    assert!(matches!(store.set_setting("a", "4"), Err(Error::Retired { .. })));
    assert_eq!(store.setting("a").unwrap().as_deref(), Some("3"));
    drop(store);
    assert_eq!(open(dir.path()).setting("a").unwrap().as_deref(), Some("3"));
}
