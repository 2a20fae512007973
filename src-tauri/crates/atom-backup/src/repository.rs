//! Making, opening and locking a repository.

use crate::chunks::Chunks;
use crate::error::{During, Error, Result};
use crate::rotation::Former;
use crate::{files, hex};
use atom_vault::{Keys, SlotCopy, WRAPPED_LEN};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Version of the format: of folder, chunks and manifests together.
pub(crate) const VERSION: u32 = 1;
const FORMAT: &str = "atom-backup";
const CONFIG: &str = "atom-backup.json";
/// Copy of the key slots.
pub(crate) const SLOTS: &str = "keyslots.v1";
pub(crate) const CHUNKS: &str = "chunks";
pub(crate) const SNAPSHOTS: &str = "snapshots";
pub(crate) const TMP: &str = "tmp";
const LOCK: &str = "lock";
const README: &str = "README.txt";
/// What a disk may hold besides.
const FOREIGN: [&str; 3] = ["lost+found", "System Volume Information", "$RECYCLE.BIN"];
/// The vault's key that wraps the repository's.
const WRAP_LABEL: &str = "backup/wrap";
/// Longer than any public file of a repository.
const MAX_PUBLIC: u64 = 64 * 1024;

const README_TEXT: &str = "\
Backups of Atom, encrypted. Do not change, rename or delete single files in here.

To bring one back, on this computer or on a new one:
    atom restore THIS_FOLDER
It asks for the passphrase or the recovery code of the vault. Without one of them nobody can read these files.
";

/// Whether others may work at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reading, beside other readers.
    Read,
    /// Changing, alone.
    Write,
}

/// An open repository.
pub struct Repository {
    dir: PathBuf,
    /// Keys of the repository itself: random, wrapped with the vault's.
    pub(crate) keys: Keys,
    vault_id: [u8; 16],
    /// Master keys that the vault had before: older snapshots are of their time.
    pub(crate) former: Former,
    /// What the public file has to say, if the repository's key is not wrapped with the vault's present one.
    stale: Option<Rewrap>,
    pub(crate) chunks: Chunks,
    /// Held until this is dropped; none on a disk that cannot be written and needs no lock.
    _lock: Option<File>,
}

/// The public file that says what the folder is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Config {
    format: String,
    version: u32,
    #[serde(with = "hex::field")]
    repository_id: [u8; 16],
    #[serde(with = "hex::field")]
    vault_id: [u8; 16],
    #[serde(with = "hex::field")]
    wrapped_key: [u8; WRAPPED_LEN],
    /// The same key wrapped with the vault's former one, while the copy of the key slots may still be that of the former.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    former_wrapped_key: Option<Hex>,
    /// Former keys of the vault, wrapped with its present one: what the index files and the log of older snapshots need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    former_keys: Option<String>,
}

/// The wrapped key of a repository as text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Hex(#[serde(with = "hex::field")] [u8; WRAPPED_LEN]);

/// How a repository comes to be opened by the present key of its vault, without a moment at which its own copy of the key
/// slots does not open it.
struct Rewrap {
    /// Opens with the present key and with the former one.
    both: Config,
    /// Opens with the present key only.
    present: Config,
}

impl Config {
    fn encode(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self).map_err(|error| Error::damaged(CONFIG, format!("cannot be written: {error}")))
    }

    /// Reads the config of `dir`; `None` if there is none.
    fn load(dir: &Path) -> Result<Option<Self>> {
        read_public(&dir.join(CONFIG))?.map(|bytes| Self::parse(&bytes, dir)).transpose()
    }

    /// Reads the config of the repository at `dir`.
    fn parse(bytes: &[u8], dir: &Path) -> Result<Self> {
        #[derive(Deserialize)]
        struct Versioned {
            format: String,
            version: u32,
        }
        let damaged = || Error::damaged(CONFIG, "is not as it was written");
        let Versioned { format, version } = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        if format != FORMAT {
            return Err(damaged());
        }
        if version > VERSION {
            return Err(Error::NewerFormat { folder: dir.to_owned(), found: version, known: VERSION });
        }
        let config: Self = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        if version != VERSION || config.encode()? != bytes {
            return Err(damaged());
        }
        Ok(config)
    }
}

impl Config {
    /// The repository's key, and whether it is wrapped with the vault's present one and no other.
    fn open(&self, vault: &Keys, former: &Former) -> Option<(Keys, bool)> {
        let wrapped: Vec<_> = [Some(&self.wrapped_key), self.former_wrapped_key.as_ref().map(|Hex(key)| key)]
            .into_iter()
            .flatten()
            .collect();
        let unwrap = |keys: &Keys, key| keys.unwrap(WRAP_LABEL, self.repository_id, key);
        if let Some(keys) = unwrap(vault, &self.wrapped_key) {
            return Some((keys, self.former_wrapped_key.is_none()));
        }
        // Newest first: it is the likeliest.
        let mut tries = [vault].into_iter().chain(former.each().rev());
        tries.find_map(|keys| wrapped.iter().find_map(|&key| unwrap(keys, key))).map(|keys| (keys, false))
    }

