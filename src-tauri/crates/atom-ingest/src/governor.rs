//! Who decides how fast background work goes: looks at the machine, remembers what a person asked for, lets searches go first.
//!
//! It has no thread: workers ask it while they work, so that a machine with nothing to do is never looked at.

use crate::machine::{Facts, Machine};
use crate::pace::{Limits, Manners, Pace};
use crate::pipeline::{Budget, Shared, lock};
use atom_core::SourceId;
use atom_jobs::{Bell, Stop};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A sample is good for so long.
const SAMPLE_AGE: Duration = Duration::from_secs(4);
/// A search is often followed by another one this soon.
const QUIET_AFTER_QUERY: Duration = Duration::from_millis(800);
/// A passage waits no longer: a program that asks on and on must not keep meaning from ever being complete.
const LONGEST_YIELD: Duration = Duration::from_millis(250);
const YIELD_STEP: Duration = Duration::from_millis(40);

pub(crate) struct Governor {
    state: Mutex<State>,
    /// A person waits for this process itself: it never holds back.
    always: bool,
    /// Until everything is done.
    anyway: AtomicBool,
    /// Sources that go first and are not held back, in the order in which a person asked for them.
    first: Mutex<Vec<SourceId>>,
    queries: Arc<Queries>,
}

struct State {
    machine: Machine,
    manners: Manners,
    facts: Facts,
    limits: Limits,
    sampled: Option<Instant>,
    told: Option<Pace>,
}

/// Searches that run, and the end of the last one.
#[derive(Default)]
struct Queries(Mutex<(usize, Option<Instant>)>);

impl Queries {
    fn are_quiet(&self) -> bool {
        let (running, last) = *lock(&self.0);
        running == 0 && last.is_none_or(|last| last.elapsed() >= QUIET_AFTER_QUERY)
    }
}

/// A search that runs; embedding waits for it between two passages.
pub struct SearchFirst(Arc<Queries>);

impl Drop for SearchFirst {
    fn drop(&mut self) {
        let mut queries = lock(&self.0.0);
        *queries = (queries.0.saturating_sub(1), Some(Instant::now()));
    }
}

impl Governor {
    pub(crate) fn new(machine: Machine, manners: Manners, always: bool) -> Self {
        let (facts, limits) = (Facts::default(), Limits::default());
        Self {
            state: Mutex::new(State { machine, manners, facts, limits, sampled: None, told: None }),
            always,
            anyway: AtomicBool::new(false),
            first: Mutex::default(),
            queries: Arc::default(),
        }
    }

    /// The pace, from a sample that is at most a few seconds old, and whether it is news.
    pub(crate) fn pace(&self, budget: Budget) -> (Pace, bool) {
        let mut state = lock(&self.state);
        if state.sampled.is_none_or(|at| at.elapsed() >= SAMPLE_AGE) {
            state.facts = state.machine.sample();
            state.limits = state.limits.next(&state.facts, &state.manners);
            state.sampled = Some(Instant::now());
        }
        let pace = state.limits.pace(&state.facts, &state.manners, budget, self.is_anyway());
        let is_news = state.told.is_some_and(|told| !told.is_like(&pace));
        state.told = Some(pace);
        (pace, is_news)
    }

    pub(crate) fn set_manners(&self, manners: Manners) {
        let mut state = lock(&self.state);
        state.manners = manners;
        state.sampled = None;
    }

    /// Looks at the machine again at the next question.
    #[cfg(test)]
    pub(crate) fn look_again(&self) {
        lock(&self.state).sampled = None;
    }

    pub(crate) fn is_anyway(&self) -> bool {
        self.always || self.anyway.load(Ordering::Relaxed)
    }

    pub(crate) fn set_anyway(&self, anyway: bool) {
        self.anyway.store(anyway, Ordering::Relaxed);
    }

    pub(crate) fn put_first(&self, source: SourceId) {
        let mut first = lock(&self.first);
        if !first.contains(&source) {
            first.push(source);
        }
    }

    pub(crate) fn no_longer_first(&self, source: SourceId) {
        lock(&self.first).retain(|one| *one != source);
    }

    pub(crate) fn first(&self) -> Vec<SourceId> {
        lock(&self.first).clone()
    }

