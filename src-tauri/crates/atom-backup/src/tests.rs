//! Real vaults in temporary folders: back up, harm, stop at any moment, restore.

use crate::files::faults::{self, Fault};
use crate::manifest::{FileEntry, Manifest};
use crate::{
    Access, BackupOptions, Capture, Error, Keep, Progress, Pruned, Repository, Restored, Result, Written, backup,
    check, prune, restore,
};
use atom_core::{Entry, ItemState};
use atom_store::{NewChunk, RawKey, Store, TextOutcome};
use atom_vault::{KdfCost, Keys, NewSlots, SlotCopy, Unlock, Vault};
use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zeroize::Zeroizing;

mod classes;
mod clock;
mod damage;
mod rotated;
mod stopped;

const NOW: i64 = 1_795_252_270_000;
const DAY: i64 = 86_400_000;
const PASSPHRASE: &str = "a quiet place";
/// In a setting, a path, a text and a file of an index.
const PLANTED: [&str; 4] = ["planted-setting-7Q", "planted-path-8W", "planted-text-9E", "planted-index-3R"];

/// A vault with some content, and a place for backups.
struct World {
    root: TempDir,
    keys: Keys,
    code: String,
}

/// What has to be equal after a restore.
#[derive(Debug, PartialEq, Eq, Clone)]
struct State {
    tables: Vec<atom_store::TableOutline>,
    rows: Vec<Vec<u8>>,
    files: BTreeMap<String, Vec<u8>>,
}

impl World {
    fn new(files: u64) -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let passphrase = Some(Zeroizing::new(PASSPHRASE.to_owned()));
        let slots = NewSlots { passphrase, cost: KdfCost::MINIMUM, keychain: None, recovery: true };
        let (keys, code) = Vault::create(&data, slots).unwrap();
        let world = Self { root, keys, code: code.unwrap().reveal().to_string() };
        let store = world.store();
        let source = store.add_source(Path::new("/home/me"), NOW).unwrap();
        let entries: Vec<_> =
            (0..files).map(|inode| entry(&format!("/home/me/{}-{inode}.txt", PLANTED[1]), inode)).collect();
        store.apply_scan(source, &entries, NOW, &|_| true).unwrap();
        let tasks = store.read_tasks(1_000, NOW).unwrap();
        let outcomes: Vec<_> = tasks.into_iter().enumerate().map(|(index, task)| (task, text(index))).collect();
        store.store_texts(&outcomes).unwrap();
        store.set_setting("note", PLANTED[0]).unwrap();
        drop(store);
        world.index_file("keyword/meta.json", b"first");
        world.index_file("keyword/a.idx", PLANTED[3].as_bytes());
        world.index_file("vectors/t.lance/data/0.lance", &[7; 70_000]);
        world.index_file("vectors/t.lance/empty", b"");
        world
    }

    fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    fn disk(&self) -> PathBuf {
        self.root.path().join("disk")
    }

    fn key(&self) -> RawKey {
        let key = self.keys.sqlcipher();
        RawKey { key: key.key, salt: key.salt }
    }

    fn store(&self) -> Store {
        self.try_store().unwrap()
    }

    fn try_store(&self) -> Result<Store> {
        Ok(Store::open(&self.data().join("vault.db"), self.key())?)
    }

    fn index_file(&self, path: &str, content: &[u8]) {
        let path = self.data().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Changes one setting and one file of an index.
    fn edit(&self, value: &str) {
        self.store().set_setting("edited", value).unwrap();
        // As the indexes do it: never in place.
        let path = self.data().join("keyword/meta.json");
        fs::remove_file(&path).unwrap();
        fs::write(path, value).unwrap();
    }

    fn capture(&self, with_indexes: bool) -> Result<Capture> {
        Capture::take(&self.try_store()?, &self.keys, &self.data(), with_indexes)
    }

    fn open(&self, access: Access) -> Result<Repository> {
        Repository::open(&self.disk(), &self.keys, access)
    }

    fn try_backup(&self, now_ms: i64) -> Result<Written> {
        let repository = Repository::open_or_create(&self.disk(), &self.keys)?;
        backup(&repository, self.capture(true)?, &options(now_ms), go_on)
    }

    fn backup(&self, now_ms: i64) -> Written {
        self.try_backup(now_ms).unwrap()
    }

    fn try_prune(&self, keep: Keep) -> Result<Pruned> {
        prune(&self.open(Access::Write)?, keep, go_on)
    }

    fn try_restore(&self, id: Option<&str>, to: &Path) -> Result<Restored> {
        restore(&self.open(Access::Read)?, &self.keys, id, to, go_on)
    }

    /// What is in the vault in `dir`.
    fn state(&self, dir: &Path) -> State {
        let store = Store::open(&dir.join("vault.db"), self.key()).unwrap();
        store.verify().unwrap();
        let snapshot = store.snapshot().unwrap();
        let outline = snapshot.outline().unwrap();
        let mut rows = Vec::new();
        for table in &outline.tables {
            snapshot
                .blocks(table, |block| {
                    rows.push(block.bytes);
                    Ok::<(), Error>(())
                })
                .unwrap();
        }
        let mut files = tree(dir);
        files.retain(|path, _| path.starts_with("keyword/") || path.starts_with("vectors/"));
        State { tables: outline.tables, rows, files }
    }

    /// Every snapshot of the repository restores, as it was.
    #[track_caller]
    fn assert_all_restore(&self, expect: &BTreeMap<String, State>) {
        let repository = self.open(Access::Read).unwrap();
        let found = check(&repository, go_on).unwrap();
        assert!(found.is_whole(), "{:?}", found.damage);
        let (listed, damaged) = repository.list().unwrap();
        assert!(damaged.is_empty(), "{damaged:?}");
        for snapshot in listed {
            if let Some(expect) = expect.get(&snapshot.id) {
                let to = self.root.path().join("drill");
                restore(&repository, &self.keys, Some(&snapshot.id), &to, go_on).unwrap();
                assert!(self.state(&to) == *expect, "{}", snapshot.id);
                fs::remove_dir_all(to).unwrap();
            }
        }
    }

    fn ids(&self) -> Vec<String> {
        self.open(Access::Read).unwrap().list().unwrap().0.into_iter().map(|info| info.id).collect()
    }
}

