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
