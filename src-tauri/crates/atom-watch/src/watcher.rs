//! The watcher: which folders may have changed.

use crate::rules::Rules;
use crate::scan::folders;
use atom_core::SourceId;
use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{Config, Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Quiet time before a folder is reported: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(400);
/// A folder that is never quiet is reported this often.
const AT_MOST: Duration = Duration::from_secs(5);
/// Folders without a kernel watch are looked at this often.
const POLL_EVERY: Duration = Duration::from_secs(10 * 60);
/// Every source is compared with the disk this often, whatever the watcher said.
const RECONCILE_EVERY: Duration = Duration::from_secs(60 * 60);
/// Raw events that may wait; more than that means a rescan.
const BACKLOG: usize = 16_384;
/// Share of the user's kernel watches that Atom takes at most.
const WATCH_SHARE: u64 = 2;
const MAX_WATCHES_FILE: &str = "/proc/sys/fs/inotify/max_user_watches";
const DEFAULT_MAX_WATCHES: u64 = 8_192;

/// Folders of one source that may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The source.
    pub source: SourceId,
    /// Folders to list again; those that are new include what is below them.
    pub folders: BTreeSet<PathBuf>,
    /// The whole source has to be compared with the disk.
    pub rescan: bool,
}

/// What the watcher covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WatchState {
    /// Folders with a kernel watch.
    pub watched: u64,
    /// Folders that are looked at from time to time instead.
    pub polled: u64,
}

enum Message {
    Event(notify::Result<Event>),
    Overflow,
    Stop,
}

/// A running watcher. Dropping it ends it.
pub struct Watcher {
    state: Arc<Mutex<WatchState>>,
    sender: SyncSender<Message>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Watches `sources` and calls `report` from a thread of its own.
    ///
    /// Watching is set up in that thread: a large source takes a while, and its scan runs meanwhile.
    ///
    /// # Errors
    /// When the system gives no watcher or no thread.
    pub fn start(
        sources: Vec<(SourceId, Rules)>,
        report: impl FnMut(Hint) + Send + 'static,
    ) -> notify::Result<Self> {
        let (sender, receiver) = sync_channel(BACKLOG);
        let events = sender.clone();
        let handler = move |event| match events.try_send(Message::Event(event)) {
            // A full backlog already means a rescan: the thread finds it full and says so.
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                let _ = events.send(Message::Overflow);
            }
        };
        let notifier = RecommendedWatcher::new(handler, Config::default().with_follow_symlinks(false))?;
        let state = Arc::new(Mutex::new(WatchState::default()));
        let mut watch = Watch {
            notifier,
            sources,
            state: state.clone(),
            limit: watch_limit(),
            dirty: BTreeMap::new(),
            report: Box::new(report),
        };
        let thread = std::thread::Builder::new()
            .name("atom-watch".to_owned())
            .spawn(move || watch.run(&receiver))
            .map_err(notify::Error::io)?;
        Ok(Self { state, sender, thread: Some(thread) })
    }

    /// What is covered.
    pub fn state(&self) -> WatchState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // The thread empties the channel, so that this cannot block for long.
        let _ = self.sender.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[derive(Default)]
struct Dirty {
    folders: BTreeSet<PathBuf>,
    rescan: bool,
    first: Option<Instant>,
    last: Option<Instant>,
}

struct Watch {
    notifier: RecommendedWatcher,
    sources: Vec<(SourceId, Rules)>,
    state: Arc<Mutex<WatchState>>,
    limit: u64,
    dirty: BTreeMap<SourceId, Dirty>,
    report: Box<dyn FnMut(Hint) + Send>,
}

