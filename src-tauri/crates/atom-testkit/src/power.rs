//! What is left on a disk when the power goes.
//!
//! A run of a program is recorded with `strace` ([`RECORDED`]), and what it did to the files below one folder is replayed
//! into a model of a disk ([`Disk`]), which knows what has been asked for and what has been made durable. At every sync the
//! model can say what a power cut would leave ([`Cut`]), as files.
//!
//! The model is the strictest that POSIX allows:
//! - a write, a change of length, and a name are durable only once a sync that began after them has succeeded: `fsync` or
//!   `fdatasync` of the file for its content, of the folder for the names in it, `syncfs` for everything;
//! - until then any of them may be on the disk and any other not, in any order, writes in pieces of 4 KiB;
//! - one rename is never half done, not between two folders either;
//! - what a failed sync of a file did not write is never written, unless it is changed again.
//!
//! Times, owners, modes and locks are left out, as is what is mapped into memory: the replay refuses a shared writable map
//! of a file, other than the index of SQLite's log (`-shm`), which is made anew by whoever opens it first.

mod disk;
mod replay;
mod trace;

pub use disk::{Cut, Disk};
pub use replay::{Moment, Replay};

/// `strace` with what has to be recorded; the name of the file to record to and the program follow.
///
/// Every byte in hexadecimal, so that nothing that is written can look like a part of the record.
pub const RECORDED: [&str; 10] = [
    "strace",
    "--follow-forks",
    "--seccomp-bpf",
    "--signal=none",
    "--decode-fds=path",
    "--strings-in-hex=all",
    "--string-limit=268435456",
    "--trace=/^(open|openat|openat2|creat|lseek|write|writev|pwrite64|pwritev|pwritev2|ftruncate|truncate|fallocate|\
     rename|renameat|renameat2|link|linkat|symlink|symlinkat|unlink|unlinkat|mkdir|mkdirat|rmdir|fsync|fdatasync|\
     syncfs|sync|sync_file_range|mmap|copy_file_range|sendfile|splice|sendto|sendmsg|io_uring_setup)$",
    "--quiet=all",
    "--output",
];
