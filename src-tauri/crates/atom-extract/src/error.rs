//! The errors of this crate: only what concerns the worker processes.
//!
//! What goes wrong with a file is an [`crate::Outcome`], never an error.

/// Why no worker process could be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The worker program could not be started.
    #[error("start the reader process: {0}")]
    Start(#[source] std::io::Error),
    /// The worker program started and did not say that it is ready.
    #[error("start the reader process: it did not answer ({0})")]
    NoAnswer(String),
    /// The worker program is of another build.
    #[error("start the reader process: it speaks version {theirs}, this program {ours}")]
    Version {
        /// Version of this program.
        ours: u32,
        /// Version of the worker.
        theirs: u32,
    },
}

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
