//! Opened sealed objects and their decrypted blocks, both bounded.
//!
//! Opening verifies header and final block, which costs as much as a small read, and a search reads the same
//! partitions again and again.
//! An entry counts only while the file on disk still has the tag (inode, time, size) it had when it was opened.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use atom_vault::SealReader;
use bytes::{Bytes, BytesMut};
use lru::LruCache;
use object_store::ObjectMeta;
use object_store::path::Path;

/// Decrypted data is kept in pieces of the sealed block size.
pub(crate) const BLOCK: u64 = 1 << super::store::BLOCK_LOG2;

/// Longer reads go past the cache, or one would sweep it.
///
/// A search without an index of the vectors scans all of them, at most as many as the cache holds (`maintenance::INDEX_FROM`), and
/// would decrypt them every time.
const LONGEST_CACHED: u64 = 256 * BLOCK;

/// 32 MiB of decrypted blocks.
const BLOCKS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(511);

/// Open files.
const OBJECTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(127);

/// A verified sealed object.
pub(crate) struct Object {
    id: u64,
    /// What `head` says: plaintext size, tag of the file.
    pub(crate) meta: ObjectMeta,
    reader: SealReader,
}

/// The caches of one store.
pub(crate) struct Cache {
    next: AtomicU64,
    objects: Mutex<LruCache<Path, Arc<Object>>>,
    blocks: Mutex<LruCache<(u64, u64), Bytes>>,
}

impl Cache {
    pub(crate) fn new() -> Self {
        Self {
            next: AtomicU64::new(0),
            objects: Mutex::new(LruCache::new(OBJECTS)),
            blocks: Mutex::new(LruCache::new(BLOCKS)),
        }
    }

    /// The object opened before, if the file is still the one with `tag`.
    pub(crate) fn object(&self, location: &Path, tag: &str) -> Option<Arc<Object>> {
        let mut objects = lock(&self.objects);
        let object = objects.get(location)?;
        if object.meta.e_tag.as_deref() == Some(tag) {
            return Some(Arc::clone(object));
        }
        objects.pop(location);
        None
    }

    pub(crate) fn insert(&self, meta: ObjectMeta, reader: SealReader) -> Arc<Object> {
        let object = Arc::new(Object { id: self.next.fetch_add(1, Ordering::Relaxed), meta, reader });
        lock(&self.objects).put(object.meta.location.clone(), Arc::clone(&object));
        object
    }

    pub(crate) fn forget(&self, location: &Path) {
        lock(&self.objects).pop(location);
    }

    /// `range` of the plaintext, if every block of it is at hand.
    pub(crate) fn read_cached(&self, object: &Object, range: &Range<u64>) -> Option<Bytes> {
        if !is_cached_length(range) {
            return None;
        }
        let mut blocks = lock(&self.blocks);
        gather(object, range, |index| blocks.get(&(object.id, index)).cloned().ok_or(())).ok()
    }

    /// `range` of the plaintext, read and decrypted where it is not at hand.
    pub(crate) fn read_blocking(&self, object: &Object, range: &Range<u64>) -> Result<Bytes, atom_vault::Error> {
        if !is_cached_length(range) {
            return object.reader.read_at(range.clone()).map(Bytes::from);
        }
        gather(object, range, |index| {
            if let Some(block) = lock(&self.blocks).get(&(object.id, index)) {
                return Ok(block.clone());
            }
            let start = index * BLOCK;
            let end = object.meta.size.min(start + BLOCK);
            let block = Bytes::from(object.reader.read_at(start..end)?);
            lock(&self.blocks).put((object.id, index), block.clone());
            Ok(block)
        })
    }
}

fn is_cached_length(range: &Range<u64>) -> bool {
    range.end.saturating_sub(range.start) <= LONGEST_CACHED
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A poisoned cache holds whole entries only: nothing panics between taking and putting.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts `range` together from blocks; a range within one block is not copied.
fn gather<E>(object: &Object, range: &Range<u64>, mut block: impl FnMut(u64) -> Result<Bytes, E>) -> Result<Bytes, E> {
    if range.start >= range.end {
        return Ok(Bytes::new());
    }
    let first = range.start / BLOCK;
    let last = (range.end - 1) / BLOCK;
    let part = |index: u64, bytes: &Bytes| {
        let start = range.start.saturating_sub(index * BLOCK) as usize;
        let end = (range.end - index * BLOCK).min(bytes.len() as u64) as usize;
        bytes.slice(start.min(end)..end)
    };
    debug_assert!(range.end <= object.meta.size);
    if first == last {
        return Ok(part(first, &block(first)?));
    }
    let mut out = BytesMut::with_capacity((range.end - range.start) as usize);
    for index in first..=last {
        out.extend_from_slice(&part(index, &block(index)?));
    }
    Ok(out.freeze())
}
