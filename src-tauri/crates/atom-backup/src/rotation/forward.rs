//! From the decision to the end: every part of the new set takes the place of the old one.
//!
//! It may stop anywhere and begin again: what is in place already is not there to be moved. Before the first step everything
//! is looked at, so that a set with something missing leaves the old vault as it is.

use super::set::{SET, Set};
use super::{BESIDE_DATABASE, DECIDED, SLOTS};
use crate::capture::{self, DATABASE, INDEXES};
use crate::error::{Error, Result};
use crate::files;
use atom_store::ANCHOR_FILE;
use atom_vault::SlotCopy;
use std::io;
use std::path::Path;

/// What else the old key may have left beside the files that are replaced: half-written copies of them.
const LEFTOVERS: [&str; 3] = ["keyslots.v1.tmp", "keyslots.v1.bak.tmp", "anchor.new"];

/// Whether a new set counts that is not in place yet.
#[must_use]
pub fn is_decided(data_dir: &Path) -> bool {
    data_dir.join(DECIDED).symlink_metadata().is_ok()
}

/// The key slots that count in `data_dir`, also while a new set is not in place yet.
///
/// # Errors
/// As [`SlotCopy::of_vault`].
pub fn current_slots(data_dir: &Path) -> atom_vault::Result<SlotCopy> {
    SlotCopy::of_vault(&data_dir.join(DECIDED)).or_else(|_| SlotCopy::of_vault(data_dir))
}

/// Puts a new set that counts into its place; whether there was one. Nobody may have the vault open.
///
/// # Errors
/// [`Error::Rotation`] if something of the set is missing: nothing was moved then. [`Error::Io`] if the disk refuses; what
/// was moved is fine where it is, and the next call goes on.
pub fn roll_forward(data_dir: &Path) -> Result<bool> {
    let decided = data_dir.join(DECIDED);
    match decided.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Error::io("read", &decided, error)),
        Ok(facts) if !facts.is_dir() => return Err(Error::rotation(DECIDED, "is no folder")),
        Ok(_) => {}
    }
    let Some(set) = Set::load(&decided)? else {
        // The list goes last, once everything else has left.
        let left = [DATABASE].iter().chain(&SLOTS).chain(&INDEXES).find(|name| decided.join(name).exists());
        return match left {
            Some(_) => Err(Error::rotation(format!("{DECIDED}/{SET}"), "is missing")),
            None => finish(data_dir, &decided),
        };
    };
    let slots = check(&set, data_dir, &decided)?;
    move_database(data_dir, &decided)?;
    for name in INDEXES {
        let from = decided.join(name);
        if from.symlink_metadata().is_ok() {
            files::remove_folder(&data_dir.join(name))?;
            files::rename(&from, &data_dir.join(name))?;
        }
    }
    for name in LEFTOVERS {
        files::remove(&data_dir.join(name))?;
    }
    files::remove_folder(&data_dir.join(capture::STAGING))?;
    // Last: until then whoever looks at the key slots alone sees those of the old set.
    for name in SLOTS {
        if set.slots_in(&data_dir.join(name))?.is_none() {
            let from = decided.join(name);
            if set.slots_in(&from)?.is_none() {
                files::replace(&decided.join("slots.tmp"), &from, &slots)?;
            }
            files::rename(&from, &data_dir.join(name))?;
        }
    }
    files::sync_folder(data_dir)?;
    finish(data_dir, &decided)
}

/// That everything of the set is there, or in its place already; the key slots.
fn check(set: &Set, data_dir: &Path, decided: &Path) -> Result<Vec<u8>> {
    if !set.has_database(decided)? && (decided.join(DATABASE).exists() || !set.has_database(data_dir)?) {
        return Err(Error::rotation(format!("{DECIDED}/{DATABASE}"), "is missing, or not what was written"));
    }
    let places = [decided, data_dir].into_iter().flat_map(|folder| SLOTS.map(|name| folder.join(name)));
    for path in places {
        if let Some(slots) = set.slots_in(&path)? {
            return Ok(slots);
        }
    }
    Err(Error::rotation(format!("{DECIDED}/keyslots.v1"), "is missing, or not what was written"))
}

fn move_database(data_dir: &Path, decided: &Path) -> Result<()> {
    let from = decided.join(DATABASE);
    if from.symlink_metadata().is_err() {
        return Ok(());
    }
    // The old log would be taken for the new database's, and the old anchor for one that knows another history.
    for name in BESIDE_DATABASE.iter().chain([&ANCHOR_FILE]) {
        files::remove(&data_dir.join(name))?;
    }
    files::sync_folder(data_dir)?;
    files::rename(&from, &data_dir.join(DATABASE))
}

fn finish(data_dir: &Path, decided: &Path) -> Result<bool> {
    files::remove(&decided.join(SET))?;
    files::remove_folder(decided)?;
    files::sync_folder(data_dir)?;
    Ok(true)
}
