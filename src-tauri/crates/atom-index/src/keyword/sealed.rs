//! The engine's directory with every file sealed.
//!
//! Each file is in the format `ATL1` of `atom_vault::seal`, bound to its own name, so that a changed, cut, swapped or
//! foreign file is an error and never an answer. Readers decrypt the blocks that they touch and keep them in one bounded
//! cache of the directory. Nothing is mapped into memory and nothing is written outside of the directory.
//! Replacing the whole directory by an older copy of itself is not noticed here: the store compares what it recorded (`head`).
//!
//! Durability: a file is synced when its writer is terminated; a small file is replaced by writing another beside it,
//! syncing, renaming and syncing the directory. The list of managed files is the exception: the engine rewrites it before
//! each new file, which would cost two syncs per file. It is kept in memory until the directory is synced, which the
//! engine does before each commit; what a crash leaves behind unlisted is deleted when the directory is opened.
//!
//! Locks are file locks on empty files, gone with the process that held them.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use atom_vault::{SealReader, SealRoot, SealWriter};
use tantivy::HasLen;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, OwnedBytes, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};

use super::cache::BlockCache;
use crate::{Error, Result};

/// 16 KiB: small enough for the point reads of term dictionaries and postings.
const BLOCK_LOG2: u8 = 14;
const WRITE_BUFFER: usize = 64 * 1024;
pub(crate) const META: &str = "meta.json";
pub(crate) const MANAGED: &str = ".managed.json";
const LOCK_SUFFIX: &str = ".lock";
const TEMPORARY_SUFFIX: &str = ".new";

/// A directory of sealed files.
#[derive(Clone)]
pub(crate) struct SealedDirectory {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    root: SealRoot,
    cache: BlockCache,
    next_file: AtomicU64,
    open: Mutex<HashMap<PathBuf, Weak<SealedFile>>>,
    /// The newest list of managed files, while it is not on the disk.
    managed: Mutex<Option<Vec<u8>>>,
    trouble: Mutex<Option<Trouble>>,
    #[cfg(test)]
    faults: super::faults::Faults,
}

/// The failure below an error of the engine, which does not always say.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// A file is not what was sealed.
    Damaged(String),
    /// The disk is full.
    Full,
}

impl fmt::Debug for SealedDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedDirectory({:?})", self.inner.path)
    }
}

