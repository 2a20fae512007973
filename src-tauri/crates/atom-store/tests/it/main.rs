//! The store against real files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::print_stdout, reason = "processes that are killed say so how far they are")]

mod audit;
mod carry;
mod clients;
mod connections;
mod model_change;
mod past_searches;
mod saved_searches;
mod secrets;
mod snapshot;

use atom_core::{Entry, ItemId, ItemState, SourceId};
use atom_store::{Error, FileFilter, NewChunk, RawKey, Store, TextOutcome};
use std::path::{Path, PathBuf};

mod classes;
mod integrity;
mod ocr;
mod upgrade;

const NOW: i64 = 1_700_000_000_000;

pub(crate) fn key(byte: u8) -> RawKey {
    RawKey { key: (&[byte; 32]).into(), salt: [9; 16] }
}

fn open(dir: &Path) -> Store {
    Store::open(&dir.join("vault.db"), key(1)).unwrap()
}

/// The database past the store, for tests that tamper with it.
fn raw(path: &Path) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(path).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    db.execute_batch(&format!("PRAGMA key = \"x'{}{}'\"", hex(&[1; 32]), hex(&[9; 16]))).unwrap();
    db
}

fn entry(path: &str, inode: u64, modified_ns: i64) -> Entry {
    Entry {
        path: PathBuf::from(path),
        is_folder: false,
        size: 10,
        modified_ns,
        changed_ns: modified_ns,
        device: 1,
        inode,
        links: 1,
    }
}

fn indexed(text: &str) -> TextOutcome {
    TextOutcome::Read {
        state: ItemState::Indexed,
        reason: None,
        mime: "text/plain".into(),
        title: None,
        author: None,
        people: None,
        language: None,
        labels: None,
        content_hash: Some(vec![7; 32]),
        parser_version: 1,
        crashes: 0,
        truncated: false,
        chunks: vec![NewChunk { start: 0, heading: None, text: text.into() }],
        shows_text: false,
        members: Vec::new(),
    }
}

fn with_files(dir: &Path, files: &[(&str, u64)]) -> (Store, SourceId) {
    let store = open(dir);
    let source = store.add_source(Path::new("/home/me"), NOW).unwrap();
    let entries: Vec<_> = files.iter().map(|(path, inode)| entry(path, *inode, 5_000_000)).collect();
    store.apply_scan(source, &entries, NOW, &|_| true).unwrap();
    (store, source)
}

fn read_all(store: &Store, text: &str) {
    let outcomes: Vec<_> = store.read_tasks(100, NOW).unwrap().into_iter().map(|task| (task, indexed(text))).collect();
    store.store_texts(&outcomes).unwrap();
}

#[test]
fn nothing_readable_reaches_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = with_files(dir.path(), &[("/home/me/marigold-report.txt", 1)]);
    read_all(&store, "the marigold conspiracy");
    store.set_setting("ignore", "marigold").unwrap();
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(8).any(|window| window == b"marigold"));
    }
}

#[test]
fn a_wrong_key_and_a_plain_file_are_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let path = dir.path().join("vault.db");
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(Store::open(&path, key(2)), Err(Error::WrongKey)));
    assert_eq!(before, std::fs::read(&path).unwrap());

    let plain = dir.path().join("plain.db");
    std::fs::write(&plain, b"SQLite format 3\0 and so on").unwrap();
    assert!(matches!(Store::open(&plain, key(1)), Err(Error::Plaintext)));
    assert!(std::fs::read(&plain).unwrap().starts_with(b"SQLite format 3"));
}

