//! The master key under a slot's key-encryption key.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::file::hex;
use crate::keys::SecretKey;
use crate::{Error, Result};

/// AES-256-GCM of the master key, with its tag at the end.
///
/// The key-encryption key comes from a salt that is random per slot, so the nonce could be constant; it is random all the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wrapped {
    #[serde(with = "hex")]
    pub(crate) nonce: [u8; 12],
    #[serde(with = "hex")]
    pub(crate) key: [u8; 48],
}

impl Wrapped {
    pub(crate) fn new(kek: &[u8; 32], master: &[u8; 32], aad: &[u8]) -> Result<Self> {
        let mut wrapped = Self { nonce: [0; 12], key: [0; 48] };
        getrandom::fill(&mut wrapped.nonce).map_err(Error::random)?;
        let mut text = Zeroizing::new(*master);
        let tag = Aes256Gcm::new(kek.into())
            .encrypt_inout_detached(&wrapped.nonce.into(), aad, (&mut text[..]).into())
            .map_err(|_| Error::DamagedSlots { reason: "the master key cannot be wrapped" })?;
        let bytes = text.iter().chain(tag.iter());
        wrapped.key.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(wrapped)
    }

    /// The master key, or `None` if `kek` or `aad` is not the one it was wrapped with.
    pub(crate) fn open(&self, kek: &[u8; 32], aad: &[u8]) -> Option<SecretKey> {
        let (text, tag) = self.key.split_first_chunk::<32>()?;
        let tag: &[u8; 16] = tag.try_into().ok()?;
        let mut master = SecretKey::from(text);
        Aes256Gcm::new(kek.into())
            .decrypt_inout_detached(&self.nonce.into(), aad, (&mut master[..]).into(), tag.into())
            .ok()?;
        Some(master)
    }
}
