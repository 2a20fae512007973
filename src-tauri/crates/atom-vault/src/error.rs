//! What can go wrong with a vault and its sealed files.

use std::io;

/// Result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Failure of a vault operation. No variant carries secrets or document text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
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
    pub(crate) fn io(
        operation: &'static str,
        object: impl std::fmt::Display,
        source: io::Error,
    ) -> Self {
        let object = object.to_string();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { operation, object }
            }
            _ => Self::Io {
                operation,
                object,
                source,
            },
        }
    }

    pub(crate) fn random(source: getrandom::Error) -> Self {
        Self::Random {
            reason: source.to_string(),
        }
    }
}