#[test]
fn sqlite_without_the_key_or_with_another_one_sees_no_database() {
    let dir = tempfile::tempdir().unwrap();
    drop(with_files(dir.path(), &[("/home/me/a", 1)]));
    let path = dir.path().join("vault.db");
    let before = std::fs::read(&path).unwrap();
    for key in [None, Some(&[2; 32]), Some(&[0; 32])] {
        let db = rusqlite::Connection::open(&path).unwrap();
        if let Some(key) = key {
            let hex: String = key.iter().chain(&[9; 16]).map(|byte: &u8| format!("{byte:02x}")).collect();
            db.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"")).unwrap();
        }
        for sql in ["SELECT count(*) FROM sqlite_schema", "CREATE TABLE mine (a)", "PRAGMA journal_mode = DELETE"] {
            let refused = db.execute_batch(sql).unwrap_err();
            assert_eq!(refused.sqlite_error_code(), Some(rusqlite::ErrorCode::NotADatabase), "{sql}: {refused}");
        }
        drop(db);
        assert!(before == std::fs::read(&path).unwrap(), "the file was changed");
    }
}

#[test]
fn an_unchanged_scan_writes_nothing_and_a_changed_file_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let (store, source) = with_files(dir.path(), &[("/home/me/a", 1), ("/home/me/b", 2)]);
    read_all(&store, "text");
    assert!(store.read_tasks(10, NOW).unwrap().is_empty());
    let again = store
        .apply_scan(source, &[entry("/home/me/a", 1, 5_000_000), entry("/home/me/b", 2, 6_000_000)], NOW, &|_| true)
        .unwrap();
    assert_eq!((again.unchanged, again.changed), (1, 1));
    let tasks = store.read_tasks(10, NOW).unwrap();
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].path, Path::new("/home/me/b"));
}

#[test]
fn a_clock_that_is_wrong_makes_no_file_look_changed() {
    const YEARS: i64 = 3_653 * 86_400_000;
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let source = store.add_source(Path::new("/home/me"), NOW).unwrap();
    let before = (NOW - 60_000) * 1_000_000;
    let mut entries = Vec::new();
    for now in [NOW, NOW - YEARS, NOW + YEARS, NOW - 3_600_000, NOW, NOW - 90_000, NOW] {
        let number = entries.len() as u64 + 1;
        entries.push(entry(&format!("/home/me/{number}"), number, before));
        for is_new in [true, false] {
            let applied = store.apply_scan(source, &entries, now, &|_| true).unwrap();
            assert_eq!((applied.new, applied.changed), (usize::from(is_new), 0), "{now}");
        }
        read_all(&store, "text");
        assert!(store.read_tasks(10, now).unwrap().is_empty(), "{now}");
    }
}

#[test]
fn a_file_that_just_changed_is_looked_at_again_also_when_the_clock_goes_to_and_fro() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let source = store.add_source(Path::new("/home/me"), NOW).unwrap();
    let entries = [entry("/home/me/a", 1, NOW * 1_000_000)];
    for now in [NOW, NOW + 1_999, NOW - 5_000, NOW + 5_000] {
        let applied = store.apply_scan(source, &entries, now, &|_| true).unwrap();
        assert_eq!(applied.new + applied.changed, 1, "{now}");
        read_all(&store, "text");
    }
    let applied = store.apply_scan(source, &entries, NOW + 6_000, &|_| true).unwrap();
    assert_eq!(applied.unchanged, 1, "and no more, once it is old");
}

#[test]
fn a_rename_keeps_the_item_and_its_text() {
    let dir = tempfile::tempdir().unwrap();
    let (store, source) = with_files(dir.path(), &[("/home/me/old", 1)]);
    read_all(&store, "text");
    let applied = store.apply_scan(source, &[entry("/home/me/new", 1, 5_000_000)], NOW, &|_| false).unwrap();
    assert_eq!(applied.renamed, 1);
    let (total, files) = store.files(&FileFilter::default(), 0, 10).unwrap();
    assert_eq!(total, 1);
    assert_eq!(files[0].facts.path, Path::new("/home/me/new"));
    assert_eq!(store.chunks(files[0].facts.id).unwrap()[0].text, "text");
    assert!(!files[0].unread && files[0].words_pending);
}

