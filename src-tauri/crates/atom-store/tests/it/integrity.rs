//! Damage, loss and rollback of the database's files: each is found and named, and nothing is touched before a person says so.

use super::key;
use atom_core::IndexHead;
use atom_store::{ANCHOR_FILE, Anchoring, Error, IndexName, Loss, LossKind, Store};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const DATABASE: &str = "vault.db";
const LOG: &str = "vault.db-wal";

/// Numbers that look random and are the same each time.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(limit).unwrap()).unwrap()
    }
}

fn open(dir: &Path) -> Result<Store, Error> {
    Store::open(&dir.join(DATABASE), key(1))
}

fn accept(dir: &Path) -> Store {
    Store::open_with(&dir.join(DATABASE), key(1), Anchoring::Accept { witness: None }).unwrap()
}

/// Opens without the anchor, to see what is there.
fn look(dir: &Path) -> Store {
    Store::open_with(&dir.join(DATABASE), key(1), Anchoring::Detached).unwrap()
}

fn commit(store: &Store, numbers: std::ops::Range<u64>) {
    for number in numbers {
        store.set_setting(&format!("number {number}"), &"x".repeat(200)).unwrap();
    }
}

/// How many of the numbers are there, from the first on.
fn numbers(store: &Store) -> u64 {
    (0..).find(|number| store.setting(&format!("number {number}")).unwrap().is_none()).unwrap()
}

/// The files as they are now: what a killed process or a cut power leaves.
fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for name in [DATABASE, LOG, ANCHOR_FILE] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.path().join(name)).unwrap();
        }
    }
    to
}

/// What is in the files; looking makes an empty log where there is none.
fn bytes(dir: &Path) -> [Vec<u8>; 3] {
    [DATABASE, LOG, ANCHOR_FILE].map(|name| fs::read(dir.join(name)).unwrap_or_default())
}

#[track_caller]
fn lost(dir: &Path) -> Loss {
    let before = bytes(dir);
    let loss = match open(dir) {
        Err(Error::Lost(loss)) => loss,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("opened as if nothing had happened"),
    };
    assert!(bytes(dir) == before, "a refused database was changed");
    loss
}

/// A vault with `in_file` commits in the database file and `in_log` in its log, all of them named by the anchor, as a
/// killed process leaves it.
fn killed(in_file: u64, in_log: u64) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    commit(&store, 0..in_file);
    store.checkpoint().unwrap();
    commit(&store, in_file..in_file + in_log);
    store.anchor_now().unwrap();
    copy(dir.path())
}

#[test]
fn every_flipped_bit_in_the_log_is_a_loss_that_is_named_to_the_commit_or_harmless() {
    let whole = killed(20, 60);
    let want = look(copy(whole.path()).path()).commits().unwrap();
    let log = fs::read(whole.path().join(LOG)).unwrap();
    let (mut noise, mut losses) = (Noise(1), 0);
    for _ in 0..200 {
        let dir = copy(whole.path());
        let (place, bit) = (noise.below(log.len()), noise.below(8));
        let mut damaged = log.clone();
        damaged[place] ^= 1 << bit;
        fs::write(dir.path().join(LOG), damaged).unwrap();
        match open(dir.path()) {
            Ok(store) => assert_eq!(numbers(&store), 80, "byte {place} bit {bit}: lost in silence"),
            Err(Error::Lost(loss)) => {
                assert_eq!((loss.kind, loss.want), (LossKind::Tail, want), "byte {place} bit {bit}");
                let there = look(dir.path());
                assert_eq!(there.commits().unwrap(), loss.have, "byte {place} bit {bit}");
                assert_eq!(numbers(&there), 80 - loss.missing(), "byte {place} bit {bit}");
                losses += 1;
            }
            Err(error) => panic!("byte {place} bit {bit}: {error}"),
        }
    }
    assert!(losses > 180, "{losses} losses: the log was not what was hit");
    eprintln!("damage flipped bits of the log: 200 cases, {losses} named to the commit");
}

#[test]
fn a_log_that_is_gone_or_cut_is_a_loss_of_its_commits() {
    let whole = killed(20, 60);
    let log = fs::read(whole.path().join(LOG)).unwrap();
    fs::remove_file(whole.path().join(LOG)).unwrap();
    let loss = lost(whole.path());
    assert_eq!((loss.kind, loss.missing()), (LossKind::Tail, 60));
    let text = loss.to_string();
    assert!(text.contains("the last 60 saved changes are missing"), "{text}");
    let mut noise = Noise(2);
    for _ in 0..60 {
        let dir = copy(whole.path());
        let length = noise.below(log.len());
        fs::write(dir.path().join(LOG), &log[..length]).unwrap();
        let loss = lost(dir.path());
        assert_eq!(numbers(&look(dir.path())), 80 - loss.missing(), "cut to {length} bytes");
    }
    fs::write(whole.path().join(LOG), &log).unwrap();
    assert_eq!(numbers(&open(whole.path()).unwrap()), 80);
}

