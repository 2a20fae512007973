//! An object store whose every object is sealed.
//!
//! It stands between Lance and the local file system: what Lance writes is sealed (format ATL1 of `atom-vault`),
//! what it reads is verified, and sizes are those of the plaintext.
//! An object is bound to its path relative to the folder of the index, so files cannot change places and the data
//! folder can move.
//! A file without the format's magic is refused; nothing falls back to plaintext.
//! Writes are flushed to the disk before they are acknowledged, and deletions need no flush: a file that comes back is
//! swept by the next maintenance.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use atom_vault::seal;
use atom_vault::{SealReader, SealRoot};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::cache::{Cache, Object};
use super::fault::{REFUSED, Watch};
use super::upload::SealedUpload;

/// 64 KiB blocks: 0.02 % of overhead, and small enough for the ranges that Lance reads.
pub(crate) const BLOCK_LOG2: u8 = 16;

const NAME: &str = "sealed";

/// Sealed objects below one folder of the local file system.
#[derive(Clone)]
pub(crate) struct SealedStore {
    files: LocalFileSystem,
    folder: Path,
    root: SealRoot,
    cache: Arc<Cache>,
    watch: Arc<Watch>,
}

impl fmt::Debug for SealedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedStore").finish_non_exhaustive()
    }
}

impl fmt::Display for SealedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sealed files")
    }
}

impl SealedStore {
    /// A store for the objects below `folder`, an absolute and existing folder.
    pub(crate) fn new(folder: &std::path::Path, root: SealRoot) -> Result<Self> {
        Ok(Self {
            files: LocalFileSystem::new().with_fsync(true),
            folder: Path::from_absolute_path(folder)?,
            root,
            cache: Arc::new(Cache::new()),
            watch: Arc::new(Watch::default()),
        })
    }

