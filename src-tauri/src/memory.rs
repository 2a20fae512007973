//! The allocator of glibc keeps what was freed, for the next time. A program that is at rest for most of the day should not.

#![allow(unsafe_code, reason = "the allocator has no other switches from inside the process")]

/// Work moves between dozens of threads here, and each may have a store of freed memory of its own: several hundred megabytes
/// while indexing. Two are as fast. To be called before any other thread is started.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn spare() {
    // SAFETY: the call takes nothing but numbers.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, 2) };
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
