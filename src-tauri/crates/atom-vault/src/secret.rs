//! Secrets of connectors (tokens, passwords): a value that cannot be printed, and the envelope in which it is stored.
//!
//! The database is encrypted as a whole; the envelope protects a token on its own inside of it. A sealed secret opens only in
//! the place that it was sealed for, so that two that were exchanged open nowhere.
//!
//! ```text
//! version 1 | algorithm 1 | epoch 2 | nonce 12 | ciphertext | tag 16
//! key = HKDF-SHA256(root, salt = record, info = "atom/secret/v1")
//! aad = "atom.secret.v1" | connector | account | field | epoch
//! ```
//!
//! Each text of the additional data is its length in bytes, 32 bits big endian, and its UTF-8. The record is 16 random bytes,
//! new at every sealing, so that a key seals one message only.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use zeroize::{Zeroize, Zeroizing};

use crate::keys::derive_key;
use crate::{Error, Keys, LockedKey, Result};

const VERSION: u8 = 1;
/// AES-256-GCM.
const ALGORITHM: u8 = 1;
const EPOCH: u16 = 0;
const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
const HEADER_LEN: usize = 4;
/// Bytes of a secret: more than any token has.
const MAX_LEN: usize = 64 * 1024;

/// A value that is wiped when it is dropped and that nothing prints, compares or serializes.
///
/// What a log may see of document text and queries is `atom_core::Sensitive`; that one prints a placeholder, this one does not compile:
///
/// ```compile_fail
/// println!("{:?}", atom_vault::Secret::new(String::from("token")));
/// ```
///
/// ```compile_fail
/// #[derive(serde::Serialize)]
/// struct Account {
///     token: atom_vault::Secret<String>,
/// }
/// ```
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// Wraps `value`.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value, for the one call that needs it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

/// Where a secret belongs. None of it is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretPlace<'a> {
    /// Id of the connector.
    pub connector: &'a str,
    /// Id of the account.
    pub account: &'a str,
    /// Which of the account's secrets, for example `refresh-token`.
    pub field: &'a str,
}

/// A secret as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Salt of its key: 16 random bytes, public.
    pub record: [u8; 16],
    /// The envelope.
    pub envelope: Vec<u8>,
}

/// Seals and opens secrets.
pub struct SecretRoot(LockedKey);

impl Keys {
    /// The key of all secrets.
    #[must_use]
    pub fn secrets(&self) -> SecretRoot {
        SecretRoot((&*self.derive("secrets/root")).into())
    }
}

impl SecretRoot {
    /// Seals `secret` for `place`, under a key of its own.
    ///
    /// # Errors
    /// [`Error::InvalidSealRequest`] above 64 KiB, [`Error::Random`] if the system gives no random bytes.
    pub fn seal(&self, place: SecretPlace<'_>, secret: &Secret<Vec<u8>>) -> Result<SealedSecret> {
        let (mut record, mut nonce) = ([0; 16], [0; NONCE_LEN]);
        getrandom::fill(&mut record).map_err(Error::random)?;
        getrandom::fill(&mut nonce).map_err(Error::random)?;
        self.seal_with(place, secret, record, nonce)
    }

    /// The secret that was sealed for `place`.
    ///
    /// # Errors
    /// [`Error::Tampered`] if it was changed, cut, or sealed for another place or vault; [`Error::UnsupportedSeal`] if a newer Atom sealed it.
    pub fn open(&self, place: SecretPlace<'_>, sealed: &SealedSecret) -> Result<Secret<Vec<u8>>> {
        let tampered = || Error::Tampered { object: place.name(), part: "the envelope" };
        let unsupported = |reason| Error::UnsupportedSeal { object: place.name(), reason };
        let (&[version, algorithm, epoch @ ..], rest) =
            sealed.envelope.split_first_chunk::<HEADER_LEN>().ok_or_else(tampered)?;
        match () {
            () if version != VERSION => return Err(unsupported("version")),
            () if algorithm != ALGORITHM => return Err(unsupported("algorithm")),
            () if u16::from_be_bytes(epoch) != EPOCH => return Err(unsupported("key epoch")),
            () => {}
        }
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(tampered)?;
        let (text, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or_else(tampered)?;
        let mut text = Zeroizing::new(text.to_vec());
        self.cipher(&sealed.record)
            .decrypt_inout_detached(nonce.into(), &place.aad(), (&mut text[..]).into(), tag.into())
            .map_err(|_| tampered())?;
        Ok(Secret(text))
    }

    fn seal_with(
        &self,
        place: SecretPlace<'_>,
        secret: &Secret<Vec<u8>>,
        record: [u8; 16],
        nonce: [u8; NONCE_LEN],
    ) -> Result<SealedSecret> {
        let refused = |reason| Error::InvalidSealRequest { object: place.name(), reason };
        if secret.expose().len() > MAX_LEN {
            return Err(refused("it is longer than 64 KiB"));
        }
        let mut text = Zeroizing::new(secret.expose().clone());
        let tag = self
            .cipher(&record)
            .encrypt_inout_detached(&nonce.into(), &place.aad(), (&mut text[..]).into())
            .map_err(|_| refused("the cipher refused it"))?;
        let mut envelope = vec![VERSION, ALGORITHM];
        envelope.extend(EPOCH.to_be_bytes());
        envelope.extend(nonce);
        envelope.extend(text.iter());
        envelope.extend(tag.iter());
        Ok(SealedSecret { record, envelope })
    }

    fn cipher(&self, record: &[u8; 16]) -> Aes256Gcm {
        let key = derive_key(&self.0[..], record, &[b"atom/secret/v1"]);
        Aes256Gcm::new((&*key).into())
    }
}

impl SecretPlace<'_> {
    fn aad(&self) -> Vec<u8> {
        let mut aad = b"atom.secret.v1".to_vec();
        for text in [self.connector, self.account, self.field] {
            aad.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
            aad.extend(text.as_bytes());
        }
        aad.extend(EPOCH.to_be_bytes());
        aad
    }