#[test]
fn a_copy_is_a_new_item() {
    let dir = tempfile::tempdir().unwrap();
    let (store, source) = with_files(dir.path(), &[("/home/me/old", 1)]);
    let applied = store.apply_scan(source, &[entry("/home/me/new", 1, 5_000_000)], NOW, &|_| true).unwrap();
    assert_eq!((applied.renamed, applied.new), (0, 1));
}

#[test]
fn a_file_that_changed_while_it_was_read_stays_unread() {
    let dir = tempfile::tempdir().unwrap();
    let (store, source) = with_files(dir.path(), &[("/home/me/a", 1)]);
    let task = store.read_tasks(1, NOW).unwrap().remove(0);
    store.apply_scan(source, &[entry("/home/me/a", 1, 9_000_000)], NOW, &|_| true).unwrap();
    store.store_texts(&[(task, indexed("stale"))]).unwrap();
    assert_eq!(store.read_tasks(10, NOW).unwrap().len(), 1);
    assert_eq!(store.counts().unwrap().total.chunks, 0);
}

#[test]
fn a_postponed_file_is_read_at_its_time_and_a_clock_that_is_set_back_does_not_put_it_off_for_years() {
    const TEN_YEARS: i64 = 10 * 365 * 24 * 3_600_000;
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = with_files(dir.path(), &[("/home/me/a", 1)]);
    let task = store.read_tasks(1, NOW).unwrap().remove(0);
    store.store_texts(&[(task, TextOutcome::Later { not_before_ms: NOW + 30_000 })]).unwrap();
    for (now, due) in [(NOW, false), (NOW + 29_999, false), (NOW + 30_000, true), (NOW + TEN_YEARS, true)] {
        assert_eq!(store.read_tasks(1, now).unwrap().len(), usize::from(due), "{now}");
        assert_eq!(store.waits_to_read(1, now).unwrap(), due, "{now}");
    }
    for set_back in [NOW - TEN_YEARS, NOW - 3_600_000] {
        assert_eq!(store.read_tasks(1, set_back).unwrap().len(), 1);
        assert!(store.waits_to_read(1, set_back).unwrap());
    }
}

#[test]
fn confirming_an_old_revision_confirms_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = with_files(dir.path(), &[("/home/me/a", 1)]);
    let named = store.words_tasks(10, usize::MAX).unwrap().remove(0);
    assert!(named.body.is_empty());
    read_all(&store, "text");
    store.confirm_words(&[(named.item, named.revision)]).unwrap();
    let read = store.words_tasks(10, usize::MAX).unwrap().remove(0);
    assert_eq!(read.body, "text");
    store.confirm_words(&[(read.item, read.revision)]).unwrap();
    assert!(store.words_tasks(10, usize::MAX).unwrap().is_empty());
}

#[test]
fn a_newer_parser_reads_again_what_an_older_one_read() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = with_files(dir.path(), &[("/home/me/a", 1)]);
    read_all(&store, "text");
    assert_eq!(store.reread_older_than(1).unwrap(), 0);
    assert_eq!(store.reread_older_than(2).unwrap(), 1);
    assert_eq!(store.read_tasks(10, NOW).unwrap().len(), 1);
}

#[test]
fn a_deleted_item_leaves_a_tombstone_until_both_indexes_forgot_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, source) = with_files(dir.path(), &[("/home/me/a", 1)]);
    let id = store.items_after(source, ItemId::new(0), 10).unwrap()[0].id;
    store.delete_items(&[id]).unwrap();
    assert_eq!(store.counts().unwrap().total.items(), 0);
    store.confirm_deleted(&[id], true, false).unwrap();
    assert_eq!(store.tombstones(10).unwrap().len(), 1);
    store.confirm_deleted(&[id], false, true).unwrap();
    assert!(store.tombstones(10).unwrap().is_empty());
}