impl SealedDirectory {
    /// Opens a directory, made if need be, and verifies what is in it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for a file that is not sealed or parts that are missing, [`Error::Io`] and [`Error::DiskFull`].
    pub(crate) fn open(path: &Path, root: SealRoot, cache_bytes: usize) -> Result<Self> {
        let opening = |error| io_error("opening the folder of the keyword index", error);
        atom_vault::make_private_folder(path).map_err(opening)?;
        let directory = Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                root,
                cache: BlockCache::new(cache_bytes),
                next_file: AtomicU64::new(0),
                open: Mutex::default(),
                managed: Mutex::default(),
                trouble: Mutex::default(),
                #[cfg(test)]
                faults: super::faults::Faults::default(),
            }),
        };
        directory.tidy()?;
        Ok(directory)
    }

    /// Bytes on the disk.
    pub(crate) fn size_bytes(&self) -> Result<u64> {
        let mut bytes = 0;
        for file in self.names()? {
            // A file may be merged away between listing and looking.
            bytes += fs::metadata(self.at(Path::new(&file))).map_or(0, |meta| meta.len());
        }
        Ok(bytes)
    }

    /// Reads and verifies every block of a file; `false` where there is no such file.
    pub(crate) fn verify(&self, name: &Path) -> Result<bool> {
        let verifying = |error| io_error("verifying the keyword index", error);
        let file = match self.reader(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            other => other.map_err(verifying)?,
        };
        for block in 0..file.block_count() {
            file.read_block(block).map_err(|error| verifying(self.blame(error)))?;
        }
        Ok(true)
    }

    /// Takes the failure that an error of the engine comes from.
    pub(crate) fn take_trouble(&self) -> Option<Trouble> {
        self.inner.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    #[cfg(test)]
    pub(crate) fn faults(&self) -> &super::faults::Faults {
        &self.inner.faults
    }

    fn at(&self, name: &Path) -> PathBuf {
        self.inner.path.join(name)
    }

    fn names(&self) -> Result<Vec<String>> {
        let listing = |error| io_error("listing the folder of the keyword index", error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.inner.path).map_err(listing)? {
            let entry = entry.map_err(listing)?;
            let name = entry.file_name().into_string().map_err(|_| corrupt("a file has a foreign name"))?;
            if !entry.file_type().map_err(listing)?.is_file() {
                return Err(corrupt(&format!("{name} is not a file")));
            }
            names.push(name);
        }
        Ok(names)
    }

    /// Removes what a crash left half-written; refuses what nobody sealed and an index that lost its head.
    fn tidy(&self) -> Result<()> {
        let mut names: HashSet<String> = self.names()?.into_iter().collect();
        for name in names.clone() {
            if name.ends_with(TEMPORARY_SUFFIX) {
                self.remove(&name)?;
                names.remove(&name);
            }
        }
        names.retain(|name| !is_lock(name));
        let (meta, managed) = (names.remove(META), names.remove(MANAGED));
        if !meta {
            // Creation writes the list of managed files first, and commits nothing before the head.
            if !names.is_empty() {
                return Err(corrupt("meta.json is missing"));
            }
            return if managed { self.remove(MANAGED) } else { Ok(()) };
        }
        if !managed {
            return Err(corrupt("the list of managed files is missing"));
        }
        let list = self
            .read_whole(Path::new(MANAGED))
            .map_err(|error| io_error("reading the list of managed files", error))?;
        let list = String::from_utf8(list).map_err(|_| corrupt("the list of managed files is not text"))?;
        for name in names {
            if !list.contains(&format!("\"{name}\"")) && is_segment_file(&name) {
                self.remove(&name)?;
                continue;
            }
            self.check_magic(&name)?;
        }
        Ok(())
    }

    fn check_magic(&self, name: &str) -> Result<()> {
        let mut magic = [0; atom_vault::seal::MAGIC.len()];
        let read =
            File::open(self.at(Path::new(name))).and_then(|mut file| io::Read::read_exact(&mut file, &mut magic));
        match read {
            Ok(()) if magic == atom_vault::seal::MAGIC => Ok(()),
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                Err(io_error("reading the keyword index", error))
            }
            // A file that was created but never terminated may be empty; the engine decides whether it needs it.
            Err(_) if is_segment_file(name) => Ok(()),
            _ => Err(corrupt(&format!("{name} is not sealed"))),
        }
    }

    fn remove(&self, name: &str) -> Result<()> {
        fs::remove_file(self.at(Path::new(name))).map_err(|error| io_error("removing a leftover file", error))
    }

    /// Opens a sealed file and verifies its header, name and last block.
    fn reader(&self, name: &Path) -> io::Result<SealReader> {
        let file = File::open(self.at(name))?;
        let length = file.metadata()?.len();
        self.inner.root.open(Source(file), length, object_path(name)?).map_err(|error| self.blame(error))
    }

    fn read_whole(&self, name: &Path) -> io::Result<Vec<u8>> {
        let reader = self.reader(name)?;
        reader.read_at(0..reader.len()).map_err(|error| self.blame(error))
    }

    /// The engine's kind of error, with the cause kept for [`SealedDirectory::take_trouble`].
    fn blame(&self, error: atom_vault::Error) -> io::Error {
        let error = seal_error(error);
        self.note(&error);
        error
    }

    fn note(&self, error: &io::Error) {
        let trouble = match error.kind() {
            io::ErrorKind::InvalidData => Trouble::Damaged(error.to_string()),
            kind if is_full(kind) => Trouble::Full,
            _ => return,
        };
        *self.inner.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
    }

    fn replace(&self, name: &Path, data: &[u8]) -> io::Result<()> {
        let written = self.write_beside(name, data);
        if let Err(error) = &written {
            self.note(error);
        }
        written
    }

    fn write_beside(&self, name: &Path, data: &[u8]) -> io::Result<()> {
        let mut beside = name.as_os_str().to_owned();
        beside.push(TEMPORARY_SUFFIX);
        let beside = self.at(Path::new(&beside));
        let file = self.inner.create(&beside, false)?;
        let mut writer =
            self.inner.root.writer(BufWriter::new(file), object_path(name)?, BLOCK_LOG2).map_err(seal_error)?;
        writer.write_all(data)?;
        let file = writer.finish().map_err(seal_error)?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync()?;
        fs::rename(&beside, self.at(name))?;
        sync_folder(&self.inner.path)
    }

    /// Whether a list of deletions is of a commit that the head does not know.
    fn is_left_over(&self, name: &Path) -> io::Result<bool> {
        let mut parts = name.to_str().unwrap_or_default().rsplitn(3, '.');
        let (Some("del"), Some(number)) = (parts.next(), parts.next()) else { return Ok(false) };
        let head = String::from_utf8(self.read_whole(Path::new(META))?).unwrap_or_default();
        let head: String = head.split_whitespace().collect();
        let is_named = |end| head.contains(&format!("\"opstamp\":{number}{end}"));
        Ok(!is_named(',') && !is_named('}'))
    }

    /// Puts the list of managed files on the disk, if it changed.
    fn flush_managed(&self) -> io::Result<()> {
        let mut managed = self.inner.managed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = managed.as_ref() {
            self.replace(Path::new(MANAGED), list)?;
            *managed = None;
        }
        Ok(())
    }
}

