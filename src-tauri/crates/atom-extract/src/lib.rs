//! Bytes to text and metadata, in a boxed worker process.
//!
//! Documents come from strangers and parsers have faults, some of which cannot be caught: aborts, stack
//! overflows, endless loops, memory bombs. So every file is read by a worker, the same program started with a
//! hidden argument, that has no file system, no network and no other system call than reading needs. The
//! parent opens the file and hands over the descriptor; what happens to the worker happens to one file.
//!
//! Text in pictures is a matter of its own: see `recognise`. So is how a page or a picture looks: see `page`.
//!
//! [`Extractor`] is the parent's side, [`worker_main`] the child's. `formats` decides what a file is, by content
//! first, and has one module for each format; `draft` is what they write into.
//!
//! To add a format: recognise it in `formats::detect`, write `formats/NAME.rs` with
//! `pub(crate) fn read(bytes, &mut Draft) -> Result<(), Failure>`, call it in `formats::parse`, add a
//! line to `formats::catalogue`, raise [`PARSER_VERSION`], and add a fixture to the tests.
//!
//! Left out on purpose: paths (a worker never opens one), temporary files, pictures inside of documents. What is
//! packed in an archive is told as a [`Member`] of it; what is attached to a mail is text of the mail.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod child;
mod draft;
mod encoding;
mod error;
mod formats;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod limits;
mod outcome;
mod page;
mod pool;
mod recognise;
mod sandbox;
mod wire;
mod worker;

pub use error::{Error, Result};
pub use formats::{KnownFormat, Readers, known_formats};
pub use limits::{ArchiveLimits, Limits};
pub use outcome::{Extracted, Fact, FileHint, Member, MemberState, Outcome, Scan, ScannedPage, Section};
pub use page::{Page, PageRequest, Place};
pub use pool::{Extractor, WorkerCommand};
pub use recognise::{Picture, RecogniseLimits, Recogniser, Recognition};
pub use sandbox::{Layer, SandboxStatus};
pub use worker::{Hook, worker_main, worker_main_with};

/// Version of the parsers: outcomes of an older one, failures above all, are worth another try.
pub const PARSER_VERSION: u32 = 5;

/// Environment variable of a worker with the path of the PDF library (`libpdfium.so`).
pub const PDFIUM_ENV: &str = "ATOM_PDFIUM";

/// Environment variable of a worker with its limits, set by the pool.
const LIMITS_ENV: &str = "ATOM_EXTRACT_LIMITS";