#[test]
fn an_older_copy_in_the_place_of_the_database_is_refused_until_a_person_accepts_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    commit(&store, 0..10);
    drop(store);
    let old = fs::read(dir.path().join(DATABASE)).unwrap();
    let store = open(dir.path()).unwrap();
    commit(&store, 10..17);
    drop(store);
    let new = fs::read(dir.path().join(DATABASE)).unwrap();

    fs::write(dir.path().join(DATABASE), &old).unwrap();
    let loss = lost(dir.path());
    assert_eq!((loss.kind, loss.missing()), (LossKind::Tail, 7));
    assert_eq!(lost(dir.path()), loss, "it is said each time");
    fs::write(dir.path().join(DATABASE), &new).unwrap();
    assert_eq!(numbers(&open(dir.path()).unwrap()), 17, "putting the newer one back is a way on");

    fs::write(dir.path().join(DATABASE), &old).unwrap();
    let store = accept(dir.path());
    assert_eq!(numbers(&store), 10);
    assert_eq!(store.unsettled_loss().unwrap().unwrap().loss, loss);
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(store.unsettled_loss().unwrap().unwrap().loss, loss, "a crash does not forget it");
    store.settle_loss().unwrap();
    assert_eq!(store.unsettled_loss().unwrap(), None);
    assert_eq!(store.accepted_losses().unwrap().len(), 1);
    drop(store);
    // What was lost cannot come back in the place of what came after.
    fs::write(dir.path().join(DATABASE), new).unwrap();
    assert!(matches!(lost(dir.path()).kind, LossKind::Tail | LossKind::Fork));
}

#[test]
fn ids_of_the_lost_part_are_never_given_again() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path()).unwrap().add_source(Path::new("/a"), 1).unwrap();
    let old = fs::read(dir.path().join(DATABASE)).unwrap();
    let lost = open(dir.path()).unwrap().add_source(Path::new("/b"), 1).unwrap();
    fs::write(dir.path().join(DATABASE), old).unwrap();
    let store = accept(dir.path());
    let next = store.add_source(Path::new("/c"), 1).unwrap();
    assert!(first < lost && lost < next);
    let kept = store.sources().unwrap();
    assert_eq!(kept.iter().map(|source| source.id).collect::<Vec<_>>(), [first, next]);
}

#[test]
fn a_copy_that_went_its_own_way_is_a_fork() {
    let ours = tempfile::tempdir().unwrap();
    commit(&open(ours.path()).unwrap(), 0..5);
    let theirs = copy(ours.path());
    commit(&open(ours.path()).unwrap(), 5..8);
    // Further in numbers, and with other commits.
    commit(&open(theirs.path()).unwrap(), 5..15);
    fs::copy(theirs.path().join(DATABASE), ours.path().join(DATABASE)).unwrap();
    assert_eq!(lost(ours.path()).kind, LossKind::Fork);
}

#[test]
fn commits_that_the_anchor_does_not_name_yet_are_no_loss() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    commit(&store, 0..3);
    store.anchor_now().unwrap();
    let early = fs::read(dir.path().join(ANCHOR_FILE)).unwrap();
    commit(&store, 3..300);
    let crashed = copy(dir.path());
    fs::write(crashed.path().join(ANCHOR_FILE), early).unwrap();
    let store = open(crashed.path()).unwrap();
    assert_eq!(numbers(&store), 300);
    store.verify_anchor().unwrap();
}

#[test]
fn the_anchor_follows_the_commits_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let before = fs::read(dir.path().join(ANCHOR_FILE)).unwrap();
    commit(&store, 0..1);
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while fs::read(dir.path().join(ANCHOR_FILE)).unwrap() == before {
        assert!(std::time::Instant::now() < patience, "the anchor was not written");
        std::thread::yield_now();
    }
    drop(store);
    let store = open(dir.path()).unwrap();
    commit(&store, 1..20);
    drop(store);
    fs::remove_file(dir.path().join(DATABASE)).unwrap();
    let loss = lost(dir.path());
    assert_eq!((loss.kind, loss.want), (LossKind::Gone, 20));
    assert!(!dir.path().join(DATABASE).exists(), "an empty database was made in its place");
}

