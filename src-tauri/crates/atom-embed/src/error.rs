//! What can go wrong between a text and its vector.

use std::path::PathBuf;

/// Failures of this crate. Messages never contain the text being embedded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the model or of its runtime is not there.
    #[error(
        "the embedding model is missing: {} was not found; in a checkout run `cargo xtask setup`, \
         otherwise install the application again or point ATOM_ASSETS to its assets folder",
        path.display()
    )]
    ModelMissing {
        /// The first file that was looked for and not found.
        path: PathBuf,
    },
    /// A file of the model has other bytes than its checksum says.
    #[error(
        "the embedding model is damaged: {} does not match its checksum; in a checkout delete the folder \
         and run `cargo xtask setup`, otherwise install the application again",
        path.display()
    )]
    ModelDamaged {
        /// The file that differs.
        path: PathBuf,
    },
    /// A file of the model is there and cannot be read.
    #[error("read the embedding model file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// ONNX Runtime could not be loaded.
    #[error(
        "the inference runtime {} cannot be used: {reason}; in a checkout run `cargo xtask setup`, \
         otherwise install the application again",
        path.display()
    )]
    Runtime {
        /// The library file.
        path: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// The model could not be opened by the runtime.
    #[error(
        "the embedding model cannot be loaded: {reason}; in a checkout run `cargo xtask setup`, \
         otherwise install the application again"
    )]
    Load {
        /// What the runtime said.
        reason: String,
    },
    /// The runtime failed on a text.
    #[error("embed a text: {reason}")]
    Embed {
        /// What failed, without the text.
        reason: String,
    },
    /// The model gave vectors of another shape than it should.
    #[error("embed: the model gave {found} values where {expected} were expected")]
    Shape {
        /// Values found.
        found: usize,
        /// Values expected.
        expected: usize,
    },
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
