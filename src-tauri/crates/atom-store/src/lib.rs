//! Encrypted SQLite (SQLCipher): the source of truth.
//!
//! What is in here is acknowledged once a call returns; both indexes follow from it and can be rebuilt.
//! Deliberately absent: full-text search (tantivy does it better), vectors, and any knowledge of how text is extracted.
//! All calls block; callers on an async runtime use a blocking thread.
//!
//! To change the schema: add a file under `migrations/` and list it in `migrate.rs`; never edit a released one.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod anchor;
mod audit;
mod carry;
mod chain;
mod clients;
mod connection;
mod connections;
mod counts;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod items;
mod jobs;
mod keeper;
mod loss;
mod members;
mod migrate;
mod model_change;
mod ocr;
mod past_searches;
mod queues;
mod saved_searches;
mod search_facts;
mod secrets;
mod settings;
mod snapshot;
mod sources;
mod texts;

pub use anchor::{ANCHOR_FILE, ANCHOR_LEN, IndexName};
pub use audit::{AuditAction, AuditActor, AuditBreak, AuditEntry, AuditFilter, AuditKey, AuditRow, AuditVerdict};
pub use carry::{Adopt, Carried, Carry};
pub use clients::ClientRow;
pub use connection::{Anchoring, RawKey, Store};
pub use connections::ConnectionRow;
pub use counts::{Counts, SourceCounts};
pub use error::{Error, Result};
pub use items::{DirectoryChild, ItemRow, ScanApplied};
pub use jobs::{JobKind, JobRow, JobState};
pub use loss::{AcceptedLoss, Loss, LossKind};
pub use members::NewMember;
pub use migrate::SCHEMA_VERSION;
pub use model_change::{ModelChange, ModelInUse, ModelSet};
pub use ocr::{OcrOutcome, OcrState, OcrTask, Recognised};
pub use past_searches::{LoggedSearch, NotedSearch, PastSearch};
pub use queues::{MeaningTask, Tombstone, WordsTask};
pub use saved_searches::{SavedSearch, Seen};
pub use search_facts::{ChunkText, FileFilter, FileRow, ItemFacts};
pub use secrets::{SecretName, SecretRow};
pub use snapshot::{Block, Outline, Rebuild, Snapshot, TableOutline};
pub use sources::{SourceRow, SourceStatus, VANISHED_KEPT_MS};
pub use texts::{NewChunk, ReadTask, TextOutcome};
