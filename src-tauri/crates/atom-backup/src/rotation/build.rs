//! Putting the new set together, beside a vault that is in use.

use super::former::Former;
use super::reseal::{IndexFile, Indexes};
use super::set::Set;
use super::{DECIDED, clear_database, staging};
use crate::capture::DATABASE;
use crate::error::{Error, Result};
use crate::files;
use crate::progress::{Meter, Observer, Phase, Progress};
use atom_core::JobId;
use atom_store::{AuditEntry, AuditKey, Carried, Carry, RawKey, Rebuild, SecretName, SecretRow, Snapshot, Store};
use atom_vault::{Keys, SealedSecret, SecretPlace, SecretRoot, SlotCopy};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Room that has to be left on the disk beside the new set, bytes.
const RESERVE: u64 = 64 << 20;
/// Label of the key of the activity log.
pub(crate) const AUDIT: &str = "audit/chain";
/// How often the database is copied when it is written to meanwhile.
const ATTEMPTS: u32 = 8;

/// A rotation that was begun: its new ways in are in [`super::staging`].
pub struct Rotation<'a> {
    /// The vault's open database.
    pub store: &'a Store,
    /// The vault's keys.
    pub old: &'a Keys,
    /// Those that it is to have.
    pub new: &'a Keys,
    /// Its folder.
    pub data_dir: &'a Path,
    /// Written at the end of the new vault's log.
    pub entries: Vec<AuditEntry>,
    /// The job that ends with it, and when, Unix milliseconds.
    pub job: Option<(JobId, i64)>,
}

/// A new set that counts from now on.
#[derive(Debug)]
pub struct Rotated {
    /// What was carried over inside the database.
    pub carried: Carried,
    /// Files of the indexes that were damaged before and are not in the new set.
    pub left_out: u64,
}

/// Puts the new set together, verifies it, and decides. Whoever calls keeps writers of the indexes still until the end; the
/// database may be written to and is copied again then. After it went well nothing can be written to `store`: close it, and
/// then [`super::roll_forward`].
///
/// What a rotation that was stopped has sealed already is kept, if it verifies.
///
/// # Errors
/// [`Error::DiskFull`], [`Error::Cancelled`], [`Error::Unsettled`] if the database is written to all the time,
/// [`Error::Store`] if it is damaged, [`Error::Rotation`] if the new set does not verify. The vault is as it was.
pub fn rotate(rotation: &Rotation<'_>, mut observer: impl FnMut(Progress) -> ControlFlow<()>) -> Result<Rotated> {
    let build = Build { rotation, staging: staging(rotation.data_dir) };
    SlotCopy::of_vault(&build.staging)?.verify(rotation.new)?;
    let indexes = Indexes::new(rotation.data_dir, rotation.old);
    for _ in 0..ATTEMPTS {
        clear_database(&build.staging)?;
        let files = indexes.list()?;
        let left_out = build.indexes(&indexes, &files, &mut observer)?;
        let snapshot = rotation.store.snapshot()?;
        let carried = build.database(&snapshot, &mut observer)?;
        Set::of(&build.staging, rotation.new)?.write(&build.staging)?;
        files::sync_all(&build.staging)?;
        if indexes.list()? == files
            && rotation.store.hand_over(snapshot.commits()?, || decide(rotation.data_dir, &build.staging))?
        {
            return Ok(Rotated { carried, left_out });
        }
    }
    Err(Error::Unsettled)
}

/// The one step from the old set to the new one.
fn decide(data_dir: &Path, staging: &Path) -> Result<()> {
    let decided = data_dir.join(DECIDED);
    files::rename(staging, &decided)?;
    files::sync_folder(data_dir).or_else(|error| {
        // Nobody knows what a crash would leave now: as long as it can be taken back, the old set counts.
        files::rename(&decided, staging)?;
        Err(error)
    })
}

struct Build<'a> {
    rotation: &'a Rotation<'a>,
    staging: PathBuf,
}

