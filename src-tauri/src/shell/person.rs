//! Tells the core how long nobody has used this computer, while a person wants background work to wait for that.
//!
//! Linux only so far: GNOME says it to the second, logind whether the desktop thinks so. Where neither does, the use of Atom itself
//! is all that counts.

use atom_api::App;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use zbus::{Connection, Proxy};

/// How often the desktop is asked.
const ASK_EVERY: Duration = Duration::from_secs(15);

/// Asks as long as the app runs.
pub(super) fn follow(api: Arc<App>) {
    tauri::async_runtime::spawn(async move {
        loop {
            tokio::time::sleep(ASK_EVERY).await;
            if api.wants_to_know_the_person().await {
                api.person_idle(idle().await);
            }
        }
    });
}

async fn idle() -> Option<Duration> {
    match idle_of_gnome().await {
        Ok(idle) => Some(idle),
        Err(_) => idle_of_logind().await.ok().flatten(),
    }
}

async fn idle_of_gnome() -> zbus::Result<Duration> {
    const MONITOR: &str = "org.gnome.Mutter.IdleMonitor";
    let bus = Connection::session().await?;
    let monitor = Proxy::new(&bus, MONITOR, "/org/gnome/Mutter/IdleMonitor/Core", MONITOR).await?;
    Ok(Duration::from_millis(monitor.call::<_, _, u64>("GetIdletime", &()).await?))
}

async fn idle_of_logind() -> zbus::Result<Option<Duration>> {
    const SESSION: &str = "org.freedesktop.login1.Session";
    let bus = Connection::system().await?;
    let session = Proxy::new(&bus, "org.freedesktop.login1", "/org/freedesktop/login1/session/auto", SESSION).await?;
    let hint: bool = session.get_property("IdleHint").await?;
    let since: u64 = session.get_property("IdleSinceHint").await?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok(since_hint(hint, Duration::from_micros(since), now))
}

/// Idle time from logind's hint and the time of its last change; none where no desktop ever set it.
fn since_hint(is_idle: bool, since: Duration, now: Duration) -> Option<Duration> {
    match (is_idle, since.is_zero()) {
        (_, true) => None,
        (true, _) => Some(now.saturating_sub(since)),
        (false, _) => Some(Duration::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_that_nobody_sets_says_nothing() {
        let (since, now) = (Duration::from_secs(100), Duration::from_secs(160));
        assert_eq!(since_hint(false, Duration::ZERO, now), None);
        assert_eq!(since_hint(true, since, now), Some(Duration::from_secs(60)));
        assert_eq!(since_hint(false, since, now), Some(Duration::ZERO));
    }
}
