//! The database as blocks of rows, and back.

use super::{NOW, entry, key, open, read_all, with_files};
use atom_core::ItemId;
use atom_store::{Block, Error, FileFilter, JobKind, Outline, Rebuild, SCHEMA_VERSION, Store};
use std::path::Path;

/// Outline and blocks by table.
fn taken(store: &Store) -> (Outline, Vec<(String, Block)>) {
    let snapshot = store.snapshot().unwrap();
    let outline = snapshot.outline().unwrap();
    let mut blocks = Vec::new();
    for table in &outline.tables {
        let mut each = |block| -> Result<(), Error> {
            blocks.push((table.name.clone(), block));
            Ok(())
        };
        snapshot.blocks(table, &mut each).unwrap();
    }
    (outline, blocks)
}

fn rebuilt(path: &Path, (outline, blocks): (Outline, Vec<(String, Block)>)) -> Result<Store, Error> {
    let mut rebuild = Rebuild::create(path, &key(1), outline)?;
    for (_, block) in &blocks {
        rebuild.insert(&block.bytes)?;
    }
    rebuild.finish()?;
    Store::open(path, key(1))
}

fn filled(dir: &Path, files: u64) -> Store {
    let names: Vec<_> = (0..files).map(|inode| (format!("/home/me/{inode}.txt"), inode)).collect();
    let files: Vec<_> = names.iter().map(|(name, inode)| (name.as_str(), *inode)).collect();
    let (store, _) = with_files(dir, &files);
    for text in ["cobalt", "viridian", "", "späte Ernte \u{1f345}"] {
        read_all(&store, text);
    }
    store.set_setting("paused", "no").unwrap();
    store.set_setting("settings", "{\"theme\":\"dark\"}").unwrap();
    store
}

#[test]
fn a_database_made_from_a_snapshot_is_equal_row_by_row() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path(), 150);
    let before = taken(&store);
    assert_eq!(before.0.schema_version, SCHEMA_VERSION);
    // In a folder of its own: the anchor beside the first one is not its anchor.
    let other = tempfile::tempdir().unwrap();
    let again = rebuilt(&other.path().join("vault.db"), before.clone()).unwrap();
    let after = taken(&again);
    assert_eq!((&before.0.tables, &before.0.after), (&after.0.tables, &after.0.after));
    assert!(before.1 == after.1, "the same rows in the same blocks");
    again.verify().unwrap();
    assert_eq!(again.counts().unwrap(), store.counts().unwrap());
    // Row ids are never given twice, deleted ones included.
    let source = again.sources().unwrap()[0].id;
    again.apply_scan(source, &[entry("/home/me/new.txt", 9_999, 1)], NOW, &|_| true).unwrap();
    let ids = |store: &Store| -> Vec<ItemId> {
        store.files(&FileFilter::default(), 0, 1_000).unwrap().1.into_iter().map(|file| file.facts.id).collect()
    };
    let newest = ids(&again).into_iter().max().unwrap();
    assert!(ids(&store).into_iter().all(|id| id < newest));
}

#[test]
fn what_is_written_later_is_not_in_a_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path(), 3);
    let before = taken(&store);
    let snapshot = store.snapshot().unwrap();
    store.set_setting("later", "yes").unwrap();
    store.checkpoint().ok();
    let settings = before.0.tables.iter().find(|table| table.name == "setting").unwrap();
    let mut rows = 0;
    snapshot
        .blocks(settings, |block| {
            rows += block.rows;
            Ok::<(), Error>(())
        })
        .unwrap();
    assert_eq!(rows, 2);
    assert_eq!(taken(&store).0.tables.iter().find(|table| table.name == "setting").unwrap().rows, 3);
}

#[test]
fn a_change_of_one_row_changes_one_block() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path(), 5_000);
    let before = taken(&store);
    assert!(before.1.iter().filter(|(table, _)| table == "item").count() >= 5);
    let opened = store.files(&FileFilter::default(), 0, 1).unwrap().1[0].facts.id;
    store.note_opened(opened, NOW).unwrap();
    let after = taken(&store);
    let new: Vec<_> = after.1.iter().filter(|block| !before.1.contains(block)).collect();
    assert_eq!(new.len(), 1, "{:?}", new.iter().map(|(table, block)| (table, block.rows)).collect::<Vec<_>>());
}

