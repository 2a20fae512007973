//! Keys in memory that is not swapped out and not part of a core dump.
//!
//! A lock is on whole pages, and unlocking one for a key would unlock it for every other that shares it. So each key has
//! pages of its own, mapped for it and given back with it. Only keys that live as long as a vault is open are kept so: what
//! is derived for a moment is on the stack, and the keys of single files and the caches of decrypted data are not locked.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

use memmap2::MmapMut;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Whether the system has refused to lock a key since the process started.
static REFUSED: AtomicBool = AtomicBool::new(false);

/// A key of `N` bytes that is locked into memory, wiped when it is dropped, and then unlocked.
///
/// Where the system locks no more memory (`RLIMIT_MEMLOCK`) it is a wiped key like any other; see [`is_locking_refused`].
pub struct LockedKey<const N: usize = 32>(Place<N>);

enum Place<const N: usize> {
    /// Pages of its own, at least `N` bytes.
    Pages(MmapMut),
    /// No pages could be mapped.
    Heap(Box<Zeroizing<[u8; N]>>),
}

/// Whether a key of this process may be swapped out, because the system refused to lock it.
#[must_use]
pub fn is_locking_refused() -> bool {
    REFUSED.load(Ordering::Relaxed)
}

impl<const N: usize> LockedKey<N> {
    /// Zeroes, to be overwritten in place.
    #[must_use]
    pub fn zeroed() -> Self {
        let pages = MmapMut::map_anon(N).ok().filter(|pages| pages.len() >= N);
        let is_locked = pages.as_ref().is_some_and(|pages| pages.lock().is_ok());
        if !is_locked {
            REFUSED.store(true, Ordering::Relaxed);
        }
        match pages {
            Some(pages) => {
                // A kernel that does not know this advice still writes no core: see `memory`.
                #[cfg(target_os = "linux")]
                let _ = pages.advise(memmap2::Advice::DontDump);
                Self(Place::Pages(pages))
            }
            None => Self(Place::Heap(Box::new(Zeroizing::new([0; N])))),
        }
    }
}

impl<const N: usize> From<&[u8; N]> for LockedKey<N> {
    fn from(key: &[u8; N]) -> Self {
        let mut locked = Self::zeroed();
        *locked = *key;
        locked
    }
}

impl<const N: usize> Deref for LockedKey<N> {
    type Target = [u8; N];

    fn deref(&self) -> &[u8; N] {
        match &self.0 {
            Place::Pages(pages) => pages.first_chunk().unwrap_or_else(|| unreachable!("the mapping has {N} bytes")),
            Place::Heap(key) => key,
        }
    }
}

impl<const N: usize> DerefMut for LockedKey<N> {
    fn deref_mut(&mut self) -> &mut [u8; N] {
        match &mut self.0 {
            Place::Pages(pages) => pages.first_chunk_mut().unwrap_or_else(|| unreachable!("the mapping has {N} bytes")),
            Place::Heap(key) => key,
        }
    }
}

impl<const N: usize> Drop for LockedKey<N> {
    fn drop(&mut self) {
        // Before the pages are given back, which unlocks them.
        self.zeroize();
    }
}

impl<const N: usize> Zeroize for LockedKey<N> {
    fn zeroize(&mut self) {
        self.deref_mut().zeroize();
    }
}

impl<const N: usize> ZeroizeOnDrop for LockedKey<N> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_what_was_put_in_and_zeroes_once_wiped() {
        let mut key = LockedKey::from(&[7; 32]);
        assert_eq!(*key, [7; 32]);
        key[31] = 8;
        assert_eq!(key[30..], [7, 8]);
        key.zeroize();
        assert_eq!(*key, [0; 32]);
    }

    #[test]
    fn keys_share_no_page() {
        let (one, other) = (LockedKey::from(&[1; 32]), LockedKey::from(&[2; 64]));
        let page = |at: *const u8| at.addr() / 4096;
        assert_ne!(page(one.as_ptr()), page(other.as_ptr()));
    }
}
