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
        Ok(Self::parse(&store.setting(FORMER)?.unwrap_or_default(), keys))
    }

    /// Those of `text` that open with the vault's `keys`.
    pub(crate) fn parse(text: &str, keys: &Keys) -> Self {
        let opened = text.split_whitespace().filter_map(|one| {
            let wrapped: [u8; WRAPPED_LEN] = hex::decode(one)?;
            keys.unwrap(LABEL, keys.vault_id(), &wrapped)
        });
        Self(opened.collect())
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

    /// The same with those of `other` that are not there yet, as the newest.
    pub(crate) fn with(mut self, other: &Self) -> Self {
        let is_known =
            |known: &[Keys], keys: &Keys| known.iter().any(|one| one.sqlcipher().salt == keys.sqlcipher().salt);
        for keys in &other.0 {
            if !is_known(&self.0, keys) {
                self.0.push(keys.clone());
            }
        }
        self
    }

    /// As text that the vault's `keys` open.
    pub(crate) fn text(&self, keys: &Keys) -> Result<String> {
        let mut all = Vec::with_capacity(self.0.len());
        for former in &self.0 {
            all.push(hex::encode(&keys.wrap(LABEL, former)?));
        }
        Ok(all.join(" "))
    }

    /// The setting that keeps them in the vault of `keys`.
    pub(crate) fn setting(&self, keys: &Keys) -> Result<(String, String)> {
        Ok((FORMER.to_owned(), self.text(keys)?))
    }
}
