//! Text to vectors, on this machine and without a network.
//!
//! The built-in model is all-MiniLM-L6-v2 quantized to eight bits, run by ONNX
//! Runtime through fastembed. Model and runtime are files that `cargo xtask setup`
//! makes and that a release carries as resources. Other models are brought by a
//! person, from a folder (`import`); the `catalogue` knows how the usual ones are
//! used. Nothing here downloads anything, and the model hub of fastembed is compiled out.
//!
//! [`Embedder`] is the loaded model, [`Model`] a shared handle that loads it when
//! it is first needed and lets go of it when it has been idle. Indexing and
//! searching should each own a [`Model`]: a query must not wait for a file.
//!
//! Left out on purpose: chunking (`atom-ingest`), storing vectors (`atom-index`),
//! and any choice of when to embed.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod catalogue;
mod embedder;
mod error;
mod files;
mod import;
mod installed;
mod model;
mod runtime;
mod spec;

pub use embedder::Embedder;
pub use error::{Error, Result};
pub use files::ModelFiles;
pub use import::{adopt, import, manifest_of, refuse_taken};
pub use installed::{Manifest, is_id, list, remove};
pub use model::Model;
pub use spec::{Pooling, Spec};