#[test]
fn a_read_or_an_idle_write_adds_no_link() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    commit(&store, 0..1);
    let commits = store.commits().unwrap();
    store.confirm_words(&[]).unwrap();
    store.anchor_now().unwrap();
    assert_eq!(store.commits().unwrap(), commits);
    commit(&store, 1..2);
    assert_eq!(store.commits().unwrap(), commits + 1);
}

#[test]
fn a_failed_transaction_leaves_no_link_and_no_head() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let commits = store.commits().unwrap();
    let head = IndexHead { series: [1; 16], version: 2, digest: [3; 32] };
    store.note_index(IndexName::Meaning, head);
    // No such source: the foreign key refuses.
    let entry = super::entry("/home/me/a", 1, 5);
    store.apply_scan(atom_core::SourceId::new(99), &[entry], 1, &|_| true).unwrap_err();
    assert_eq!((store.commits().unwrap(), store.index_head(IndexName::Meaning).unwrap()), (commits, None));
    commit(&store, 0..1);
    assert_eq!(store.index_head(IndexName::Meaning).unwrap(), Some(head));
    store.restart_meaning().unwrap();
    assert_eq!(store.index_head(IndexName::Meaning).unwrap(), None);
}

#[test]
fn a_torn_slot_costs_nothing_and_two_are_named() {
    let whole = killed(5, 5);
    let anchor = fs::read(whole.path().join(ANCHOR_FILE)).unwrap();
    for slot in [0, 4096] {
        let dir = copy(whole.path());
        let mut torn = anchor.clone();
        torn[slot + 100..slot + 256].fill(0);
        fs::write(dir.path().join(ANCHOR_FILE), &torn).unwrap();
        assert_eq!(numbers(&open(dir.path()).unwrap()), 10);
        // Opening wrote a whole one again.
        torn = fs::read(dir.path().join(ANCHOR_FILE)).unwrap();
        torn[4096 - slot..4096 - slot + 256].fill(0);
        fs::write(dir.path().join(ANCHOR_FILE), &torn).unwrap();
        assert_eq!(numbers(&open(dir.path()).unwrap()), 10);
    }
    let mut noise = Noise(3);
    for _ in 0..10 {
        let dir = copy(whole.path());
        let mut torn = anchor.clone();
        torn[noise.below(256)] ^= 1;
        torn[4096 + noise.below(256)] ^= 1;
        fs::write(dir.path().join(ANCHOR_FILE), &torn).unwrap();
        assert_eq!(lost(dir.path()).kind, LossKind::AnchorDamaged);
        assert_eq!(numbers(&accept(dir.path())), 10);
        open(dir.path()).unwrap().verify_anchor().unwrap();
    }
    fs::remove_file(whole.path().join(ANCHOR_FILE)).unwrap();
    assert_eq!(lost(whole.path()).kind, LossKind::AnchorMissing);
    assert_eq!(numbers(&accept(whole.path())), 10);
    assert_eq!(numbers(&open(whole.path()).unwrap()), 10);
}

#[test]
fn a_rollback_of_database_and_anchor_together_is_found_by_the_copy_kept_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    commit(&open(dir.path()).unwrap(), 0..5);
    let old = copy(dir.path());
    let store = open(dir.path()).unwrap();
    commit(&store, 5..9);
    store.anchor_now().unwrap();
    let witness = store.anchor_copy().unwrap();
    drop(store);
    let with = |dir: &Path, bytes: &[u8]| Store::open_with(&dir.join(DATABASE), key(1), Anchoring::Witness(bytes));
    assert_eq!(numbers(&with(dir.path(), &witness).unwrap()), 9);
    match with(old.path(), &witness) {
        Err(Error::Lost(loss)) => assert_eq!((loss.kind, loss.missing()), (LossKind::Tail, 4)),
        other => panic!("{:?}", other.err()),
    }
    // A copy that does not verify says nothing, and one from before says nothing new.
    with(old.path(), &[0; 256]).unwrap();
    commit(&open(dir.path()).unwrap(), 9..12);
    assert_eq!(numbers(&with(dir.path(), &witness).unwrap()), 12);
    // It stands in for an anchor that is gone.
    fs::remove_file(dir.path().join(ANCHOR_FILE)).unwrap();
    assert_eq!(numbers(&with(dir.path(), &witness).unwrap()), 12);
    // What was accepted is newer than the copy, even if that cannot be replaced.
    let accepted = Anchoring::Accept { witness: Some(&witness) };
    drop(Store::open_with(&old.path().join(DATABASE), key(1), accepted).unwrap());
    assert_eq!(numbers(&with(old.path(), &witness).unwrap()), 5);
}

