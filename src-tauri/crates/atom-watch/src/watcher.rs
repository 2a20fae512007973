//! The watcher: which folders may have changed.
//!
//! Its promise: a folder that is not left out is reported after every change in it, or its source is reported for a rescan.
//! So every folder is watched first and listed afterwards, and whatever loses events (an overflow, a clock that jumped) ends in a rescan.
//! Folders beyond the budget of watches are looked at in turn.
//! One window is left open: a file that is written in place between a first scan and the first watch of its folder is found by the next hourly rescan.

mod coverage;
mod pending;
#[cfg(test)]
mod tests;

use crate::rules::{Matcher, Rules, decides};
use crate::scan::subfolders;
use atom_core::SourceId;
use coverage::Coverage;
use notify::event::{EventKind, ModifyKind};
use notify::{Config, Event, RecommendedWatcher, Watcher as _};
use pending::{Due, Pace, Pending};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// Share of the user's kernel watches that Atom takes at most.
const WATCH_SHARE: usize = 2;
const MAX_WATCHES_FILE: &str = "/proc/sys/fs/inotify/max_user_watches";
const DEFAULT_MAX_WATCHES: usize = 8_192;
/// A clock that runs away from the uptime by more than this was set, or the machine slept.
const CLOCK_JUMP: Duration = Duration::from_secs(60);
/// Folders beyond the budget that are looked at in one go, at least, and goes for a whole round, at most: 300 folders take 20
/// seconds, 10,000 and more take ten minutes.
const POLL_LEAST: usize = 32;
const POLL_GOES: usize = 300;
/// Resolution of times on the coarsest file systems.
const RACY: Duration = Duration::from_secs(2);

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

/// Times and limits.
struct Tuning {
    pace: Pace,
    /// How often some of the folders beyond the budget are looked at, in turn.
    poll_every: Duration,
    /// How often every source is rescanned, whatever was reported.
    reconcile_every: Duration,
    /// How often the clock and missing roots are looked at.
    tick: Duration,
    /// Kernel watches to take at most.
    budget: usize,
    /// Raw events that may wait; one more means a rescan.
    backlog: usize,
}

impl Tuning {
    fn of_this_system() -> Self {
        Self {
            pace: Pace {
                quiet: Duration::from_millis(500),
                at_most: Duration::from_secs(5),
                rescan_gap: Duration::from_secs(10),
            },
            poll_every: Duration::from_secs(2),
            reconcile_every: about(Duration::from_secs(60 * 60)),
            tick: Duration::from_secs(60),
            budget: watch_budget(),
            backlog: 16_384,
        }
    }
}

/// What the handle, the kernel's side and the thread share.
#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    overflow: AtomicBool,
    state: Mutex<WatchState>,
}

/// A running watcher. Dropping it ends it.
pub struct Watcher {
    shared: Arc<Shared>,
    events: SyncSender<notify::Result<Event>>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Watches `sources` and calls `report` from a thread of its own.
    ///
    /// Watching is set up in that thread: a large source takes a while, and its scan runs meanwhile.
    ///
    /// # Errors
    /// When the system gives no watcher or no thread.
    pub fn start(sources: Vec<(SourceId, Rules)>, report: impl FnMut(Hint) + Send + 'static) -> notify::Result<Self> {
        Self::start_with(Tuning::of_this_system(), sources, report, || {})
    }

