//! The activity log: it grows and does nothing else, and shows whatever was done to it past the store.

use super::{NOW, open, raw};
use atom_store::{AuditAction, AuditActor, AuditBreak, AuditEntry, AuditFilter, AuditKey, Store};
use std::path::Path;
use zeroize::Zeroizing;

fn key() -> AuditKey {
    AuditKey::new(&Zeroizing::new([3; 32]))
}

fn entry(action: AuditAction, subject: &str) -> AuditEntry {
    AuditEntry::once(NOW, AuditActor::App, action, subject)
}

/// A log of six rows.
fn six(dir: &Path) -> Store {
    let store = open(dir);
    let subjects = ["", "passphrase", "/home/me/notes", "theme", "words", "idle"];
    let actions = [
        AuditAction::VaultMade,
        AuditAction::VaultUnlocked,
        AuditAction::SourceAdded,
        AuditAction::SettingChanged,
        AuditAction::IndexRebuilt,
        AuditAction::VaultLocked,
    ];
    for (action, subject) in actions.into_iter().zip(subjects) {
        store.audit_append(&key(), &[entry(action, subject)]).unwrap();
    }
    store
}

fn broken(store: &Store) -> Option<u64> {
    store.audit_verify(&key()).unwrap().broken.map(|AuditBreak { seq, .. }| seq)
}

/// The log after `sql` ran past the store, without its triggers.
fn after(sql: &str) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    drop(six(dir.path()));
    let db = raw(&dir.path().join("vault.db"));
    db.execute_batch(
        "DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_deleted; DROP TRIGGER audit_only_grows;",
    )
    .unwrap();
    db.execute_batch(sql).unwrap();
    drop(db);
    let store = open(dir.path());
    (dir, store)
}

#[test]
fn what_was_written_is_listed_newest_first_and_verifies() {
    let dir = tempfile::tempdir().unwrap();
    let store = six(dir.path());
    let (total, rows) = store.audit_rows(&AuditFilter::default(), 4).unwrap();
    assert_eq!((total, rows.len()), (6, 4));
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [6, 5, 4, 3]);
    assert_eq!((rows[3].action.as_str(), rows[3].subject.as_str()), ("source-added", "/home/me/notes"));
    let rest = AuditFilter { before: Some(3), ..AuditFilter::default() };
    let (total, rows) = store.audit_rows(&rest, 4).unwrap();
    assert_eq!((total, rows.iter().map(|row| row.seq).collect::<Vec<_>>()), (6, vec![2, 1]));
    let verdict = store.audit_verify(&key()).unwrap();
    assert_eq!((verdict.sound, verdict.sealed, verdict.broken), (6, 0, None));
}

#[test]
fn a_filter_leaves_what_was_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let store = six(dir.path());
    store
        .audit_append(&key(), &[AuditEntry::once(NOW + 5, AuditActor::Cli, AuditAction::VaultUnlocked, "recovery")])
        .unwrap();
    let filter = AuditFilter { actions: vec![AuditAction::VaultUnlocked], ..AuditFilter::default() };
    assert_eq!(store.audit_rows(&filter, 10).unwrap().0, 2);
    let filter = AuditFilter { since_ms: Some(NOW + 5), ..filter };
    let (total, rows) = store.audit_rows(&filter, 10).unwrap();
    assert_eq!((total, rows[0].actor.as_str(), rows[0].subject.as_str()), (1, "cli", "recovery"));
}

#[test]
fn the_database_itself_refuses_to_change_or_delete_rows() {
    let dir = tempfile::tempdir().unwrap();
    drop(six(dir.path()));
    let db = raw(&dir.path().join("vault.db"));
    for sql in [
        "UPDATE audit SET subject = 'x' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 3",
        "INSERT INTO audit SELECT 0, at_ms, actor, action, subject, times, through, carried, mac FROM audit WHERE seq = 3",
    ] {
        let refused = db.execute_batch(sql).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
    drop(db);
    assert_eq!(open(dir.path()).audit_verify(&key()).unwrap().sound, 6);
}

#[test]
fn every_change_past_the_store_is_found_at_its_row() {
    for (sql, seq) in [
        ("UPDATE audit SET subject = 'recovery' WHERE seq = 2", 2),
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 4", 4),
        ("UPDATE audit SET actor = 'cli' WHERE seq = 1", 1),
        ("UPDATE audit SET action = 'vault-unlocked' WHERE seq = 6", 6),
        ("UPDATE audit SET times = 2 WHERE seq = 5", 5),
        ("UPDATE audit SET mac = zeroblob(32) WHERE seq = 3", 3),
        ("UPDATE audit SET mac = x'' WHERE seq = 6", 6),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq <= 2", 1),
        ("DELETE FROM audit WHERE seq = 6", 6),
        ("DELETE FROM audit WHERE seq >= 4", 4),
        ("DELETE FROM audit", 1),
        (
            "UPDATE audit SET seq = 99 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4;
             UPDATE audit SET seq = 4 WHERE seq = 99",
            3,
        ),
        // A forged checkpoint for rows that were deleted.
        (
            "DELETE FROM audit WHERE seq <= 2;
             UPDATE audit SET through = 2, carried = zeroblob(32) WHERE seq = 6",
            3,
        ),
        ("UPDATE audit SET through = 1, carried = mac WHERE seq = 4", 4),
    ] {
        let (_dir, store) = after(sql);
        assert_eq!(broken(&store), Some(seq), "{sql}");
    }
    let (_dir, store) = after("SELECT 1");
    assert_eq!(broken(&store), None, "nothing was changed");
}

#[test]
fn another_key_verifies_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = six(dir.path());
    let other = AuditKey::new(&Zeroizing::new([4; 32]));
    assert_eq!(store.audit_verify(&other).unwrap().broken.map(|broken| broken.seq), Some(1));
}