    pub(crate) fn search_first(&self) -> SearchFirst {
        lock(&self.queries.0).0 += 1;
        SearchFirst(Arc::clone(&self.queries))
    }
}

impl Shared {
    /// How fast to go now. When that is news, everybody is told.
    pub(crate) fn pace(&self) -> Pace {
        let (pace, is_news) = self.governor.pace(self.budget());
        if is_news {
            self.bells.read.ring();
            self.bells.meaning.ring();
            self.notify(crate::Notice::Progressed);
        }
        pace
    }

    /// The pace of reading: nothing holds it back while a source goes first.
    pub(crate) fn reading_pace(&self) -> Pace {
        if self.governor.first().is_empty() { self.pace() } else { Pace::free(self.budget()) }
    }

    /// Rests between two passages, after `worked`: as long again where the pace has rests, three times as long where it holds.
    pub(crate) fn breathe(&self, pace: &Pace, worked: Duration, stop: &Stop) {
        let times = match pace.held() {
            Some(_) => 3,
            None => u32::from(pace.rests),
        };
        if times > 0 {
            stop.wait_until(&Bell::default(), 0, Instant::now() + worked * times);
        }
    }

    /// Waits while searches run, and a moment after; not for long.
    pub(crate) fn let_searches_go_first(&self, stop: &Stop) {
        if self.governor.always {
            return;
        }
        let (begun, nothing) = (Instant::now(), Bell::default());
        while !self.governor.queries.are_quiet()
            && begun.elapsed() < LONGEST_YIELD
            && !stop.requested()
            && !self.paused()
        {
            stop.wait_until(&nothing, 0, Instant::now() + YIELD_STEP);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::tests::Made;

    #[test]
    fn news_is_told_once() {
        let made = Made::new();
        let governor = Governor::new(made.machine(), Manners::default(), false);
        assert!(!governor.pace(Budget::Half).1, "the first look is no news");
        made.battery(12, "Discharging");
        assert!(!governor.pace(Budget::Half).1, "the sample is fresh");
        governor.look_again();
        let (pace, is_news) = governor.pace(Budget::Half);
        assert!(is_news && pace.held().is_some(), "{pace:?}");
        assert!(!governor.pace(Budget::Half).1);
        governor.set_anyway(true);
        let (pace, is_news) = governor.pace(Budget::Half);
        assert!(is_news && pace.brake.is_none(), "{pace:?}");
    }

    #[test]
    fn a_process_that_a_person_waits_for_never_holds_back() {
        let made = Made::new();
        made.battery(2, "Discharging");
        let governor = Governor::new(made.machine(), Manners::default(), true);
        governor.set_anyway(false);
        assert_eq!(governor.pace(Budget::Full).0, Pace::free(Budget::Full));
    }

    #[test]
    fn new_manners_count_at_once() {
        let made = Made::new();
        made.battery(40, "Discharging");
        let governor = Governor::new(made.machine(), Manners::default(), false);
        assert_eq!(governor.pace(Budget::Half).0.held(), None);
        governor.set_manners(Manners { battery_floor: Some(50), ..Manners::default() });
        assert!(governor.pace(Budget::Half).0.held().is_some());
    }

    #[test]
    fn searches_are_quiet_only_a_while_after_the_last_one_ended() {
        let governor = Governor::new(Made::new().machine(), Manners::default(), false);
        assert!(governor.queries.are_quiet());
        let (first, second) = (governor.search_first(), governor.search_first());
        drop(first);
        assert!(!governor.queries.are_quiet());
        drop(second);
        assert!(!governor.queries.are_quiet());
        lock(&governor.queries.0).1 = Instant::now().checked_sub(QUIET_AFTER_QUERY);
        assert!(governor.queries.are_quiet());
    }

    #[test]
    fn sources_go_first_in_the_order_in_which_they_were_asked_for() {
        let governor = Governor::new(Made::new().machine(), Manners::default(), false);
        let [one, two] = [1, 2].map(SourceId::new);
        [two, one, two].into_iter().for_each(|source| governor.put_first(source));
        assert_eq!(governor.first(), [two, one]);
        governor.no_longer_first(two);
        assert_eq!(governor.first(), [one]);
    }
}