#[test]
fn an_old_page_with_the_heads_of_the_indexes_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    store.note_index(IndexName::Words, IndexHead { series: [1; 16], version: 2, digest: [3; 32] });
    store.anchor_now().unwrap();
    drop(store);
    let db = raw(dir.path());
    db.execute_batch("UPDATE index_head SET version = 1").unwrap();
    drop(db);
    assert_eq!(lost(dir.path()).kind, LossKind::Fork);
}

fn raw(dir: &Path) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(dir.join(DATABASE)).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    db.execute_batch(&format!("PRAGMA key = \"x'{}{}'\";", hex(&[1; 32]), hex(&[9; 16]))).unwrap();
    db
}

#[test]
fn a_vault_from_before_there_were_anchors_gets_one() {
    let dir = tempfile::tempdir().unwrap();
    let db = raw(dir.path());
    db.execute_batch(include_str!("../../src/migrations/0001_first.sql")).unwrap();
    db.execute_batch(
        "INSERT INTO setting VALUES ('number 0', 'x'); PRAGMA user_version = 1; PRAGMA journal_mode = WAL;",
    )
    .unwrap();
    drop(db);
    let store = open(dir.path()).unwrap();
    assert_eq!(numbers(&store), 1);
    commit(&store, 1..4);
    drop(store);
    open(dir.path()).unwrap().verify_anchor().unwrap();
    fs::remove_file(dir.path().join(ANCHOR_FILE)).unwrap();
    assert_eq!(lost(dir.path()).kind, LossKind::AnchorMissing);
}

#[test]
fn a_new_vault_that_is_cut_off_at_once_opens_again() {
    // The anchor is there, and the chain has not begun.
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    for name in [DATABASE, LOG] {
        let _ = fs::remove_file(dir.path().join(name));
    }
    commit(&open(dir.path()).unwrap(), 0..1);
    assert_eq!(numbers(&open(dir.path()).unwrap()), 1);
}

#[test]
fn a_wrong_key_says_so_and_touches_neither_file() {
    let whole = killed(5, 5);
    let before = bytes(whole.path());
    assert!(matches!(Store::open(&whole.path().join(DATABASE), key(2)), Err(Error::WrongKey)));
    assert!(bytes(whole.path()) == before);
}

#[test]
fn commits_are_synced_and_the_log_too() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!(store.durability().unwrap(), ("wal".to_owned(), 2));
}

/// Opens and verifies everything; whether damage was found.
fn is_found(dir: &Path) -> bool {
    match open(dir).and_then(|store| store.verify()) {
        Ok(()) => false,
        Err(Error::Damaged { .. } | Error::WrongKey | Error::Plaintext | Error::Lost(_)) => true,
        Err(error) => panic!("{error}"),
    }
}

fn with_texts() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    commit(&store, 0..60);
    store.checkpoint().unwrap();
    drop(store);
    assert!(!is_found(dir.path()));
    let path = dir.path().join(DATABASE);
    (dir, path)
}

#[test]
fn every_flipped_bit_in_the_database_is_found() {
    let (dir, path) = with_texts();
    let whole = fs::read(&path).unwrap();
    let mut noise = Noise(4);
    for _ in 0..400 {
        let (place, bit) = (noise.below(whole.len()), noise.below(8));
        let mut damaged = whole.clone();
        damaged[place] ^= 1 << bit;
        fs::write(&path, damaged).unwrap();
        assert!(is_found(dir.path()), "byte {place} of {} bit {bit}", whole.len());
    }
    fs::write(&path, whole).unwrap();
    assert!(!is_found(dir.path()));
    eprintln!("damage flipped bits of the database: 400 cases, 400 found");
}

#[test]
fn lost_pages_at_the_end_are_found() {
    let (dir, path) = with_texts();
    let whole = fs::read(&path).unwrap();
    for pages in 1..4 {
        fs::write(&path, &whole[..whole.len() - pages * 4096]).unwrap();
        assert!(is_found(dir.path()), "{pages} pages");
    }
}

#[test]
fn two_pages_that_changed_places_are_found() {
    let (dir, path) = with_texts();
    let mut pages: Vec<_> = fs::read(&path).unwrap().chunks(4096).map(<[u8]>::to_vec).collect();
    pages.swap(3, 5);
    fs::write(&path, pages.concat()).unwrap();
    assert!(is_found(dir.path()));
}
