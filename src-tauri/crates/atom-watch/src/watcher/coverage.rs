//! Which folders have a kernel watch, and which have to do without.

use super::WatchState;
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::{Path, PathBuf};

/// Kernel watches within a budget.
pub(super) struct Coverage {
    notifier: RecommendedWatcher,
    budget: usize,
    /// The budget, or less once the kernel has refused.
    limit: usize,
    watched: BTreeSet<PathBuf>,
    polled: BTreeSet<PathBuf>,
}

impl Coverage {
    pub(super) fn new(notifier: RecommendedWatcher, budget: usize) -> Self {
        Self { notifier, budget, limit: budget, watched: BTreeSet::new(), polled: BTreeSet::new() }
    }

    pub(super) fn state(&self) -> WatchState {
        let count = |set: &BTreeSet<PathBuf>| u64::try_from(set.len()).unwrap_or(u64::MAX);
        WatchState { watched: count(&self.watched), polled: count(&self.polled) }
    }

    /// Whether a folder is watched or polled.
    pub(super) fn covers(&self, folder: &Path) -> bool {
        self.watched.contains(folder) || self.polled.contains(folder)
    }

    /// How many folders have to be polled.
    pub(super) fn polled(&self) -> usize {
        self.polled.len()
    }

    /// The next folders to poll behind that one, at most `count`.
    pub(super) fn polled_after(&self, last: Option<&Path>, count: usize) -> Vec<PathBuf> {
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        self.polled.range::<Path, _>((from, Bound::Unbounded)).take(count).cloned().collect()
    }

    /// Watches a folder, once more if it is watched already: another one may have taken its place.
    pub(super) fn watch(&mut self, folder: &Path) {
        if self.watched.len() >= self.limit && !self.watched.contains(folder) {
            self.polled.insert(folder.to_owned());
            return;
        }
        match self.notifier.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.polled.remove(folder);
                self.watched.insert(folder.to_owned());
            }
            Err(error) if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) => {
                self.watched.remove(folder);
                self.polled.insert(folder.to_owned());
                self.limit = self.watched.len();
                tracing::warn!(watched = self.limit, "the kernel has no more folder watches");
            }
            // Gone again, or not ours to read: the scan says so.
            Err(_) => {
                self.watched.remove(folder);
            }
        }
    }

    /// Tries the whole budget again: others may have given watches back.
    pub(super) fn retry(&mut self) {
        self.limit = self.budget;
    }

    /// Ends the watches of a folder and of all below it.
    pub(super) fn unwatch(&mut self, folder: &Path) {
        while let Some(below) = first_below(&self.watched, folder) {
            // Fails if the folder is gone, and its watch with it.
            self.notifier.unwatch(&below).ok();
            self.watched.remove(&below);
        }
        while let Some(below) = first_below(&self.polled, folder) {
            self.polled.remove(&below);
        }
    }

    /// All folders that are covered, from `folder` on.
    pub(super) fn below(&self, folder: &Path) -> Vec<PathBuf> {
        let from = |set: &BTreeSet<PathBuf>| -> Vec<PathBuf> {
            let range = set.range::<Path, _>((Bound::Included(folder), Bound::Unbounded));
            range.take_while(|path| path.starts_with(folder)).cloned().collect()
        };
        let mut all = from(&self.watched);
        all.extend(from(&self.polled));
        all
    }
}

/// The first path of `set` that is `folder` or below: paths sort by their components, so those are all in a row.
fn first_below(set: &BTreeSet<PathBuf>, folder: &Path) -> Option<PathBuf> {
    let mut range = set.range::<Path, _>((Bound::Included(folder), Bound::Unbounded));
    range.next().filter(|path| path.starts_with(folder)).cloned()
}
