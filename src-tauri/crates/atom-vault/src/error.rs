//! What can go wrong with a vault and its sealed files.

use std::io;

use crate::SlotKind;

/// Result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Failure of a vault operation. No variant carries secrets or document text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no vault in the folder.
    #[error("there is no vault here")]
    NoVault,
    /// There is a vault in the folder already; it was left alone.
    #[error("there is a vault here already")]
    AlreadyExists,
    /// Fewer than two ways to unlock would exist.
    #[error("a vault needs at least two ways to unlock it")]
    TooFewSlots,
    /// The vault cannot be unlocked in this way.
    #[error("this vault has no {} slot", kind.as_str())]
    NoSlot {
        /// The kind of slot that is missing.
        kind: SlotKind,
    },
    /// The passphrase does not open the vault.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The passphrase would not protect anything.
    #[error("the passphrase is too weak: {reason}")]
    WeakPassphrase {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A new master key needs a passphrase, and none is known.
    #[error("a new passphrase is needed, because the present one was not typed")]
    PassphraseNeeded,
    /// The recovery code is well formed but does not open the vault.
    #[error("wrong recovery code")]
    WrongRecoveryCode,
    /// The recovery code cannot be right: something is mistyped.
    #[error("not a recovery code: {reason}")]
    MalformedRecoveryCode {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// What was typed again is not what the new recovery code says; the old one is still in force.
    #[error("what was typed is not what the new recovery code says")]
    CodeNotConfirmed,
    /// The keychain of the system cannot unlock now; another slot can.
    #[error("the keychain cannot be used: {reason}")]
    KeychainUnavailable {
        /// The system's reason.
        reason: String,
    },
    /// The key slots do not make sense or were tampered with.
    #[error("the key slots are damaged: {reason}")]
    DamagedSlots {
        /// What is wrong with them.
        reason: &'static str,
    },
    /// The vault was written by a newer Atom.
    #[error("the key slots have format {version}, which this version of atom does not know")]
    NewerVault {
        /// Format of the key slot file.
        version: u32,
    },
    /// The costs of the passphrase hash are outside what is safe.
    #[error("unsafe cost of the passphrase hash: {reason}")]
    UnsafeKdf {
        /// Which limit is broken.
        reason: &'static str,
    },
    /// The passphrase hash cannot have its memory now.
    #[error("the passphrase hash takes {mib} MiB of memory, which are not free")]
    NoMemory {
        /// What it takes.
        mib: u32,
    },
    /// The bytes are not in the sealed format at all.
    #[error("{object} is not a sealed file")]
    NotSealed {
        /// Path of the object inside its store.
        object: String,
    },
    /// A sealed file of a version, algorithm or key epoch that this build does not know.
    #[error("{object} is sealed in an unsupported way: {reason}")]
    UnsupportedSeal {
        /// Path of the object inside its store.
        object: String,
        /// Which header field is not supported.
        reason: &'static str,
    },
    /// Authentication failed: changed, truncated, reordered, moved to another path or sealed with another key.
    #[error("{object} is damaged or was tampered with: {part} does not verify")]
    Tampered {
        /// Path of the object inside its store.
        object: String,
        /// The part that does not verify.
        part: &'static str,
    },
    /// The requested bytes are not inside the object.
    #[error("range {start}..{end} is outside {object} of {len} bytes")]
    OutOfRange {
        /// Path of the object inside its store.
        object: String,
        /// First byte asked for.
        start: u64,
        /// One past the last byte asked for.
        end: u64,
        /// Plaintext length of the object.
        len: u64,
    },
    /// A block size outside 2^12 to 2^20 bytes, or an object longer than the format can hold.
    #[error("cannot seal {object}: {reason}")]
    InvalidSealRequest {
        /// Path of the object inside its store.
        object: String,
        /// What is wrong with the request.
        reason: &'static str,
    },
    /// No space is left on the device.
    #[error("no space left on the device while trying to {operation} {object}")]
    DiskFull {
        /// What was being done.
        operation: &'static str,
        /// To which file.
        object: String,
    },
    /// The operating system refused an operation.
    #[error("cannot {operation} {object}: {source}")]
    Io {
        /// What was being done.
        operation: &'static str,
        /// To which file.
        object: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The system gave no random bytes.
    #[error("the system's random number generator failed: {reason}")]
    Random {
        /// The system's reason.
        reason: String,
    },
}

impl Error {
    pub(crate) fn io(operation: &'static str, object: impl std::fmt::Display, source: io::Error) -> Self {
        let object = object.to_string();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { operation, object },
            _ => Self::Io { operation, object, source },
        }
    }

    pub(crate) fn random(source: getrandom::Error) -> Self {
        Self::Random { reason: source.to_string() }
    }
}
