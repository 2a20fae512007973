//! What can go wrong with a derived index.

use std::io;

/// A failed index operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The index on disk is damaged, tampered with or of another version: rebuild it.
    #[error("the {index} index is damaged: {reason}")]
    Corrupt {
        /// `keyword` or `vector`.
        index: &'static str,
        /// What was found; never document text.
        reason: String,
    },
    /// The disk is full: free space and try again.
    #[error("no space left on the disk while {operation}")]
    DiskFull {
        /// What was being done.
        operation: &'static str,
    },
    /// Reading or writing failed.
    #[error("{operation}: {source}")]
    Io {
        /// What was being done.
        operation: &'static str,
        /// The cause.
        source: io::Error,
    },
    /// The engine refused the operation.
    #[error("{operation} in the {index} index: {reason}")]
    Engine {
        /// `keyword` or `vector`.
        index: &'static str,
        /// What was being done.
        operation: &'static str,
        /// The engine's words; never document text.
        reason: String,
    },
}

/// Result of an index operation.
pub type Result<T> = std::result::Result<T, Error>;