    /// Calls `ready` once all watches are in place.
    fn start_with(
        tuning: Tuning,
        sources: Vec<(SourceId, Rules)>,
        report: impl FnMut(Hint) + Send + 'static,
        ready: impl FnOnce() + Send + 'static,
    ) -> notify::Result<Self> {
        let (events, receiver) = sync_channel(tuning.backlog);
        let shared = Arc::new(Shared::default());
        let (sender, flags) = (events.clone(), shared.clone());
        // Must not wait: the thread that empties the backlog may be waiting for this one to add a watch.
        let handler = move |event: notify::Result<Event>| {
            if event.as_ref().is_ok_and(is_noise) {
                return;
            }
            if sender.try_send(event).is_err() {
                flags.overflow.store(true, Ordering::Relaxed);
            }
        };
        let config = Config::default().with_follow_symlinks(false);
        let notifier = RecommendedWatcher::new(handler, config)?;
        let mut watch = Watch {
            coverage: Coverage::new(notifier, tuning.budget),
            sources: sources.into_iter().map(Source::new).collect(),
            shared: shared.clone(),
            polled_last: None,
            tuning,
            report: Box::new(report),
        };
        let thread = std::thread::Builder::new()
            .name("atom-watch".to_owned())
            .spawn(move || {
                watch.cover_all();
                ready();
                watch.run(&receiver);
            })
            .map_err(notify::Error::io)?;
        Ok(Self { shared, events, thread: Some(thread) })
    }

    /// What is covered.
    #[must_use]
    pub fn state(&self) -> WatchState {
        *self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        // Only to wake the thread; if there is no room for it, the thread is awake.
        self.events.try_send(Ok(Event::new(EventKind::Other))).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct Source {
    id: SourceId,
    rules: Rules,
    matcher: Matcher,
    /// Device of the root, once it was seen.
    device: Option<u64>,
    /// Whether the root was there at the last look.
    present: bool,
    pending: Pending,
}

impl Source {
    fn new((id, rules): (SourceId, Rules)) -> Self {
        let (matcher, present) = (rules.matcher(), rules.root().is_dir());
        Self { id, rules, matcher, device: None, present, pending: Pending::default() }
    }
}

/// Which folders to report when they are covered.
#[derive(Clone, Copy)]
enum Mark {
    Nothing,
    Everything,
    /// Those in which something was made, removed or renamed since.
    ChangedSince(SystemTime),
}

/// The thread's side.
struct Watch {
    coverage: Coverage,
    sources: Vec<Source>,
    shared: Arc<Shared>,
    /// Where the round through the folders beyond the budget has come to.
    polled_last: Option<PathBuf>,
    tuning: Tuning,
    report: Box<dyn FnMut(Hint) + Send>,
}

impl Watch {
    fn run(&mut self, receiver: &Receiver<notify::Result<Event>>) {
        let start = Instant::now();
        let (mut next_poll, mut next_reconcile, mut next_tick) =
            (start + self.tuning.poll_every, start + self.tuning.reconcile_every, start + self.tuning.tick);
        let mut clock = (start, SystemTime::now());
        while !self.shared.stop.load(Ordering::Relaxed) {
            let is_idle = self.sources.iter().all(|source| source.pending.is_empty());
            let now = Instant::now();
            let next = next_reconcile.min(next_tick);
            let next = if self.coverage.polled() > 0 { next.min(next_poll) } else { next };
            let next = if is_idle { next } else { next.min(now + self.tuning.pace.quiet / 4) };
            let wait = next.saturating_duration_since(now);
            match receiver.recv_timeout(wait) {
                Ok(Ok(event)) => self.take(&event),
                Ok(Err(error)) => {
                    tracing::warn!(kind = ?error.kind, "a folder watch failed");
                    self.rescan(|_| true);
                }
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.shared.overflow.swap(false, Ordering::Relaxed) {
                self.rescan(|_| true);
            }
            let now = Instant::now();
            if now >= next_tick {
                next_tick = now + self.tuning.tick;
                self.look_for_roots();
                if jumped(&mut clock) {
                    self.rescan(|_| true);
                }
            }
            if now >= next_reconcile {
                next_reconcile = now + self.tuning.reconcile_every;
                self.coverage.retry();
                self.rescan(|_| true);
            }
            if now >= next_poll {
                next_poll = now + self.tuning.poll_every;
                self.poll();
            }
            self.report_due(now);
            self.publish();
        }
    }

    fn take(&mut self, event: &Event) {
        // Before the paths: an overflow has none.
        if event.need_rescan() {
            let places = &event.paths;
            self.rescan(|source| {
                let root = source.rules.root();
                places.is_empty() || places.iter().any(|path| path.starts_with(root) || root.starts_with(path))
            });
            return;
        }
        let may_be_new = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_)));
        for path in &event.paths {
            for index in 0..self.sources.len() {
                self.touch(index, path, may_be_new);
            }
        }
    }

