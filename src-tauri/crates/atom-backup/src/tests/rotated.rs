//! Another master key: everything is the same under it, whenever the change is stopped, and the old key opens nothing.

use super::*;
use crate::rotation::{self, Former, Rotated, Rotation, roll_forward, rotate, staging};
use atom_store::{
    AuditAction, AuditActor, AuditEntry, AuditFilter, AuditKey, JobKind, JobState, SecretName, SecretRow,
};
use atom_vault::{MemoryKeychain, SealedSecret, Secret, SecretPlace};

const TOKEN: &[u8] = b"1//0planted-token";
const PLACE: SecretPlace<'_> = SecretPlace { connector: "imap", account: "ada", field: "token" };
const NEW_PASSPHRASE: &str = "another quiet place";

/// A vault whose index files are sealed, with a secret and a log, and the keys of a rotation that was begun.
struct Begun {
    world: World,
    next: Keys,
}

/// What has to be equal under every key.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    rows: Vec<(String, Vec<u8>)>,
    log: Vec<(u64, String, String)>,
    secret: Vec<u8>,
    files: BTreeMap<String, Vec<u8>>,
}

fn name() -> SecretName {
    SecretName { connector: PLACE.connector.into(), account: PLACE.account.into(), field: PLACE.field.into() }
}

fn raw(keys: &Keys) -> RawKey {
    let key = keys.sqlcipher();
    RawKey { key: key.key, salt: key.salt }
}

fn audit_key(keys: &Keys) -> AuditKey {
    AuditKey::new(&keys.derive("audit/chain"))
}

fn root(keys: &Keys, path: &str) -> (atom_vault::SealRoot, String) {
    let (index, object) = path.split_once('/').unwrap();
    let label = if index == "keyword" { "tantivy/root" } else { "lance/root" };
    (keys.seal_root(label), object.to_owned())
}

impl Begun {
    fn new(files: u64) -> Self {
        let world = World::new(files);
        for (path, plain) in tree(&world.data()) {
            if path.contains('/') {
                let (root, object) = root(&world.keys, &path);
                fs::write(world.data().join(&path), root.seal_bytes(&object, &plain).unwrap()).unwrap();
            }
        }
        world.index_file("keyword/.tantivy-writer.lock", b"");
        let store = world.store();
        let sealed = world.keys.secrets().seal(PLACE, &Secret::new(TOKEN.to_vec())).unwrap();
        store.put_secret(&name(), &SecretRow { record: sealed.record, envelope: sealed.envelope }, NOW).unwrap();
        let entries: Vec<_> =
            (0..20).map(|at| AuditEntry::once(NOW + at, AuditActor::App, AuditAction::SettingChanged, "x")).collect();
        store.audit_append(&audit_key(&world.keys), &entries).unwrap();
        store.queue_job(JobKind::Scan, None, "waits", NOW).unwrap();
        drop(store);
        let next = begin(&world);
        Self { world, next }
    }

    /// The same world again, byte by byte.
    fn copied(&self) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (path, bytes) in tree(self.world.root.path()) {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let world = World { root, keys: self.world.keys.clone(), code: self.world.code.clone() };
        Self { world, next: self.next.clone() }
    }

    fn data(&self) -> PathBuf {
        self.world.data()
    }

    fn rotate_with(&self, observer: impl FnMut(Progress) -> ControlFlow<()>) -> Result<Rotated> {
        let store = self.world.try_store()?;
        self.rotate_in(&store, observer)
    }

    fn rotate_in(&self, store: &Store, observer: impl FnMut(Progress) -> ControlFlow<()>) -> Result<Rotated> {
        let entry = AuditEntry::once(NOW + DAY, AuditActor::Cli, AuditAction::KeyRotated, "");
        let rotation = Rotation {
            store,
            old: &self.world.keys,
            new: &self.next,
            data_dir: &self.data(),
            entries: vec![entry],
            job: None,
        };
        rotate(&rotation, observer)
    }

    /// To the end, as a start of Atom sees it.
    fn rotate(&self) -> Result<()> {
        self.rotate_with(go_on)?;
        roll_forward(&self.data()).map(drop)
    }

