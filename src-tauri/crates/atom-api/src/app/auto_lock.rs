//! Locking by itself: after idle time, and when the desktop's session is left.
//!
//! Only for a process that a person keeps open beside other things; a command in a terminal ends by itself, and `atom watch` is there to run unattended.

use super::{App, blocking, lock, settings_of};
use crate::caller::Caller;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime};

/// The idle time is looked at no less often than this: it starts anew with every use, and its limit may change.
const LOOK: Duration = Duration::from_secs(10);
/// The lock comes at most so much too late.
const GRAIN: Duration = Duration::from_millis(250);

/// When a person last used the vault, by two clocks: one stands still while the computer sleeps, the other one can be set.
pub(super) struct LastUse {
    running: Instant,
    wall: SystemTime,
}

impl Default for LastUse {
    fn default() -> Self {
        Self { running: Instant::now(), wall: SystemTime::now() }
    }
}

impl LastUse {
    /// Idle time; the time asleep counts.
    fn idle(&self) -> Duration {
        self.running.elapsed().max(self.wall.elapsed().unwrap_or_default())
    }
}

impl App {
    /// From now on the vault locks after the idle time that is set. Call it once, inside a tokio runtime.
    pub fn lock_by_itself(self: &Arc<Self>) {
        self.locks_itself.store(true, Ordering::Relaxed);
        let task = tokio::spawn(lock_when_idle(Arc::downgrade(self)));
        self.background().push(task);
    }

    /// The desktop's session is left: the computer goes to sleep or its screen is locked. Locks, unless it never does so by itself.
    pub async fn session_left(&self) {
        if self.lock_after().await.is_some()
            && let Err(error) = Caller::Atom.asks(self.lock_because("left")).await
        {
            tracing::warn!(%error, "cannot tell that the vault is locked");
        }
    }

    /// Seconds until the idle time is over; none if the vault is locked or never locks by itself.
    pub(super) async fn locks_in_seconds(&self) -> Option<u32> {
        let left = self.lock_after().await?.saturating_sub(lock(&self.last_use).idle());
        Some(u32::try_from(left.as_secs()).unwrap_or(u32::MAX))
    }

    /// The idle time after which it locks; none if it is locked or never locks by itself.
    async fn lock_after(&self) -> Option<Duration> {
        if !self.locks_itself.load(Ordering::Relaxed) {
            return None;
        }
        let session = self.session().await.ok()?;
        let data_dir = self.config.data_dir.clone();
        let minutes = blocking(move || Ok(settings_of(&session.store, &data_dir)?.lock_after_minutes)).await;
        // Settings that cannot be read are no reason to stay open.
        let minutes = minutes.unwrap_or_else(|error| {
            tracing::warn!(%error, "the idle time cannot be read, so it is the usual one");
            crate::dto::Settings::default().lock_after_minutes
        });
        Some(Duration::from_secs(u64::from(minutes?) * 60))
    }
}

async fn lock_when_idle(app: Weak<App>) {
    let mut wait = LOOK;
    loop {
        tokio::time::sleep(wait).await;
        let Some(app) = app.upgrade() else { return };
        wait = LOOK;
        app.forget_old_undecided();
        let Some(limit) = app.lock_after().await else { continue };
        let left = limit.saturating_sub(lock(&app.last_use).idle());
        if !left.is_zero() {
            wait = left.clamp(GRAIN, LOOK);
        } else if let Err(error) = Caller::Atom.asks(app.lock_because("idle")).await {
            tracing::warn!(%error, "cannot tell that the vault is locked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_counts_as_idle_time_and_a_clock_set_back_does_not() {
        let hour = Duration::from_secs(3_600);
        let asleep = LastUse { wall: SystemTime::now() - hour, ..LastUse::default() };
        assert!(asleep.idle() >= hour);
        let set_back = LastUse { wall: SystemTime::now() + hour, ..LastUse::default() };
        assert!(set_back.idle() < hour);
    }
}