    /// Something happened at `path`: what, the disk knows best.
    fn touch(&mut self, index: usize, path: &Path, may_be_new: bool) {
        let Some(source) = self.sources.get_mut(index) else {
            return;
        };
        let root = source.rules.root();
        if !path.starts_with(root) {
            return;
        }
        let is_folder = path.symlink_metadata().is_ok_and(|facts| facts.is_dir());
        let now = Instant::now();
        if !is_folder && self.coverage.covers(path) {
            self.coverage.unwatch(path);
            // What was in it may have gone unseen, and its own number may be that of another folder by now.
            source.pending.mark(path, now);
        }
        if path == root {
            source.present &= is_folder;
            source.pending.rescan(now);
            return;
        }
        let Some(parent) = path.parent() else { return };
        if decides(path) {
            let parent = parent.to_owned();
            self.rules_changed(index, &parent);
            return;
        }
        if !is_folder && source.pending.contains(parent) {
            return;
        }
        if source.matcher.ignores(path, is_folder) {
            return;
        }
        source.pending.mark(parent, now);
        if is_folder && (may_be_new || !self.coverage.covers(path)) {
            self.cover(index, path, Mark::Everything);
        }
    }

    /// An ignore file or cache marker in `folder` appeared, changed or went.
    fn rules_changed(&mut self, index: usize, folder: &Path) {
        let Some(source) = self.sources.get_mut(index) else {
            return;
        };
        source.matcher = source.rules.matcher();
        for covered in self.coverage.below(folder) {
            if source.matcher.ignores(&covered, true) {
                self.coverage.unwatch(&covered);
            }
        }
        if let Some(parent) = folder.parent()
            && folder != source.rules.root()
        {
            source.pending.mark(parent, Instant::now());
        }
        self.cover(index, folder, Mark::Everything);
    }

    fn cover_all(&mut self) {
        let recent = SystemTime::now().checked_sub(RACY).unwrap_or(SystemTime::UNIX_EPOCH);
        for index in 0..self.sources.len() {
            self.cover_source(index, Mark::ChangedSince(recent));
        }
        self.publish();
    }

    fn cover_source(&mut self, index: usize, mark: Mark) {
        let Some(source) = self.sources.get_mut(index) else {
            return;
        };
        source.device = None;
        source.matcher = source.rules.matcher();
        let root = source.rules.root().to_owned();
        self.cover(index, &root, mark);
    }

