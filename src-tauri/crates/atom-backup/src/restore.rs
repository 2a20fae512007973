//! Putting a snapshot in the place of the data folder.

use crate::capture::{DATABASE, INDEXES};
use crate::error::{During, Error, Result};
use crate::files;
use crate::manifest::{FileEntry, Manifest, SnapshotInfo};
use crate::progress::{Meter, Observer, Phase, Progress};
use crate::repository::Repository;
use crate::rotation::{AUDIT, Former, Indexes, reseal_secret};
use crate::write::refuse_overlap;
use atom_store::{Adopt, AuditKey, Outline, RawKey, Rebuild, SCHEMA_VERSION, TableOutline};
use atom_vault::{Keys, SlotCopy};
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};

/// Room that has to be left on the disk beside what is restored, bytes.
const RESERVE: u64 = 64 << 20;
/// Lies in a folder that is being put together, to tell it from one that held the data before.
const MARKER: &str = "restoring";

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// The snapshot.
    pub snapshot: SnapshotInfo,
    /// Where the data that was there before lies now.
    pub previous: Option<PathBuf>,
}

/// Puts a snapshot in the place of `data_dir`: the one called `id`, or the newest.
///
/// Everything is read, verified and made durable in a folder beside `data_dir` first. Then the two folders change places in
/// one step, and what was there is kept under another name. The caller makes sure that nobody has the data folder open.
/// `vault` are the keys of the vault that the backups are of.
///
/// # Errors
/// [`Error::Damaged`] if anything of the snapshot, or the list of any other when none was named, does not verify;
/// [`Error::NoSnapshot`], [`Error::NewerFormat`], [`Error::Overlapping`], [`Error::DiskFull`], [`Error::Cancelled`].
/// `data_dir` is untouched then and nothing is left beside it.
pub fn restore(
    repository: &Repository,
    vault: &Keys,
    id: Option<&str>,
    data_dir: &Path,
    observer: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Restored> {
    restore_held(repository, vault, id, data_dir, |_| Ok(()), observer)
}

/// As [`restore`]; `hold` is called with the finished folder before it gets its name, for whoever must have it from its first
/// moment on: what `hold` locks in there is locked when others find it.
///
/// # Errors
/// As [`restore`], and what `hold` fails with.
pub fn restore_held(
    repository: &Repository,
    vault: &Keys,
    id: Option<&str>,
    data_dir: &Path,
    hold: impl FnOnce(&Path) -> io::Result<()>,
    mut observer: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Restored> {
    refuse_overlap(repository.dir(), data_dir)?;
    let (id, manifest) = choose(repository, id)?;
    let schema = manifest.database.schema_version;
    if schema > SCHEMA_VERSION {
        let folder = repository.dir().to_owned();
        return Err(Error::NewerFormat { folder, found: schema, known: SCHEMA_VERSION });
    }
    let slots = newest_slots(repository, vault, data_dir)?;
    let target = Target::of(data_dir)?;
    target.tidy()?;
    let needed = manifest.content_bytes().saturating_add(RESERVE);
    if files::free_bytes(&target.above).is_some_and(|free| free < needed) {
        return Err(Error::DiskFull { place: target.above, bytes: Some(needed) });
    }
    files::make_folder(&target.staging)?;
    files::write_new(&target.staging.join(MARKER), &[])?;
    let staged = stage(repository, &manifest, vault, &target.staging, &mut observer)
        .and_then(|()| Ok(slots.place(&target.staging)?))
        .and_then(|()| files::sync_all(&target.staging))
        .and_then(|()| hold(&target.staging).during("lock", &target.staging));
    let swapped = staged.and_then(|()| target.swap());
    match swapped {
        Ok(previous) => Ok(Restored { snapshot: SnapshotInfo::of(&id, &manifest), previous }),
        Err(error) => {
            if let Err(error) = target.tidy() {
                tracing::warn!(%error, "what a failed restore left is removed by the next one");
            }
            Err(error)
        }
    }
}

/// The snapshot that was named, or the newest; never an older one in place of a newest that is damaged.
fn choose(repository: &Repository, id: Option<&str>) -> Result<(String, Manifest)> {
    if let Some(id) = id {
        let is_name = Path::new(id).components().eq([Component::Normal(id.as_ref())]) && !id.starts_with('.');
        return match is_name {
            true => Ok((id.to_owned(), repository.manifest(id)?)),
            false => Err(Error::NoSnapshot { folder: repository.dir().to_owned(), id: id.to_owned() }),
        };
    }
    let snapshots = repository.snapshots()?;
    match snapshots.damaged.into_iter().next() {
        Some(Error::Damaged { object, problem }) => {
            let problem = format!("{problem}: name the snapshot to restore with --snapshot");
            return Err(Error::Damaged { object, problem });
        }
        Some(error) => return Err(error),
        None => {}
    }
    let newest = snapshots.whole.into_iter().next_back();
    newest.ok_or_else(|| Error::NoRepository { folder: repository.dir().to_owned() })
}

/// The vault's own slots where it still has them and they are newer: they know the present passphrase.
fn newest_slots(repository: &Repository, vault: &Keys, data_dir: &Path) -> Result<SlotCopy> {
    let own = SlotCopy::of_vault(data_dir).ok().filter(|own| own.verify(vault).is_ok());
    let kept = Repository::slots(repository.dir()).and_then(|kept| {
        kept.verify(vault)?;
        Ok(kept)
    });
    match (own, kept) {
        (Some(own), Ok(kept)) => Ok(if own.generation() >= kept.generation() { own } else { kept }),
        (Some(own), Err(_)) => Ok(own),
        (None, kept) => kept,
    }
}

/// Builds the data folder in `staging`.
fn stage(
    repository: &Repository,
    manifest: &Manifest,
    vault: &Keys,
    staging: &Path,
    observer: &mut Observer<'_>,
) -> Result<()> {
    let mut meter = Meter::new(observer, Phase::Restoring, manifest.content_bytes())?;
    let tables = &manifest.database.tables;
    let outline = Outline {
        schema_version: manifest.database.schema_version,
        bytes: manifest.database.bytes,
        tables: tables
            .iter()
            .map(|table| TableOutline { name: table.name.clone(), sql: table.sql.clone(), rows: table.rows })
            .collect(),
        after: manifest.database.after.clone(),
    };
    let key = vault.sqlcipher();
    let key = RawKey { key: key.key, salt: key.salt };
    let mut rebuild = Rebuild::create(&staging.join(DATABASE), &key, outline)?;
    for block in tables.iter().flat_map(|table| &table.blocks) {
        rebuild.insert(&repository.chunks.read(*block)?)?;
        meter.add(block.1)?;
    }
    finish(rebuild, vault, &repository.former)?;
    for file in &manifest.files {
        write_file(repository, file, staging, &mut meter)?;
    }
    // Files that were sealed with a former master key.
    let indexes = Indexes::new(staging, vault);
    repository.former.each().try_for_each(|former| indexes.adopt(&Indexes::new(staging, former)))
}

/// Completes the database, whichever of the vault's master keys it is from.
fn finish(rebuild: Rebuild, vault: &Keys, former: &Former) -> Result<()> {
    if former.each().next().is_none() {
        return Ok(rebuild.finish()?);
    }
    let audit = |keys: &Keys| AuditKey::new(&keys.derive(AUDIT));
    let present = vault.secrets();
    let adopt = Adopt {
        audit: &audit(vault),
        former_audit: &former.each().map(audit).collect::<Vec<_>>(),
        reseal: &|name, row| former.each().find_map(|keys| reseal_secret(&keys.secrets(), &present, name, row)),
        settings: vec![former.setting(vault)?],
    };
    Ok(rebuild.finish_adopted(&adopt)?)
}

fn write_file(repository: &Repository, file: &FileEntry, staging: &Path, meter: &mut Meter<'_, '_>) -> Result<()> {
    let refused = |problem: &str| Error::damaged(&file.path, problem);
    let path = inside(staging, &file.path).ok_or_else(|| refused("is no name of a file of an index"))?;
    if path.symlink_metadata().is_ok() {
        return Err(refused("is listed twice"));
    }
    // Folders from the top down, each made by us: nothing in the staging folder is a link.
    let mut folder = staging.to_owned();
    for part in Path::new(&file.path).parent().into_iter().flat_map(Path::components) {
        folder.push(part);
        files::make_folder(&folder)?;
    }
    let mut target = files::write_new(&path, &[])?;
    let mut bytes = 0;
    for piece in &file.pieces {
        files::append(&mut target, &path, &repository.chunks.read(*piece)?)?;
        bytes += piece.1;
        meter.add(piece.1)?;
    }
    if bytes == file.bytes { Ok(()) } else { Err(refused("has another length than its list says")) }
}

/// `path` below `staging`, if it is a plain path into one of the indexes.
pub(crate) fn inside(staging: &Path, path: &str) -> Option<PathBuf> {
    let mut parts = path.split('/');
    let in_index = parts.next().is_some_and(|first| INDEXES.contains(&first));
    let mut rest = parts.peekable();
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0', ':']);
    (in_index && rest.peek().is_some() && rest.all(plain)).then(|| staging.join(path))
}

/// The data folder and the names beside it.
struct Target {
    data_dir: PathBuf,
    above: PathBuf,
    name: String,
    staging: PathBuf,
}

impl Target {
    fn of(data_dir: &Path) -> Result<Self> {
        // Through links, so that the folder itself changes places and not a link to it.
        let data_dir = match data_dir.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => data_dir.to_owned(),
            Err(error) => return Err(Error::io("open", data_dir, error)),
        };
        let unnamed = || Error::io("restore to", &data_dir, io::ErrorKind::InvalidInput.into());
        let above = data_dir.parent().ok_or_else(unnamed)?.to_owned();
        let name = data_dir.file_name().ok_or_else(unnamed)?.to_string_lossy().into_owned();
        fs::create_dir_all(&above).during("make", &above)?;
        let staging = above.join(format!(".{name}.restoring"));
        Ok(Self { data_dir, above, name, staging })
    }

    /// Removes what a killed restore left; keeps what was the data until then.
    fn tidy(&self) -> Result<()> {
        let is_ours = self.staging.join(MARKER).symlink_metadata().is_ok();
        match self.staging.read_dir().map(|mut entries| entries.next().is_none()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Ok(is_empty) if is_empty || is_ours => files::remove_folder(&self.staging),
            _ => files::rename(&self.staging, &self.free_name()),
        }
    }

    /// Puts the staged folder in place; where the data that was there lies now.
    fn swap(&self) -> Result<Option<PathBuf>> {
        let marker = self.data_dir.join(MARKER);
        if self.data_dir.symlink_metadata().is_err() {
            files::rename(&self.staging, &self.data_dir)?;
            files::sync_folder(&self.above)?;
            files::remove(&marker)?;
            return Ok(None);
        }
        let previous = self.free_name();
        if files::exchange(&self.staging, &self.data_dir)? {
            // The restored data is in place: what fails from here on is put right by the next restore.
            let named = files::rename(&self.staging, &previous).map(|()| previous);
            let tidied = files::sync_folder(&self.above).and_then(|()| files::remove(&marker));
            if let Err(error) = tidied {
                tracing::warn!(%error, "a restore could not tidy up");
            }
            return Ok(Some(named.unwrap_or_else(|_| self.staging.clone())));
        }
        files::rename(&self.data_dir, &previous)?;
        if let Err(error) = files::rename(&self.staging, &self.data_dir) {
            files::rename(&previous, &self.data_dir)?;
            return Err(error);
        }
        files::sync_folder(&self.above)?;
        files::remove(&marker)?;
        Ok(Some(previous))
    }

    /// A name for what was there before that nothing has.
    fn free_name(&self) -> PathBuf {
        let names = (1_u32..).map(|count| match count {
            1 => format!("{}.before-restore", self.name),
            count => format!("{}.before-restore-{count}", self.name),
        });
        let mut paths = names.map(|name| self.above.join(name));
        paths.find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| self.above.join("before-restore"))
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn only_plain_paths_into_the_indexes_are_written() {
        let staging = Path::new("/s");
        for good in ["keyword/a.idx", "vectors/t.lance/data/0-1.lance", "keyword/.managed.json"] {
            assert_eq!(inside(staging, good), Some(staging.join(good)), "{good}");
        }
        for bad in [
            "",
            "keyword",
            "keyword/",
            "keyword//a",
            "/etc/passwd",
            "../keyword/a",
            "keyword/../../a",
            "keyword/./a",
            "vault.db",
            "keyslots.v1",
            "C:\\a",
            "keyword\\..\\a",
            "vectors/C:a",
            "keyword/a\0b",
            "Keyword/a",
            "//keyword/a",
        ] {
            assert_eq!(inside(staging, bad), None, "{bad:?}");
        }
    }
}
