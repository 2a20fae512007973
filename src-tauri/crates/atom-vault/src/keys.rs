//! The unlocked vault: the master key and what derives from it.
//!
//! Every use has its own label, so that no two stores ever share a key.

use std::sync::Arc;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::slots::Wrapped;
use crate::{Error, LockedKey, Result, SealRoot};

/// Length of keys that [`Keys::wrap`] wrapped, bytes: nonce, key, tag.
pub const WRAPPED_LEN: usize = 60;

/// A 32-byte key that is locked into memory and wiped when dropped.
pub(crate) type SecretKey = LockedKey<32>;

/// Keys of an unlocked vault. Cheap to clone; the master key is wiped when the last clone is dropped.
#[derive(Clone)]
pub struct Keys {
    inner: Arc<Inner>,
}

struct Inner {
    vault_id: [u8; 16],
    master: SecretKey,
}

/// What SQLCipher needs to open the database without running a password hash.
pub struct SqlcipherKey {
    /// Raw database key.
    pub key: LockedKey,
    /// Salt that SQLCipher stores in the clear at the start of the file.
    pub salt: [u8; 16],
}

impl Keys {
    pub(crate) fn new(vault_id: [u8; 16], master: SecretKey) -> Self {
        Self { inner: Arc::new(Inner { vault_id, master }) }
    }

    /// Random keys with a random identity: of scratch data and tests, and of a store that keeps them [wrapped](Keys::wrap).
    ///
    /// # Errors
    /// [`Error::Random`] if the system gives no random bytes.
    pub fn ephemeral() -> Result<Self> {
        let mut vault_id = [0; 16];
        getrandom::fill(&mut vault_id).map_err(Error::random)?;
        Ok(Self::new(vault_id, random_key()?))
    }

    /// Public identity of the vault, 16 random bytes.
    #[must_use]
    pub fn vault_id(&self) -> [u8; 16] {
        self.inner.vault_id
    }

    /// Key for one use: HKDF-SHA256 of the master key, salted with the vault's identity, for `atom/v1/<label>`.
    #[must_use]
    pub fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        derive_key(&self.inner.master[..], &self.inner.vault_id, &[b"atom/v1/", label.as_bytes()])
    }

    /// Key and salt of the encrypted database.
    #[must_use]
    pub fn sqlcipher(&self) -> SqlcipherKey {
        let full = self.derive("sqlcipher/salt");
        let mut salt = [0; 16];
        salt.iter_mut().zip(full.iter()).for_each(|(to, from)| *to = *from);
        SqlcipherKey { key: (&*self.derive("sqlcipher/key")).into(), salt }
    }

    /// Root key of one store of sealed files, for example `lance/root` or `tantivy/root`.
    #[must_use]
    pub fn seal_root(&self, label: &str) -> SealRoot {
        SealRoot::new(&self.derive(label))
    }

    /// Encrypts and authenticates the master key of `inner` under the key for `label`: how a store with a random key of its own is opened with the vault.
    ///
    /// # Errors
    /// [`Error::Random`] if the system gives no random bytes.
    pub fn wrap(&self, label: &str, inner: &Self) -> Result<[u8; WRAPPED_LEN]> {
        let aad = self.wrap_aad(label, &inner.vault_id());
        let wrapped = Wrapped::new(&self.derive(label), inner.master(), &aad)?;
        let mut bytes = [0; WRAPPED_LEN];
        let fields = wrapped.nonce.iter().chain(&wrapped.key);
        bytes.iter_mut().zip(fields).for_each(|(to, from)| *to = *from);
        Ok(bytes)
    }

    /// The keys with the identity `inner_id` that [`Keys::wrap`] wrapped; `None` if `wrapped` was made with another vault, label or identity, or was changed.
    #[must_use]
    pub fn unwrap(&self, label: &str, inner_id: [u8; 16], wrapped: &[u8; WRAPPED_LEN]) -> Option<Self> {
        let (nonce, rest) = wrapped.split_first_chunk::<12>()?;
        let wrapped = Wrapped { nonce: *nonce, key: *rest.first_chunk::<48>()? };
        let master = wrapped.open(&self.derive(label), &self.wrap_aad(label, &inner_id))?;
        Some(Self::new(inner_id, master))
    }

    fn wrap_aad(&self, label: &str, inner_id: &[u8; 16]) -> Vec<u8> {
        // Fixed lengths first, so that no two contexts share their bytes.
        [b"atom/wrap/v1".as_slice(), &self.vault_id(), inner_id, label.as_bytes()].concat()
    }

    pub(crate) fn master(&self) -> &[u8; 32] {
        &self.inner.master
    }
}

