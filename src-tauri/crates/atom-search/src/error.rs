//! What can go wrong with a search.

/// A failed search. Messages hold neither queries nor document text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An index could not answer; a damaged one has to be rebuilt.
    #[error(transparent)]
    Index(#[from] atom_index::Error),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] atom_store::Error),
    /// The model could not read the query.
    #[error("embedding the query: {reason}")]
    Embedding {
        /// The embedder's words; never the query.
        reason: String,
    },
    /// The item that was asked about is not there any more.
    #[error("this item is not in the index any more")]
    Gone,
    /// The work was dropped: the runtime is shutting down, or a part of it panicked.
    #[error("{operation} was cut short")]
    CutShort {
        /// What was being done.
        operation: &'static str,
    },
}

/// Result of a search operation.
pub type Result<T> = std::result::Result<T, Error>;