fn options(now_ms: i64) -> BackupOptions {
    BackupOptions { app_version: "0.1.0".to_owned(), now_ms, verify_all: false }
}

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn entry(path: &str, inode: u64) -> Entry {
    Entry {
        path: PathBuf::from(path),
        is_folder: false,
        size: 10,
        modified_ns: 5,
        changed_ns: 5,
        device: 1,
        inode,
        links: 1,
    }
}

fn text(index: usize) -> TextOutcome {
    let text = format!("{} number {index} {}", PLANTED[2], "and so on ".repeat(index % 40));
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
        chunks: vec![NewChunk { start: 0, heading: None, text }],
        shows_text: false,
        members: Vec::new(),
    }
}

/// Every file below a folder, by its path relative to it.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn what_is_restored_is_equal_to_what_was_backed_up() {
    let world = World::new(120);
    let first = world.backup(NOW);
    assert_eq!((first.snapshot.counts.items, first.snapshot.counts.passages), (120, 120));
    let then = world.state(&world.data());
    world.edit("later");
    let second = world.backup(NOW + DAY);
    let later = world.state(&world.data());
    assert_ne!(then, later);
    assert_eq!(world.ids(), [second.snapshot.id.clone(), first.snapshot.id.clone()], "newest first");
    world.assert_all_restore(&BTreeMap::from([
        (first.snapshot.id.clone(), then.clone()),
        (second.snapshot.id, later.clone()),
    ]));

    // Over the data that is there, which is kept.
    fs::write(world.data().join("atom.log"), "other things").unwrap();
    let restored = world.try_restore(Some(&first.snapshot.id), &world.data()).unwrap();
    assert_eq!(world.state(&world.data()), then);
    let previous = restored.previous.unwrap();
    assert_eq!(world.state(&previous), later);
    assert!(previous.join("atom.log").exists());
    let again = world.try_restore(None, &world.data()).unwrap().previous.unwrap();
    assert_ne!(again, previous);
    assert_eq!(world.state(&world.data()), later);
    assert!(Vault::unlock(&world.data(), Unlock::Passphrase(Zeroizing::new(PASSPHRASE.to_owned()))).is_ok());
    let beside: Vec<_> = fs::read_dir(world.root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside.len(), 4, "{beside:?}");
    assert!(!world.data().join("restoring").exists());
}

