//! Another master key for a vault: everything that the old one encrypted is written again beside it, and then takes its place.
//!
//! ```text
//! rotation/            in the data folder: a new vault on its way; the old one is in use and untouched
//!   keyslots.v1, .bak  the new ways in, placed by whoever begins
//!   keyword/ vectors/  the files of the indexes, sealed again one by one
//!   vault.db           the database, copied row by row; made last, and anew when something is written meanwhile
//!   set.json           says that the set is complete, and what it has to be
//! rotated/             the same folder under its second name: from this rename on, the new vault is the one that counts
//! ```
//!
//! The rename is the decision. Before it, a crash costs work and no data: the old vault is whole. After it, [`roll_forward`]
//! moves each part into its place, as often as it takes and without any key, before anybody opens the vault.
//! Nothing waits for the copy but work on the indexes: if the database was written to, the copy is made again.

mod build;
mod former;
mod forward;
mod reseal;
mod set;

pub(crate) use build::{AUDIT, reseal_secret};
pub use build::{Rotated, Rotation, rotate};
pub use former::Former;
pub use forward::{current_slots, is_decided, roll_forward};
pub(crate) use reseal::Indexes;

use crate::capture::{DATABASE, INDEXES};
use crate::error::Result;
use crate::files;
use std::path::{Path, PathBuf};

/// Folder of a set on its way.
const STAGING: &str = "rotation";
/// Its name once it counts.
const DECIDED: &str = "rotated";
/// The key slots and their second copy.
const SLOTS: [&str; 2] = ["keyslots.v1.bak", "keyslots.v1"];
/// What SQLite keeps beside a database.
const BESIDE_DATABASE: [&str; 3] = ["vault.db-wal", "vault.db-shm", "vault.db-journal"];

/// Where the new set of the vault in `data_dir` is put together.
#[must_use]
pub fn staging(data_dir: &Path) -> PathBuf {
    data_dir.join(STAGING)
}

/// Whether a rotation was begun there and is not decided: whoever opens its key slots can go on with it.
#[must_use]
pub fn is_begun(data_dir: &Path) -> bool {
    atom_vault::Vault::exists(&staging(data_dir))
}

/// Makes room after a rotation failed: only its ways in stay, so that it can go on later.
///
/// # Errors
/// [`crate::Error::Io`].
pub fn clear(data_dir: &Path) -> Result<()> {
    let staging = staging(data_dir);
    clear_database(&staging)?;
    INDEXES.iter().try_for_each(|name| files::remove_folder(&staging.join(name)))
}

/// Gives up a rotation that is not decided; none is fine. The vault is as it was.
///
/// # Errors
/// [`crate::Error::Io`].
pub fn abandon(data_dir: &Path) -> Result<()> {
    files::remove_folder(&staging(data_dir))?;
    files::sync_folder(data_dir)
}

/// Removes a copy of the database that does not count.
fn clear_database(staging: &Path) -> Result<()> {
    let names = [set::SET, set::SET_TMP, DATABASE].into_iter().chain(BESIDE_DATABASE);
    names.map(|name| staging.join(name)).try_for_each(|path| files::remove(&path))
}