impl Build<'_> {
    /// Seals the files of both indexes again, and compares each with what it was made of; how many were left out.
    fn indexes(&self, from: &Indexes, wanted: &BTreeMap<IndexFile, u64>, observer: &mut Observer<'_>) -> Result<u64> {
        let Rotation { store, new, .. } = self.rotation;
        let to = Indexes::new(&self.staging, new);
        to.make_tops()?;
        let staged = to.list()?;
        for file in staged.keys().filter(|file| !wanted.contains_key(file)) {
            files::remove(&to.path(file))?;
        }
        let index_bytes: u64 = wanted.values().sum();
        let have: u64 = wanted.keys().filter_map(|file| staged.get(file)).sum();
        self.refuse_full_disk(store.size_bytes().saturating_add(index_bytes).saturating_sub(have))?;
        let mut meter = Meter::new(observer, Phase::Sealing, index_bytes)?;
        let mut left_out = Vec::new();
        for (file, bytes) in wanted {
            let is_kept = staged.contains_key(file) && from.same(&to, file)?;
            if !is_kept && !to.seal_again(from, file)? {
                left_out.push(file);
            }
            meter.add(*bytes)?;
        }
        files::sync_all(&self.staging)?;
        let mut meter = Meter::new(observer, Phase::Verifying, index_bytes)?;
        for (file, bytes) in wanted {
            if !left_out.contains(&file) && !from.same(&to, file)? {
                return Err(Error::rotation(to.path(file).to_string_lossy(), "is not what was written"));
            }
            meter.add(*bytes)?;
        }
        Ok(u64::try_from(left_out.len()).unwrap_or(u64::MAX))
    }

    fn refuse_full_disk(&self, bytes: u64) -> Result<()> {
        let needed = bytes.saturating_add(RESERVE);
        match files::free_bytes(&self.staging).is_some_and(|free| free < needed) {
            true => Err(Error::DiskFull { place: self.rotation.data_dir.to_owned(), bytes: Some(needed) }),
            false => Ok(()),
        }
    }

    /// Copies the database under the new key, with what derives from the old one made anew; verified when this returns.
    fn database(&self, snapshot: &Snapshot, observer: &mut Observer<'_>) -> Result<Carried> {
        let Rotation { store, old, new, .. } = self.rotation;
        let outline = snapshot.outline()?;
        let rows: u64 = outline.tables.iter().map(|table| table.rows).sum();
        let mut meter = Meter::new(observer, Phase::Copying, rows)?;
        let key = new.sqlcipher();
        let path = self.staging.join(DATABASE);
        let mut rebuild = Rebuild::create(&path, &RawKey { key: key.key, salt: key.salt }, outline.clone())?;
        for table in &outline.tables {
            snapshot.blocks(table, |block| {
                files::about_to_write(&path, block.bytes.len())?;
                rebuild.insert(&block.bytes)?;
                meter.add(block.rows)
            })?;
        }
        let (from, to) = (old.secrets(), new.secrets());
        let carry = Carry {
            audit_from: &AuditKey::new(&old.derive(AUDIT)),
            audit_to: &AuditKey::new(&new.derive(AUDIT)),
            reseal: &|name, row| reseal_secret(&from, &to, name, row),
            settings: vec![Former::of_vault(store, old)?.and(old).setting(new)?],
            entries: self.rotation.entries.clone(),
            job: self.rotation.job,
        };
        Ok(rebuild.finish_carried(&carry)?)
    }
}

/// Seals a secret again; none where it does not open.
pub(crate) fn reseal_secret(
    from: &SecretRoot,
    to: &SecretRoot,
    name: &SecretName,
    row: &SecretRow,
) -> Option<SecretRow> {
    let place = SecretPlace { connector: &name.connector, account: &name.account, field: &name.field };
    let sealed = SealedSecret { record: row.record, envelope: row.envelope.clone() };
    let secret = from.open(place, &sealed).ok()?;
    let SealedSecret { record, envelope } = to.seal(place, &secret).ok()?;
    Some(SecretRow { record, envelope })
}