impl Inner {
    fn create(&self, path: &Path, new: bool) -> io::Result<Output> {
        let mut options = private();
        if new {
            options.create_new(true);
        } else {
            options.create(true).truncate(true);
        }
        Ok(Output {
            file: options.open(path)?,
            #[cfg(test)]
            faults: self.faults.clone(),
        })
    }
}

impl Directory for SealedDirectory {
    fn get_file_handle(&self, path: &Path) -> std::result::Result<Arc<dyn FileHandle>, OpenReadError> {
        let mut open = self.inner.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(path).and_then(Weak::upgrade) {
            return Ok(file);
        }
        let reader = self.reader(path).map_err(|error| read_error(error, path))?;
        let length =
            usize::try_from(reader.len()).map_err(|_| read_error(io::Error::other("the file is too long"), path))?;
        let file = Arc::new(SealedFile {
            number: self.inner.next_file.fetch_add(1, Ordering::Relaxed),
            block_size: reader.block_size(),
            reader,
            length,
            directory: self.clone(),
        });
        open.retain(|_, file| file.strong_count() > 0);
        open.insert(path.to_owned(), Arc::downgrade(&file));
        Ok(file)
    }

    fn delete(&self, path: &Path) -> std::result::Result<(), DeleteError> {
        self.inner.open.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        fs::remove_file(self.at(path)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => DeleteError::FileDoesNotExist(path.to_owned()),
            _ => DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_owned() },
        })
    }

    fn exists(&self, path: &Path) -> std::result::Result<bool, OpenReadError> {
        if path == Path::new(MANAGED) && self.inner.managed.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            return Ok(true);
        }
        self.at(path).try_exists().map_err(|error| read_error(error, path))
    }

    fn open_write(&self, path: &Path) -> std::result::Result<WritePtr, OpenWriteError> {
        let create = || {
            let at = self.at(path);
            let file = match self.inner.create(&at, true) {
                // Left by a commit that a power cut or an error ended: the next one gives the same name.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && self.is_left_over(path)? => {
                    fs::remove_file(&at)?;
                    self.inner.create(&at, true)?
                }
                created => created?,
            };
            let file = BufWriter::with_capacity(WRITE_BUFFER, file);
            self.inner.root.writer(file, object_path(path)?, BLOCK_LOG2).map_err(seal_error)
        };
        let writer = create().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => OpenWriteError::FileAlreadyExists(path.to_owned()),
            _ => {
                self.note(&error);
                OpenWriteError::wrap_io_error(error, path.to_owned())
            }
        })?;
        Ok(BufWriter::new(Box::new(SealedWriter { writer: Some(writer), directory: self.clone() })))
    }

    fn atomic_read(&self, path: &Path) -> std::result::Result<Vec<u8>, OpenReadError> {
        if path == Path::new(MANAGED)
            && let Some(list) = self.inner.managed.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
        {
            return Ok(list.clone());
        }
        self.read_whole(path).map_err(|error| read_error(error, path))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        if path == Path::new(MANAGED) {
            *self.inner.managed.lock().unwrap_or_else(PoisonError::into_inner) = Some(data.to_vec());
            return Ok(());
        }
        self.flush_managed()?;
        self.replace(path, data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.flush_managed()?;
        sync_folder(&self.inner.path)
    }

    fn acquire_lock(&self, lock: &Lock) -> std::result::Result<DirectoryLock, LockError> {
        let file =
            private().create(true).truncate(false).open(self.at(&lock.filepath)).map_err(LockError::wrap_io_error)?;
        if lock.is_blocking {
            file.lock().map_err(LockError::wrap_io_error)?;
        } else {
            file.try_lock().map_err(|error| match error {
                fs::TryLockError::WouldBlock => LockError::LockBusy,
                fs::TryLockError::Error(error) => LockError::wrap_io_error(error),
            })?;
        }
        Ok(DirectoryLock::from(Box::new(file)))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        // Readers are reloaded by hand.
        Ok(WatchHandle::empty())
    }
}

