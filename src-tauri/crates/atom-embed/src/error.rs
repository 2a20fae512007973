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
         and run `cargo xtask setup`, otherwise install the application again; a model of your own: bring it in again",
        path.display()
    )]
    ModelDamaged {
        /// The file that differs.
        path: PathBuf,
    },
    /// A file of a model that a person brought is not there any more.
    #[error("the embedding model has lost {}: remove the model and bring it in again, or choose another one", path.display())]
    ModelGone {
        /// The file that is missing.
        path: PathBuf,
    },
    /// There is no model in this folder.
    #[error(
        "there is no embedding model in {}: bring it in with `atom model import`, or choose another one",
        folder.display()
    )]
    NotInstalled {
        /// The folder that was looked at.
        folder: PathBuf,
    },
    /// The list of a model's files cannot be understood.
    #[error("{} cannot be understood: remove the model and bring it in again", path.display())]
    Manifest {
        /// The list.
        path: PathBuf,
    },
    /// A folder lacks a file that every model has.
    #[error(
        "{} is no embedding model: {file} is missing; it has to hold a graph (model.onnx), tokenizer.json, config.json, \
         special_tokens_map.json and tokenizer_config.json, as model hubs publish them",
        folder.display()
    )]
    Incomplete {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        file: String,
    },
    /// The name of a model is no plain name.
    #[error("a model cannot be called {id:?}: use small letters, digits, '-', '_' and '.', at most 64")]
    BadId {
        /// The name.
        id: String,
    },
    /// The name of a model is taken.
    #[error("there is a model called {id} already: remove it first, or give this one another name")]
    AlreadyInstalled {
        /// The name.
        id: String,
    },
    /// The files are no usable embedding model.
    #[error("this model cannot be used for searching: {reason}")]
    Unusable {
        /// Why not.
        reason: String,
    },
    /// A file of a model cannot be written or removed.
    #[error("write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
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
