//! What a complete set has to be, for whoever moves it into place without keys.
//!
//! It finds what is missing or torn before anything of the old vault is touched. It is not authenticated: whoever can write to
//! the data folder can as well remove the vault.

use super::SLOTS;
use crate::capture::DATABASE;
use crate::error::{During, Error, Result};
use crate::{files, hex};
use atom_vault::Keys;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub(super) const SET: &str = "set.json";
/// The same on its way.
pub(super) const SET_TMP: &str = "set.tmp";
const VERSION: u32 = 1;
/// Longer than the file.
const MAX_LEN: u64 = 4 * 1024;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Set {
    version: u32,
    /// First bytes of the database, which are public and differ for every master key.
    #[serde(with = "hex::field")]
    database: [u8; 16],
    /// BLAKE3 of the key slot file.
    #[serde(with = "hex::field")]
    slots: [u8; 32],
}

impl Set {
    /// What the set in `staging` is, once everything else is there.
    pub(super) fn of(staging: &Path, keys: &Keys) -> Result<Self> {
        let [_, main] = SLOTS;
        let path = staging.join(main);
        let slots = std::fs::read(&path).during("read", &path)?;
        Ok(Self { version: VERSION, database: keys.sqlcipher().salt, slots: *blake3::hash(&slots).as_bytes() })
    }

    pub(super) fn write(&self, staging: &Path) -> Result<()> {
        let json =
            serde_json::to_vec(self).map_err(|error| Error::rotation(SET, format!("cannot be written: {error}")))?;
        files::replace(&staging.join(SET_TMP), &staging.join(SET), &json)
    }

    /// What the folder says of itself; `None` if it says nothing.
    pub(super) fn load(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(SET);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", &path, error)),
        };
        let mut json = Vec::new();
        file.take(MAX_LEN).read_to_end(&mut json).during("read", &path)?;
        let set: Self = serde_json::from_slice(&json).map_err(|_| Error::rotation(SET, "is not as it was written"))?;
        match set.version {
            VERSION => Ok(Some(set)),
            _ => Err(Error::rotation(SET, "was written by a newer Atom: update Atom")),
        }
    }

    /// Whether the file is the set's database.
    pub(super) fn has_database(&self, folder: &Path) -> Result<bool> {
        let path = folder.join(DATABASE);
        let mut begin = [0; 16];
        match File::open(&path).and_then(|mut file| file.read_exact(&mut begin)) {
            Ok(()) => Ok(begin == self.database),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) => Ok(false),
            Err(error) => Err(Error::io("read", &path, error)),
        }
    }

    /// The set's key slots, if the file has them.
    pub(super) fn slots_in(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        match std::fs::read(path) {
            Ok(bytes) => Ok((*blake3::hash(&bytes).as_bytes() == self.slots).then_some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", path, error)),
        }
    }
}
