//! On a bus of its own, with a logind made for the test.

use super::*;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use tokio::sync::mpsc;

const PATIENCE: Duration = Duration::from_secs(30);
const OURS: &str = "/org/freedesktop/login1/session/_31";
const OTHERS: &str = "/org/freedesktop/login1/session/_32";

/// A private bus; it ends with the test.
struct Bus {
    daemon: Child,
    address: String,
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// None where the machine has no bus daemon.
fn bus() -> Option<Bus> {
    let mut daemon = Command::new("dbus-daemon")
        .args(["--session", "--nofork", "--print-address"])
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut address = String::new();
    BufReader::new(daemon.stdout.take()?).read_line(&mut address).ok()?;
    Some(Bus { daemon, address: address.trim().to_owned() })
}

async fn connect(bus: &Bus) -> Connection {
    zbus::connection::Builder::address(bus.address.as_str()).unwrap().build().await.unwrap()
}

/// The part of logind's manager that is used: it notes who delays sleep.
struct Manager {
    delays: mpsc::UnboundedSender<std::os::unix::net::UnixStream>,
}

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn inhibit(&self, what: &str, _who: &str, _why: &str, mode: &str) -> OwnedFd {
        assert_eq!((what, mode), ("sleep", "delay"));
        let (kept, given) = std::os::unix::net::UnixStream::pair().unwrap();
        self.delays.send(kept).unwrap();
        OwnedFd::from(std::os::fd::OwnedFd::from(given))
    }
}

struct Session {
    uid: u32,
}

#[zbus::interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property)]
    fn user(&self) -> (u32, OwnedObjectPath) {
        (self.uid, OwnedObjectPath::try_from("/org/freedesktop/login1/user/_0").unwrap())
    }
}

/// Whether the other end is closed: the delay is over.
async fn is_released(delay: std::os::unix::net::UnixStream) -> bool {
    tokio::task::spawn_blocking(move || {
        delay.set_read_timeout(Some(PATIENCE)).unwrap();
        matches!(std::io::Read::read(&mut &delay, &mut [0]), Ok(0))
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vault_is_left_by_screen_lock_and_before_sleep() {
    let Some(bus) = bus() else {
        eprintln!("skipped: this machine has no dbus-daemon");
        return;
    };
    let logind = connect(&bus).await;
    let (sender, mut delays) = mpsc::unbounded_channel();
    let uid = std::fs::metadata("/proc/self").unwrap().uid();
    logind.object_server().at(MANAGER_PATH, Manager { delays: sender }).await.unwrap();
    logind.object_server().at(OURS, Session { uid }).await.unwrap();
    logind.object_server().at(OTHERS, Session { uid: uid + 1 }).await.unwrap();
    logind.request_name(LOGIND).await.unwrap();

    let (told, mut left) = mpsc::unbounded_channel();
    let told = Mutex::new(told);
    let note: Left = Arc::new(move || {
        told.lock().unwrap().send(()).unwrap();
        Box::pin(async {})
    });
    let listener = connect(&bus).await;
    let listening = tokio::spawn(async move { listen(&listener, &note).await });
    let delay = tokio::time::timeout(PATIENCE, delays.recv()).await.unwrap().unwrap();

    let emit = async |path: &str, interface: &str, member: &str, body: &(dyn Fn() -> Body + Sync)| match body() {
        Body::Bool(value) => logind.emit_signal(None::<&str>, path, interface, member, &value).await.unwrap(),
        Body::Empty => logind.emit_signal(None::<&str>, path, interface, member, &()).await.unwrap(),
        Body::Hint(name, value) => {
            let changed = HashMap::from([(name, Value::from(value))]);
            let body = (SESSION, changed, Vec::<&str>::new());
            logind.emit_signal(None::<&str>, path, PROPERTIES, member, &body).await.unwrap();
        }
    };
    // What is none of ours comes first: had it counted, there would be more calls than expected below.
    emit(OTHERS, SESSION, "Lock", &|| Body::Empty).await;
    emit(OURS, SESSION, "Unlock", &|| Body::Empty).await;
    emit(OURS, PROPERTIES, "PropertiesChanged", &|| Body::Hint("LockedHint", false)).await;
    emit(OURS, PROPERTIES, "PropertiesChanged", &|| Body::Hint("IdleHint", true)).await;
    emit(OURS, SESSION, "Lock", &|| Body::Empty).await;
    tokio::time::timeout(PATIENCE, left.recv()).await.unwrap().unwrap();
    emit(OURS, PROPERTIES, "PropertiesChanged", &|| Body::Hint("LockedHint", true)).await;
    tokio::time::timeout(PATIENCE, left.recv()).await.unwrap().unwrap();

    emit(MANAGER_PATH, MANAGER, "PrepareForSleep", &|| Body::Bool(true)).await;
    tokio::time::timeout(PATIENCE, left.recv()).await.unwrap().unwrap();
    assert!(is_released(delay).await, "the computer would wait in vain");
    emit(MANAGER_PATH, MANAGER, "PrepareForSleep", &|| Body::Bool(false)).await;
    assert!(tokio::time::timeout(PATIENCE, delays.recv()).await.unwrap().is_some(), "the next sleep is not delayed");
    assert!(left.try_recv().is_err(), "it was left once too often");
    listening.abort();
}

enum Body {
    Empty,
    Bool(bool),
    Hint(&'static str, bool),
}
