//! Decrypted blocks of sealed files, bounded by bytes.
//!
//! Files are written once, so a block never changes; a file's number is never used again.
//! Eviction is by second chance: a block that was read since the hand last passed stays for another round.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use tantivy::directory::OwnedBytes;

const SHARDS: usize = 16;

type Key = (u64, u64);

/// A cache that threads share; reads of different blocks seldom wait for one another.
pub(crate) struct BlockCache {
    shards: Vec<Mutex<Shard>>,
}

#[derive(Default)]
struct Shard {
    blocks: HashMap<Key, Entry>,
    hand: VecDeque<Key>,
    bytes: usize,
    capacity: usize,
}

struct Entry {
    block: OwnedBytes,
    used: bool,
}

impl BlockCache {
    /// A cache of at most `capacity` bytes; none at all for zero.
    pub(crate) fn new(capacity: usize) -> Self {
        let shards =
            (0..SHARDS).map(|_| Mutex::new(Shard { capacity: capacity / SHARDS, ..Shard::default() })).collect();
        Self { shards }
    }

    /// The block, if it is there.
    pub(crate) fn get(&self, file: u64, block: u64) -> Option<OwnedBytes> {
        let mut shard = self.shard(file, block)?.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = shard.blocks.get_mut(&(file, block))?;
        entry.used = true;
        Some(entry.block.clone())
    }

    /// Keeps a block, at the cost of those that were not read for long.
    pub(crate) fn put(&self, file: u64, block: u64, bytes: OwnedBytes) {
        let Some(shard) = self.shard(file, block) else { return };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.len() > shard.capacity || shard.blocks.contains_key(&(file, block)) {
            return;
        }
        while shard.bytes + bytes.len() > shard.capacity {
            if !shard.evict() {
                return;
            }
        }
        shard.bytes += bytes.len();
        shard.hand.push_back((file, block));
        shard.blocks.insert((file, block), Entry { block: bytes, used: false });
    }

    /// Bytes held.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).bytes).sum()
    }

    fn shard(&self, file: u64, block: u64) -> Option<&Mutex<Shard>> {
        let mixed = (file.rotate_left(32) ^ block).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        self.shards.get(usize::try_from(mixed).unwrap_or(0) % SHARDS)
    }
}

impl Shard {
    /// Drops one block; `false` when there is none.
    fn evict(&mut self) -> bool {
        while let Some(key) = self.hand.pop_front() {
            let Some(entry) = self.blocks.get_mut(&key) else { continue };
            if entry.used {
                entry.used = false;
                self.hand.push_back(key);
                continue;
            }
            if let Some(entry) = self.blocks.remove(&key) {
                self.bytes -= entry.block.len();
            }
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::BlockCache;
    use tantivy::directory::OwnedBytes;

    #[test]
    fn the_cache_never_holds_more_than_its_capacity_and_keeps_what_is_read() {
        let cache = BlockCache::new(16 * 1000);
        cache.put(1, 0, OwnedBytes::new(vec![7; 100]));
        for block in 1..2000 {
            assert_eq!(cache.get(1, 0).unwrap().as_slice(), [7; 100]);
            cache.put(1, block, OwnedBytes::new(vec![0; 100]));
            assert!(cache.bytes() <= 16 * 1000);
        }
        assert!(cache.bytes() > 8 * 1000);
        assert!(cache.get(1, 1).is_none());
        assert!(cache.get(2, 0).is_none());
    }

    #[test]
    fn a_cache_of_nothing_holds_nothing() {
        let cache = BlockCache::new(0);
        cache.put(1, 1, OwnedBytes::new(vec![1]));
        assert!(cache.get(1, 1).is_none());
    }
}
