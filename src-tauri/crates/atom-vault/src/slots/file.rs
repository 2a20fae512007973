//! The key slot file: its JSON form, its limits and its authentication code.

use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::disk;
use super::wrap::Wrapped;
use crate::{Error, Keys, Result};

const NAME: &str = "keyslots.v1";
const BACKUP_NAME: &str = "keyslots.v1.bak";
const VERSION: u32 = 1;
const MAX_SLOTS: usize = 16;
/// Fewest slots that a vault may have: losing one way to unlock must never lose the data.
pub(super) const MIN_SLOTS: usize = 2;

/// Everything that is stored. Public data: without a slot's secret it reveals only how the vault can be unlocked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SlotFile {
    version: u32,
    #[serde(with = "hex")]
    pub(super) vault_id: [u8; 16],
    /// Counts every change of the file.
    pub(super) generation: u64,
    pub(super) slots: Vec<Slot>,
    #[serde(with = "hex")]
    mac: [u8; 32],
}

/// One way to the master key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Slot {
    pub(super) created_ms: i64,
    pub(super) method: Method,
    pub(super) wrapped: Wrapped,
}

/// How the key that wraps the master key comes about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Method {
    Passphrase {
        #[serde(with = "hex")]
        salt: [u8; 16],
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    },
    Keychain {
        #[serde(with = "hex")]
        salt: [u8; 16],
        backend: String,
    },
    Recovery {
        #[serde(with = "hex")]
        salt: [u8; 16],
    },
}

impl Method {
    /// What the wrapped key is bound to: the vault and every field of the method.
    pub(super) fn aad(&self, vault_id: &[u8; 16]) -> Vec<u8> {
        let mut aad = b"atom/slot/v1".to_vec();
        aad.extend_from_slice(vault_id);
        match self {
            Self::Passphrase { salt, memory_kib, passes, lanes } => {
                aad.push(1);
                aad.extend_from_slice(salt);
                for cost in [memory_kib, passes, lanes] {
                    aad.extend_from_slice(&cost.to_be_bytes());
                }
            }
            Self::Keychain { salt, backend } => {
                aad.push(2);
                aad.extend_from_slice(salt);
                aad.extend_from_slice(backend.as_bytes());
            }
            Self::Recovery { salt } => {
                aad.push(3);
                aad.extend_from_slice(salt);
            }
        }
        aad
    }
}

/// What the two copies of the key slot file say.
pub(super) struct Loaded {
    /// The file itself, or the backup where that is missing or unreadable.
    pub(super) file: SlotFile,
    /// The backup, where both are readable and differ.
    pub(super) other: Option<SlotFile>,
    /// The two copies differ, or one is missing or unreadable.
    pub(super) needs_repair: bool,
}

impl SlotFile {
    pub(super) fn new(vault_id: [u8; 16], slots: Vec<Slot>) -> Self {
        Self { version: VERSION, vault_id, generation: 0, slots, mac: [0; 32] }
    }

    /// Slots that come after those of `generation`, for the same vault.
    pub(super) fn following(generation: u64, vault_id: [u8; 16], slots: Vec<Slot>) -> Self {
        Self { generation: generation.saturating_add(1), ..Self::new(vault_id, slots) }
    }

    /// Whether `dir` holds key slots, readable or not.
    pub(super) fn exists(dir: &Path) -> bool {
        [NAME, BACKUP_NAME].iter().any(|name| dir.join(name).symlink_metadata().is_ok())
    }

    /// Reads the slots of `dir`, from the backup if the file itself is missing or unreadable.
    pub(super) fn load(dir: &Path) -> Result<Loaded> {
        let main = disk::read(&main_path(dir))?;
        // An unreadable backup must not keep anyone out while the file itself is good.
        let backup = disk::read(&backup_path(dir)).unwrap_or_default();
        let needs_repair = main != backup;
        match (main.as_deref().map(Self::parse), backup.as_deref().map(Self::parse)) {
            (None, None) => Err(Error::NoVault),
            (Some(Ok(file)), other) => {
                let other = other.and_then(Result::ok).filter(|other| *other != file);
                Ok(Loaded { file, other, needs_repair })
            }
            // A newer Atom was here: what the backup says is out of date.
            (Some(Err(error @ Error::NewerVault { .. })), _) => Err(error),
            (_, Some(Ok(file))) => Ok(Loaded { file, other: None, needs_repair: true }),
            (Some(Err(error)), _) | (None, Some(Err(error))) => Err(error),
        }
    }

