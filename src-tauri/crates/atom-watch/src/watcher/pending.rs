//! What waits to be reported: collected until it is quiet, but never for long.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// When something is reported.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Quiet time before a report: editors write a file in several steps.
    pub(super) quiet: Duration,
    /// A source that is never quiet is reported this often.
    pub(super) at_most: Duration,
    /// Shortest time between two rescans of one source: each reads all of it.
    pub(super) rescan_gap: Duration,
}

/// More dirty folders than this are cheaper to rescan than to list.
const MAX_FOLDERS: usize = 20_000;

/// Dirty folders of one source.
#[derive(Debug, Default)]
pub(super) struct Pending {
    folders: BTreeSet<PathBuf>,
    rescan: bool,
    first: Option<Instant>,
    last: Option<Instant>,
    last_rescan: Option<Instant>,
}

/// What to report now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    Folders(BTreeSet<PathBuf>),
    Rescan,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(super) fn contains(&self, folder: &Path) -> bool {
        self.folders.contains(folder)
    }

    pub(super) fn mark(&mut self, folder: &Path, now: Instant) {
        self.touch(now);
        if self.folders.len() < MAX_FOLDERS {
            self.folders.insert(folder.to_owned());
        } else {
            self.rescan = true;
        }
    }

    pub(super) fn rescan(&mut self, now: Instant) {
        self.touch(now);
        self.rescan = true;
    }

    fn touch(&mut self, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// Takes what is due. A rescan that has to wait does not hold up the folders.
    pub(super) fn take_due(&mut self, now: Instant, pace: Pace) -> Option<Due> {
        let since = |at: Option<Instant>| at.map_or(Duration::MAX, |at| now.duration_since(at));
        let settled = !self.is_empty() && (since(self.last) >= pace.quiet || since(self.first) >= pace.at_most);
        if !settled {
            return None;
        }
        if self.rescan && since(self.last_rescan) >= pace.rescan_gap {
            *self = Self { last_rescan: Some(now), ..Self::default() };
            return Some(Due::Rescan);
        }
        if self.folders.is_empty() {
            return None;
        }
        if !self.rescan {
            (self.first, self.last) = (None, None);
        }
        Some(Due::Folders(std::mem::take(&mut self.folders)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        quiet: Duration::from_millis(500),
        at_most: Duration::from_secs(5),
        rescan_gap: Duration::from_secs(10),
    };

    fn folders(names: &[&str]) -> Due {
        Due::Folders(names.iter().map(PathBuf::from).collect())
    }

    #[test]
    fn a_burst_is_one_report_after_a_quiet_while() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(pending.take_due(at(0), PACE), None);
        pending.mark(Path::new("a"), at(0));
        pending.mark(Path::new("b"), at(400));
        pending.mark(Path::new("a"), at(450));
        assert_eq!(pending.take_due(at(900), PACE), None);
        assert_eq!(pending.take_due(at(950), PACE), Some(folders(&["a", "b"])));
        assert!(pending.is_empty());
        assert_eq!(pending.take_due(at(9_000), PACE), None);
    }

    #[test]
    fn what_is_never_quiet_is_reported_all_the_same() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        let mut reports = 0;
        for ms in (0..=20_000).step_by(100) {
            let now = start + Duration::from_millis(ms);
            pending.mark(Path::new("log"), now);
            reports += usize::from(pending.take_due(now, PACE).is_some());
        }
        assert_eq!(reports, 3);
    }

    #[test]
    fn rescans_keep_their_distance_and_folders_do_not_wait_for_them() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        pending.mark(Path::new("a"), at(0));
        pending.rescan(at(0));
        assert_eq!(pending.take_due(at(500), PACE), Some(Due::Rescan));
        pending.rescan(at(600));
        pending.mark(Path::new("b"), at(600));
        assert_eq!(pending.take_due(at(1_200), PACE), Some(folders(&["b"])));
        assert_eq!(pending.take_due(at(10_000), PACE), None);
        assert_eq!(pending.take_due(at(10_600), PACE), Some(Due::Rescan));
        assert!(pending.is_empty());
    }

    #[test]
    fn too_many_folders_become_a_rescan() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        for index in 0..=MAX_FOLDERS {
            pending.mark(Path::new(&index.to_string()), start);
        }
        assert_eq!(pending.take_due(start + PACE.quiet, PACE), Some(Due::Rescan));
    }
}
