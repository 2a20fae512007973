//! Locks the vault when the desktop's session is left: its screen is locked, or the computer goes to sleep.
//!
//! Linux only so far, by what logind says on the system bus. A desktop without logind is lived without: the idle time locks there.

use atom_api::App;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::select_all;
use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::Duration;
use zbus::zvariant::{OwnedFd, OwnedObjectPath, Value};
use zbus::{Connection, MatchRule, Message, MessageStream, Proxy};

const LOGIND: &str = "org.freedesktop.login1";
const MANAGER_PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSIONS: &str = "/org/freedesktop/login1/session";
const SESSION: &str = "org.freedesktop.login1.Session";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// How long until a bus that went away is asked again.
const RETRY: Duration = Duration::from_secs(60);
/// Signals that may wait while the vault is being locked.
const BACKLOG: usize = 16;

/// What to do when the session is left; the computer sleeps only once it is done.
type Left = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// Listens as long as the app runs.
pub(super) fn follow(api: Arc<App>) {
    let left: Left = Arc::new(move || {
        let api = Arc::clone(&api);
        Box::pin(async move { api.session_left().await })
    });
    tauri::async_runtime::spawn(async move {
        loop {
            let listened = match Connection::system().await {
                Ok(bus) => listen(&bus, &left).await,
                Err(error) => Err(error),
            };
            // Told once a minute at most, and only to who asks: many systems have no logind.
            tracing::info!(error = ?listened.err(), "the screen lock and sleep of this computer are not followed");
            tokio::time::sleep(RETRY).await;
        }
    });
}

/// Follows logind until the bus goes away.
async fn listen(bus: &Connection, left: &Left) -> zbus::Result<()> {
    let manager = Proxy::new(bus, LOGIND, MANAGER_PATH, MANAGER).await?;
    let signal = |interface: &'static str, member: &'static str| -> zbus::Result<_> {
        MatchRule::builder().msg_type(zbus::message::Type::Signal).sender(LOGIND)?.interface(interface)?.member(member)
    };
    let rules = [
        signal(MANAGER, "PrepareForSleep")?.path(MANAGER_PATH)?.build(),
        signal(SESSION, "Lock")?.path_namespace(SESSIONS)?.build(),
        // A desktop that locks its screen by itself says so here, and is never asked to by `Lock`.
        signal(PROPERTIES, "PropertiesChanged")?.path_namespace(SESSIONS)?.build(),
    ];
    let mut streams = Vec::new();
    for rule in rules {
        streams.push(MessageStream::for_match_rule(rule, bus, Some(BACKLOG)).await?);
    }
    let mut signals = select_all(streams);
    let mut delay = delay_sleep(&manager).await;
    while let Some(message) = signals.next().await {
        match what(&message?) {
            What::Sleep => {
                left().await;
                drop(delay.take());
            }
            What::Wake => delay = delay_sleep(&manager).await,
            What::Locked(session) => {
                if is_ours(bus, session).await {
                    left().await;
                }
            }
            What::Other => {}
        }
    }
    Ok(())
}

/// What a signal of logind says.
#[derive(Debug, PartialEq, Eq)]
enum What {
    /// The computer goes to sleep as soon as nobody delays it.
    Sleep,
    /// It woke up.
    Wake,
    /// The screen of this session is, or has to be, locked.
    Locked(String),
    /// Nothing of interest.
    Other,
}

fn what(message: &Message) -> What {
    let (header, body) = (message.header(), message.body());
    let session = || header.path().map(ToString::to_string).unwrap_or_default();
    match header.member().map(|member| member.as_str()) {
        Some("PrepareForSleep") => match body.deserialize::<bool>() {
            Ok(true) => What::Sleep,
            Ok(false) => What::Wake,
            Err(_) => What::Other,
        },
        Some("Lock") => What::Locked(session()),
        Some("PropertiesChanged") => match body.deserialize::<(&str, HashMap<&str, Value<'_>>, Vec<&str>)>() {
            Ok((SESSION, changed, _)) if matches!(changed.get("LockedHint"), Some(Value::Bool(true))) => {
                What::Locked(session())
            }
            _ => What::Other,
        },
        _ => What::Other,
    }
}

/// Whether a session is one of this user's; not knowing is no reason to stay open.
async fn is_ours(bus: &Connection, session: String) -> bool {
    let owner = async {
        let session = Proxy::new(bus, LOGIND, session, SESSION).await?;
        session.get_property::<(u32, OwnedObjectPath)>("User").await
    };
    match (owner.await, std::fs::metadata("/proc/self")) {
        (Ok((owner, _)), Ok(own)) => owner == own.uid(),
        _ => true,
    }
}

/// Has the computer wait with going to sleep until the descriptor is dropped; some seconds at most.
async fn delay_sleep(manager: &Proxy<'_>) -> Option<OwnedFd> {
    match manager.call("Inhibit", &("sleep", "Atom", "Locks the vault", "delay")).await {
        Ok(delay) => Some(delay),
        Err(error) => {
            tracing::info!(%error, "sleep cannot be delayed, so the vault may be locked only after it");
            None
        }
    }
}

#[cfg(test)]
mod tests;
