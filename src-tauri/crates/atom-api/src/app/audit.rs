//! The activity log: writing, listing, verifying, exporting.
//!
//! What happens is logged after it happened, at the one place where it does. When an entry cannot be written (a full disk), what
//! happened stays; entries are then counted, and the log says how many are missing as soon as it can be written again.

use super::refusals::Way;
use super::session::Session;
use super::{App, blocking, private_file};
use crate::caller::Caller;
use crate::dto::{
    AuditEntryView, AuditExportResponse, AuditListRequest, AuditListResponse, AuditVerifyResponse, Settings,
};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_store::{AuditAction, AuditActor, AuditEntry, AuditFilter, AuditKey, AuditRow, AuditVerdict, Store};
use atom_vault::Keys;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Entries in one page.
const MAX_PAGE: u32 = 1_000;

/// The log of an open vault.
pub(super) struct Log {
    store: Arc<Store>,
    key: AuditKey,
    /// Entries that could not be written and are not accounted for yet.
    missed: AtomicU64,
}

impl Log {
    pub(super) fn new(store: Arc<Store>, keys: &Keys) -> Self {
        Self { store, key: AuditKey::new(&keys.derive("audit/chain")), missed: AtomicU64::new(0) }
    }

    /// Writes an entry, and before it how many are missing.
    pub(super) fn append_blocking(&self, entry: AuditEntry) {
        let missed = self.missed.swap(0, Ordering::SeqCst);
        let gap = (missed > 0).then(|| AuditEntry {
            times: missed,
            ..AuditEntry::once(entry.at_ms, AuditActor::System, AuditAction::EntriesMissed, "")
        });
        let entries: Vec<AuditEntry> = gap.into_iter().chain([entry]).collect();
        if let Err(error) = self.store.audit_append(&self.key, &entries) {
            self.missed.fetch_add(missed + 1, Ordering::SeqCst);
            tracing::warn!(%error, "the activity log cannot be written");
        }
    }

    /// Takes over what happened while there was no log; whether that is written now.
    fn take_over_blocking(&self, entries: &[AuditEntry]) -> bool {
        let written = self.store.audit_append_new(&self.key, entries);
        if let Err(error) = &written {
            tracing::warn!(%error, "refused attempts to open the vault cannot be logged; they are kept for the next time");
        }
        written.is_ok()
    }

    pub(super) fn verify_blocking(&self) -> ApiResult<AuditVerdict> {
        Ok(self.store.audit_verify(&self.key)?)
    }
}

impl App {
    /// A page of the activity log, newest first.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`]; [`ErrorCode::InvalidInput`] for an action that does not exist.
    pub async fn audit_list(&self, request: AuditListRequest) -> ApiResult<AuditListResponse> {
        let session = self.session().await?;
        blocking(move || {
            let filter = AuditFilter {
                actions: request.actions.iter().map(|name| action(name)).collect::<ApiResult<_>>()?,
                since_ms: request.since,
                before: request.before,
            };
            session.log_programs_blocking();
            let (total, rows) = session.store.audit_rows(&filter, request.limit.clamp(1, MAX_PAGE) as usize)?;
            Ok(AuditListResponse { total, entries: rows.into_iter().map(view).collect() })
        })
        .await
    }

    /// Verifies the chain of the activity log.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`]. A log that does not verify is an answer.
    pub async fn audit_verify(&self) -> ApiResult<AuditVerifyResponse> {
        let session = self.session().await?;
        blocking(move || {
            let verdict = session.log.verify_blocking()?;
            Ok(AuditVerifyResponse {
                ok: verdict.broken.is_none(),
                sound: verdict.sound,
                sealed: verdict.sealed,
                broken: verdict.broken.map(|broken| broken.seq),
                message: in_words(&verdict),
            })
        })
        .await
    }