    /// Whether this backup may open the vault after the file itself failed with `error`.
    ///
    /// A file that does not verify is worth nothing, whatever the backup is. But one that only does not know the secret may be newer than the backup, by an interrupted change of just that secret.
    pub(super) fn may_stand_in(&self, file: u64, error: &Error) -> bool {
        match error {
            Error::DamagedSlots { .. } | Error::UnsafeKdf { .. } => true,
            Error::WrongPassphrase
            | Error::WrongRecoveryCode
            | Error::NoSlot { .. }
            | Error::KeychainUnavailable { .. } => self.generation >= file,
            _ => false,
        }
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let damaged = |reason| Error::DamagedSlots { reason };
        let unreadable = |_| damaged("the key slot file is not readable");
        let Versioned { version } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if version != VERSION {
            return Err(Error::NewerVault { version });
        }
        let file: Self = serde_json::from_slice(bytes).map_err(unreadable)?;
        if !(MIN_SLOTS..=MAX_SLOTS).contains(&file.slots.len()) {
            return Err(damaged("the key slot file has an impossible number of slots"));
        }
        Ok(file)
    }

    /// Signs and stores a new vault's slots.
    pub(super) fn create(mut self, dir: &Path, keys: &Keys) -> Result<()> {
        let bytes = self.sign(keys)?;
        disk::create(&main_path(dir), &bytes)?;
        disk::replace(&backup_path(dir), &bytes)
    }

    /// Signs and stores changed slots as the next generation.
    ///
    /// Until the new file is durable the backup is the previous generation; then it becomes a second copy of the new one, because a removed way to unlock must not live on in it.
    pub(super) fn save(mut self, dir: &Path, keys: &Keys) -> Result<()> {
        if self.slots.len() < MIN_SLOTS {
            return Err(Error::TooFewSlots);
        }
        self.generation = self.generation.saturating_add(1);
        let bytes = self.sign(keys)?;
        disk::replace(&main_path(dir), &bytes)?;
        disk::replace(&backup_path(dir), &bytes)
    }

    /// Writes both copies again as they were read, after [`SlotFile::verify`].
    pub(super) fn repair(&self, dir: &Path) -> Result<()> {
        let bytes = self.encode()?;
        disk::replace(&main_path(dir), &bytes)?;
        disk::replace(&backup_path(dir), &bytes)
    }

    /// Checks that no slot was added, removed or changed by anyone without the master key.
    pub(super) fn verify(&self, keys: &Keys) -> Result<()> {
        self.mac_of(keys).verify_slice(&self.mac).map_err(|_| Error::DamagedSlots {
            reason: "the key slots were changed by someone who could not unlock them",
        })
    }

    fn sign(&mut self, keys: &Keys) -> Result<Vec<u8>> {
        self.mac = self.mac_of(keys).finalize().into_bytes().into();
        self.encode()
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self).map_err(|error| Error::io("write", NAME, std::io::Error::other(error)))
    }

    fn mac_of(&self, keys: &Keys) -> Hmac<Sha256> {
        let mut padded = [0; 64];
        let key = keys.derive("anchor/mac");
        padded.iter_mut().zip(key.iter()).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::<Sha256>::new((&padded).into());
        zeroize::Zeroize::zeroize(&mut padded);
        // Every field of variable length is preceded by its length, so that no two files share their bytes.
        mac.update(b"atom/keyslots/v1");
        mac.update(&self.version.to_be_bytes());
        mac.update(&self.vault_id);
        mac.update(&self.generation.to_be_bytes());
        mac.update(&len_bytes(self.slots.len()));
        for slot in &self.slots {
            let aad = slot.method.aad(&self.vault_id);
            mac.update(&len_bytes(aad.len()));
            mac.update(&aad);
            mac.update(&slot.created_ms.to_be_bytes());
            mac.update(&slot.wrapped.nonce);
            mac.update(&slot.wrapped.key);
        }
        mac
    }
}

fn main_path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

fn backup_path(dir: &Path) -> PathBuf {
    dir.join(BACKUP_NAME)
}

fn len_bytes(len: usize) -> [u8; 8] {
    u64::try_from(len).unwrap_or(u64::MAX).to_be_bytes()
}

/// Fixed-size bytes as lower-case hexadecimal text.
pub(super) mod hex {
    use std::fmt::Write;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::slots) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(N.saturating_mul(2));
        for byte in bytes {
            write!(text, "{byte:02x}").map_err(serde::ser::Error::custom)?;
        }
        serializer.serialize_str(&text)
    }

    pub(in crate::slots) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != N || !rest.is_empty() {
            return Err(D::Error::custom("hexadecimal text of the wrong length"));
        }
        let digit = |char: u8| char::from(char).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let mut bytes = [0; N];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)
                .zip(digit(*low))
                .map(|(high, low)| high << 4 | low)
                .ok_or_else(|| D::Error::custom("text that is not hexadecimal"))?;
        }
        Ok(bytes)
    }
}
