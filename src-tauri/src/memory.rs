//! The allocator of glibc keeps what was freed, for the next time. A program that is at rest for most of the day should not.

#![allow(unsafe_code, reason = "the allocator has no other switches from inside the process")]

/// Bytes from which on what is freed goes back to the system at once.
///
/// Left to itself the allocator learns from each large piece that is freed to keep larger ones: a hundred megabytes at rest, and
/// twice what is used while the vector index is built. What the model works with is smaller than this: fetched from the system
/// again and again, its pages took nearly half of the time of embedding.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT_UP_TO: libc::c_int = 4 << 20;

/// Work moves between dozens of threads here, and each may have a store of freed memory of its own: several hundred megabytes
/// while indexing. Two are as fast. To be called before any other thread is started.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn spare() {
    // SAFETY: the calls take nothing but numbers.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
        libc::mallopt(libc::M_MMAP_THRESHOLD, KEPT_UP_TO);
        // As the allocator itself would set it; otherwise it gives back, and fetches again, a hundred kilobytes at a time.
        libc::mallopt(libc::M_TRIM_THRESHOLD, 2 * KEPT_UP_TO);
    }
}

/// Gives freed memory back to the system, some milliseconds of work: a third of what is held after indexing.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back() {
    // SAFETY: the call takes a number, and may be made from any thread at any time.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn spare() {}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}
