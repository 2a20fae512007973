//! The watcher against real folders. A mirror follows its hints as an index would; in the end it must show what is on disk.

use super::*;
use crate::scan::{list_folder, scan};
use atom_core::Entry;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::mpsc::channel;

const PATIENCE: Duration = Duration::from_secs(60);

fn tuning() -> Tuning {
    Tuning {
        pace: Pace {
            quiet: Duration::from_millis(50),
            at_most: Duration::from_millis(500),
            rescan_gap: Duration::from_millis(200),
        },
        poll_every: PATIENCE * 60,
        reconcile_every: PATIENCE * 60,
        tick: PATIENCE * 60,
        budget: 10_000,
        backlog: 16_384,
    }
}

/// What an index would know of a file.
type Facts = (bool, u64, u64, i64);

struct Fixture {
    dir: tempfile::TempDir,
    watcher: Option<Watcher>,
    hints: Receiver<Hint>,
    mirror: BTreeMap<PathBuf, Facts>,
}

impl Fixture {
    fn new(tuning: Tuning) -> Self {
        Self::prepared(tuning, |_| {})
    }

    /// Starts once `prepare` has filled the root.
    fn prepared(tuning: Tuning, prepare: impl FnOnce(&Path)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir_all(&root).unwrap();
        prepare(&root);
        age(&root);
        let (sender, hints) = channel();
        let (ready, is_ready) = channel();
        let watcher = Watcher::start_with(
            tuning,
            vec![(SourceId::new(1), Rules::new(&root, "", &[]).unwrap())],
            move |hint| drop(sender.send(hint)),
            move || ready.send(()).unwrap(),
        )
        .unwrap();
        is_ready.recv_timeout(PATIENCE).unwrap();
        let mut fixture = Self { dir, watcher: Some(watcher), hints, mirror: BTreeMap::new() };
        fixture.mirror = fixture.disk();
        fixture
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    fn rules(&self) -> Rules {
        Rules::new(&self.root(), "", &[]).unwrap()
    }

    fn watcher(&self) -> &Watcher {
        self.watcher.as_ref().unwrap()
    }

    fn disk(&self) -> BTreeMap<PathBuf, Facts> {
        let mut all = BTreeMap::new();
        scan(&self.rules(), &AtomicBool::new(false), |entry| {
            all.insert(entry.path.clone(), facts(&entry));
        })
        .unwrap();
        all
    }

    fn next(&self) -> Hint {
        self.hints.recv_timeout(PATIENCE).expect("a hint")
    }

    fn follow(&mut self, hint: &Hint) {
        if hint.rescan {
            self.mirror = self.disk();
        }
        for folder in &hint.folders {
            assert!(folder.starts_with(self.root()), "{folder:?} is outside");
            let listed = list_folder(&self.rules(), folder).unwrap_or_default();
            let kept: BTreeSet<&Path> = listed.iter().map(|entry| entry.path.as_path()).collect();
            self.mirror.retain(|path, _| {
                let child = path.ancestors().find(|above| above.parent() == Some(folder));
                child.is_none_or(|child| kept.contains(child))
            });
            self.mirror.extend(listed.iter().map(|entry| (entry.path.clone(), facts(entry))));
        }
    }

    /// Follows hints until the mirror shows what is on disk, which must not change meanwhile.
    fn catch_up(&mut self) -> bool {
        let mut rescanned = false;
        while self.mirror != self.disk() {
            let hint = self.next();
            rescanned |= hint.rescan;
            self.follow(&hint);
        }
        rescanned
    }

    fn inject(&self, event: Event) {
        self.watcher().events.send(Ok(event)).unwrap();
    }

    /// Follows hints until this is covered.
    fn follow_until(&mut self, state: WatchState) {
        let deadline = Instant::now() + PATIENCE;
        while self.watcher().state() != state {
            assert!(Instant::now() < deadline, "{:?}", self.watcher().state());
            let hint = self.next();
            self.follow(&hint);
        }
    }

    fn wait_for(&self, state: WatchState) {
        let deadline = Instant::now() + PATIENCE;
        while self.watcher().state() != state {
            assert!(Instant::now() < deadline, "{:?}", self.watcher().state());
            // A look around wakes the thread, which publishes its state afterwards.
            self.inject(Event::new(EventKind::Other));
            std::thread::yield_now();
        }
    }
}

/// Folders change their times with what is in them; files are known by inode, size and time.
fn facts(entry: &Entry) -> Facts {
    if entry.is_folder { (true, entry.inode, 0, 0) } else { (false, entry.inode, entry.size, entry.modified_ns) }
}

/// Makes a tree look as if nothing in it had changed for an hour.
fn age(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            age(&entry.path());
        }
    }
    let before = SystemTime::now() - Duration::from_secs(3600);
    fs::File::open(folder).unwrap().set_modified(before).unwrap();
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