    /// For error messages: without the account, which may be a person's address.
    fn name(&self) -> String {
        format!("the {} of {}", self.field, self.connector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLACE: SecretPlace<'_> =
        SecretPlace { connector: "imap", account: "ada@example.org", field: "refresh-token" };

    fn root() -> SecretRoot {
        SecretRoot((&std::array::from_fn(|i| u8::try_from(i).unwrap())).into())
    }

    fn at((connector, account, field): &(String, String, String)) -> SecretPlace<'_> {
        SecretPlace { connector, account, field }
    }

    fn secret(text: &[u8]) -> Secret<Vec<u8>> {
        Secret::new(text.to_vec())
    }

    /// Computed from the description above with Python's `cryptography`.
    #[test]
    fn the_envelope_matches_the_known_answer() {
        let record = std::array::from_fn(|i| 0x40 + u8::try_from(i).unwrap());
        let nonce = std::array::from_fn(|i| 0x80 + u8::try_from(i).unwrap());
        let sealed = root().seal_with(PLACE, &secret(b"1//0token"), record, nonce).unwrap();
        let hex: String = sealed.envelope.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "01010000808182838485868788898a8bd113db73d13b6fed3aa7cacee1b47f16985b91b2b5eaa25c76");
        assert_eq!(root().open(PLACE, &sealed).unwrap().expose(), b"1//0token");
    }

    #[test]
    fn two_seals_of_the_same_secret_share_nothing() {
        let (one, two) = (root().seal(PLACE, &secret(b"x")).unwrap(), root().seal(PLACE, &secret(b"x")).unwrap());
        assert_ne!(one.record, two.record);
        assert_ne!(one.envelope[HEADER_LEN..], two.envelope[HEADER_LEN..]);
    }

    #[test]
    fn unknown_versions_algorithms_and_epochs_are_named() {
        for (at, what) in [(0, "version"), (1, "algorithm"), (2, "key epoch"), (3, "key epoch")] {
            let mut sealed = root().seal(PLACE, &secret(b"x")).unwrap();
            sealed.envelope[at] ^= 2;
            let refused = root().open(PLACE, &sealed).err().unwrap();
            assert!(matches!(refused, Error::UnsupportedSeal { reason, .. } if reason == what), "{at}: {refused}");
        }
    }

    #[test]
    fn an_error_names_neither_account_nor_secret() {
        let mut sealed = root().seal(PLACE, &secret(b"1//0token")).unwrap();
        sealed.record[0] ^= 1;
        let message = root().open(PLACE, &sealed).err().unwrap().to_string();
        assert!(message.contains("refresh-token of imap"), "{message}");
        assert!(!message.contains("ada") && !message.contains("1//0token"), "{message}");
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(root().seal(PLACE, &secret(&vec![7; MAX_LEN])).is_ok());
        let refused = root().seal(PLACE, &secret(&vec![7; MAX_LEN + 1])).err().unwrap();
        assert!(matches!(refused, Error::InvalidSealRequest { .. }), "{refused}");
    }

    #[test]
    fn letters_that_move_between_the_parts_of_a_place_make_another_place() {
        let sealed = root().seal(SecretPlace { connector: "ab", account: "c", field: "d" }, &secret(b"x")).unwrap();
        for moved in [
            SecretPlace { connector: "a", account: "bc", field: "d" },
            SecretPlace { connector: "ab", account: "cd", field: "" },
            SecretPlace { connector: "ab", account: "", field: "cd" },
        ] {
            assert!(root().open(moved, &sealed).is_err(), "{moved:?}");
        }
    }

    proptest! {
        #[test]
        fn every_secret_comes_back_in_its_place_and_in_no_other(
            text in proptest::collection::vec(any::<u8>(), 0..200),
            place in ("[a-z]{1,8}", ".{0,12}", "[a-z-]{1,8}"),
            other in ("[a-z]{1,8}", ".{0,12}", "[a-z-]{1,8}"),
        ) {
            let sealed = root().seal(at(&place), &secret(&text)).unwrap();
            let opened = root().open(at(&place), &sealed).unwrap();
            prop_assert_eq!(opened.expose(), &text);
            if place != other {
                prop_assert!(root().open(at(&other), &sealed).is_err());
            }
        }

        #[test]
        fn a_changed_bit_or_length_opens_nothing(
            text in proptest::collection::vec(any::<u8>(), 0..60), at in any::<prop::sample::Index>(), bit in 0..8u8,
        ) {
            let sealed = root().seal(PLACE, &secret(&text)).unwrap();
            let mut flipped = sealed.clone();
            let place = at.index(flipped.envelope.len());
            flipped.envelope[place] ^= 1 << bit;
            prop_assert!(root().open(PLACE, &flipped).is_err());
            let mut salted = sealed.clone();
            salted.record[place % 16] ^= 1 << bit;
            prop_assert!(root().open(PLACE, &salted).is_err());
            for cut in 0..sealed.envelope.len() {
                let part = SealedSecret { envelope: sealed.envelope[..cut].to_vec(), ..sealed.clone() };
                prop_assert!(root().open(PLACE, &part).is_err());
            }
            let mut longer = sealed;
            longer.envelope.push(0);
            prop_assert!(root().open(PLACE, &longer).is_err());
        }

        #[test]
        fn no_input_brings_opening_down(envelope in proptest::collection::vec(any::<u8>(), 0..80)) {
            let garbage = SealedSecret { record: [0; 16], envelope };
            prop_assert!(root().open(PLACE, &garbage).is_err());
        }
    }
}
