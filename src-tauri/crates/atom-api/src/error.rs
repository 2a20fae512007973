//! Errors as shells see them: a closed set of codes, a sentence for a person.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Result of a use case.
pub type ApiResult<T> = Result<T, ApiError>;

/// What a shell may act on. A code exists only where some shell does something of its own for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// No vault yet: offer to make one.
    VaultAbsent,
    /// The vault is locked: offer to unlock.
    VaultLocked,
    /// There is a vault already.
    VaultExists,
    /// Wrong passphrase or recovery code.
    WrongPassphrase,
    /// The new passphrase is too weak.
    WeakPassphrase,
    /// The system's keychain does not answer.
    KeychainUnavailable,
    /// The item, source or job is gone.
    NotFound,
    /// The request makes no sense; the message says why.
    InvalidInput,
    /// The folder cannot be read.
    FolderUnreadable,
    /// The disk is full.
    DiskFull,
    /// The embedding model is not installed.
    ModelMissing,
    /// An index is damaged and can be rebuilt.
    IndexCorrupt,
    /// The store itself is damaged.
    DataDamaged,
    /// Saved data is missing: tell what, and offer to go on with what is there.
    DataLost,
    /// The network is metered: ask before much goes through it.
    NetworkMetered,
    /// Another Atom has the vault.
    Busy,
    /// Anything else.
    Internal,
}

/// A failed use case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct ApiError {
    /// What a shell may act on.
    pub code: ErrorCode,
    /// What happened, to what, and what to do. Never document text or a secret.
    pub message: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// Technical detail for a bug report.
    pub details: Option<String>,
}

impl ApiError {
    /// An error without technical detail.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retryable: false, details: None }
    }

    /// The same, worth trying again.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// The same, with detail for a bug report.
    #[must_use]
    pub fn with_details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }
}

impl ApiError {
    /// The system refused to write a file: on a full disk with the way out, else with `otherwise`.
    pub(crate) fn unwritten(path: &std::path::Path, error: &std::io::Error, otherwise: ErrorCode) -> Self {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        let path = path.display();
        match error.kind() {
            StorageFull | QuotaExceeded => {
                let message = format!("no space left on the disk of {path}: free some and try again; nothing was lost");
                Self::new(ErrorCode::DiskFull, message).retryable()
            }
            _ => Self::new(otherwise, format!("{path} cannot be written: {error}")),
        }
    }
}

/// What every message about a full disk ends with.
const FREE_SPACE: &str = "free some space; nothing was lost and indexing goes on by itself";

impl From<atom_vault::Error> for ApiError {
    fn from(error: atom_vault::Error) -> Self {
        use atom_vault::Error as E;
        let message = error.to_string();
        match error {
            E::NoVault => {
                Self::new(ErrorCode::VaultAbsent, "there is no vault yet: make one with `atom init` or in the app")
            }
            E::AlreadyExists => Self::new(ErrorCode::VaultExists, "there is a vault here already"),
            E::TooFewSlots => {
                Self::new(ErrorCode::InvalidInput, format!("{message}: set a passphrase first; nothing was changed"))
            }
            E::NoSlot { .. } => Self::new(ErrorCode::InvalidInput, message),
            E::WrongPassphrase => {
                Self::new(ErrorCode::WrongPassphrase, "wrong passphrase: try again, or use the recovery code")
            }
            E::WrongRecoveryCode | E::MalformedRecoveryCode { .. } => Self::new(ErrorCode::WrongPassphrase, message),
            E::CodeNotConfirmed => Self::new(
                ErrorCode::WrongPassphrase,
                format!("{message}: look at what you wrote down and type the groups again; the old code still works"),
            ),
            E::PassphraseNeeded => Self::new(ErrorCode::InvalidInput, message),
            E::WeakPassphrase { .. } => Self::new(ErrorCode::WeakPassphrase, message),
            E::KeychainUnavailable { .. } => Self::new(
                ErrorCode::KeychainUnavailable,
                format!("{message}; unlock with the passphrase or the recovery code"),
            ),
            E::DamagedSlots { .. } | E::UnsafeKdf { .. } => Self::new(
                ErrorCode::DataDamaged,
                format!("{message}; put a copy of keyslots.v1 from a backup in its place"),
            ),
            E::NoMemory { .. } => {
                Self::new(ErrorCode::Internal, format!("{message}: close other programs and try again")).retryable()
            }
            E::NewerVault { .. } => Self::new(ErrorCode::InvalidInput, format!("{message}; update Atom")),
            E::DiskFull { .. } => Self::new(ErrorCode::DiskFull, format!("{message}: {FREE_SPACE}")).retryable(),
            E::NotSealed { .. } | E::UnsupportedSeal { .. } | E::Tampered { .. } => {
                Self::new(ErrorCode::DataDamaged, message)
            }
            E::OutOfRange { .. } | E::InvalidSealRequest { .. } | E::Io { .. } | E::Random { .. } => {
                Self::new(ErrorCode::Internal, message)
            }
        }
    }
}