#[test]
fn trees_made_in_a_hurry_are_complete() {
    let mut fixture = Fixture::new(tuning());
    for tree in 0..300 {
        let deep = fixture.root().join(format!("{tree}/a/b/c"));
        fs::create_dir_all(&deep).unwrap();
        for file in 0..3 {
            write(&deep.join(file.to_string()), "x");
        }
    }
    let rescanned = fixture.catch_up();
    assert!(!rescanned, "hints alone must do");
    assert_eq!(fixture.mirror.len(), 300 * 7);
    fixture.wait_for(WatchState { watched: 1 + 300 * 4, polled: 0 });
}

#[test]
fn a_folder_that_is_moved_in_is_complete_and_watched() {
    let mut fixture = Fixture::new(tuning());
    let outside = fixture.dir.path().join("outside");
    fs::create_dir_all(outside.join("sub")).unwrap();
    for file in 0..50 {
        write(&outside.join(format!("sub/{file}")), "x");
    }
    fs::rename(&outside, fixture.root().join("inside")).unwrap();
    assert!(!fixture.catch_up());
    write(&fixture.root().join("inside/sub/later"), "x");
    assert!(!fixture.catch_up());
    fs::rename(fixture.root().join("inside"), &outside).unwrap();
    assert!(!fixture.catch_up());
    assert!(fixture.mirror.is_empty());
    fixture.wait_for(WatchState { watched: 1, polled: 0 });
}

#[test]
fn a_renamed_folder_is_followed_under_its_new_name() {
    let mut fixture = Fixture::prepared(tuning(), |root| {
        fs::create_dir_all(root.join("old/sub")).unwrap();
        write(&root.join("old/sub/file"), "x");
    });
    let root = fixture.root();
    for (from, to) in [("old", "new"), ("new", "old"), ("old", "new")] {
        fs::rename(root.join(from), root.join(to)).unwrap();
        assert!(!fixture.catch_up());
        write(&root.join(to).join("sub/file"), &format!("more in {to}, {from} before"));
        assert!(!fixture.catch_up());
        fixture.wait_for(WatchState { watched: 3, polled: 0 });
    }
}

#[test]
fn a_folder_replaced_by_another_of_its_name_is_watched() {
    let mut fixture = Fixture::prepared(tuning(), |root| {
        fs::create_dir_all(root.join("a/sub")).unwrap();
    });
    let (a, b) = (fixture.root().join("a"), fixture.root().join("b"));
    for round in 0..20 {
        fs::create_dir_all(b.join("sub")).unwrap();
        write(&b.join("sub/file"), &round.to_string());
        fs::remove_dir_all(&a).unwrap();
        fs::rename(&b, &a).unwrap();
        write(&a.join("sub/after"), &round.to_string());
    }
    assert!(!fixture.catch_up());
    write(&a.join("sub/last"), "x");
    assert!(!fixture.catch_up());
    fixture.wait_for(WatchState { watched: 3, polled: 0 });
}

#[test]
fn lost_events_mean_a_rescan_of_everything() {
    let fixture = Fixture::new(tuning());
    fixture.inject(Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan));
    let hint = fixture.next();
    assert!(hint.rescan);
}