    /// Writes the whole activity log to `path`, oldest first, one JSON document a line; nothing when no path was chosen.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`], [`ErrorCode::DiskFull`], [`ErrorCode::InvalidInput`] when the file cannot be written.
    pub async fn audit_export(&self, path: Option<PathBuf>) -> ApiResult<Option<AuditExportResponse>> {
        self.touch();
        let session = self.session().await?;
        let Some(path) = path else { return Ok(None) };
        let reading = Arc::clone(&session);
        let exported = blocking(move || {
            reading.log_programs_blocking();
            let (_, rows) = reading.store.audit_rows(&AuditFilter::default(), usize::MAX >> 1)?;
            let mut text = String::new();
            for row in rows.into_iter().rev() {
                let line = serde_json::to_string(&view(row))
                    .map_err(|error| ApiError::new(ErrorCode::Internal, format!("writing the log: {error}")))?;
                text.push_str(&line);
                text.push('\n');
            }
            private_file::write_out_blocking(&path, text.as_bytes())
                .map_err(|error| ApiError::unwritten(&path, &error, ErrorCode::InvalidInput))?;
            let entries = text.lines().count() as u64;
            Ok(AuditExportResponse { path: path.to_string_lossy().into_owned(), entries })
        })
        .await?;
        self.log(&session, AuditAction::Exported, "activity log").await;
        Ok(Some(exported))
    }

    /// Logs what the caller of this task did.
    pub(super) async fn log(&self, session: &Arc<Session>, action: AuditAction, subject: impl Into<String>) {
        let entry = AuditEntry::once(session.clock.now_ms(), Caller::current().actor(), action, subject);
        let session = Arc::clone(session);
        // A panic in there is logged by its thread; the caller's work is done all the same.
        let _ = blocking(move || {
            session.log.append_blocking(entry);
            Ok(())
        })
        .await;
    }

    /// Logs that something was tried that does not open the vault: at once if it is open, or else at the next unlock.
    pub(super) async fn note_refusal(self: &Arc<Self>, way: Way) {
        if let Ok(session) = self.session().await {
            return self.log(&session, AuditAction::UnlockRefused, way.as_str()).await;
        }
        let (app, caller) = (Arc::clone(self), Caller::current());
        let _ = blocking(move || {
            use atom_core::Clock;
            app.refusals.note_blocking(atom_core::SystemClock.now_ms(), caller, way);
            Ok(())
        })
        .await;
    }

    /// Logs that the vault was opened, and the attempts that were refused before.
    pub(super) async fn log_opened(self: &Arc<Self>, session: &Arc<Session>, way: Way) {
        let (app, open) = (Arc::clone(self), Arc::clone(session));
        let _ = blocking(move || {
            let entries = app.refusals.entries_blocking(open.clock.now_ms());
            if !entries.is_empty() && open.log.take_over_blocking(&entries) {
                app.refusals.forget_blocking();
            }
            Ok(())
        })
        .await;
        self.log(session, AuditAction::VaultUnlocked, way.as_str()).await;
    }

    /// Logs the names of the settings that differ, and of their values nothing.
    pub(super) async fn log_settings(&self, session: &Arc<Session>, before: &Settings, after: &Settings) {
        for name in changed(before, after) {
            self.log(session, AuditAction::SettingChanged, name).await;
        }
    }
}

/// Names of the settings that differ, in order.
fn changed(before: &Settings, after: &Settings) -> Vec<String> {
    match (serde_json::to_value(before), serde_json::to_value(after)) {
        (Ok(Value::Object(before)), Ok(Value::Object(after))) => {
            let differs = |(name, value): &(String, Value)| before.get(name) != Some(value);
            let mut names: Vec<_> = after.into_iter().filter(differs).map(|(name, _)| name).collect();
            names.sort();
            names
        }
        _ => Vec::new(),
    }
}

fn action(name: &str) -> ApiResult<AuditAction> {
    AuditAction::parse(name).ok_or_else(|| {
        let known: Vec<_> = AuditAction::ALL.iter().map(|action| action.as_str()).collect();
        ApiError::new(ErrorCode::InvalidInput, format!("there is no action {name}; there are {}", known.join(", ")))
    })
}

fn view(row: AuditRow) -> AuditEntryView {
    AuditEntryView {
        seq: row.seq,
        at: row.at_ms,
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        times: row.times,
    }
}

/// What verifying found, for a person.
pub(super) fn in_words(verdict: &AuditVerdict) -> String {
    let sealed = match verdict.sealed {
        0 => String::new(),
        sealed => format!("; {sealed} older ones gave way to a checkpoint that counts them"),
    };
    match verdict.broken {
        None => format!("the activity log is whole: {} entries verify{sealed}", verdict.sound),
        Some(broken) => format!(
            "the activity log is broken at entry {}: {}. {} entries before it verify{sealed}. \
             The log was damaged, or changed past Atom: compare it with a backup",
            broken.seq, broken.what, verdict.sound
        ),
    }
}

#[cfg(test)]
mod tests;
