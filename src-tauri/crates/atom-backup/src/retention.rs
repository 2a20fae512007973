//! Which snapshots stay, and removing what the others alone needed.

use crate::error::{Error, Result};
use crate::files;
use crate::manifest::object;
use crate::progress::{Meter, Phase, Progress};
use crate::repository::{Repository, SNAPSHOTS};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

const DAY_MS: i64 = 86_400_000;
/// 1970 began on a Thursday; weeks begin on Mondays.
const MONDAY_OFFSET: i64 = 3;

/// How many snapshots stay. A snapshot stays if any of the three rules keeps it; the newest one always does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// The newest so many.
    pub last: u32,
    /// The newest of each of the last so many days that have one, in UTC.
    pub daily: u32,
    /// The newest of each of the last so many weeks that have one, Monday to Sunday in UTC.
    pub weekly: u32,
}

impl Keep {
    /// Whether nothing was asked for: then everything stays.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.last == 0 && self.daily == 0 && self.weekly == 0
    }

    /// Which of `times`, Unix milliseconds, stay; in the order in which the snapshots were made, which is not that of the
    /// times where the clock was set back.
    pub(crate) fn choose(&self, times: &[i64]) -> Vec<bool> {
        if self.is_everything() {
            return vec![true; times.len()];
        }
        let mut stays = vec![false; times.len()];
        let periods: [(u32, fn(usize, i64) -> i64); 3] = [
            (self.last.max(1), |index, _| i64::try_from(index).unwrap_or(i64::MAX)),
            (self.daily, |_, ms| ms.div_euclid(DAY_MS)),
            (self.weekly, |_, ms| (ms.div_euclid(DAY_MS) + MONDAY_OFFSET).div_euclid(7)),
        ];
        for (count, period) in periods {
            let mut seen = BTreeSet::new();
            for (index, (ms, stays)) in times.iter().zip(&mut stays).enumerate().rev() {
                let period = period(index, *ms);
                if !seen.contains(&period) && seen.len() < usize::try_from(count).unwrap_or(usize::MAX) {
                    seen.insert(period);
                    *stays = true;
                }
            }
        }
        stays
    }
}

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Snapshots that went.
    pub removed_snapshots: Vec<String>,
    /// Snapshots that stayed.
    pub kept_snapshots: u64,
    /// Chunks that went.
    pub removed_chunks: u64,
    /// Bytes that are free again.
    pub freed_bytes: u64,
}

/// Removes the snapshots that `keep` does not keep, then every chunk that none of the others lists.
///
/// Lists go first and durably, chunks after: whenever it is stopped, a snapshot that is still listed is whole, and what was
/// left over goes the next time.
///
/// # Errors
/// [`Error::Damaged`] if a list cannot be read, because nobody knows what it needs: nothing is removed then.
/// [`Error::Cancelled`], [`Error::Io`].
pub fn prune(
    repository: &Repository,
    keep: Keep,
    mut observer: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Pruned> {
    let snapshots = repository.snapshots()?;
    if let Some(error) = snapshots.damaged.into_iter().next() {
        return Err(match error {
            Error::Damaged { object, problem } => Error::Damaged {
                object,
                problem: format!("{problem}, so what it needs is not known: delete that file to give the snapshot up"),
            },
            other => other,
        });
    }
    let times: Vec<i64> = snapshots.whole.iter().map(|(_, manifest)| manifest.made_ms).collect();
    let stays = keep.choose(&times);
    let mut pruned = Pruned::default();
    let mut needed = BTreeSet::new();
    for ((id, manifest), stays) in snapshots.whole.iter().zip(stays) {
        if stays {
            needed.extend(manifest.chunks().map(|chunk| chunk.0));
            pruned.kept_snapshots += 1;
        } else {
            pruned.removed_snapshots.push(id.clone());
        }
    }
    for id in &pruned.removed_snapshots {
        files::remove(&repository.dir().join(object(id)))?;
    }
    files::sync_folder(&repository.dir().join(SNAPSHOTS))?;

    let unused: Vec<_> = repository.chunks.list()?.into_iter().filter(|(id, _)| !needed.contains(id)).collect();
    let mut meter = Meter::new(&mut observer, Phase::Pruning, unused.iter().map(|(_, bytes)| bytes).sum())?;
    for (id, bytes) in unused {
        repository.chunks.remove(id)?;
        pruned.removed_chunks += 1;
        pruned.freed_bytes += bytes;
        meter.add(bytes)?;
    }
    Ok(pruned)
}

#[cfg(test)]
mod unit {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600_000;

    fn check(keep: Keep, times: &[i64], expect: &[bool]) {
        assert_eq!(keep.choose(times), expect, "{keep:?}");
    }

    #[test]
    fn nothing_asked_for_keeps_everything() {
        check(Keep::default(), &[1, 2, 3], &[true; 3]);
        check(Keep::default(), &[], &[]);
    }

    #[test]
    fn the_newest_of_each_period_stays() {
        let monday = 4 * DAY_MS;
        let times = [monday, monday + HOUR, monday + DAY_MS, monday + 7 * DAY_MS, monday + 7 * DAY_MS + HOUR];
        check(Keep { last: 2, ..Keep::default() }, &times, &[false, false, false, true, true]);
        check(Keep { daily: 2, ..Keep::default() }, &times, &[false, false, true, false, true]);
        check(Keep { daily: 3, ..Keep::default() }, &times, &[false, true, true, false, true]);
        check(Keep { weekly: 2, ..Keep::default() }, &times, &[false, false, true, false, true]);
        check(Keep { last: 1, daily: 1, weekly: 2 }, &times, &[false, false, true, false, true]);
        // The last millisecond of a Sunday and the first of the next Monday.
        check(Keep { weekly: 2, ..Keep::default() }, &[monday - 1, monday], &[true, true]);
        check(Keep { weekly: 1, ..Keep::default() }, &[monday, monday + 7 * DAY_MS - 1], &[false, true]);
    }

    #[test]
    fn a_clock_that_was_wrong_for_a_while_costs_no_newer_backup() {
        let (day, ahead, back) = (10_000 * DAY_MS, 13_650 * DAY_MS, 6_350 * DAY_MS);
        let times = [day, ahead, day + DAY_MS, back, day + 2 * DAY_MS];
        check(Keep { last: 1, ..Keep::default() }, &times, &[false, false, false, false, true]);
        check(Keep { daily: 3, ..Keep::default() }, &times, &[false, false, true, true, true]);
        check(Keep { last: 1, ..Keep::default() }, &times[..4], &[false, false, false, true]);
    }

    proptest! {
        #[test]
        fn the_newest_always_stays_and_more_rules_keep_more(
            mut times in prop::collection::vec(-DAY_MS * 400..DAY_MS * 400, 1..40),
            last in 0u32..5, daily in 0u32..5, weekly in 0u32..5,
        ) {
            times.sort_unstable();
            let keep = Keep { last, daily, weekly };
            let stays = keep.choose(&times);
            prop_assert!(stays[times.len() - 1]);
            let kept = stays.iter().filter(|stays| **stays).count();
            if !keep.is_everything() {
                prop_assert!(kept <= (last.max(1) + daily + weekly) as usize);
                prop_assert!(kept >= times.len().min(last as usize));
                let more = Keep { last: last + 1, ..keep }.choose(&times);
                prop_assert!(stays.iter().zip(&more).all(|(less, more)| more >= less));
            }
        }
    }
}