#[test]
fn a_full_backlog_means_a_rescan_and_folders_made_meanwhile_are_watched() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_owned();
    let (hold, held) = channel::<()>();
    let (sender, hints) = channel();
    let (ready, is_ready) = channel();
    let rules = Rules::new(&root, "", &[]).unwrap();
    let watcher = Watcher::start_with(
        Tuning { backlog: 8, ..tuning() },
        vec![(SourceId::new(1), rules)],
        move |hint| {
            drop(sender.send(hint));
            // Until the test lets go, and for ever after.
            held.recv().ok();
        },
        move || ready.send(()).unwrap(),
    )
    .unwrap();
    is_ready.recv_timeout(PATIENCE).unwrap();
    write(&root.join("first"), "x");
    hints.recv_timeout(PATIENCE).unwrap();
    // The thread now waits in its report, so the backlog can only fill.
    for index in 0..500 {
        fs::create_dir(root.join(index.to_string())).unwrap();
    }
    drop(hold);
    loop {
        if hints.recv_timeout(PATIENCE).unwrap().rescan {
            break;
        }
    }
    assert_eq!(watcher.state(), WatchState { watched: 501, polled: 0 });
    write(&root.join("499/later"), "x");
    loop {
        let hint = hints.recv_timeout(PATIENCE).unwrap();
        if hint.rescan || hint.folders.contains(&root.join("499")) {
            break;
        }
    }
}

#[test]
fn new_folders_during_a_storm_of_events_do_not_block_the_watcher() {
    let mut fixture = Fixture::new(Tuning { backlog: 4, ..tuning() });
    let root = fixture.root();
    for index in 0..3_000 {
        if index % 10 == 0 {
            fs::create_dir_all(root.join(format!("d{index}/sub"))).unwrap();
        }
        write(&root.join(format!("f{index}")), "x");
    }
    fixture.catch_up();
    assert_eq!(fixture.mirror.len(), 3_000 + 600);
}

#[test]
fn what_changed_just_before_the_watch_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    for folder in ["old", "fresh"] {
        fs::create_dir(dir.path().join(folder)).unwrap();
    }
    age(dir.path());
    write(&dir.path().join("fresh/file"), "x");
    let (sender, hints) = channel();
    let rules = Rules::new(dir.path(), "", &[]).unwrap();
    let sources = vec![(SourceId::new(1), rules)];
    let _watcher = Watcher::start_with(tuning(), sources, move |hint| drop(sender.send(hint)), || {}).unwrap();
    let hint = hints.recv_timeout(PATIENCE).unwrap();
    assert_eq!(hint.folders, BTreeSet::from([dir.path().join("fresh")]));
}

#[test]
fn links_lead_nowhere() {
    let mut fixture = Fixture::prepared(tuning(), |root| {
        let outside = root.parent().unwrap().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::create_dir(root.join("swapped")).unwrap();
        symlink(&outside, root.join("link")).unwrap();
        symlink(root, root.join("loop")).unwrap();
    });
    let (root, outside) = (fixture.root(), fixture.dir.path().join("outside"));
    assert_eq!(fixture.watcher().state().watched, 2);
    write(&outside.join("secret"), "x");
    fs::remove_dir(root.join("swapped")).unwrap();
    symlink(&outside, root.join("swapped")).unwrap();
    symlink(&outside, root.join("new-link")).unwrap();
    write(&outside.join("secret"), "more");
    write(&root.join("last"), "x");
    // Every hint on the way is checked to be inside.
    fixture.catch_up();
    assert_eq!(fixture.mirror.keys().collect::<Vec<_>>(), [&root.join("last")]);
    fixture.wait_for(WatchState { watched: 1, polled: 0 });
    assert!(list_folder(&fixture.rules(), &root.join("swapped")).is_err());
}