impl Watch {
    fn run(&mut self, receiver: &Receiver<Message>) {
        for (source, rules) in self.sources.clone() {
            self.add_folders(source, &rules, None);
        }
        let (mut next_poll, mut next_reconcile) = (Instant::now() + POLL_EVERY, Instant::now() + RECONCILE_EVERY);
        loop {
            let wait = if self.dirty.is_empty() { Duration::from_secs(60) } else { QUIET / 4 };
            match receiver.recv_timeout(wait) {
                Ok(Message::Event(Ok(event))) => self.take(&event),
                Ok(Message::Event(Err(error))) => {
                    tracing::warn!(kind = ?error.kind, "a folder watch failed");
                    self.rescan_all();
                }
                Ok(Message::Overflow) => self.rescan_all(),
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            if now >= next_reconcile || (now >= next_poll && self.current().polled > 0) {
                self.rescan_all();
                (next_poll, next_reconcile) = (now + POLL_EVERY, now + RECONCILE_EVERY);
            }
            self.report_quiet(now);
        }
    }

    fn take(&mut self, event: &Event) {
        // Before the paths: an overflow has none.
        if event.need_rescan() {
            self.rescan_all();
            return;
        }
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        let may_be_folder = matches!(
            event.kind,
            EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both | RenameMode::Any))
        );
        for path in &event.paths {
            let Some((source, rules)) = self.source_of(path) else { continue };
            if path == rules.root() {
                self.dirty_source(source).rescan = true;
                continue;
            }
            let is_folder = path.symlink_metadata().is_ok_and(|facts| facts.is_dir());
            if rules.ignores(path, is_folder) {
                continue;
            }
            if may_be_folder && is_folder {
                // First the watch, then the look: what is made in between is seen by one or the other.
                self.add_folders(source, &rules, Some(path));
            }
            if let Some(parent) = path.parent() {
                self.mark(source, parent);
            }
        }
    }

    fn mark(&mut self, source: SourceId, folder: &Path) {
        self.dirty_source(source).folders.insert(folder.to_owned());
    }

    fn dirty_source(&mut self, source: SourceId) -> &mut Dirty {
        let now = Instant::now();
        let dirty = self.dirty.entry(source).or_default();
        dirty.first.get_or_insert(now);
        dirty.last = Some(now);
        dirty
    }

    fn rescan_all(&mut self) {
        for (source, _) in self.sources.clone() {
            self.dirty_source(source).rescan = true;
        }
    }

    fn report_quiet(&mut self, now: Instant) {
        let due: Vec<SourceId> = self
            .dirty
            .iter()
            .filter(|(_, dirty)| {
                let since = |at: Option<Instant>| at.map_or(Duration::ZERO, |at| now.duration_since(at));
                since(dirty.last) >= QUIET || since(dirty.first) >= AT_MOST
            })
            .map(|(source, _)| *source)
            .collect();
        for source in due {
            if let Some(dirty) = self.dirty.remove(&source) {
                (self.report)(Hint { source, folders: dirty.folders, rescan: dirty.rescan });
            }
        }
    }

    /// Watches a source's folders, or those from `below` on, and marks new ones as dirty.
    fn add_folders(&mut self, source: SourceId, rules: &Rules, below: Option<&Path>) {
        let (mut watched, mut polled) = (0, 0);
        let already = self.current().watched;
        for folder in folders(rules, below) {
            if already + watched >= self.limit {
                polled += 1;
                continue;
            }
            match self.notifier.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => watched += 1,
                // Gone again, or not ours to read: the scan says so.
                Err(error) if matches!(error.kind, notify::ErrorKind::PathNotFound | notify::ErrorKind::Io(_)) => {}
                Err(_) => {
                    // The kernel has no more watches: the rest is looked at from time to time.
                    self.limit = already + watched;
                    polled += 1;
                }
            }
            if below.is_some() {
                self.mark(source, &folder);
            }
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.watched += watched;
        state.polled += polled;
    }

    fn current(&self) -> WatchState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn source_of(&self, path: &Path) -> Option<(SourceId, Rules)> {
        self.sources.iter().find(|(_, rules)| path.starts_with(rules.root())).cloned()
    }
}

fn watch_limit() -> u64 {
    let all = std::fs::read_to_string(MAX_WATCHES_FILE).ok().and_then(|text| text.trim().parse().ok());
    all.unwrap_or(DEFAULT_MAX_WATCHES) / WATCH_SHARE
}

#[cfg(test)]
mod tests {
    use super::{Hint, Watcher};
    use crate::rules::Rules;
    use atom_core::SourceId;
    use std::path::Path;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    fn watch(root: &Path) -> (Watcher, Receiver<Hint>) {
        let (sender, hints) = channel();
        let sources = vec![(SourceId::new(1), Rules::new(root, "", &[]).unwrap())];
        let watcher = Watcher::start(sources, move |hint| drop(sender.send(hint))).unwrap();
        while watcher.state().watched == 0 {
            std::thread::yield_now();
        }
        (watcher, hints)
    }

    fn expect(hints: &Receiver<Hint>, folder: &Path) {
        loop {
            let hint = hints.recv_timeout(Duration::from_secs(30)).unwrap();
            if hint.folders.contains(folder) {
                return;
            }
        }
    }

    #[test]
    fn a_new_file_makes_its_folder_dirty() {
        let dir = tempfile::tempdir().unwrap();
        let (_watcher, hints) = watch(dir.path());
        std::fs::write(dir.path().join("new.txt"), "x").unwrap();
        expect(&hints, dir.path());
    }

    #[test]
    fn folders_made_at_once_are_all_dirty() {
        let dir = tempfile::tempdir().unwrap();
        let (_watcher, hints) = watch(dir.path());
        std::fs::create_dir_all(dir.path().join("a/b/c")).unwrap();
        std::fs::write(dir.path().join("a/b/c/deep.txt"), "x").unwrap();
        expect(&hints, &dir.path().join("a/b/c"));
    }
}