    /// Watches `start` and the folders below that are not left out.
    ///
    /// Each is watched first and listed afterwards: what is made in between is seen by one or the other.
    fn cover(&mut self, index: usize, start: &Path, mark: Mark) {
        let Some(source) = self.sources.get_mut(index) else {
            return;
        };
        let mut folders = vec![start.to_owned()];
        while let Some(folder) = folders.pop() {
            if self.shared.stop.load(Ordering::Relaxed) {
                return;
            }
            if source.matcher.ignores(&folder, true) {
                continue;
            }
            self.coverage.watch(&folder);
            match subfolders(&source.rules, &folder, source.device) {
                Ok(found) => {
                    source.device.get_or_insert(found.device);
                    let is_marked = match mark {
                        Mark::Nothing => false,
                        Mark::Everything => true,
                        Mark::ChangedSince(time) => found.changed >= time,
                    };
                    if is_marked {
                        source.pending.mark(&folder, Instant::now());
                    }
                    folders.extend(found.paths);
                }
                // Gone, replaced by a link or another disk: the watch may be on something outside.
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::CrossesDevices) => {
                    self.coverage.unwatch(&folder);
                }
                // Not ours to read now; the watch tells when that changes.
                Err(_) => {}
            }
        }
    }

    /// Looks at the next few of the folders beyond the budget.
    fn poll(&mut self) {
        let count = POLL_LEAST.max(self.coverage.polled() / POLL_GOES);
        let folders = self.coverage.polled_after(self.polled_last.as_deref(), count);
        self.polled_last = if folders.len() < count { None } else { folders.last().cloned() };
        for folder in folders {
            let within = |source: &Source| folder.starts_with(source.rules.root());
            let Some(index) = self.sources.iter().position(within) else { continue };
            let Some(source) = self.sources.get_mut(index) else { continue };
            // A disk that went is told of once, and looked for by the tick.
            if !source.present || !source.rules.root().is_dir() {
                source.present = false;
                continue;
            }
            source.pending.mark(&folder, Instant::now());
            // Watches may have become free.
            self.coverage.watch(&folder);
            match subfolders(&source.rules, &folder, source.device) {
                Ok(found) => {
                    for new in found.paths {
                        if !self.coverage.covers(&new) {
                            self.cover(index, &new, Mark::Everything);
                        }
                    }
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::CrossesDevices) => {
                    self.coverage.unwatch(&folder);
                }
                Err(_) => {}
            }
        }
    }

    fn rescan(&mut self, which: impl Fn(&Source) -> bool) {
        let now = Instant::now();
        for source in self.sources.iter_mut().filter(|source| which(source)) {
            source.pending.rescan(now);
        }
    }

    /// Roots that came back, such as disks that were mounted, are covered again.
    fn look_for_roots(&mut self) {
        for source in &mut self.sources {
            let was_present = std::mem::replace(&mut source.present, source.rules.root().is_dir());
            if source.present && !was_present {
                source.pending.rescan(Instant::now());
            }
        }
    }

    fn report_due(&mut self, now: Instant) {
        for index in 0..self.sources.len() {
            let pace = self.tuning.pace;
            let Some(source) = self.sources.get_mut(index) else {
                return;
            };
            let (id, due) = (source.id, source.pending.take_due(now, pace));
            match due {
                Some(Due::Folders(folders)) => {
                    (self.report)(Hint { source: id, folders, rescan: false });
                }
                Some(Due::Rescan) => {
                    // Whatever was lost may have been new folders. Watches first, then the rescan.
                    self.cover_source(index, Mark::Nothing);
                    self.publish();
                    (self.report)(Hint { source: id, folders: BTreeSet::new(), rescan: true });
                }
                None => {}
            }
        }
    }

    fn publish(&self) {
        let state = self.coverage.state();
        *self.shared.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

/// Reading changes nothing, and Atom itself reads whatever changes.
fn is_noise(event: &Event) -> bool {
    matches!(event.kind, EventKind::Access(_)) && !event.need_rescan()
}

/// Whether wall clock and uptime have come apart since the last call.
fn jumped((then, wall_then): &mut (Instant, SystemTime)) -> bool {
    let (now, wall_now) = (Instant::now(), SystemTime::now());
    let expected = *wall_then + now.duration_since(*then);
    let apart = expected.duration_since(wall_now).unwrap_or_else(|earlier| earlier.duration());
    (*then, *wall_then) = (now, wall_now);
    apart > CLOCK_JUMP
}

/// A quarter more or less, so that rescans of several machines on one file server do not meet.
fn about(time: Duration) -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    time * 3 / 4 + time / 2 * (now.subsec_millis() % 100) / 100
}

fn watch_budget() -> usize {
    let all = std::fs::read_to_string(MAX_WATCHES_FILE).ok();
    let all = all.and_then(|text| text.trim().parse::<usize>().ok());
    all.unwrap_or(DEFAULT_MAX_WATCHES) / WATCH_SHARE
}