#[test]
fn every_way_of_saving_is_seen() {
    type Save = fn(&Path, &str);
    let truncate: Save = |path, text| write(path, text);
    let rename_over: Save = |path, text| {
        let new = path.with_extension("new");
        write(&new, text);
        fs::rename(&new, path).unwrap();
    };
    let keep_backup: Save = |path, text| {
        fs::rename(path, path.with_extension("bak")).unwrap();
        write(path, text);
        fs::remove_file(path.with_extension("bak")).unwrap();
    };
    let remove_first: Save = |path, text| {
        fs::remove_file(path).unwrap();
        write(path, text);
    };
    let exchange: Save = |path, text| {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        let new = path.with_extension("new");
        write(&new, text);
        renameat_with(CWD, &new, CWD, path, RenameFlags::EXCHANGE).unwrap();
        fs::remove_file(&new).unwrap();
    };
    let append: Save = |path, text| {
        use std::io::Write;
        let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.sync_all().unwrap();
    };
    let mut fixture = Fixture::prepared(tuning(), |root| {
        fs::create_dir(root.join("notes")).unwrap();
        write(&root.join("notes/note.md"), "first");
    });
    let note = fixture.root().join("notes/note.md");
    for (name, save) in [
        ("truncate", truncate),
        ("rename over", rename_over),
        ("keep backup", keep_backup),
        ("remove first", remove_first),
        ("exchange", exchange),
        ("append", append),
    ] {
        save(&note, &format!("saved by {name}"));
        assert!(!fixture.catch_up(), "{name}");
        assert_eq!(fixture.mirror.len(), 2, "{name}");
    }
}

#[test]
fn reading_is_no_change() {
    let fixture = Fixture::prepared(tuning(), |root| {
        fs::create_dir(root.join("read")).unwrap();
        fs::create_dir(root.join("written")).unwrap();
        write(&root.join("read/file"), "x");
    });
    for _ in 0..100 {
        fs::read(fixture.root().join("read/file")).unwrap();
        fs::read_dir(fixture.root().join("read")).unwrap().count();
    }
    write(&fixture.root().join("written/file"), "x");
    let hint = fixture.next();
    assert_eq!(hint.folders, BTreeSet::from([fixture.root().join("written")]));
}

#[test]
fn folders_beyond_the_budget_are_polled() {
    let poll_every = Duration::from_millis(300);
    let mut fixture = Fixture::prepared(Tuning { budget: 4, poll_every, ..tuning() }, |root| {
        for index in 0..10 {
            fs::create_dir(root.join(index.to_string())).unwrap();
        }
    });
    assert_eq!(fixture.watcher().state(), WatchState { watched: 4, polled: 7 });
    for index in 0..10 {
        write(&fixture.root().join(format!("{index}/new")), "x");
    }
    assert!(!fixture.catch_up(), "each is looked at, and no more than that");
    fs::create_dir_all(fixture.root().join("9/deep/deeper")).unwrap();
    write(&fixture.root().join("9/deep/deeper/file"), "x");
    fs::remove_file(fixture.root().join("8/new")).unwrap();
    fixture.catch_up();
    fs::remove_dir_all(fixture.root().join("7")).unwrap();
    let gone = fixture.root().join("7");
    while !fixture.next().folders.contains(&gone) {}
    fs::create_dir(&gone).unwrap();
    fixture.catch_up();
    assert_eq!(fixture.watcher().state(), WatchState { watched: 4, polled: 9 });
    // What is removed gives its watch to others.
    for index in 0..8 {
        fs::remove_dir_all(fixture.root().join(index.to_string())).unwrap();
    }
    fixture.catch_up();
    fixture.follow_until(WatchState { watched: 4, polled: 1 });
}