/// One sealed file, open for reading.
struct SealedFile {
    number: u64,
    reader: SealReader,
    block_size: u64,
    length: usize,
    directory: SealedDirectory,
}

impl fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedFile({} bytes)", self.length)
    }
}

impl HasLen for SealedFile {
    fn len(&self) -> usize {
        self.length
    }
}

impl SealedFile {
    fn block(&self, index: u64) -> io::Result<OwnedBytes> {
        let cache = &self.directory.inner.cache;
        if let Some(block) = cache.get(self.number, index) {
            return Ok(block);
        }
        let block = self.reader.read_block(index).map_err(|error| self.directory.blame(error))?;
        let block = OwnedBytes::new(block);
        cache.put(self.number, index, block.clone());
        Ok(block)
    }
}

impl FileHandle for SealedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start > range.end || range.end > self.length {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a range outside of a sealed file"));
        }
        if range.is_empty() {
            return Ok(OwnedBytes::empty());
        }
        let size = self.block_size;
        let (start, end) = (range.start as u64, range.end as u64);
        let (first, last) = (start / size, (end - 1) / size);
        let within = |at: u64, block: u64| usize::try_from(at - block * size).map_err(io::Error::other);
        if first == last {
            return Ok(self.block(first)?.slice(within(start, first)?..within(end, first)?));
        }
        let mut bytes = Vec::with_capacity(range.len());
        for index in first..=last {
            let block = self.block(index)?;
            let from = if index == first { within(start, first)? } else { 0 };
            let to = if index == last { within(end, last)? } else { block.len() };
            let piece = block.as_slice().get(from..to);
            bytes.extend_from_slice(piece.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?);
        }
        Ok(OwnedBytes::new(bytes))
    }
}

/// A file on its way to the disk.
struct SealedWriter {
    /// Taken when it is terminated.
    writer: Option<SealWriter<BufWriter<Output>>>,
    directory: SealedDirectory,
}

impl SealedWriter {
    fn finish(&mut self) -> io::Result<()> {
        let writer = self.writer.take().ok_or_else(terminated)?;
        let file = writer.finish().map_err(seal_error)?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync()
    }
}

impl Write for SealedWriter {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = self.writer.as_mut().ok_or_else(terminated)?.write(buf);
        written.inspect_err(|error| self.directory.note(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.writer.as_mut().ok_or_else(terminated)?.flush();
        flushed.inspect_err(|error| self.directory.note(error))
    }
}

impl TerminatingWrite for SealedWriter {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        let finished = self.finish();
        finished.inspect_err(|error| self.directory.note(error))
    }
}

/// A file of the operating system, open for writing.
struct Output {
    file: File,
    #[cfg(test)]
    faults: super::faults::Faults,
}

impl Output {
    fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

impl Write for Output {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        #[cfg(test)]
        self.faults.spend(buf.len())?;
        self.file.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A file of the operating system, open for reading.
struct Source(File);

impl atom_vault::ReadAt for Source {
    #[cfg(unix)]
    fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.0, buf, offset)
    }

    #[cfg(windows)]
    fn read_exact_at(&self, mut offset: u64, mut buf: &mut [u8]) -> io::Result<()> {
        while !buf.is_empty() {
            match std::os::windows::fs::FileExt::seek_read(&self.0, buf, offset)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => {
                    buf = buf.split_at_mut(read).1;
                    offset += read as u64;
                }
            }
        }
        Ok(())
    }
}

fn terminated() -> io::Error {
    io::Error::other("the file is terminated already")
}

/// The name that a file is bound to: its path inside the directory.
fn object_path(name: &Path) -> io::Result<&str> {
    name.to_str().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a file name that is not text"))
}

fn is_lock(name: &str) -> bool {
    name.starts_with(".tantivy-") && name.ends_with(LOCK_SUFFIX)
}