    fn rewrapped(&self, vault: &Keys, own: &Keys, former: &Former) -> Result<Rewrap> {
        // The copy of the key slots may be that of either, if this was begun before.
        let before = self.former_wrapped_key.clone().unwrap_or(Hex(self.wrapped_key));
        let present = Self {
            wrapped_key: vault.wrap(WRAP_LABEL, own)?,
            former_wrapped_key: None,
            former_keys: Some(former.text(vault)?).filter(|text| !text.is_empty()),
            ..self.clone()
        };
        let both = Self { former_wrapped_key: Some(before), ..present.clone() };
        Ok(Rewrap { both, present })
    }
}

#[cfg(any(test, fuzzing))]
/// The public file of a repository, from any bytes.
pub(crate) fn parse_config(bytes: &[u8]) {
    if let Ok(config) = Config::parse(bytes, Path::new("repository")) {
        assert!(config.encode().is_ok_and(|again| again == bytes), "a config is not what was read");
    }
}

impl Repository {
    /// Whether `dir` is a repository, readable or not.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        dir.join(CONFIG).symlink_metadata().is_ok()
    }

    /// Opens the repository in `dir` with the keys of its vault.
    ///
    /// # Errors
    /// [`Error::Absent`], [`Error::NoRepository`], [`Error::OtherVault`], [`Error::NewerFormat`], [`Error::Damaged`], [`Error::Busy`].
    pub fn open(dir: &Path, vault: &Keys, access: Access) -> Result<Self> {
        Self::open_with(dir, vault, &Former::default(), access)
    }

    /// The same with the keys that the vault had before: a repository that was not written since is opened too, and gets the
    /// present key with the next backup.
    ///
    /// # Errors
    /// As [`Repository::open`].
    pub fn open_with(dir: &Path, vault: &Keys, former: &Former, access: Access) -> Result<Self> {
        if !dir.is_dir() {
            return Err(Error::Absent { folder: dir.to_owned() });
        }
        let Some(config) = Config::load(dir)? else {
            return Err(match dir.join(SNAPSHOTS).read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
                true => Error::damaged(CONFIG, "is missing"),
                false => Error::NoRepository { folder: dir.to_owned() },
            });
        };
        if config.vault_id != vault.vault_id() {
            return Err(Error::OtherVault { folder: dir.to_owned() });
        }
        let (keys, is_present) = config
            .open(vault, former)
            .ok_or_else(|| Error::damaged(CONFIG, "does not open with the keys of its vault"))?;
        let known = Former::parse(config.former_keys.as_deref().unwrap_or_default(), vault).with(former);
        let stale = if is_present { None } else { Some(config.rewrapped(vault, &keys, &known)?) };
        let lock = lock(dir, access)?;
        let repository = Self {
            dir: dir.to_owned(),
            chunks: Chunks::new(dir, &keys),
            keys,
            vault_id: config.vault_id,
            former: known,
            stale,
            _lock: lock,
        };
        if access == Access::Write {
            repository.tidy()?;
        }
        Ok(repository)
    }

    /// Opens the repository in `dir` to change it, or makes one there. `dir` may be missing, but not the folder above it.
    ///
    /// # Errors
    /// As [`Repository::open`], and [`Error::Occupied`] if there is something else in the folder, [`Error::DiskFull`].
    pub fn open_or_create(dir: &Path, vault: &Keys) -> Result<Self> {
        Self::open_or_create_with(dir, vault, &Former::default())
    }

    /// The same with the keys that the vault had before, as [`Repository::open_with`].
    ///
    /// # Errors
    /// As [`Repository::open_or_create`].
    pub fn open_or_create_with(dir: &Path, vault: &Keys, former: &Former) -> Result<Self> {
        let above = dir.parent().filter(|above| !above.as_os_str().is_empty());
        if above.is_some_and(|above| !above.is_dir()) {
            return Err(Error::Absent { folder: dir.to_owned() });
        }
        if !Self::exists(dir) {
            create(dir, vault)?;
        }
        Self::open_with(dir, vault, former, Access::Write)
    }

    /// The key slots that the repository carries: how a machine without the vault gets at its keys.
    ///
    /// # Errors
    /// [`Error::Absent`], [`Error::NoRepository`], [`Error::Damaged`], and those of [`SlotCopy::parse`].
    pub fn slots(dir: &Path) -> Result<SlotCopy> {
        if !dir.is_dir() {
            return Err(Error::Absent { folder: dir.to_owned() });
        }
        if !Self::exists(dir) {
            return Err(Error::NoRepository { folder: dir.to_owned() });
        }
        let bytes = read_public(&dir.join(SLOTS))?.ok_or_else(|| Error::damaged(SLOTS, "is missing"))?;
        Ok(SlotCopy::parse(&bytes)?)
    }

    /// Which vault the repository in `dir` says it belongs to, 16 random bytes.
    ///
    /// # Errors
    /// [`Error::NoRepository`], [`Error::NewerFormat`], [`Error::Damaged`].
    pub fn vault_id_of(dir: &Path) -> Result<[u8; 16]> {
        let config = Config::load(dir)?.ok_or_else(|| Error::NoRepository { folder: dir.to_owned() })?;
        Ok(config.vault_id)
    }

    /// Where it is.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whose vault it keeps.
    #[must_use]
    pub fn vault_id(&self) -> [u8; 16] {
        self.vault_id
    }

    /// Bytes of its files.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be listed.
    pub fn size_bytes(&self) -> Result<u64> {
        let mut bytes = 0;
        let mut folders = vec![self.dir.clone()];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir().during("read", &folder)? {
                let entry = entry.during("read", &folder)?;
                // A file that goes away meanwhile has no size.
                match entry.metadata() {
                    Ok(facts) if facts.is_dir() => folders.push(entry.path()),
                    Ok(facts) => bytes += facts.len(),
                    Err(_) => {}
                }
            }
        }
        Ok(bytes)
    }

    /// Puts `slots`, which are the vault's present ones, in the place of the copy that is there, if they differ; and has the
    /// repository's key wrapped with the vault's present one.
    pub(crate) fn keep_slots(&self, slots: &SlotCopy) -> Result<()> {
        let Some(Rewrap { both, present }) = &self.stale else { return self.replace_slots(slots) };
        let write = |config: &Config| files::replace(&self.tmp(CONFIG), &self.dir.join(CONFIG), &config.encode()?);
        write(both)?;
        self.replace_slots(slots)?;
        write(present)
    }

    fn replace_slots(&self, slots: &SlotCopy) -> Result<()> {
        let path = self.dir.join(SLOTS);
        if read_public(&path).is_ok_and(|kept| kept.as_deref() == Some(slots.bytes())) {
            return Ok(());
        }
        files::replace(&self.tmp(SLOTS), &path, slots.bytes())
    }

    /// A name for a file on its way.
    pub(crate) fn tmp(&self, name: &str) -> PathBuf {
        self.dir.join(TMP).join(name)
    }

    /// Makes what is missing of the folders and removes what a killed process left.
    fn tidy(&self) -> Result<()> {
        for name in [CHUNKS, SNAPSHOTS, TMP] {
            files::make_folder(&self.dir.join(name))?;
        }
        let tmp = self.dir.join(TMP);
        for entry in tmp.read_dir().during("read", &tmp)? {
            files::remove(&entry.during("read", &tmp)?.path())?;
        }
        Ok(())
    }
}

