//! What stops a worker for a while.

/// A failed step of indexing; the worker says so, waits and tries again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] atom_store::Error),
    /// An index failed.
    #[error(transparent)]
    Index(#[from] atom_index::Error),
    /// The embedding model failed or is missing.
    #[error(transparent)]
    Embed(#[from] atom_embed::Error),
    /// Tesseract is there and cannot be used.
    #[error("recognising text in pictures: {0}")]
    Ocr(String),
    /// No thread to be had.
    #[error("starting a worker: {0}")]
    Thread(#[from] std::io::Error),
}

impl Error {
    /// Whether the disk is full: nothing was lost, and work goes on when there is space.
    pub const fn is_disk_full(&self) -> bool {
        matches!(
            self,
            Self::Store(atom_store::Error::DiskFull { .. }) | Self::Index(atom_index::Error::DiskFull { .. })
        )
    }

    /// Whether the embedding model is missing or cannot be used: nothing but meaning waits for it.
    pub const fn is_model_failure(&self) -> bool {
        matches!(self, Self::Embed(_))
    }

    /// Whether a derived index is damaged and has to be rebuilt.
    pub const fn is_corrupt_index(&self) -> bool {
        matches!(self, Self::Index(atom_index::Error::Corrupt { .. }))
    }
}

/// Result of a step of indexing.
pub type Result<T> = std::result::Result<T, Error>;