impl From<atom_store::Error> for ApiError {
    fn from(error: atom_store::Error) -> Self {
        use atom_store::Error as E;
        let message = error.to_string();
        match error {
            E::WrongKey | E::Plaintext | E::Damaged { .. } => Self::new(ErrorCode::DataDamaged, message),
            E::Lost(loss) => Self::new(ErrorCode::DataLost, format!("{loss}; nothing was changed"))
                .with_details(format!("{} have={} want={}", loss.kind.as_str(), loss.have, loss.want)),
            E::Retired { .. } => Self::new(ErrorCode::Busy, message).retryable(),
            E::NewerSchema { .. } | E::Unsupported { .. } => Self::new(ErrorCode::InvalidInput, message),
            E::Block { .. } => Self::new(ErrorCode::DataDamaged, message),
            E::DiskFull { .. } => Self::new(ErrorCode::DiskFull, message).retryable(),
            E::DiskFailed { .. } => Self::new(ErrorCode::Internal, message).retryable(),
            E::Sqlite { .. } | E::Io { .. } => Self::new(ErrorCode::Internal, message),
        }
    }
}

impl From<atom_backup::Error> for ApiError {
    fn from(error: atom_backup::Error) -> Self {
        use atom_backup::Error as E;
        let message = error.to_string();
        match error {
            E::Absent { .. } | E::NoRepository { .. } | E::NoSnapshot { .. } => Self::new(ErrorCode::NotFound, message),
            E::Occupied { .. } | E::Overlapping { .. } | E::OtherVault { .. } | E::NewerFormat { .. } => {
                Self::new(ErrorCode::InvalidInput, message)
            }
            E::Busy { .. } => Self::new(ErrorCode::Busy, message).retryable(),
            E::Damaged { .. } => Self::new(ErrorCode::DataDamaged, message),
            E::DiskFull { .. } => Self::new(ErrorCode::DiskFull, message).retryable(),
            E::Rotation { .. } => Self::new(
                ErrorCode::DataDamaged,
                format!(
                    "{message}. If nothing of the folder `rotated` in the data folder was put in its place yet, moving it away \
                     brings back the vault as it was; otherwise restore a backup"
                ),
            ),
            E::Unsettled => Self::new(ErrorCode::Busy, message).retryable(),
            E::Cancelled => Self::new(ErrorCode::Internal, "stopped before the end; nothing half is left").retryable(),
            E::Store(error) => error.into(),
            E::Vault(error) => error.into(),
            E::Io { .. } => Self::new(ErrorCode::Internal, message),
        }
    }
}

impl From<atom_index::Error> for ApiError {
    fn from(error: atom_index::Error) -> Self {
        use atom_index::Error as E;
        let message = error.to_string();
        match error {
            E::Corrupt { index, .. } => {
                let which = if index == "vector" { "meaning" } else { "words" };
                Self::new(
                    ErrorCode::IndexCorrupt,
                    format!(
                        "{message}; it is built again from the vault by itself, or with `atom doctor --rebuild {which}`"
                    ),
                )
            }
            E::DiskFull { .. } => Self::new(ErrorCode::DiskFull, format!("{message}: {FREE_SPACE}")).retryable(),
            E::Io { .. } | E::Engine { .. } => Self::new(ErrorCode::Internal, message),
        }
    }
}

impl From<atom_embed::Error> for ApiError {
    fn from(error: atom_embed::Error) -> Self {
        use atom_embed::Error as E;
        let message = error.to_string();
        match error {
            E::Write { path, source } => Self::unwritten(&path, &source, ErrorCode::Internal),
            E::NotInstalled { .. } => Self::new(ErrorCode::NotFound, message),
            E::ModelMissing { .. } | E::ModelGone { .. } | E::Runtime { .. } => {
                Self::new(ErrorCode::ModelMissing, message)
            }
            E::ModelDamaged { .. }
            | E::Manifest { .. }
            | E::Incomplete { .. }
            | E::BadId { .. }
            | E::AlreadyInstalled { .. }
            | E::Unusable { .. }
            | E::Read { .. }
            | E::Load { .. }
            | E::Embed { .. }
            | E::Shape { .. } => Self::new(ErrorCode::InvalidInput, message),
        }
    }
}

impl From<atom_net::Error> for ApiError {
    fn from(error: atom_net::Error) -> Self {
        use atom_net::Error as E;
        let message = error.to_string();
        match error {
            E::AirGap { .. } | E::InvalidHost | E::NoReason { .. } | E::Url { .. } => {
                Self::new(ErrorCode::InvalidInput, message)
            }
            E::NotRecorded { .. } | E::Trust { .. } => Self::new(ErrorCode::Internal, message),
            E::Io { .. } | E::Status { .. } | E::Answer { .. } => Self::new(ErrorCode::Internal, message).retryable(),
        }
    }
}

impl From<atom_search::Error> for ApiError {
    fn from(error: atom_search::Error) -> Self {
        use atom_search::Error as E;
        match error {
            E::Index(error) => error.into(),
            E::Store(error) => error.into(),
            E::Embedding { .. } => Self::new(ErrorCode::ModelMissing, error.to_string()),
            E::Gone => Self::new(ErrorCode::NotFound, error.to_string()),
            E::CutShort { .. } => Self::new(ErrorCode::Internal, error.to_string()).retryable(),
        }
    }
}

impl From<atom_ingest::Error> for ApiError {
    fn from(error: atom_ingest::Error) -> Self {
        use atom_ingest::Error as E;
        match error {
            E::Store(error) => error.into(),
            E::Index(error) => error.into(),
            E::Embed(error) => Self::new(ErrorCode::ModelMissing, error.to_string()),
            E::Ocr(_) => Self::new(ErrorCode::Internal, error.to_string()).retryable(),
            E::Thread(error) => Self::new(ErrorCode::Internal, format!("starting a worker: {error}")),
        }
    }
}