/// Makes a repository; the config, which makes it one, comes last.
fn create(dir: &Path, vault: &Keys) -> Result<()> {
    files::make_folder(dir)?;
    let ours = [CHUNKS, SNAPSHOTS, TMP, LOCK, README, SLOTS];
    for entry in dir.read_dir().during("read", dir)? {
        let name = entry.during("read", dir)?.file_name();
        let name = name.to_string_lossy();
        let harmless = name.starts_with('.') || FOREIGN.contains(&&*name) || ours.contains(&&*name);
        if !harmless {
            return Err(Error::Occupied { folder: dir.to_owned() });
        }
    }
    if dir.join(SNAPSHOTS).read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Error::damaged(CONFIG, "is missing"));
    }
    let _lock = lock(dir, Access::Write)?;
    if Repository::exists(dir) {
        // Another process was faster.
        return Ok(());
    }
    for name in [CHUNKS, SNAPSHOTS, TMP] {
        files::make_folder(&dir.join(name))?;
    }
    let keys = Keys::ephemeral()?;
    let config = Config {
        format: FORMAT.to_owned(),
        version: VERSION,
        repository_id: keys.vault_id(),
        vault_id: vault.vault_id(),
        wrapped_key: vault.wrap(WRAP_LABEL, &keys)?,
        former_wrapped_key: None,
        former_keys: None,
    };
    let tmp = dir.join(TMP);
    files::replace(&tmp.join(README), &dir.join(README), README_TEXT.as_bytes())?;
    files::replace(&tmp.join(CONFIG), &dir.join(CONFIG), &config.encode()?)
}

/// Takes the lock; a reader needs none where nobody can write.
fn lock(dir: &Path, access: Access) -> Result<Option<File>> {
    use rustix::fs::FlockOperation::{NonBlockingLockExclusive, NonBlockingLockShared};
    let path = dir.join(LOCK);
    let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = match (opened, access) {
        (Ok(file), _) => file,
        (Err(error), Access::Read)
            if matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied) =>
        {
            return Ok(None);
        }
        (Err(error), _) => return Err(Error::io("open", &path, error)),
    };
    let operation = if access == Access::Write { NonBlockingLockExclusive } else { NonBlockingLockShared };
    match rustix::fs::flock(&file, operation) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(Error::Busy { folder: dir.to_owned() }),
        Err(error) => Err(Error::io("lock", &path, error.into())),
    }
}

/// A small public file; `None` if there is none.
fn read_public(path: &Path) -> Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("read", path, error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_PUBLIC).read_to_end(&mut bytes).during("read", path)?;
    Ok(Some(bytes))
}
