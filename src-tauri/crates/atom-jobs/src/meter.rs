//! How fast work goes, and how long it still takes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Time over which the speed is taken: long enough to be calm, short enough to follow.
const WINDOW: Duration = Duration::from_secs(20);
/// Samples closer together than this are merged.
const RESOLUTION: Duration = Duration::from_millis(250);

/// Speed over the last seconds of a growing count.
#[derive(Debug, Default)]
pub struct Meter {
    samples: VecDeque<(Instant, u64)>,
    total: u64,
}

impl Meter {
    /// Counts `amount` more, at `now`.
    pub fn add(&mut self, amount: u64, now: Instant) {
        if self.samples.is_empty() {
            self.samples.push_back((now, self.total));
        }
        self.total += amount;
        let several = self.samples.len() > 1;
        match self.samples.back_mut() {
            Some((at, total)) if several && now.duration_since(*at) < RESOLUTION => *total = self.total,
            _ => self.samples.push_back((now, self.total)),
        }
        while self.samples.len() > 2 && self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            self.samples.pop_front();
        }
    }

    /// Counted since the start.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Amount per second over the last seconds; none when nothing moved for a while.
    pub fn per_second(&self, now: Instant) -> Option<f32> {
        let (first, start) = self.samples.front()?;
        let (last, end) = self.samples.back()?;
        if now.duration_since(*last) > WINDOW || end == start {
            return None;
        }
        let seconds = now.duration_since(*first).as_secs_f32();
        (seconds > 0.2).then(|| (end - start) as f32 / seconds)
    }

    /// Seconds until `left` more are done at the present speed.
    pub fn eta_seconds(&self, left: u64, now: Instant) -> Option<f32> {
        if left == 0 {
            return None;
        }
        self.per_second(now).filter(|speed| *speed > 0.0).map(|speed| left as f32 / speed)
    }
}

#[cfg(test)]
mod tests {
    use super::Meter;
    use std::time::{Duration, Instant};

    #[test]
    fn a_steady_speed_is_measured_and_extrapolated() {
        let mut meter = Meter::default();
        let start = Instant::now();
        for second in 0..=10 {
            meter.add(50, start + Duration::from_secs(second));
        }
        let now = start + Duration::from_secs(10);
        let speed = meter.per_second(now).unwrap();
        assert!((45.0..=60.0).contains(&speed), "{speed}");
        assert!((8.0..=12.0).contains(&meter.eta_seconds(500, now).unwrap()));
    }

    #[test]
    fn what_stands_still_has_no_speed() {
        let mut meter = Meter::default();
        let start = Instant::now();
        meter.add(50, start);
        assert_eq!(meter.per_second(start + Duration::from_secs(60)), None);
        assert_eq!(meter.eta_seconds(0, start), None);
    }
}