/// `<32 hex digits>.<component>`, or the same with a number for deletions.
fn is_segment_file(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    stem.len() == 32
        && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
        && Path::new(name).extension() != Some(OsStr::new(""))
}

fn seal_error(error: atom_vault::Error) -> io::Error {
    use atom_vault::Error as Seal;
    match error {
        Seal::Io { source, .. } => source,
        Seal::DiskFull { .. } => io::ErrorKind::StorageFull.into(),
        Seal::NotSealed { .. } | Seal::UnsupportedSeal { .. } | Seal::Tampered { .. } => {
            io::Error::new(io::ErrorKind::InvalidData, error.to_string())
        }
        other => io::Error::other(other.to_string()),
    }
}

fn read_error(error: io::Error, path: &Path) -> OpenReadError {
    match error.kind() {
        io::ErrorKind::NotFound => OpenReadError::FileDoesNotExist(path.to_owned()),
        _ => OpenReadError::wrap_io_error(error, path.to_owned()),
    }
}

fn corrupt(reason: &str) -> Error {
    Error::Corrupt { index: "keyword", reason: reason.to_owned() }
}

/// Whether a kind of error means that there is no space.
pub(crate) fn is_full(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// This crate's error for one of the file system.
pub(crate) fn io_error(operation: &'static str, source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::InvalidData => corrupt(&source.to_string()),
        kind if is_full(kind) => Error::DiskFull { operation },
        _ => Error::Io { operation, source },
    }
}

/// Options for writing a file that only its owner may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Windows makes a rename durable by itself and refuses to sync a folder.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::Path;

    use atom_vault::Keys;
    use tantivy::directory::error::OpenWriteError;
    use tantivy::directory::{Directory, TerminatingWrite};
    use tempfile::TempDir;

    use super::{META, SealedDirectory};

    #[test]
    fn any_range_of_a_file_reads_back_through_a_cache_of_any_size() {
        let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        for cache in [0, 64 << 10, 8 << 20] {
            let dir = TempDir::new().unwrap();
            let root = Keys::ephemeral().unwrap().seal_root("tantivy/root");
            let directory = SealedDirectory::open(dir.path(), root, cache).unwrap();
            let mut writer = directory.open_write(Path::new("file")).unwrap();
            writer.write_all(&bytes).unwrap();
            writer.terminate().unwrap();
            let file = directory.get_file_handle(Path::new("file")).unwrap();
            assert_eq!(file.len(), bytes.len());
            for (start, end) in [
                (0, 0),
                (0, 1),
                (0, 16_384),
                (16_383, 16_385),
                (5, 399_999),
                (399_999, 400_000),
                (0, 400_000),
                (400_000, 400_000),
            ] {
                for _ in 0..2 {
                    assert_eq!(file.read_bytes(start..end).unwrap().as_slice(), &bytes[start..end]);
                }
            }
            assert!(file.read_bytes(0..400_001).is_err());
            assert!(directory.inner.cache.bytes() <= cache);
        }
    }

    #[test]
    fn a_list_of_deletions_that_no_commit_has_gives_way_and_nothing_else_does() {
        let dir = TempDir::new().unwrap();
        let root = Keys::ephemeral().unwrap().seal_root("tantivy/root");
        let directory = SealedDirectory::open(dir.path(), root, 0).unwrap();
        let head = br#"{"segments": [{"deletes": {"num_deleted_docs": 1, "opstamp": 7}}], "opstamp": 9}"#;
        directory.atomic_write(Path::new(META), head).unwrap();
        let write = |name: &str, text: &[u8]| {
            let mut writer = directory.open_write(Path::new(name))?;
            writer.write_all(text).unwrap();
            writer.terminate().unwrap();
            Ok::<_, OpenWriteError>(())
        };
        for name in ["a.7.del", "a.9.del", "a.8.del", "a.store"] {
            write(name, b"first").unwrap();
        }
        // Of a commit that was cut off: the head knows 7 and 9.
        write("a.8.del", b"second").unwrap();
        assert_eq!(directory.atomic_read(Path::new("a.8.del")).unwrap(), b"second");
        for name in ["a.7.del", "a.9.del", "a.store"] {
            assert!(matches!(write(name, b"second"), Err(OpenWriteError::FileAlreadyExists(_))), "{name}");
            assert_eq!(directory.atomic_read(Path::new(name)).unwrap(), b"first", "{name}");
        }
    }
}