#[test]
fn a_new_machine_needs_the_folder_and_a_recovery_code_only() {
    let world = World::new(20);
    world.backup(NOW);
    let expect = world.state(&world.data());
    fs::remove_dir_all(world.data()).unwrap();
    let slots = Repository::slots(&world.disk()).unwrap();
    for with in [Unlock::Recovery(&world.code), Unlock::Passphrase(Zeroizing::new(PASSPHRASE.to_owned()))] {
        let keys = slots.unlock(with).unwrap();
        let repository = Repository::open(&world.disk(), &keys, Access::Read).unwrap();
        let to = world.root.path().join("new/machine/data");
        let restored = restore(&repository, &keys, None, &to, go_on).unwrap();
        assert!(restored.previous.is_none());
        assert_eq!(world.state(&to), expect);
        assert!(Vault::unlock(&to, Unlock::Recovery(&world.code)).is_ok());
        fs::remove_dir_all(to).unwrap();
    }
}

#[test]
fn without_indexes_it_is_smaller_and_the_database_is_whole() {
    let world = World::new(20);
    let repository = Repository::open_or_create(&world.disk(), &world.keys).unwrap();
    let written = backup(&repository, world.capture(false).unwrap(), &options(NOW), go_on).unwrap();
    assert!(!written.snapshot.with_indexes);
    drop(repository);
    let to = world.root.path().join("to");
    world.try_restore(None, &to).unwrap();
    let (found, expect) = (world.state(&to), world.state(&world.data()));
    assert!(found.files.is_empty() && found.rows == expect.rows);
}

#[test]
fn only_what_is_new_is_written() {
    let world = World::new(3_000);
    let first = world.backup(NOW);
    let size = |world: &World| world.open(Access::Read).unwrap().size_bytes().unwrap();
    let before = size(&world);
    let second = world.backup(NOW + 1);
    assert_eq!((second.new_chunks, second.snapshot.added_bytes), (0, 0));
    assert_eq!(second.known_chunks, first.new_chunks);
    let manifest = size(&world) - before;
    assert!(manifest < before / 20, "{manifest} of {before}");
    world.edit("x");
    let before = size(&world);
    let third = world.backup(NOW + 2);
    // The block of the settings and the file that changed.
    assert_eq!(third.new_chunks, 2);
    let grown = size(&world) - before;
    assert!(grown.abs_diff(third.snapshot.added_bytes + manifest) < 16, "{grown}");
    assert!(third.snapshot.added_bytes < 2_000, "{}", third.snapshot.added_bytes);
}

#[test]
fn nothing_of_the_content_is_readable_in_the_repository() {
    let world = World::new(50);
    world.backup(NOW);
    let mut seen = 0;
    for (path, bytes) in tree(&world.disk()) {
        for planted in PLANTED.into_iter().chain(["CREATE TABLE", "vault.db", "t.lance", "keyword/"]) {
            let found = bytes.windows(planted.len()).any(|window| window == planted.as_bytes());
            assert!(!found && !path.contains(planted), "{planted} in {path}");
        }
        seen += 1;
    }
    assert!(seen > 8);
    // The search itself works: the same strings are in what was captured.
    assert!(
        world
            .state(&world.data())
            .rows
            .iter()
            .any(|row| row.windows(PLANTED[2].len()).any(|window| window == PLANTED[2].as_bytes()))
    );
}