    pub(crate) fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }

    /// The name an object is bound to: its path relative to the folder.
    pub(crate) fn binding(&self, location: &Path) -> Result<String> {
        let Some(parts) = location.prefix_match(&self.folder) else {
            return Err(self.outside(location));
        };
        let parts: Vec<_> = parts.collect();
        if parts.is_empty() {
            return Err(self.outside(location));
        }
        let names: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
        Ok(names.join("/"))
    }

    fn outside(&self, location: &Path) -> Error {
        self.watch.note_refused();
        Error::PermissionDenied {
            path: location.to_string(),
            source: "the object is outside the folder of the index".into(),
        }
    }

    /// The store's error for a sealed object that did not verify or could not be read.
    fn sealed(&self, location: &Path, error: atom_vault::Error) -> Error {
        match error {
            atom_vault::Error::Io { source, .. } if source.kind() != io::ErrorKind::UnexpectedEof => {
                self.local(location, source)
            }
            atom_vault::Error::DiskFull { .. } => self.local(location, io::ErrorKind::StorageFull.into()),
            error => {
                self.watch.note_refused();
                Error::Generic { store: NAME, source: format!("{REFUSED}: {error}").into() }
            }
        }
    }

    fn local(&self, location: &Path, error: io::Error) -> Error {
        self.watch.note_error(&error);
        match error.kind() {
            io::ErrorKind::NotFound => Error::NotFound { path: location.to_string(), source: Box::new(error) },
            _ => Error::Generic { store: NAME, source: Box::new(error) },
        }
    }

    /// Passes an error of the files below on, after noting a full disk.
    fn noted(&self, error: Error) -> Error {
        self.watch.note_error(&error);
        error
    }

    fn path(&self, location: &Path) -> Result<PathBuf> {
        self.files.path_to_filesystem(location)
    }

    /// The object opened before, if its file has not changed.
    fn opened(&self, location: &Path) -> Option<Arc<Object>> {
        let metadata = std::fs::metadata(self.path(location).ok()?).ok()?;
        self.cache.object(location, &tag(&metadata))
    }

    /// Opens and verifies an object, or takes it from the cache.
    fn open_blocking(&self, location: &Path) -> Result<Arc<Object>> {
        let binding = self.binding(location)?;
        let file = File::open(self.path(location)?).map_err(|e| self.local(location, e))?;
        let metadata = file.metadata().map_err(|e| self.local(location, e))?;
        if metadata.is_dir() {
            return Err(self.local(location, io::ErrorKind::NotFound.into()));
        }
        let tag = tag(&metadata);
        if let Some(object) = self.cache.object(location, &tag) {
            return Ok(object);
        }
        let reader = self.verify(location, file, metadata.len(), &binding)?;
        let meta = ObjectMeta {
            location: location.clone(),
            last_modified: modified(&metadata),
            size: reader.len(),
            e_tag: Some(tag),
            version: None,
        };
        Ok(self.cache.insert(meta, reader))
    }

    fn verify(&self, at: &Path, file: File, length: u64, binding: &str) -> Result<SealReader> {
        self.root.open(file, length, binding).map_err(|error| self.sealed(at, error))
    }

    /// Reads every block of a file past the caches.
    pub(crate) fn verify_whole_blocking(&self, path: &std::path::Path) -> atom_vault::Result<()> {
        let strange = || atom_vault::Error::NotSealed { object: path.display().to_string() };
        let location = Path::from_absolute_path(path).map_err(|_| strange())?;
        let binding = self.binding(&location).map_err(|_| strange())?;
        let failed = |source| atom_vault::Error::Io { operation: "read", object: binding.clone(), source };
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let reader = self.root.open(file, length, &binding)?;
        (0..reader.block_count()).try_for_each(|block| reader.read_block(block).map(drop))
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(Self) -> Result<T> + Send + 'static) -> Result<T> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(store)).await.map_err(Error::from)?
    }

    async fn object(&self, location: &Path) -> Result<Arc<Object>> {
        if let Some(object) = self.opened(location) {
            return Ok(object);
        }
        let location = location.clone();
        self.blocking(move |store| store.open_blocking(&location)).await
    }

    async fn read(&self, object: Arc<Object>, range: Range<u64>) -> Result<Bytes> {
        if let Some(bytes) = self.cache.read_cached(&object, &range) {
            return Ok(bytes);
        }
        self.blocking(move |store| {
            store.cache.read_blocking(&object, &range).map_err(|error| store.sealed(&object.meta.location, error))
        })
        .await
    }

    fn seal_blocking(&self, at: &Path, plain: &[Bytes], binding: &str) -> Result<Vec<u8>> {
        let length = plain.iter().map(Bytes::len).sum::<usize>();
        let sealed = Vec::with_capacity(length + length / 4096 + 128);
        let mut writer = self.root.writer(sealed, binding, BLOCK_LOG2).map_err(|error| self.sealed(at, error))?;
        for piece in plain {
            writer.write_all(piece).map_err(|error| self.local(at, error))?;
        }
        writer.finish().map_err(|error| self.sealed(at, error))
    }

    /// Metadata of a listed file, with the size of its plaintext.
    fn listed(mut meta: ObjectMeta) -> ObjectMeta {
        // A file too short to be sealed is listed as empty and refused when it is read.
        meta.size = seal::plaintext_len(meta.size).unwrap_or(0);
        meta
    }

    /// Writes the sealed bytes of `from` under the path `to`, with a header for that path.
    async fn copy_sealed(&self, from: &Path, to: &Path, mode: PutMode) -> Result<()> {
        let (old, new) = (self.binding(from)?, self.binding(to)?);
        let at = from.clone();
        let sealed = self
            .blocking(move |store| {
                // Verifies the source, so that a copy is never better bound than its original.
                store.open_blocking(&at)?;
                let mut sealed = std::fs::read(store.path(&at)?).map_err(|error| store.local(&at, error))?;
                let header = sealed
                    .first_chunk_mut::<{ seal::HEADER_LEN }>()
                    .ok_or_else(|| store.local(&at, io::ErrorKind::InvalidData.into()))?;
                *header = store.root.rebind(header, &old, &new).map_err(|error| store.sealed(&at, error))?;
                Ok(sealed)
            })
            .await?;
        self.cache.forget(to);
        self.files.put_opts(to, sealed.into(), mode.into()).await.map_err(|error| self.noted(error))?;
        Ok(())
    }
}

