//! Outgoing connections: the ledger of the gate, and the list for a person.

use super::{App, blocking};
use crate::dto::{ConnectionView, ConnectionsResponse};
use crate::error::ApiResult;
use atom_core::Clock;
use atom_net::{Gate, Ledger};
use atom_store::{ConnectionRow, Store};
use std::sync::Arc;

/// Connections in the list.
const LISTED: usize = 200;

/// Records connections in the store.
struct StoreLedger {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
}

impl Ledger for StoreLedger {
    fn asked(&self, host: &str, reason: &str, allowed: bool) -> Result<i64, String> {
        self.store.add_connection(host, reason, allowed, self.clock.now_ms()).map_err(|error| error.to_string())
    }

    fn ended(&self, record: i64, sent: u64, received: u64) {
        if let Err(error) = self.store.end_connection(record, sent, received, self.clock.now_ms()) {
            tracing::warn!(%error, "the end of a connection cannot be recorded");
        }
    }
}

/// The gate of an open vault: the one way for anything of Atom to reach a network.
pub(super) fn gate(air_gap: bool, store: &Arc<Store>, clock: &Arc<dyn Clock>) -> Gate {
    Gate::new(air_gap, StoreLedger { store: Arc::clone(store), clock: Arc::clone(clock) })
}

impl App {
    /// The newest outgoing connections, those that were refused too.
    ///
    /// # Errors
    /// [`crate::ErrorCode::VaultLocked`].
    pub async fn network_list(&self) -> ApiResult<ConnectionsResponse> {
        let session = self.session().await?;
        blocking(move || {
            let (total, rows) = session.store.connections(LISTED)?;
            Ok(ConnectionsResponse { total, connections: rows.into_iter().map(view).collect() })
        })
        .await
    }
}

fn view(row: ConnectionRow) -> ConnectionView {
    ConnectionView {
        id: row.id.to_string(),
        host: row.host,
        reason: row.reason,
        at: row.at_ms,
        allowed: row.allowed,
        ended_at: row.ended_ms,
        sent: row.sent,
        received: row.received,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atom_core::ManualClock;
    use atom_store::RawKey;
    use atom_vault::Keys;

    #[test]
    fn what_the_air_gap_refuses_is_in_the_ledger() {
        let dir = tempfile::tempdir().unwrap();
        let key = Keys::ephemeral().unwrap().sqlcipher();
        let raw = RawKey { key: key.key, salt: key.salt };
        let store = Arc::new(Store::open(&dir.path().join("vault.db"), raw).unwrap());
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(7));
        let gate = gate(true, &store, &clock);
        assert!(gate.connect("updates.example.org", "look for a new version").is_err());
        gate.set_air_gap(false);
        drop(gate.connect("mail.example.org", "fetch mail").unwrap());
        let (total, rows) = store.connections(10).unwrap();
        assert_eq!(total, 2);
        assert_eq!((rows[1].host.as_str(), rows[1].allowed, rows[1].ended_ms), ("updates.example.org", false, None));
        assert_eq!((rows[0].reason.as_str(), rows[0].allowed, rows[0].ended_ms), ("fetch mail", true, Some(7)));
    }
}
