//! The activity log, as it crosses the boundary.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Asks for a page of the activity log, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditListRequest {
    /// Only these actions; all when empty.
    pub actions: Vec<String>,
    /// Only from this time on.
    #[specta(type = Option<i32>)]
    pub since: Option<i64>,
    /// Only older than the entry of this number.
    #[specta(type = Option<u32>)]
    pub before: Option<u64>,
    /// At most this many.
    pub limit: u32,
}

/// One thing that happened to the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntryView {
    /// Its number, from 1, without gaps.
    #[specta(type = u32)]
    pub seq: u64,
    /// When.
    #[specta(type = i32)]
    pub at: i64,
    /// Who: `app`, `cli`, `system`, `connector` or `program`.
    pub actor: String,
    /// What: `vault-made`, `vault-unlocked`, `vault-locked`, `unlock-refused`, `unlock-record-damaged`, `slot-changed`,
    /// `key-rotated`, `exported`, `backed-up`, `restored`, `source-added`, `source-removed`, `setting-changed`,
    /// `client-added`, `client-removed`, `program-answered`, `program-refused`, `index-rebuilt`, `rollback-accepted`,
    /// `entries-missed` or `log-sealed`.
    pub action: String,
    /// To what: an id or a name; empty when the action says it all.
    pub subject: String,
    /// How many times in a row.
    #[specta(type = u32)]
    pub times: u64,
}

/// A page of the activity log.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditListResponse {
    /// How many entries the filter leaves in all.
    #[specta(type = u32)]
    pub total: u64,
    /// This page.
    pub entries: Vec<AuditEntryView>,
}

/// What verifying the activity log found.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditVerifyResponse {
    /// Whether the log is what was written.
    pub ok: bool,
    /// Entries that verify, up to the first that does not.
    #[specta(type = u32)]
    pub sound: u64,
    /// Entries that gave way to a checkpoint.
    #[specta(type = u32)]
    pub sealed: u64,
    /// Number of the first entry that is wrong.
    #[specta(type = Option<u32>)]
    pub broken: Option<u64>,
    /// All of that in plain words.
    pub message: String,
}

/// The activity log was written to a file.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditExportResponse {
    /// The file.
    pub path: String,
    /// Entries in it.
    #[specta(type = u32)]
    pub entries: u64,
}
