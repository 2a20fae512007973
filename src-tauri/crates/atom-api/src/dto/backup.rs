//! Backups, export and import.

use crate::error::ApiError;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Where and when to back up, and how much to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupSettings {
    /// The folder; no backups by themselves when empty.
    pub folder: Option<String>,
    /// So many hours after the last one; never by themselves when empty.
    pub every_hours: Option<u32>,
    /// Whether the indexes are backed up too: larger, but nothing has to be built again after a restore.
    pub indexes: bool,
    /// Keep the newest so many.
    pub keep_last: u32,
    /// Keep one a day for so many days that have one.
    pub keep_daily: u32,
    /// Keep one a week for so many weeks that have one.
    pub keep_weekly: u32,
}

impl Default for BackupSettings {
    fn default() -> Self {
        Self { folder: None, every_hours: Some(24), indexes: true, keep_last: 3, keep_daily: 7, keep_weekly: 4 }
    }
}

/// Backs up now.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupRequest {
    /// The folder, absolute; made if the folder above it is there.
    pub folder: String,
    /// Also read everything that was there before, and mend what is damaged.
    pub verify: bool,
    /// Whether the indexes are backed up too.
    pub indexes: bool,
    /// Keep the newest so many; with all three rules at 0 everything stays.
    pub keep_last: u32,
    /// Keep one a day for so many days that have one.
    pub keep_daily: u32,
    /// Keep one a week for so many weeks that have one.
    pub keep_weekly: u32,
}

/// Names a folder.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FolderRequest {
    /// The folder, absolute.
    pub folder: String,
}

/// Asks what a folder of backups holds, without an open vault.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RestoreListRequest {
    /// The folder, absolute.
    pub folder: String,
    /// Passphrase or recovery code of the vault that the backups are of.
    pub secret: String,
}

/// Brings a backup back in the place of everything that Atom keeps.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RestoreRequest {
    /// The folder, absolute.
    pub folder: String,
    /// The snapshot; the newest when none is named.
    pub snapshot: Option<String>,
    /// Passphrase or recovery code of the vault that the backups are of.
    pub secret: String,
}

/// One moment that can be brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotView {
    /// Its name.
    pub id: String,
    /// When it was taken.
    #[specta(type = i32)]
    pub made_at: i64,
    /// Files and folders in it.
    #[specta(type = u32)]
    pub items: u64,
    /// Passages in it.
    #[specta(type = u32)]
    pub passages: u64,
    /// Folders that were added.
    #[specta(type = u32)]
    pub sources: u64,
    /// Size of its content.
    #[specta(type = u32)]
    pub bytes: u64,
    /// What it added to the backups.
    #[specta(type = u32)]
    pub added_bytes: u64,
    /// Whether the indexes are in it.
    pub indexes: bool,
    /// Version of the Atom that took it.
    pub app_version: String,
}

/// What a folder of backups holds.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupListView {
    /// The folder.
    pub folder: String,
    /// Newest first.
    pub snapshots: Vec<SnapshotView>,
    /// Size of all files in the folder.
    #[specta(type = u32)]
    pub bytes: u64,
    /// What is wrong with others, in plain words.
    pub damage: Vec<String>,
}

/// What reading everything found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupCheckView {
    /// Whether everything can be restored.
    pub ok: bool,
    /// Snapshots that were looked at.
    #[specta(type = u32)]
    pub snapshots: u64,
    /// Chunks that were read.
    #[specta(type = u32)]
    pub chunks: u64,
    /// Bytes that were read.
    #[specta(type = u32)]
    pub bytes: u64,
    /// What is wrong, in plain words.
    pub damage: Vec<String>,
    /// Snapshots that cannot be restored.
    pub lost_snapshots: Vec<String>,
}

/// What a backup did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupDoneView {
    /// The new snapshot.
    pub snapshot: SnapshotView,
    /// Damaged chunks that were written again.
    #[specta(type = u32)]
    pub mended_chunks: u64,
    /// Snapshots that were not kept.
    pub removed_snapshots: Vec<String>,
    /// Bytes that are free again.
    #[specta(type = u32)]
    pub freed_bytes: u64,
    /// What a person should know: older snapshots that are damaged.
    pub warnings: Vec<String>,
}

/// What an export wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExportView {
    /// The folder.
    pub folder: String,
    /// Items that are listed.
    #[specta(type = u32)]
    pub items: u64,
    /// Items with a text of their own file.
    #[specta(type = u32)]
    pub texts: u64,
}

/// What a change of the master key did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RotationDoneView {
    /// What a person should know: what was damaged before and could not be carried over.
    pub warnings: Vec<String>,
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RestoreDoneView {
    /// The snapshot that is back.
    pub snapshot: SnapshotView,
    /// Where the data lies that was there before; none if there was none.
    pub previous: Option<String>,
    /// What a person should know: what did not go as it should after the data was in its place.
    pub warnings: Vec<String>,
}

/// What an import brought in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// Folders that were added.
    pub added: Vec<String>,
    /// Folders that were not, each with the reason.
    pub skipped: Vec<String>,
    /// Whether settings were taken over.
    pub settings: bool,
}

/// A long task on backups, running or the last one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupRunView {
    /// Counts the tasks of this session; 0 when there was none.
    pub run: u32,
    /// `backup`, `check`, `export`, `rotation` or `restore`; empty when there was none.
    pub task: String,
    /// `idle`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// `starting`, `writing`, `verifying`, `pruning`; for a rotation `sealing` and `copying`, for a restore `restoring` and `opening`.
    pub phase: String,
    /// Done in this phase: bytes, items of an export, rows while `copying`.
    #[specta(type = u32)]
    pub done: u64,
    /// To do in this phase; an estimate while writing.
    #[specta(type = u32)]
    pub total: u64,
    /// Estimated time left in this phase, in seconds.
    pub eta_seconds: Option<f32>,
    /// Of a backup that is done.
    pub backup: Option<BackupDoneView>,
    /// Of a check that is done.
    pub check: Option<BackupCheckView>,
    /// Of an export that is done.
    pub export: Option<ExportView>,
    /// Of a change of the master key that is done.
    pub rotation: Option<RotationDoneView>,
    /// Of a restore that is done.
    pub restore: Option<RestoreDoneView>,
    /// Why it failed.
    pub error: Option<ApiError>,
}

/// How the backups stand.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupStateView {
    /// The running task, or the last one.
    pub run: BackupRunView,
    /// `unset`, `ready`, `empty` (no backups there yet) or `absent` (the disk is not plugged in).
    pub folder_state: String,
    /// When the last backup ended well.
    #[specta(type = Option<i32>)]
    pub last_at: Option<i64>,
    /// When the next one is due by itself.
    #[specta(type = Option<i32>)]
    pub next_at: Option<i64>,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<String>,
}