    /// What is in the vault under `keys`; an error if they do not open it.
    fn content(&self, keys: &Keys) -> Result<Content> {
        let store = Store::open(&self.data().join("vault.db"), raw(keys))?;
        store.verify()?;
        let verdict = store.audit_verify(&audit_key(keys))?;
        assert!(verdict.broken.is_none(), "{verdict:?}");
        let (_, log) = store.audit_rows(&AuditFilter::default(), 1_000)?;
        let mut log: Vec<_> = log.into_iter().map(|row| (row.seq, row.actor, row.action)).collect();
        log.retain(|(_, _, action)| action != "key-rotated");
        let SecretRow { record, envelope } = store.secret(&name())?.unwrap();
        let secret = keys.secrets().open(PLACE, &SealedSecret { record, envelope }).unwrap().expose().clone();
        let snapshot = store.snapshot()?;
        let mut rows = Vec::new();
        for table in snapshot.outline()?.tables {
            if !["audit", "secret", "setting", "sqlite_sequence"].contains(&&*table.name) {
                snapshot.blocks(&table, |block| {
                    rows.push((table.name.clone(), block.bytes));
                    Ok::<(), Error>(())
                })?;
            }
        }
        let mut files = BTreeMap::new();
        for (path, bytes) in tree(&self.data()) {
            if (path.starts_with("keyword/") || path.starts_with("vectors/")) && !path.ends_with(".lock") {
                let (root, object) = root(keys, &path);
                files.insert(path, root.open_bytes(&object, &bytes).unwrap());
            }
        }
        Ok(Content { rows, log, secret, files })
    }

    /// Nothing of the old set is left, and no half of a new one.
    #[track_caller]
    fn assert_clean(&self) {
        let names: Vec<_> = tree(&self.data()).into_keys().collect();
        let odd = |name: &&String| name.starts_with("rotat") || name.ends_with(".tmp") || name.ends_with(".new");
        assert!(!names.iter().any(|name| odd(&name)), "{names:?}");
        assert!(!self.data().join("rotated").exists() && !self.data().join("rotation").exists());
        // One opens it, the other nothing at all.
        assert!(self.content(&self.world.keys).is_err());
        for (path, bytes) in tree(&self.data()) {
            if path.starts_with("keyslots") {
                assert!(SlotCopy::parse(&bytes).unwrap().verify(&self.world.keys).is_err(), "{path}");
            } else if bytes.starts_with(b"ATL1") {
                let (root, object) = root(&self.world.keys, &path);
                assert!(root.open_bytes(&object, &bytes).is_err(), "{path}");
            }
        }
    }
}

/// Places new ways in, as whoever begins does.
fn begin(world: &World) -> Keys {
    let with = Unlock::Passphrase(Zeroizing::new(PASSPHRASE.to_owned()));
    let passphrase = Zeroizing::new(NEW_PASSPHRASE.to_owned());
    let rekey = Vault::rekey(&world.data(), with, Some(&passphrase), KdfCost::MINIMUM).unwrap();
    let code = rekey.unconfirmed().code().reveal();
    let [first, second] = rekey.unconfirmed().asked().map(|group| code.split('-').nth(group).unwrap().to_owned());
    rekey.place(&staging(&world.data()), [&first, &second], &MemoryKeychain::default()).unwrap()
}