#[test]
fn left_out_folders_are_neither_watched_nor_reported() {
    let mut fixture = Fixture::prepared(tuning(), |root| {
        for folder in ["node_modules/pkg", ".hidden/sub", "cache", "ignored/sub", "kept"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        write(&root.join("cache/CACHEDIR.TAG"), "x");
        write(&root.join(".gitignore"), "ignored/\n");
    });
    assert_eq!(fixture.watcher().state().watched, 2);
    for noise in ["node_modules/pkg/a", ".hidden/sub/a", "cache/a", "ignored/sub/a"] {
        write(&fixture.root().join(noise), "x");
    }
    write(&fixture.root().join("kept/a"), "x");
    while !fixture.mirror.contains_key(&fixture.root().join("kept/a")) {
        let hint = fixture.next();
        for folder in &hint.folders {
            assert!(*folder == fixture.root() || folder.ends_with("kept"), "{folder:?}");
        }
        fixture.follow(&hint);
    }
}

#[test]
fn changed_ignore_files_count_at_once() {
    let mut fixture = Fixture::prepared(tuning(), |root| {
        fs::create_dir_all(root.join("build/deep")).unwrap();
        write(&root.join("build/deep/file"), "x");
    });
    let root = fixture.root();
    write(&root.join(".gitignore"), "build/\n");
    assert!(!fixture.catch_up());
    fixture.wait_for(WatchState { watched: 1, polled: 0 });

    write(&root.join(".gitignore"), "other/\n");
    assert!(!fixture.catch_up());
    fixture.wait_for(WatchState { watched: 3, polled: 0 });

    write(&root.join("build/CACHEDIR.TAG"), "x");
    assert!(!fixture.catch_up());
    fixture.wait_for(WatchState { watched: 1, polled: 0 });

    // Inside of a folder that is left out nobody looks, so this alone waits for the next rescan.
    fs::remove_file(root.join("build/CACHEDIR.TAG")).unwrap();
    fs::remove_file(root.join(".gitignore")).unwrap();
    assert!(!fixture.catch_up());
    fixture.wait_for(WatchState { watched: 3, polled: 0 });
}

#[test]
fn a_root_that_comes_back_is_watched_again() {
    let tick = Duration::from_millis(100);
    let mut fixture = Fixture::prepared(Tuning { tick, ..tuning() }, |root| {
        fs::create_dir(root.join("sub")).unwrap();
    });
    let (root, away) = (fixture.root(), fixture.dir.path().join("away"));
    fs::rename(&root, &away).unwrap();
    assert!(fixture.next().rescan);
    fixture.wait_for(WatchState { watched: 0, polled: 0 });
    fs::rename(&away, &root).unwrap();
    fixture.follow_until(WatchState { watched: 2, polled: 0 });
    write(&root.join("sub/new"), "x");
    fixture.catch_up();
}

#[test]
fn everything_is_rescanned_now_and_then() {
    let reconcile_every = Duration::from_millis(100);
    let fixture = Fixture::new(Tuning { reconcile_every, ..tuning() });
    assert!(fixture.next().rescan);
    assert!(fixture.next().rescan);
}

#[test]
fn sources_inside_of_each_other_are_both_told() {
    let dir = tempfile::tempdir().unwrap();
    let (outer, inner) = (dir.path().to_owned(), dir.path().join("inner"));
    fs::create_dir(&inner).unwrap();
    let rules = |root: &Path| Rules::new(root, "", &[]).unwrap();
    let (sender, hints) = channel();
    let (ready, is_ready) = channel();
    let sources = vec![(SourceId::new(1), rules(&outer)), (SourceId::new(2), rules(&inner))];
    let _watcher =
        Watcher::start_with(tuning(), sources, move |hint| drop(sender.send(hint)), move || ready.send(()).unwrap())
            .unwrap();
    is_ready.recv_timeout(PATIENCE).unwrap();
    write(&inner.join("file"), "x");
    let mut told = BTreeSet::new();
    while told.len() < 2 {
        let hint = hints.recv_timeout(PATIENCE).unwrap();
        if hint.folders.contains(&inner) {
            told.insert(hint.source);
        }
    }
}

#[test]
fn dropping_the_watcher_ends_it() {
    let mut fixture = Fixture::new(tuning());
    write(&fixture.root().join("file"), "x");
    drop(fixture.watcher.take());
    // The thread is joined and has dropped its end: only what was sent before can be left.
    while let Ok(hint) = fixture.hints.try_recv() {
        assert!(!hint.folders.is_empty());
    }
    let ended = fixture.hints.try_recv().unwrap_err();
    assert_eq!(ended, std::sync::mpsc::TryRecvError::Disconnected);
}

#[test]
fn a_clock_that_was_set_is_noticed() {
    let now = (Instant::now(), SystemTime::now());
    assert!(!jumped(&mut now.clone()));
    let hour = Duration::from_secs(3600);
    assert!(jumped(&mut (now.0, now.1 + hour)));
    assert!(jumped(&mut (now.0, now.1 - hour)));
}
