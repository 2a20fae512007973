//! The ledger of outgoing connections.

use super::{NOW, open};

#[test]
fn a_connection_is_recorded_when_it_is_asked_for_and_when_it_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    assert_eq!(store.connections(10).unwrap(), (0, vec![]));
    let made = store.add_connection("mail.example.org", "fetch mail", true, NOW).unwrap();
    let refused = store.add_connection("updates.example.org", "look for a new version", false, NOW + 1).unwrap();
    store.end_connection(made, 120, 4_096, NOW + 9).unwrap();
    let (total, rows) = store.connections(10).unwrap();
    assert_eq!((total, rows.len()), (2, 2));
    assert_eq!((rows[0].id, rows[0].host.as_str(), rows[0].allowed), (refused, "updates.example.org", false));
    assert_eq!((rows[0].ended_ms, rows[0].sent), (None, 0));
    assert_eq!((rows[1].id, rows[1].reason.as_str(), rows[1].allowed), (made, "fetch mail", true));
    assert_eq!((rows[1].ended_ms, rows[1].sent, rows[1].received), (Some(NOW + 9), 120, 4_096));
    assert_eq!(store.connections(1).unwrap().1.len(), 1);
}
