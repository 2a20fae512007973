//! The ledger of outgoing connections, as it crosses the boundary.

use serde::{Deserialize, Serialize};
use specta::Type;

/// One outgoing connection.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// Its number.
    pub id: String,
    /// Where to.
    pub host: String,
    /// What for.
    pub reason: String,
    /// When.
    #[specta(type = i32)]
    pub at: i64,
    /// Whether it was allowed; the air gap refuses.
    pub allowed: bool,
    /// When it was over; none while it lasts.
    #[specta(type = Option<i32>)]
    pub ended_at: Option<i64>,
    /// Bytes out.
    #[specta(type = u32)]
    pub sent: u64,
    /// Bytes in.
    #[specta(type = u32)]
    pub received: u64,
}

/// The outgoing connections.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsResponse {
    /// How many are recorded.
    #[specta(type = u32)]
    pub total: u64,
    /// The newest of them.
    pub connections: Vec<ConnectionView>,
}