#[test]
fn a_folder_takes_over_the_sources_inside_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, inner) = with_files(dir.path(), &[("/home/me/a", 1)]);
    let outer = store.add_source(Path::new("/home"), NOW).unwrap();
    assert_ne!(inner, outer);
    assert_eq!(store.sources().unwrap().len(), 1);
    assert_eq!(store.items_after(outer, ItemId::new(0), 10).unwrap().len(), 1);
}

#[test]
fn removing_a_source_leaves_tombstones_and_no_items() {
    let dir = tempfile::tempdir().unwrap();
    let (store, source) = with_files(dir.path(), &[("/home/me/a", 1), ("/home/me/b", 2), ("/home/me/c", 3)]);
    assert_eq!(store.remove_source_items(source, 2).unwrap(), 2);
    assert_eq!(store.remove_source_items(source, 2).unwrap(), 1);
    assert_eq!(store.remove_source_items(source, 2).unwrap(), 0);
    assert!(store.sources().unwrap().is_empty());
    assert_eq!(store.tombstones(10).unwrap().len(), 3);
}

#[test]
fn children_are_those_directly_inside() {
    let dir = tempfile::tempdir().unwrap();
    let (store, source) = with_files(dir.path(), &[("/home/me/a", 1), ("/home/me/d/b", 2), ("/home/me/d/e/c", 3)]);
    let names = |folder: &str| {
        store.children(source, Path::new(folder)).unwrap().into_iter().map(|child| child.path).collect::<Vec<_>>()
    };
    assert_eq!(names("/home/me/d"), [Path::new("/home/me/d/b")]);
    assert_eq!(store.items_below(source, Path::new("/home/me/d")).unwrap().len(), 2);
}

#[test]
fn a_newer_schema_is_refused_without_a_change() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("vault.db");
    drop(open(dir.path()));
    {
        raw(&path).execute_batch("PRAGMA user_version = 99").unwrap();
    }
    assert!(matches!(Store::open(&path, key(1)), Err(Error::NewerSchema { found: 99, .. })));
}

#[test]
fn one_flipped_bit_is_found_by_verify() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = with_files(dir.path(), &[("/home/me/a", 1)]);
    store.verify().unwrap();
    store.checkpoint().unwrap();
    drop(store);
    let path = dir.path().join("vault.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let outcome = Store::open(&path, key(1)).and_then(|store| store.verify());
    assert!(matches!(outcome, Err(Error::Damaged { .. } | Error::WrongKey)), "{:?}", outcome.err());
}

#[test]
fn one_folder_can_be_asked_for_before_the_others_and_is_done_when_nothing_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mine) = with_files(dir.path(), &[("/home/me/a", 1), ("/home/me/b", 2)]);
    let other = store.add_source(Path::new("/home/other"), NOW).unwrap();
    // It changed last, so without a folder it comes first.
    store.apply_scan(other, &[entry("/home/other/c", 3, 9_000_000)], NOW, &|_| true).unwrap();
    let read = |source| store.read_tasks_of(source, 1, NOW).unwrap().remove(0).source;
    assert_eq!((read(None), read(Some(mine))), (other, mine));
    read_all(&store, "text");
    assert!(store.read_tasks_of(Some(mine), 10, NOW).unwrap().is_empty());

    let meaning = |source| store.meaning_tasks_of(source, 10, 10).unwrap();
    assert_eq!((meaning(None).len(), meaning(Some(mine)).len()), (3, 2));
    assert_eq!(meaning(None)[0].source, other);
    let done: Vec<_> = meaning(Some(mine)).iter().map(|task| (task.item, task.revision)).collect();
    store.confirm_meaning(&done).unwrap();
    assert!(store.has_work(mine).unwrap(), "the words are still to come");
    store.confirm_words(&done).unwrap();
    assert!(!store.has_work(mine).unwrap());
    store.queue_job(atom_store::JobKind::Scan, Some(mine), "Look for changes", NOW).unwrap();
    assert!(store.has_work(mine).unwrap());
    assert!(store.waits_for_meaning().unwrap() && store.has_work(other).unwrap());
}