#[async_trait]
impl ObjectStore for SealedStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let binding = self.binding(location)?;
        let pieces: Vec<Bytes> = payload.into_iter().collect();
        let at = location.clone();
        let sealed = self.blocking(move |store| store.seal_blocking(&at, &pieces, &binding)).await?;
        self.cache.forget(location);
        self.files.put_opts(location, sealed.into(), opts).await.map_err(|error| self.noted(error))
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let binding = self.binding(location)?;
        let inner = self.files.put_multipart_opts(location, opts).await.map_err(|error| self.noted(error))?;
        self.cache.forget(location);
        let upload = SealedUpload::new(&self.root, &binding, inner, self.watch())
            .map_err(|error| self.sealed(location, error))?;
        Ok(Box::new(upload))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let object = self.object(location).await?;
        let meta = object.meta.clone();
        options.check_preconditions(&meta)?;
        let range = match &options.range {
            Some(range) => checked_range(range, meta.size)?,
            None => 0..meta.size,
        };
        let bytes = if options.head { Bytes::new() } else { self.read(object, range.clone()).await? };
        Ok(GetResult {
            payload: GetResultPayload::Stream(stream::once(async move { Ok(bytes) }).boxed()),
            meta,
            range,
            attributes: Default::default(),
            extensions: Default::default(),
        })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let object = self.object(location).await?;
        let mut out = Vec::with_capacity(ranges.len());
        for range in ranges {
            let range = checked_range(&GetRange::Bounded(range.clone()), object.meta.size)?;
            out.push(self.read(Arc::clone(&object), range).await?);
        }
        Ok(out)
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        self.files.delete_stream(
            locations
                .map(move |location| {
                    let location = location?;
                    store.binding(&location)?;
                    store.cache.forget(&location);
                    Ok(location)
                })
                .boxed(),
        )
    }

    /// Lists in the order of the paths: Lance then finds the newest manifest without a hint file.
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let found = self.files.list(prefix);
        stream::once(async move {
            let mut found: Vec<ObjectMeta> = found.try_collect().await?;
            found.sort_by(|a, b| a.location.cmp(&b.location));
            let found: Vec<Result<ObjectMeta>> = found.into_iter().map(|meta| Ok(Self::listed(meta))).collect();
            Ok::<_, Error>(stream::iter(found))
        })
        .try_flatten()
        .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let mut found = self.files.list_with_delimiter(prefix).await?;
        found.objects = found.objects.into_iter().map(Self::listed).collect();
        found.objects.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(found)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let mode = match options.mode {
            CopyMode::Overwrite => PutMode::Overwrite,
            CopyMode::Create => PutMode::Create,
        };
        self.copy_sealed(from, to, mode).await
    }
}

/// The bytes that `range` asks for.
///
/// # Errors
/// If the range is backwards or empty, or starts behind the end.
fn checked_range(range: &GetRange, length: u64) -> Result<Range<u64>> {
    range.as_range(length).map_err(|error| Error::Generic { store: NAME, source: Box::new(error) })
}

/// The tag of a file: another inode, time or size makes another tag. The form is that of the local store.
fn tag(metadata: &Metadata) -> String {
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let inode = 0_u64;
    let time = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
        .unwrap_or_default()
        .as_micros();
    format!("\"{inode:x}-{time:x}-{:x}\"", metadata.len())
}

fn modified(metadata: &Metadata) -> DateTime<Utc> {
    metadata.modified().map_or(DateTime::UNIX_EPOCH, Into::into)
}

#[cfg(test)]
mod tests;