#[test]
fn the_same_content_has_other_names_in_another_repository() {
    let world = World::new(10);
    world.backup(NOW);
    let names = |folder: &Path| tree(folder).into_keys().filter(|path| path.starts_with("chunks/")).collect::<Vec<_>>();
    let other = world.root.path().join("other");
    let repository = Repository::open_or_create(&other, &world.keys).unwrap();
    backup(&repository, world.capture(true).unwrap(), &options(NOW), go_on).unwrap();
    let (one, two) = (names(&world.disk()), names(&other));
    assert_eq!(one.len(), two.len());
    assert!(one.iter().all(|name| !two.contains(name)));
}

#[test]
fn backups_of_another_vault_are_refused() {
    let (world, other) = (World::new(5), World::new(5));
    world.backup(NOW);
    let refused = |result: Result<Repository>| assert!(matches!(result, Err(Error::OtherVault { .. })));
    refused(Repository::open(&world.disk(), &other.keys, Access::Read));
    refused(Repository::open_or_create(&world.disk(), &other.keys));
    // A capture of one vault into the repository of another.
    let repository = world.open(Access::Write).unwrap();
    let mixed = backup(&repository, other.capture(true).unwrap(), &options(NOW), go_on);
    assert!(matches!(mixed, Err(Error::OtherVault { .. })));
    drop(repository);
    // Even when the public file claims that it belongs to it.
    let config = world.disk().join("atom-backup.json");
    let text = fs::read_to_string(&config).unwrap();
    let id = |keys: &Keys| crate::hex::encode(&keys.vault_id());
    fs::write(&config, text.replace(&id(&world.keys), &id(&other.keys))).unwrap();
    let forged = Repository::open(&world.disk(), &other.keys, Access::Read);
    assert!(matches!(forged, Err(Error::Damaged { .. })));
    // And the chunks of one repository are not those of another.
    fs::write(&config, text).unwrap();
    other.backup(NOW);
    let before = tree(&other.data());
    for (path, bytes) in tree(&world.disk()) {
        if path.starts_with("snapshots/") {
            fs::write(other.disk().join(&path), bytes).unwrap();
        }
    }
    assert!(matches!(other.try_restore(None, &other.data()), Err(Error::Damaged { .. })));
    assert!(tree(&other.data()) == before);
}

#[test]
fn a_changed_passphrase_reaches_the_backups_and_survives_a_restore() {
    let world = World::new(3);
    world.backup(NOW);
    let new = Zeroizing::new("a louder place".to_owned());
    Vault::change_passphrase(&world.data(), Unlock::Recovery(&world.code), &new, KdfCost::MINIMUM).unwrap();
    // The slots of the vault are newer than those of the backup.
    world.try_restore(None, &world.data()).unwrap();
    assert!(Vault::unlock(&world.data(), Unlock::Passphrase(new.clone())).is_ok());
    world.backup(NOW + 1);
    let kept = Repository::slots(&world.disk()).unwrap();
    assert!(kept.unlock(Unlock::Passphrase(new)).is_ok());
    assert!(kept.unlock(Unlock::Passphrase(Zeroizing::new(PASSPHRASE.to_owned()))).is_err());
    assert_eq!(kept.bytes(), SlotCopy::of_vault(&world.data()).unwrap().bytes());
}

#[test]
fn unfit_folders_are_refused_by_name() {
    let world = World::new(1);
    let at = |name: &str| world.root.path().join(name);
    fs::create_dir(at("full")).unwrap();
    fs::write(at("full").join("letter.odt"), "mine").unwrap();
    let open = |path: &Path| Repository::open_or_create(path, &world.keys).err();
    assert!(matches!(open(&at("full")), Some(Error::Occupied { .. })));
    assert!(matches!(open(&at("no/such")), Some(Error::Absent { .. })));
    assert!(matches!(world.open(Access::Read).err(), Some(Error::Absent { .. })));
    fs::create_dir(world.disk()).unwrap();
    assert!(matches!(world.open(Access::Read).err(), Some(Error::NoRepository { .. })));
    // The root of a disk is not empty.
    fs::create_dir(world.disk().join("lost+found")).unwrap();
    assert!(open(&world.disk()).is_none());
    for path in [world.data().join("backups"), world.data()] {
        let inside = Repository::open_or_create(&path, &world.keys)
            .and_then(|repository| backup(&repository, world.capture(true)?, &options(NOW), go_on));
        assert!(matches!(inside, Err(Error::Overlapping { .. } | Error::Occupied { .. })), "{inside:?}");
    }
    assert_eq!(fs::read_dir(at("full")).unwrap().count(), 1);
}

