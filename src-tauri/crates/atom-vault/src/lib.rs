//! Key hierarchy, key slots, lock and unlock, sealed files.
//!
//! One random master key per vault is wrapped by several key slots (passphrase, keychain of the system, recovery code); every other key derives from it ([`Keys`]).
//! The vault knows nothing of databases and indexes: it hands out keys by label and offers [`seal`], the file format of everything that is not SQLite.
//!
//! There is no plaintext fallback anywhere in this crate: what cannot be unwrapped or verified is an [`Error`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod error;
mod folder;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod kdf;
mod keychain;
mod keys;
mod locked;
pub mod memory;
mod recovery;
pub mod seal;
mod secret;
mod slots;

pub use error::{Error, Result};
pub use folder::make_private_folder;
pub use kdf::{KdfCost, MIN_PASSPHRASE_CHARS};
pub use keychain::{Keychain, MemoryKeychain, OsKeychain};
pub use keys::{Keys, SqlcipherKey, WRAPPED_LEN};
pub use locked::{LockedKey, is_locking_refused};
pub use recovery::RecoveryCode;
pub use seal::{ReadAt, SealObject, SealReader, SealRoot, SealWriter};
pub use secret::{SealedSecret, Secret, SecretPlace, SecretRoot};
pub use slots::{
    KeychainEntries, NewSlots, RecoveryRenewal, Rekey, SlotCopy, SlotInfo, SlotKind, UnconfirmedCode, Unlock, Vault,
    VerifiedSlots,
};
