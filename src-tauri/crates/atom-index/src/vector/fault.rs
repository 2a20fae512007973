//! Turns what LanceDB and the sealed store say into the crate's error.
//!
//! Lance passes most causes on, some only as text, and a few not at all (an index that cannot be opened is dropped
//! with a warning).
//! So the sealed store also counts what it refused: an operation that failed while the count rose met a damaged file.

use std::error::Error as StdError;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Error;

/// The marker in the text of every refusal, for causes that arrive as text only.
pub(crate) const REFUSED: &str = "sealed object refused";

/// How Lance says that a file is gone which its own lists name; for an index only as text.
const GONE: &str = "Not found: ";

const NAME: &str = "vector";
const REASON_LIMIT: usize = 300;

/// Counts of what the sealed store met.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    refused: AtomicU64,
    full: AtomicU64,
}

/// The counts at the start of an operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    refused: u64,
    full: u64,
}

impl Watch {
    pub(crate) fn mark(&self) -> Mark {
        Mark { refused: self.refused.load(Ordering::Relaxed), full: self.full.load(Ordering::Relaxed) }
    }

    pub(crate) fn note_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn note_error(&self, error: &(dyn StdError + 'static)) {
        if is_disk_full(error) {
            self.full.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn refused_since(&self, mark: Mark) -> bool {
        self.refused.load(Ordering::Relaxed) != mark.refused
    }

    fn full_since(&self, mark: Mark) -> bool {
        self.full.load(Ordering::Relaxed) != mark.full
    }

    /// The crate's error for a failed `operation` that began at `mark`.
    pub(crate) fn classify(&self, operation: &'static str, mark: Mark, error: &(dyn StdError + 'static)) -> Error {
        if self.full_since(mark) || is_disk_full(error) {
            return Error::DiskFull { operation };
        }
        let reason = shorten(&error.to_string());
        if self.refused_since(mark) || is_damage(error) {
            return corrupt(reason);
        }
        if let Some(kind) = system_error(error) {
            let source = io::Error::new(kind, reason);
            return Error::Io { operation, source };
        }
        Error::Engine { index: NAME, operation, reason }
    }
}

/// The error of a damaged vector index.
pub(crate) fn corrupt(reason: impl Into<String>) -> Error {
    Error::Corrupt { index: NAME, reason: reason.into() }
}

/// The error of a request that the index refuses.
pub(crate) fn refused(operation: &'static str, reason: impl Into<String>) -> Error {
    Error::Engine { index: NAME, operation, reason: reason.into() }
}

/// The error of a file operation.
pub(crate) fn io_error(operation: &'static str, source: io::Error) -> Error {
    if source.kind() == io::ErrorKind::StorageFull {
        return Error::DiskFull { operation };
    }
    Error::Io { operation, source }
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn StdError + 'static)| (*cause).source())
}

fn is_disk_full(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::StorageFull)
            || cause.to_string().contains("No space left on device")
    })
}

/// A failure of the machine (permissions, handles, hardware): not the index's fault, and rebuilding does not help.
fn system_error(error: &(dyn StdError + 'static)) -> Option<io::ErrorKind> {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .find(|cause| cause.raw_os_error().is_some())
        .map(io::Error::kind)
}

/// A refused object, a file that a manifest names and that is gone, or a file that Lance cannot make sense of.
fn is_damage(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|cause| {
        if let Some(cause) = cause.downcast_ref::<lancedb::Error>() {
            let text = cause.to_string();
            return matches!(cause, lancedb::Error::TableCorrupted { .. })
                || text.contains(REFUSED)
                || text.contains(GONE);
        }
        if let Some(cause) = cause.downcast_ref::<lance::Error>() {
            return matches!(
                cause,
                lance::Error::CorruptFile { .. } | lance::Error::NotFound { .. } | lance::Error::DatasetNotFound { .. }
            );
        }
        matches!(cause.downcast_ref::<object_store::Error>(), Some(object_store::Error::NotFound { .. }))
    })
}

fn shorten(text: &str) -> String {
    text.chars().take(REASON_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(kind: io::ErrorKind) -> lancedb::Error {
        lancedb::Error::ObjectStore {
            source: object_store::Error::Generic { store: "sealed", source: Box::new(io::Error::from(kind)) },
        }
    }

    #[test]
    fn full_disk_is_said_to_be_full() {
        let watch = Watch::default();
        let error = watch.classify("writing", watch.mark(), &stored(io::ErrorKind::StorageFull));
        assert!(matches!(error, Error::DiskFull { operation: "writing" }));
    }

    #[test]
    fn other_failures_are_neither_full_nor_damage() {
        let watch = Watch::default();
        let error = watch.classify("writing", watch.mark(), &stored(io::ErrorKind::TimedOut));
        assert!(matches!(error, Error::Engine { .. }));
    }

    #[test]
    fn failures_of_the_machine_are_not_taken_for_damage() {
        const INPUT_OUTPUT: i32 = 5;
        let watch = Watch::default();
        let error = lancedb::Error::ObjectStore {
            source: object_store::Error::Generic {
                store: "sealed",
                source: Box::new(io::Error::from_raw_os_error(INPUT_OUTPUT)),
            },
        };
        let judged = watch.classify("reading", watch.mark(), &error);
        assert!(matches!(judged, Error::Io { .. }));
    }

    #[test]
    fn refusal_during_the_operation_is_damage_even_if_the_cause_is_lost() {
        let watch = Watch::default();
        let before = watch.mark();
        watch.note_refused();
        let lost = lancedb::Error::Runtime { message: "task failed".into() };
        assert!(matches!(watch.classify("searching", before, &lost), Error::Corrupt { .. }));
        assert!(matches!(watch.classify("searching", watch.mark(), &lost), Error::Engine { .. }));
    }
}