#[test]
fn everything_is_the_same_under_another_key_and_the_old_one_opens_nothing() {
    let begun = Begun::new(120);
    let before = begun.content(&begun.world.keys).unwrap();
    let mut phases = Vec::new();
    let rotated = begun
        .rotate_with(|progress| {
            assert!(progress.done <= progress.total);
            if phases.last() != Some(&progress.phase) {
                phases.push(progress.phase);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!((rotated.carried.secrets, rotated.carried.unreadable_secrets, rotated.left_out), (1, 0, 0));
    assert_eq!(phases, [crate::Phase::Sealing, crate::Phase::Verifying, crate::Phase::Copying]);
    assert!(roll_forward(&begun.data()).unwrap());
    assert!(!roll_forward(&begun.data()).unwrap(), "once is enough");
    assert_eq!(begun.content(&begun.next).unwrap(), before);
    begun.assert_clean();
    let with = Unlock::Passphrase(Zeroizing::new(NEW_PASSPHRASE.to_owned()));
    assert_eq!(*Vault::unlock(&begun.data(), with).unwrap().derive("x"), *begun.next.derive("x"));
    assert!(Vault::unlock(&begun.data(), Unlock::Recovery(&begun.world.code)).is_err());

    let store = Store::open(&begun.data().join("vault.db"), raw(&begun.next)).unwrap();
    let jobs = store.queued_jobs().unwrap();
    assert!(matches!(jobs.as_slice(), [job] if job.state == JobState::Queued), "{jobs:?}");
    let (_, log) = store.audit_rows(&AuditFilter::default(), 1).unwrap();
    assert_eq!((log[0].action.as_str(), log[0].actor.as_str()), ("key-rotated", "cli"));
    // The new key opens the old one, for copies that were made before.
    let former = Former::of_vault(&store, &begun.next).unwrap();
    let opened: Vec<_> = former.each().map(|keys| *keys.derive("x")).collect();
    assert_eq!(opened, [*begun.world.keys.derive("x")]);
}

#[test]
fn a_rotation_that_is_killed_at_any_moment_leaves_the_old_key_or_the_new() {
    let begun = Begun::new(12);
    let before = begun.content(&begun.world.keys).unwrap();
    let (mut old, mut new) = (0, 0);
    for moment in 0.. {
        let world = begun.copied();
        let (done, struck) = faults::with(Fault::KilledAfter(moment), || world.rotate());
        // The next start puts in place what counts, and goes on with what does not yet.
        roll_forward(&world.data()).unwrap();
        if rotation::is_begun(&world.data()) {
            old += 1;
            assert!(world.content(&world.next).is_err(), "{moment}");
            assert_eq!(world.content(&world.world.keys).unwrap(), before, "{moment}");
            world.rotate().unwrap();
        } else {
            new += 1;
        }
        assert_eq!(world.content(&world.next).unwrap(), before, "{moment}");
        world.assert_clean();
        if !struck {
            done.unwrap();
            break;
        }
    }
    assert!(old > 20 && new > 12, "{old} before the decision, {new} after it");
    eprintln!(
        "kills between the steps of a rotation: {} moments, {old} with the old key and {new} with the new",
        old + new
    );
}

#[test]
fn moving_into_place_may_be_killed_again_and_again() {
    let begun = Begun::new(3);
    let before = begun.content(&begun.world.keys).unwrap();
    begun.rotate_with(go_on).unwrap();
    let mut starts = 0;
    // One step further each time.
    while faults::with(Fault::KilledAfter(starts), || roll_forward(&begun.data())).0.is_err() {
        starts += 1;
        assert!(starts < 100);
    }
    assert!(starts > 3, "{starts}");
    assert_eq!(begun.content(&begun.next).unwrap(), before);
    begun.assert_clean();
}

#[test]
fn a_full_disk_is_named_and_takes_nothing_away() {
    let begun = Begun::new(30);
    let before = begun.content(&begun.world.keys).unwrap();
    for room in [0, 50, 500, 20_000, 80_000] {
        let world = begun.copied();
        let (full, _) = faults::with(Fault::Room(room), || world.rotate());
        assert!(matches!(full, Err(Error::DiskFull { .. })), "{room}: {full:?}");
        rotation::clear(&world.data()).unwrap();
        let left: Vec<_> = tree(&staging(&world.data())).into_keys().collect();
        assert_eq!(left, ["keyslots.v1", "keyslots.v1.bak"], "{room}");
        assert_eq!(world.content(&world.world.keys).unwrap(), before, "{room}");
        // Room was made: it goes on with the same ways in.
        world.rotate().unwrap();
        assert_eq!(world.content(&world.next).unwrap(), before, "{room}");
    }
}

#[test]
fn what_is_given_up_or_cancelled_leaves_the_vault_as_it_was() {
    let begun = Begun::new(30);
    let before = begun.content(&begun.world.keys).unwrap();
    let mut stopped = 0;
    for moment in 0..40 {
        let world = begun.copied();
        let mut left = moment;
        let outcome = world.rotate_with(|_| {
            left -= 1;
            if left < 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if outcome.is_ok() {
            break;
        }
        stopped += 1;
        assert!(matches!(outcome, Err(Error::Cancelled)), "{moment}: {outcome:?}");
        rotation::abandon(&world.data()).unwrap();
        assert!(!staging(&world.data()).exists());
        assert_eq!(world.content(&world.world.keys).unwrap(), before, "{moment}");
    }
    assert!(stopped > 10, "{stopped}");
}

#[test]
fn what_is_written_meanwhile_is_not_lost_and_nothing_is_written_afterwards() {
    let begun = Begun::new(30);
    let store = begun.world.store();
    let mut writes = 0;
    begun
        .rotate_in(&store, |progress| {
            if progress.phase == crate::Phase::Copying && progress.done > 0 && writes < 3 {
                writes += 1;
                store.set_setting("meanwhile", &writes.to_string()).unwrap();
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(writes, 3);
    let late = store.set_setting("meanwhile", "late");
    assert!(matches!(late, Err(atom_store::Error::Retired { .. })), "{late:?}");
    assert_eq!(store.setting("meanwhile").unwrap().as_deref(), Some("3"), "reading goes on");
    drop(store);
    roll_forward(&begun.data()).unwrap();
    let store = Store::open(&begun.data().join("vault.db"), raw(&begun.next)).unwrap();
    assert_eq!(store.setting("meanwhile").unwrap().as_deref(), Some("3"));
}

#[test]
fn a_vault_that_never_rests_is_not_rotated() {
    let begun = Begun::new(10);
    let before = begun.content(&begun.world.keys).unwrap();
    let store = begun.world.store();
    let mut writes = 0;
    let outcome = begun.rotate_in(&store, |_| {
        writes += 1;
        store.set_setting("meanwhile", &writes.to_string()).unwrap();
        ControlFlow::Continue(())
    });
    assert!(matches!(outcome, Err(Error::Unsettled)), "{outcome:?}");
    store.set_setting("meanwhile", "on").unwrap();
    drop(store);
    assert_eq!(begun.content(&begun.world.keys).unwrap(), before);
}

#[test]
fn handles_that_are_closed_late_do_not_touch_the_new_set() {
    let begun = Begun::new(10);
    let before = begun.content(&begun.world.keys).unwrap();
    let store = begun.world.store();
    begun.rotate_in(&store, go_on).unwrap();
    roll_forward(&begun.data()).unwrap();
    let new = Store::open(&begun.data().join("vault.db"), raw(&begun.next)).unwrap();
    new.set_setting("in-the-log", "of the new one").unwrap();
    drop(store);
    // Another connection: what was only in the log has to be there.
    let again = Store::open(&begun.data().join("vault.db"), raw(&begun.next)).unwrap();
    assert_eq!(again.setting("in-the-log").unwrap().as_deref(), Some("of the new one"));
    again.verify_anchor().unwrap();
    drop((new, again));
    assert_eq!(begun.content(&begun.next).unwrap(), before);
}

#[test]
fn an_incomplete_set_is_refused_before_anything_is_touched() {
    let begun = Begun::new(5);
    let before = begun.content(&begun.world.keys).unwrap();
    begun.rotate_with(go_on).unwrap();
    let check = |what: &str, harm: &dyn Fn(&Path)| {
        let world = begun.copied();
        harm(&world.data().join("rotated"));
        let harmed = tree(&world.data());
        let refused = roll_forward(&world.data());
        assert!(matches!(refused, Err(Error::Rotation { .. })), "{what}: {refused:?}");
        assert!(tree(&world.data()) == harmed, "{what}");
        fs::remove_dir_all(world.data().join("rotated")).unwrap();
        assert_eq!(world.content(&world.world.keys).unwrap(), before, "{what}: the old vault is whole");
    };
    let flip = |path: PathBuf| {
        let mut bytes = fs::read(&path).unwrap();
        bytes[9] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    check("no list", &|set| fs::remove_file(set.join("set.json")).unwrap());
    check("a changed list", &|set| flip(set.join("set.json")));
    check("no database", &|set| fs::remove_file(set.join("vault.db")).unwrap());
    check("another database", &|set| flip(set.join("vault.db")));
    check("an empty database", &|set| fs::write(set.join("vault.db"), b"").unwrap());
    let both = ["keyslots.v1", "keyslots.v1.bak"];
    check("no key slots", &|set| both.iter().for_each(|name| fs::remove_file(set.join(name)).unwrap()));
    check("changed key slots", &|set| both.iter().for_each(|name| flip(set.join(name))));

    // One of the two copies of the key slots is enough.
    for name in both {
        let world = begun.copied();
        flip(world.data().join("rotated").join(name));
        roll_forward(&world.data()).unwrap();
        assert_eq!(world.content(&world.next).unwrap(), before, "{name}");
        world.assert_clean();
        let slots = both.map(|name| fs::read(world.data().join(name)).unwrap());
        assert!(slots[0] == slots[1]);
    }
    let world = begun.copied();
    fs::remove_dir_all(world.data().join("rotated")).unwrap();
    std::os::unix::fs::symlink("/", world.data().join("rotated")).unwrap();
    assert!(matches!(roll_forward(&world.data()), Err(Error::Rotation { .. })));
}

#[test]
fn sealed_files_of_a_stopped_rotation_are_kept_if_they_are_sound() {
    let begun = Begun::new(5);
    let before = begun.content(&begun.world.keys).unwrap();
    let mut sealed = 0;
    let stopped = begun.rotate_with(|progress| {
        sealed += u32::from(progress.phase == crate::Phase::Copying);
        if sealed > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(Error::Cancelled)));
    let folder = staging(&begun.data());
    let first = tree(&folder);
    assert!(first.keys().filter(|path| path.contains('/')).count() == 4, "{:?}", first.keys());
    // One is damaged, one is no longer wanted, one is of an older state.
    let damaged = folder.join("vectors/t.lance/data/0.lance");
    let mut bytes = fs::read(&damaged).unwrap();
    bytes[40_000] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    fs::write(folder.join("keyword/gone"), begun.next.seal_root("tantivy/root").seal_bytes("gone", b"x").unwrap())
        .unwrap();
    let older = begun.next.seal_root("tantivy/root").seal_bytes("meta.json", b"older").unwrap();
    fs::write(folder.join("keyword/meta.json"), older).unwrap();
    begun.rotate_with(go_on).unwrap();
    let decided = tree(&begun.data().join("rotated"));
    let kept: Vec<_> =
        first.iter().filter(|(path, bytes)| decided.get(*path) == Some(bytes)).map(|(path, _)| &**path).collect();
    assert_eq!(kept, ["keyslots.v1", "keyslots.v1.bak", "keyword/a.idx", "vectors/t.lance/empty"]);
    roll_forward(&begun.data()).unwrap();
    assert_eq!(begun.content(&begun.next).unwrap(), before);
}

#[test]
fn a_damaged_file_of_an_index_is_left_out_and_named() {
    let begun = Begun::new(5);
    let path = begun.data().join("keyword/a.idx");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    fs::write(begun.data().join("vectors/plain"), b"not sealed").unwrap();
    assert_eq!(begun.rotate_with(go_on).unwrap().left_out, 2);
    roll_forward(&begun.data()).unwrap();
    let files = begun.content(&begun.next).unwrap().files;
    assert!(!files.contains_key("keyword/a.idx") && !files.contains_key("vectors/plain"));
    assert_eq!(files["keyword/meta.json"], b"first");
}

#[test]
fn a_damaged_database_is_not_carried_over() {
    let begun = Begun::new(200);
    let path = begun.data().join("vault.db");
    begun.world.store().checkpoint().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    // Every page but the first: one alone may be of an index, which a copy makes anew.
    bytes.iter_mut().skip(4_096 + 100).step_by(4_096).for_each(|byte| *byte ^= 1);
    fs::write(&path, bytes).unwrap();
    let refused = begun.rotate();
    assert!(matches!(refused, Err(Error::Store(_))), "{refused:?}");
    assert!(rotation::is_begun(&begun.data()) && !rotation::is_decided(&begun.data()));
}

#[test]
fn keys_may_be_changed_more_than_once() {
    let mut begun = Begun::new(10);
    let before = begun.content(&begun.world.keys).unwrap();
    let mut keys = vec![begun.world.keys.clone()];
    for _ in 0..3 {
        begun.rotate().unwrap();
        keys.push(begun.next.clone());
        begun.world.keys = begun.next.clone();
        assert_eq!(begun.content(&begun.next).unwrap(), before);
        let store = begun.world.store();
        let former = Former::of_vault(&store, &begun.next).unwrap();
        let opened: Vec<_> = former.each().map(|keys| *keys.derive("x")).collect();
        let expect: Vec<_> = keys[..keys.len() - 1].iter().map(|keys| *keys.derive("x")).collect();
        assert_eq!(opened, expect);
        drop(store);
        let with = Unlock::Passphrase(Zeroizing::new(NEW_PASSPHRASE.to_owned()));
        let rekey = Vault::rekey(&begun.data(), with, None, KdfCost::MINIMUM).unwrap();
        let code = rekey.unconfirmed().code().reveal();
        let [first, second] = rekey.unconfirmed().asked().map(|group| code.split('-').nth(group).unwrap().to_owned());
        begun.next = rekey.place(&staging(&begun.data()), [&first, &second], &MemoryKeychain::default()).unwrap();
    }
}

/// The world after its rotation, and what was in it.
fn rotated_with_backup() -> (Begun, Content, String) {
    let begun = Begun::new(30);
    let before = begun.content(&begun.world.keys).unwrap();
    let snapshot = begun.world.backup(NOW).snapshot.id;
    begun.rotate().unwrap();
    (begun, before, snapshot)
}

impl Begun {
    fn try_backup_with_next(&self, now_ms: i64) -> Result<Written> {
        let store = Store::open(&self.data().join("vault.db"), raw(&self.next))?;
        let former = Former::of_vault(&store, &self.next)?;
        let repository = Repository::open_or_create_with(&self.world.disk(), &self.next, &former)?;
        let capture = Capture::take(&store, &self.next, &self.data(), true)?;
        backup(&repository, capture, &options(now_ms), go_on)
    }

    /// What the snapshot holds, restored on a new machine with what the folder itself says.
    fn drilled(&self, secret: &str, snapshot: &str) -> Content {
        let slots = Repository::slots(&self.world.disk()).unwrap();
        let keys = slots.unlock(Unlock::Passphrase(Zeroizing::new(secret.to_owned()))).unwrap();
        let repository = Repository::open(&self.world.disk(), &keys, Access::Read).unwrap();
        let root = tempfile::tempdir().unwrap();
        restore(&repository, &keys, Some(snapshot), &root.path().join("data"), go_on).unwrap();
        let world = World { root, keys: keys.clone(), code: String::new() };
        Self { world, next: keys.clone() }.content(&keys).unwrap()
    }
}

/// Jobs are cancelled by a restore, and the numbers of the log's rows are those of the backup.
fn without_jobs(mut content: Content) -> Content {
    content.rows.retain(|(table, _)| table != "job");
    content
}

#[test]
fn backups_from_before_are_restored_with_the_new_key_and_nothing_in_them_is_broken() {
    let (begun, before, first) = rotated_with_backup();
    // Not written since: its own key slots open it as before.
    assert_eq!(without_jobs(begun.drilled(PASSPHRASE, &first)), without_jobs(before.clone()));
    let refused = Repository::open(&begun.world.disk(), &begun.next, Access::Read);
    assert!(matches!(refused.err(), Some(Error::Damaged { .. })), "the new key alone does not know it");
    let second = begun.try_backup_with_next(NOW + DAY).unwrap().snapshot.id;
    let slots = Repository::slots(&begun.world.disk()).unwrap();
    assert!(slots.unlock(Unlock::Passphrase(Zeroizing::new(PASSPHRASE.to_owned()))).is_err(), "the old way in is gone");
    for snapshot in [&first, &second] {
        let found = begun.drilled(NEW_PASSPHRASE, snapshot);
        assert_eq!(without_jobs(found), without_jobs(before.clone()), "{snapshot}");
    }
    let repository = Repository::open(&begun.world.disk(), &begun.next, Access::Read).unwrap();
    assert!(check(&repository, go_on).unwrap().is_whole());
}

#[test]
fn a_repository_that_changes_over_opens_at_every_moment_with_what_its_own_key_slots_say() {
    let (begun, before, first) = rotated_with_backup();
    for moment in 0.. {
        let world = begun.copied();
        for folder in ["tmp", "chunks", "snapshots"] {
            fs::create_dir_all(world.world.disk().join(folder)).unwrap();
        }
        let (done, struck) = faults::with(Fault::KilledAfter(moment), || world.try_backup_with_next(NOW + DAY));
        let slots = Repository::slots(&world.world.disk()).unwrap();
        let is_new = slots.verify(&world.next).is_ok();
        let secret = if is_new { NEW_PASSPHRASE } else { PASSPHRASE };
        assert_eq!(without_jobs(world.drilled(secret, &first)), without_jobs(before.clone()), "{moment}");
        if !struck {
            done.unwrap();
            assert!(is_new);
            break;
        }
        let second = world.try_backup_with_next(NOW + 2 * DAY).unwrap().snapshot.id;
        assert_eq!(without_jobs(world.drilled(NEW_PASSPHRASE, &second)), without_jobs(before.clone()), "{moment}");
    }
}
