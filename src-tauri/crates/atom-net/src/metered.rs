//! Whether what goes through the network now is counted and paid for, as with a phone.
//!
//! Linux so far: NetworkManager says it, else the desktop's portal, over D-Bus. Where neither does, nobody knows, and nothing
//! follows from it.

use std::sync::mpsc::channel;
use std::time::Duration;
use zbus::blocking::{Connection, Proxy};

/// Who has not answered by then does not know.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the network is metered; none where the system does not say, or not soon.
pub fn is_metered_blocking() -> Option<bool> {
    let (sender, answer) = channel();
    // On a thread that nobody waits for: a bus that hangs does so for ever.
    let asked = std::thread::Builder::new().name("atom-metered".to_owned()).spawn(move || {
        // Nobody may be there any more to hear it.
        let _ = sender.send(by_network_manager().or_else(by_portal));
    });
    asked.ok()?;
    answer.recv_timeout(PATIENCE).ok().flatten()
}

fn by_network_manager() -> Option<bool> {
    const MANAGER: &str = "org.freedesktop.NetworkManager";
    let bus = Connection::system().ok()?;
    let manager = Proxy::new(&bus, MANAGER, "/org/freedesktop/NetworkManager", MANAGER).ok()?;
    verdict(manager.get_property("Metered").ok()?)
}

fn by_portal() -> Option<bool> {
    const PORTAL: &str = "org.freedesktop.portal.Desktop";
    let bus = Connection::session().ok()?;
    let monitor =
        Proxy::new(&bus, PORTAL, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.NetworkMonitor").ok()?;
    monitor.call("GetMetered", &()).ok()
}

/// What the numbers of `NMMetered` mean: a guess counts, for a person is asked and can go on.
const fn verdict(number: u32) -> Option<bool> {
    match number {
        1 | 3 => Some(true),
        2 | 4 => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::verdict;

    #[test]
    fn a_guess_counts_and_what_nobody_knows_does_not() {
        assert_eq!([0, 1, 2, 3, 4, 9].map(verdict), [None, Some(true), Some(false), Some(true), Some(false), None]);
    }
}