#[test]
fn rows_that_were_cut_off_stay_missed_when_the_log_goes_on() {
    let (_dir, store) = after("DELETE FROM audit WHERE seq >= 5");
    store.audit_append(&key(), &[entry(AuditAction::VaultLocked, "asked")]).unwrap();
    assert_eq!(store.audit_rows(&AuditFilter::default(), 1).unwrap().1[0].seq, 7);
    assert_eq!(broken(&store), Some(5));
}

#[test]
fn what_comes_twice_from_a_record_is_written_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let refused = [
        AuditEntry::once(NOW, AuditActor::App, AuditAction::UnlockRefused, "passphrase"),
        AuditEntry::once(NOW + 1, AuditActor::App, AuditAction::UnlockRefused, "passphrase"),
    ];
    store.audit_append_new(&key(), &refused[..1]).unwrap();
    store.audit_append_new(&key(), &refused).unwrap();
    assert_eq!(store.audit_rows(&AuditFilter::default(), 10).unwrap().0, 2);
    assert_eq!(broken(&store), None);
}

#[test]
fn old_rows_give_way_to_a_checkpoint_that_counts_them_and_carries_the_chain() {
    const FILL: usize = 11_000;
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let changed = vec![entry(AuditAction::SettingChanged, "theme"); FILL - 1];
    store.audit_append(&key(), &[entry(AuditAction::VaultMade, "")]).unwrap();
    store.audit_append(&key(), &changed).unwrap();
    assert_eq!(store.audit_rows(&AuditFilter::default(), 1).unwrap().0, 11_000, "not yet");

    let many = AuditEntry { times: 40, ..entry(AuditAction::UnlockRefused, "passphrase") };
    store.audit_append(&key(), &[many]).unwrap();
    let (total, rows) = store.audit_rows(&AuditFilter::default(), 1).unwrap();
    assert_eq!(total, 10_001, "the kept ones and the checkpoint");
    assert_eq!((rows[0].action.as_str(), rows[0].times), ("log-sealed", 1_001));
    assert_eq!(rows[0].subject, "setting-changed=1000 vault-made=1");
    let verdict = store.audit_verify(&key()).unwrap();
    assert_eq!((verdict.sound, verdict.sealed, verdict.broken), (10_001, 1_001, None));

    // Until the first checkpoint is itself among the sealed rows.
    for _ in 0..11 {
        store.audit_append(&key(), &vec![entry(AuditAction::VaultUnlocked, "keychain"); 1_000]).unwrap();
    }
    let (total, rows) = store
        .audit_rows(&AuditFilter { actions: vec![AuditAction::LogSealed], ..AuditFilter::default() }, 1_000)
        .unwrap();
    assert!((1..20).contains(&total), "{total} checkpoints");
    let counted: u64 =
        rows[0].subject.split(' ').map(|part| part.split_once('=').unwrap().1.parse::<u64>().unwrap()).sum();
    assert!(
        rows[0].subject.contains("vault-made=1") && rows[0].subject.contains("unlock-refused=40"),
        "{}",
        rows[0].subject
    );
    let gone_checkpoints = store.audit_verify(&key()).unwrap().sealed - (counted - 39);
    assert!(gone_checkpoints <= 2, "every sealed row is counted but the checkpoints: {gone_checkpoints}");
    assert_eq!(broken(&store), None);
    assert!(store.audit_rows(&AuditFilter::default(), 1).unwrap().0 <= 11_001);
}

#[test]
fn a_broken_row_stays_known_after_it_gave_way_to_a_checkpoint() {
    let (_dir, store) = after("UPDATE audit SET subject = 'recovery' WHERE seq = 2");
    for _ in 0..2 {
        store.audit_append(&key(), &vec![entry(AuditAction::SettingChanged, "theme"); 11_000]).unwrap();
        let verdict = store.audit_verify(&key()).unwrap();
        assert!(verdict.sealed > 6, "{verdict:?}");
        assert_eq!(verdict.broken.map(|broken| broken.seq), Some(2));
    }
}

#[test]
fn a_deleted_checkpoint_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.audit_append(&key(), &vec![entry(AuditAction::SettingChanged, "theme"); 11_001]).unwrap();
    drop(store);
    let db = raw(&dir.path().join("vault.db"));
    db.execute_batch("DROP TRIGGER audit_is_never_deleted; DELETE FROM audit WHERE through IS NOT NULL").unwrap();
    drop(db);
    assert_eq!(broken(&open(dir.path())), Some(1));
}

#[test]
fn a_long_subject_is_cut_at_a_character() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.audit_append(&key(), &[entry(AuditAction::SourceAdded, &"ä".repeat(4_000))]).unwrap();
    assert_eq!(store.audit_rows(&AuditFilter::default(), 1).unwrap().1[0].subject, "ä".repeat(2_048));
    assert_eq!(broken(&store), None);
}
