//! What can go wrong with a backup.

use std::io;
use std::path::{Path, PathBuf};

/// Result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed backup, check or restore. Messages name the file and the remedy, never a secret or a document's text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk is not plugged in, or the folder was moved.
    #[error("the backup folder {} is not there: plug in its disk, or choose another folder", folder.display())]
    Absent {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds no backups.
    #[error("there are no backups of Atom in {}", folder.display())]
    NoRepository {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds something else.
    #[error("the folder {} is not empty and holds no backups of Atom: choose an empty one", folder.display())]
    Occupied {
        /// The folder.
        folder: PathBuf,
    },
    /// Backups and data in one folder would be lost together.
    #[error("the backup folder {} and the data folder {} must not lie in each other", folder.display(), data.display())]
    Overlapping {
        /// The backup folder.
        folder: PathBuf,
        /// The data folder.
        data: PathBuf,
    },
    /// The backups are of another vault.
    #[error("the backups in {} belong to another vault: each vault needs a folder of its own", folder.display())]
    OtherVault {
        /// The folder.
        folder: PathBuf,
    },
    /// Written by a newer Atom.
    #[error("the backup in {} has format {found}, this Atom knows up to {known}: update Atom", folder.display())]
    NewerFormat {
        /// The folder.
        folder: PathBuf,
        /// In the folder.
        found: u32,
        /// Known to this build.
        known: u32,
    },
    /// Another process works on the repository.
    #[error("another Atom is working on the backups in {}: try again when it is done", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no such snapshot.
    #[error("there is no snapshot {id} in {}; `atom backup list` shows those that are there", folder.display())]
    NoSnapshot {
        /// The folder.
        folder: PathBuf,
        /// What was asked for.
        id: String,
    },
    /// A file of the repository does not verify.
    #[error("the backup is damaged: {object} {problem}; nothing was changed")]
    Damaged {
        /// The file, relative to the folder.
        object: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The files of a new master key are not complete, or not what was written.
    #[error("the change to a new master key cannot be completed: {object} {problem}")]
    Rotation {
        /// The file, relative to the data folder.
        object: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The vault is written to faster than it can be copied.
    #[error(
        "the vault was changed all the time while it was copied for the new master key: try again when it is quiet; nothing was changed"
    )]
    Unsettled,
    /// The disk has no room.
    #[error("no space left on the disk of {}{}: free some and try again; what was there before is whole", place.display(), need(*bytes))]
    DiskFull {
        /// Where.
        place: PathBuf,
        /// How much is needed, bytes, where that is known.
        bytes: Option<u64>,
    },
    /// A person stopped it. Nothing half is left.
    #[error("stopped")]
    Cancelled,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] atom_store::Error),
    /// Keys or key slots failed.
    #[error(transparent)]
    Vault(#[from] atom_vault::Error),
    /// The operating system refused an operation.
    #[error("cannot {operation} {}: {source}", path.display())]
    Io {
        /// What was being done.
        operation: &'static str,
        /// To which file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

fn need(bytes: Option<u64>) -> String {
    bytes.map(|bytes| format!(", {} MB are needed", bytes.div_ceil(1_000_000))).unwrap_or_default()
}

impl Error {
    pub(crate) fn io(operation: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { place: path.to_owned(), bytes: None }
            }
            _ => Self::Io { operation, path: path.to_owned(), source },
        }
    }

    pub(crate) fn damaged(object: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Damaged { object: object.into(), problem: problem.into() }
    }

    pub(crate) fn rotation(object: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Rotation { object: object.into(), problem: problem.into() }
    }
}

/// Names the operation and the file on an error of the system.
pub(crate) trait During<T> {
    fn during(self, operation: &'static str, path: &Path) -> Result<T>;
}

impl<T> During<T> for io::Result<T> {
    fn during(self, operation: &'static str, path: &Path) -> Result<T> {
        self.map_err(|error| Error::io(operation, path, error))
    }
}
