//! Attempts to open the vault that were refused, while it is locked and the activity log cannot be written.
//!
//! A small file holds when and in which way, for the log to take over at the next unlock. It holds no secret: neither what was
//! typed nor anything about it. It is not authenticated, because there is no key to do so with while the vault is locked.

use crate::caller::Caller;
use atom_store::{AuditAction, AuditActor, AuditEntry};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const FILE: &str = "refused.v1";
/// Attempts that are kept one by one; those after them are counted.
const KEPT: usize = 100;
/// More bytes than that file can have.
const MAX_LEN: u64 = 64 * 1024;

/// A way to open the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Way {
    Passphrase,
    Recovery,
    Keychain,
}

impl Way {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Recovery => "recovery",
            Self::Keychain => "keychain",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum By {
    App,
    Cli,
    System,
}

impl By {
    const fn of(caller: Caller) -> Self {
        match caller {
            Caller::Window => Self::App,
            Caller::Terminal => Self::Cli,
            Caller::Atom => Self::System,
        }
    }

    const fn actor(self) -> AuditActor {
        match self {
            Self::App => AuditActor::App,
            Self::Cli => AuditActor::Cli,
            Self::System => AuditActor::System,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attempt {
    at_ms: i64,
    by: By,
    way: Way,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    attempts: Vec<Attempt>,
    /// Attempts after those.
    more: u64,
    last_ms: i64,
}

/// The file, for one process at a time.
pub(super) struct Refusals {
    path: PathBuf,
    writing: Mutex<()>,
}

impl Refusals {
    pub(super) fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join(FILE), writing: Mutex::default() }
    }

    /// Notes an attempt. When it cannot be noted, the answer to the person does not change.
    pub(super) fn note_blocking(&self, at_ms: i64, caller: Caller, way: Way) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut record = match self.read() {
            Ok(record) => record.unwrap_or_default(),
            // It stays as it is, so that the next unlock says that it was damaged.
            Err(Damaged) => return,
        };
        if record.attempts.len() < KEPT {
            record.attempts.push(Attempt { at_ms, by: By::of(caller), way });
        } else {
            record.more = record.more.saturating_add(1);
        }
        record.last_ms = at_ms;
        let written = serde_json::to_vec(&record)
            .map_err(std::io::Error::other)
            .and_then(|bytes| super::private_file::replace_own_blocking(&self.path, &bytes));
        if let Err(error) = written {
            tracing::warn!(%error, "a refused attempt to open the vault cannot be noted");
        }
    }

    /// What the log has to take over. Once it has, [`Refusals::forget_blocking`].
    pub(super) fn entries_blocking(&self, now_ms: i64) -> Vec<AuditEntry> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        match self.read() {
            Ok(None) => Vec::new(),
            Ok(Some(record)) => entries(&record),
            Err(Damaged) => vec![AuditEntry::once(now_ms, AuditActor::System, AuditAction::UnlockRecordDamaged, "")],
        }
    }

    pub(super) fn forget_blocking(&self) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the record of refused attempts cannot be removed");
            }
            _ => {}
        }
    }

    fn read(&self) -> Result<Option<Record>, Damaged> {
        let is_longer = match std::fs::metadata(&self.path) {
            Ok(facts) => !facts.is_file() || facts.len() > MAX_LEN,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(_) => return Err(Damaged),
        };
        let bytes = if is_longer { return Err(Damaged) } else { std::fs::read(&self.path).map_err(|_| Damaged)? };
        Record::parse(&bytes).map(Some).ok_or(Damaged)
    }
}

impl Record {
    fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(bytes).ok().filter(|record| record.attempts.len() <= KEPT)
    }
}

/// What the log would take over from a file with these bytes.
#[cfg(any(test, fuzzing))]
pub(super) fn entries_of(bytes: &[u8]) -> Vec<AuditEntry> {
    Record::parse(bytes).map(|record| entries(&record)).unwrap_or_default()
}

/// The file is there and is not what Atom wrote.
struct Damaged;

fn entries(record: &Record) -> Vec<AuditEntry> {
    let refused = AuditAction::UnlockRefused;
    let one = |attempt: &Attempt| AuditEntry::once(attempt.at_ms, attempt.by.actor(), refused, attempt.way.as_str());
    let more = (record.more > 0).then(|| AuditEntry {
        times: record.more,
        ..AuditEntry::once(record.last_ms, AuditActor::System, refused, "")
    });
    record.attempts.iter().map(one).chain(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn refusals() -> (tempfile::TempDir, Refusals) {
        let dir = tempfile::tempdir().unwrap();
        let refusals = Refusals::new(dir.path());
        (dir, refusals)
    }

    #[test]
    fn attempts_are_kept_with_time_way_and_caller_until_they_are_taken_over() {
        let (_dir, refusals) = refusals();
        assert!(refusals.entries_blocking(9).is_empty());
        refusals.note_blocking(5, Caller::Window, Way::Passphrase);
        refusals.note_blocking(6, Caller::Terminal, Way::Recovery);
        let refused = |at, by, way| AuditEntry::once(at, by, AuditAction::UnlockRefused, way);
        let expect = [refused(5, AuditActor::App, "passphrase"), refused(6, AuditActor::Cli, "recovery")];
        assert_eq!(refusals.entries_blocking(9), expect);
        assert_eq!(refusals.entries_blocking(9), expect, "until it is told to forget");
        refusals.forget_blocking();
        assert!(refusals.entries_blocking(9).is_empty());
        refusals.forget_blocking();
    }

    #[test]
    fn the_file_is_small_for_its_owner_only_and_counts_the_rest() {
        let (dir, refusals) = refusals();
        for at in 0..130 {
            refusals.note_blocking(1_763_690_000_000 + at, Caller::Window, Way::Passphrase);
        }
        let entries = refusals.entries_blocking(9);
        assert_eq!(entries.len(), 101);
        assert_eq!((entries[100].times, entries[100].at_ms), (30, 1_763_690_000_129));
        let facts = std::fs::metadata(dir.path().join(FILE)).unwrap();
        assert!(facts.len() < 8_000, "{} bytes", facts.len());
        assert_eq!(facts.permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn a_damaged_file_is_reported_and_not_a_hindrance() {
        for damage in
            [&b""[..], b"{", b"{\"attempts\":[]}", b"{\"attempts\":[],\"more\":-1,\"last_ms\":0}", &[0xff; 70_000]]
        {
            let (dir, refusals) = refusals();
            std::fs::write(dir.path().join(FILE), damage).unwrap();
            refusals.note_blocking(5, Caller::Window, Way::Keychain);
            let entries = refusals.entries_blocking(9);
            assert_eq!(entries.len(), 1);
            assert_eq!((entries[0].action, entries[0].at_ms), (AuditAction::UnlockRecordDamaged, 9));
            refusals.forget_blocking();
            refusals.note_blocking(6, Caller::Window, Way::Keychain);
            assert_eq!(refusals.entries_blocking(9)[0].action, AuditAction::UnlockRefused);
        }
    }
}
