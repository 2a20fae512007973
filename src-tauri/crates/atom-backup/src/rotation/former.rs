//! Master keys that the vault had before, kept inside it under the present one.
//!
//! The present key opens the former ones, and none of them the present: what they still open are copies that were made in
//! their time, backups above all, which have to come back.

use crate::error::Result;
use crate::hex;
use atom_store::Store;
use atom_vault::{Keys, WRAPPED_LEN};

/// Setting: the former keys, oldest first, in hexadecimal with a space between.
const FORMER: &str = "former-keys";
const LABEL: &str = "rotation/former";

/// The former keys of a vault, oldest first.
#[derive(Clone, Default)]
pub struct Former(Vec<Keys>);

impl Former {
    /// Those that the vault of `keys` keeps in `store`. What does not open with its keys is left out.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub fn of_vault(store: &Store, keys: &Keys) -> Result<Self> {
        let text = store.setting(FORMER)?.unwrap_or_default();
        let opened = text.split_whitespace().filter_map(|one| {
            let wrapped: [u8; WRAPPED_LEN] = hex::decode(one)?;
            keys.unwrap(LABEL, keys.vault_id(), &wrapped)
        });
        Ok(Self(opened.collect()))
    }

    /// The same with another one, the newest.
    #[must_use]
    pub fn and(mut self, keys: &Keys) -> Self {
        self.0.push(keys.clone());
        self
    }

    /// Each of them.
    pub(crate) fn each(&self) -> impl DoubleEndedIterator<Item = &Keys> {
        self.0.iter()
    }

    /// The setting that keeps them in the vault of `keys`.
    pub(super) fn setting(&self, keys: &Keys) -> Result<(String, String)> {
        let mut all = Vec::with_capacity(self.0.len());
        for former in &self.0 {
            all.push(hex::encode(&keys.wrap(LABEL, former)?));
        }
        Ok((FORMER.to_owned(), all.join(" ")))
    }
}