#[test]
fn one_writer_at_a_time() {
    let world = World::new(1);
    world.backup(NOW);
    let writer = world.open(Access::Write).unwrap();
    assert!(matches!(world.open(Access::Write), Err(Error::Busy { .. })));
    assert!(matches!(world.open(Access::Read), Err(Error::Busy { .. })));
    drop(writer);
    let readers = [world.open(Access::Read).unwrap(), world.open(Access::Read).unwrap()];
    assert!(matches!(world.try_prune(Keep::default()), Err(Error::Busy { .. })));
    drop(readers);
    world.try_prune(Keep::default()).unwrap();
}

#[test]
fn newer_formats_are_refused() {
    let world = World::new(1);
    let written = world.backup(NOW);
    let repository = world.open(Access::Write).unwrap();
    let manifest = repository.manifest(&written.snapshot.id).unwrap();
    let newer_schema = Manifest {
        database: crate::manifest::Database { schema_version: 99, ..manifest.database.clone() },
        ..manifest.clone()
    };
    let id = repository.write_manifest(&newer_schema).unwrap();
    drop(repository);
    let to = world.root.path().join("to");
    let refused = world.try_restore(Some(&id), &to);
    assert!(matches!(refused, Err(Error::NewerFormat { found: 99, .. })), "{refused:?}");
    let config = world.disk().join("atom-backup.json");
    let text = fs::read_to_string(&config).unwrap().replace("\"version\": 1", "\"version\": 2");
    fs::write(&config, text).unwrap();
    assert!(matches!(world.open(Access::Read), Err(Error::NewerFormat { found: 2, .. })));
    assert!(!to.exists());
}

#[test]
fn a_list_with_hostile_paths_writes_nothing_outside() {
    let world = World::new(1);
    let written = world.backup(NOW);
    let repository = world.open(Access::Write).unwrap();
    let manifest = repository.manifest(&written.snapshot.id).unwrap();
    let pieces = manifest.files[0].pieces.clone();
    let bytes = manifest.files[0].bytes;
    let before = tree(world.root.path());
    let long = format!("keyword/{}", "a".repeat(65_000));
    let paths = [
        "../evil",
        "/tmp/evil",
        "keyword/../../evil",
        "keyword",
        "keyword/",
        "vault.db",
        "keyslots.v1",
        "restoring",
        "keyword/a\0b",
        "vectors/..",
        "keyword/./x",
        "C:\\evil",
        "\\\\host\\share",
        &long,
        manifest.files[0].path.as_str(),
    ];
    for path in paths {
        let mut files = manifest.files.clone();
        files.push(FileEntry { path: path.to_owned(), bytes, pieces: pieces.clone() });
        let hostile = Manifest { files, ..manifest.clone() };
        let id = repository.write_manifest(&hostile).unwrap();
        let refused = restore(&repository, &world.keys, Some(&id), &world.root.path().join("to"), go_on);
        assert!(refused.is_err(), "{path}");
        fs::remove_file(world.disk().join("snapshots").join(id)).unwrap();
        assert!(tree(world.root.path()) == before, "{path}");
    }
    let mut longer = manifest.clone();
    longer.files[0].bytes += 1;
    let id = repository.write_manifest(&longer).unwrap();
    assert!(restore(&repository, &world.keys, Some(&id), &world.root.path().join("to"), go_on).is_err());
    for id in ["", ".", "..", "../snapshots/x", "/etc/passwd", "no such"] {
        let refused = restore(&repository, &world.keys, Some(id), &world.root.path().join("to"), go_on);
        assert!(matches!(refused, Err(Error::NoSnapshot { .. })), "{id}");
    }
}