#[test]
fn background_work_of_another_time_is_not_taken_up_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path(), 1);
    store.queue_job(JobKind::Scan, None, "scan", NOW).unwrap();
    // In a folder of its own: the anchor beside the first one is not its anchor.
    let other = tempfile::tempdir().unwrap();
    let again = rebuilt(&other.path().join("vault.db"), taken(&store)).unwrap();
    assert!(again.queued_jobs().unwrap().is_empty());
    assert_eq!(again.jobs().unwrap().len(), 1);
}

#[test]
fn a_newer_schema_and_missing_rows_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let whole = taken(&filled(dir.path(), 3));
    let mut newer = whole.clone();
    newer.0.schema_version = SCHEMA_VERSION + 1;
    let refused = rebuilt(&dir.path().join("newer.db"), newer).err();
    assert!(matches!(refused, Some(Error::NewerSchema { .. })), "{refused:?}");
    assert!(!dir.path().join("newer.db").exists());
    for index in 0..whole.1.len() {
        let mut less = whole.clone();
        less.1.remove(index);
        let refused = rebuilt(&dir.path().join(format!("less{index}.db")), less).err();
        assert!(matches!(refused, Some(Error::Block { .. })), "{index}: {refused:?}");
    }
    let refused = rebuilt(&dir.path().join("vault.db"), whole).err();
    assert!(matches!(refused, Some(Error::Io { .. })), "it overwrites nothing: {refused:?}");
}

#[test]
fn a_schema_that_does_something_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (outline, blocks) = taken(&filled(dir.path(), 1));
    for sql in ["DROP TABLE item", "CREATE INDEX a ON item (id); DROP TABLE item", "ATTACH 'x' AS y", ""] {
        let mut bad = outline.clone();
        bad.after.push(sql.to_owned());
        let path = dir.path().join("bad.db");
        assert!(rebuilt(&path, (bad, blocks.clone())).is_err(), "{sql}");
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn damage_ends_the_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(dir.path(), 400);
    store.checkpoint().unwrap();
    drop(store);
    let path = dir.path().join("vault.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // The last pages: they hold rows, and nothing that opening reads.
    let pages = bytes.len() / 4096;
    for page in (pages * 3 / 4..pages).map(|page| page * 4096) {
        bytes[page + 700] ^= 1;
    }
    std::fs::write(&path, bytes).unwrap();
    let store = open(dir.path());
    let snapshot = store.snapshot().unwrap();
    let all = snapshot.outline().and_then(|outline| {
        outline.tables.iter().try_for_each(|table| snapshot.blocks(table, |_| Ok::<(), Error>(())))
    });
    assert!(matches!(all, Err(Error::Damaged { .. } | Error::WrongKey)), "{all:?}");
}

#[test]
fn blocks_that_make_no_sense_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (outline, blocks) = taken(&filled(dir.path(), 5));
    let path = dir.path().join("again.db");
    let mut rebuild = Rebuild::create(&path, &key(1), outline).unwrap();
    let sound = &blocks.iter().find(|(table, _)| table == "item").unwrap().1.bytes;
    for len in 0..sound.len() - 1 {
        // A block that is cut between two rows is sound by itself: the missing rows are noticed at the end.
        let cut = rebuild.insert(&sound[..len]);
        assert!(!matches!(cut, Err(Error::Io { .. })), "{len}: {cut:?}");
    }
    assert!(matches!(rebuild.insert(&[]), Err(Error::Block { .. })));
    assert!(matches!(rebuild.insert(b"\x02\0\0"), Err(Error::Block { .. })));
    assert!(matches!(rebuild.insert(b"\x01\0\x07missing\0\x01"), Err(Error::Block { .. })));
    assert!(matches!(rebuild.finish(), Err(Error::Block { .. })));
}
