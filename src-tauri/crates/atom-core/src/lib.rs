//! Domain types without IO: what the rest of Atom talks about.
//!
//! Nothing here touches the disk, the network, the clock of the machine (but for [`SystemClock`]) or a serialization format.
//! Types that cross a process or IPC boundary have their own copies in `atom-api`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod calendar;
mod clock;
mod entry;
mod id;
mod index_head;
mod kind;
mod sensitive;
mod state;

pub use calendar::date_of_days;
pub use clock::{Clock, ManualClock, SystemClock};
pub use entry::Entry;
pub use id::{ChunkId, ItemId, JobId, SourceId};
pub use index_head::{IndexHead, Standing};
pub use kind::Kind;
pub use sensitive::Sensitive;
pub use state::{ItemState, Stage};

/// Length of an embedding vector, in components, of the model that Atom ships.
pub const EMBEDDING_DIMENSIONS: usize = 384;
