//! Sealed files: the write-once, seekable, authenticated format `ATL1` of everything at rest that is not SQLite.
//!
//! ```text
//! header  96 bytes: "ATL1" | version 1 | algorithm 1 | epoch 2 | block_log2 1 | zero 23 | file_id 16 | salt 32 | tag 16
//! block i: AES-256-GCM(file_key, nonce = u64be(i) | 000000 | final, aad = file_id | u64be(i)), 2^block_log2 bytes + 16
//! last block: final = 1, may be short, empty only if the object is empty
//! file_key, header_key = HKDF-SHA256(root, salt, "atom/lance/v1" | file_id), first and second 32 bytes
//! tag     = HMAC-SHA256(header_key, header[0..80] | object path), first 16 bytes
//! ```
//!
//! What this buys:
//! a changed, reordered, dropped, appended or foreign block does not decrypt;
//! a file cut at a block edge fails at open, because the last block must carry the final flag;
//! a file put in another's place fails at open, because the header is bound to its path;
//! any range can be read by decrypting only its blocks.
//! Not covered: replacing a file by an older version of itself, which its owner has to detect, and sizes and names, which stay visible.
//!
//! Nonces are counters under a key that is random per file, so there is no birthday limit.
//! A file must therefore never be written twice under one header: there is no way to reopen a file for writing.
//! The header tag is a MAC without a nonce because a rename writes a second header under the same key: with AES-GCM and a fixed nonce, two such tags would reveal the authentication key of the file's blocks.

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod header;
mod layout;
mod object;
mod reader;
mod root;
#[cfg(test)]
mod vectors;
mod writer;

pub use layout::{ciphertext_len, ciphertext_len_with, plaintext_len, plaintext_len_with};
pub use object::SealObject;
pub use reader::{ReadAt, SealReader};
pub use root::SealRoot;
pub use writer::SealWriter;

/// First bytes of every sealed file.
pub const MAGIC: [u8; 4] = *b"ATL1";
/// Length of the header, bytes.
pub const HEADER_LEN: usize = 96;
/// Length of the authentication tag of each block, bytes.
pub const TAG_LEN: usize = 16;
/// Binary logarithm of the usual block size, 64 KiB.
pub const DEFAULT_BLOCK_LOG2: u8 = 16;
/// Smallest allowed block size, as a binary logarithm.
pub const MIN_BLOCK_LOG2: u8 = 12;
/// Largest allowed block size, as a binary logarithm.
pub const MAX_BLOCK_LOG2: u8 = 20;