/// HKDF-SHA256 to 32 bytes. The output length is constant and legal, so this cannot fail.
pub(crate) fn derive_key(ikm: &[u8], salt: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    let expanded = Hkdf::<Sha256>::new(Some(salt), ikm).expand_multi_info(info, &mut key[..]);
    debug_assert!(expanded.is_ok(), "32 bytes are within the limit of HKDF-SHA256");
    key
}

/// A new random key.
pub(crate) fn random_key() -> Result<SecretKey> {
    let mut key = SecretKey::zeroed();
    getrandom::fill(&mut key[..]).map_err(Error::random)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed() -> Keys {
        Keys::new([0x0f; 16], (&[0x42; 32]).into())
    }

    #[test]
    fn labels_and_vaults_give_different_keys() {
        let keys = fixed();
        let other = Keys::new([0x10; 16], (&[0x42; 32]).into());
        assert_eq!(*keys.derive("a"), *keys.derive("a"));
        assert_ne!(*keys.derive("a"), *keys.derive("b"));
        assert_ne!(*keys.derive("a"), *other.derive("a"));
        assert_ne!(keys.sqlcipher().key[..16], keys.sqlcipher().salt);
    }

    #[test]
    fn derived_keys_match_the_known_answers() {
        let hex = |key: &[u8]| key.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let keys = fixed();
        assert_eq!(
            hex(&keys.derive("sqlcipher/key")[..]),
            "2b240831d9a957d2c77ebda82738450df3ba4b9e2df5db9c7f55e634d16cd118"
        );
        assert_eq!(
            hex(&keys.derive("lance/root")[..]),
            "70e9c2c4956c90e926132144dc9d70f71f1b8dd25fdfd6714dc3d35ba9631bde"
        );
    }

    /// Does not compile for what stays in memory.
    #[test]
    fn every_key_is_wiped_when_it_is_dropped() {
        fn wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let keys = fixed();
        wiped(&keys.inner.master);
        wiped(&keys.derive("a"));
        wiped(&keys.sqlcipher().key);
        wiped(&random_key().unwrap());
        wiped(&derive_key(b"a", b"b", &[b"c"]));
        let kek = crate::kdf::derive_kek(&crate::kdf::normalize("a"), &[0; 16], crate::KdfCost::MINIMUM);
        wiped(&kek.unwrap());
    }

    #[test]
    fn wrapped_keys_open_with_their_vault_label_and_identity_only() {
        let (vault, other, inner) = (fixed(), Keys::ephemeral().unwrap(), Keys::ephemeral().unwrap());
        let wrapped = vault.wrap("backup/wrap", &inner).unwrap();
        let opened = vault.unwrap("backup/wrap", inner.vault_id(), &wrapped).unwrap();
        assert_eq!((*opened.derive("a"), opened.vault_id()), (*inner.derive("a"), inner.vault_id()));
        assert!(other.unwrap("backup/wrap", inner.vault_id(), &wrapped).is_none());
        assert!(vault.unwrap("backup/other", inner.vault_id(), &wrapped).is_none());
        assert!(vault.unwrap("backup/wrap", other.vault_id(), &wrapped).is_none());
        for at in 0..wrapped.len() {
            let mut changed = wrapped;
            changed[at] ^= 1;
            assert!(vault.unwrap("backup/wrap", inner.vault_id(), &changed).is_none(), "{at}");
        }
        assert_ne!(vault.wrap("backup/wrap", &inner).unwrap(), wrapped, "a nonce is used once");
    }

    #[test]
    fn ephemeral_keys_differ_each_time() {
        let (one, two) = (Keys::ephemeral().unwrap(), Keys::ephemeral().unwrap());
        assert_ne!(one.master(), two.master());
        assert_ne!(one.vault_id(), two.vault_id());
    }
}
