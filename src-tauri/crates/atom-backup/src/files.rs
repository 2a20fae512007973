//! Changes to folders, each of which may be the last one before the power goes.
//!
//! Every function that changes the disk is here, so that tests can stop the world before any of them.

use crate::error::{During, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Makes a folder for its owner only; one that is there stays as it is.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    faults::step(0)
        .and_then(|()| fs::DirBuilder::new().mode(0o700).create(path))
        .or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists if path.is_dir() => Ok(()),
            _ => Err(error),
        })
        .during("make", path)
}

/// Writes a new file, for its owner only; what a crash left under the name is replaced. Not yet durable.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<File> {
    let written = faults::step(bytes.len()).and_then(|()| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        Ok(file)
    });
    written.during("write", path)
}

/// Appends to a file that is being put together.
pub(crate) fn append(file: &mut File, path: &Path, bytes: &[u8]) -> Result<()> {
    faults::step(bytes.len()).and_then(|()| file.write_all(bytes)).during("write", path)
}

/// A new file, for its owner only, that grows write by write. Not yet durable.
pub(crate) struct Growing(File);

impl Growing {
    /// Starts the file at `path`, empty.
    pub(crate) fn new(path: &Path) -> Result<Self> {
        write_new(path, &[]).map(Self)
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        faults::step(bytes.len())?;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Stands before a write of about so many bytes that somebody else makes to `path`.
pub(crate) fn about_to_write(path: &Path, bytes: usize) -> Result<()> {
    faults::step(bytes).during("write", path)
}

/// Gives a file its name, in place of what has it.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<()> {
    faults::step(0).and_then(|()| fs::rename(from, to)).during("rename", from)
}

/// Lets two folders change places in one step; false, with nothing done, where the system cannot.
pub(crate) fn exchange(one: &Path, other: &Path) -> Result<bool> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        let done = faults::step(0).and_then(|()| match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(true),
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
            Err(error) => Err(error.into()),
        });
        done.during("replace", other)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (one, other);
        Ok(false)
    }
}

/// Removes a file; absent is fine.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let removed = faults::step(0).and_then(|()| fs::remove_file(path));
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.during("remove", path),
    }
}

/// Removes a folder with all that is in it; absent is fine.
pub(crate) fn remove_folder(path: &Path) -> Result<()> {
    let removed = faults::step(0).and_then(|()| fs::remove_dir_all(path));
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.during("remove", path),
    }
}

/// Makes the content of one file durable.
pub(crate) fn sync(file: &File, path: &Path) -> Result<()> {
    faults::step(0).and_then(|()| file.sync_all()).during("store", path)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    faults::step(0).and_then(|()| File::open(path)?.sync_all()).during("store", path)
}

/// Makes everything durable that was written below `folder`: one wait for many files.
pub(crate) fn sync_all(folder: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    {
        let synced = faults::step(0).and_then(|()| Ok(rustix::fs::syncfs(File::open(folder)?)?));
        synced.during("store", folder)
    }
    #[cfg(not(target_os = "linux"))]
    {
        for entry in fs::read_dir(folder).during("read", folder)? {
            let path = entry.during("read", folder)?.path();
            if path.is_dir() {
                sync_all(&path)?;
            } else {
                sync(&File::open(&path).during("read", &path)?, &path)?;
            }
        }
        sync_folder(folder)
    }
}

/// Makes `bytes` durable under `path` in place of what is there; `tmp` is on the same disk.
pub(crate) fn replace(tmp: &Path, path: &Path, bytes: &[u8]) -> Result<()> {
    let file = write_new(tmp, bytes)?;
    sync(&file, tmp)?;
    rename(tmp, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Asks the system to forget what it holds of a file in memory, so that the next read comes from the disk.
pub(crate) fn forget_cached(file: &File) {
    #[cfg(target_os = "linux")]
    {
        // Advice: where it is not taken, the read is still a check of what was handed to the system.
        let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

/// Bytes that are free for this user on the disk of `path`.
pub(crate) fn free_bytes(path: &Path) -> Option<u64> {
    let facts = rustix::fs::statvfs(path).ok()?;
    Some(facts.f_bavail.saturating_mul(facts.f_frsize))
}

/// Stops the world in tests: before the n-th change, or when so many bytes were written.
pub(crate) mod faults {
    #[cfg(not(test))]
    #[inline]
    pub(super) fn step(_bytes: usize) -> std::io::Result<()> {
        Ok(())
    }

    #[cfg(test)]
    pub(super) use tests::step;
    #[cfg(test)]
    pub(crate) use tests::{Fault, with};

    #[cfg(test)]
    mod tests {
        use std::cell::Cell;
        use std::io;

        /// What happens to the calling thread's changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Fault {
            /// Nothing changes the disk any more after so many changes: the process was killed.
            KilledAfter(u64),
            /// The disk takes so many more bytes.
            Room(u64),
        }

        thread_local! {
            static FAULT: Cell<Option<Fault>> = const { Cell::new(None) };
        }

        /// Runs `work` with a fault; returns its result and whether the fault struck.
        pub(crate) fn with<T>(fault: Fault, work: impl FnOnce() -> T) -> (T, bool) {
            FAULT.set(Some(fault));
            let result = work();
            let left = FAULT.take();
            (result, matches!(left, Some(Fault::KilledAfter(0))))
        }

        pub(crate) fn step(bytes: usize) -> io::Result<()> {
            match FAULT.get() {
                None => Ok(()),
                Some(Fault::KilledAfter(0)) => Err(io::Error::other("killed")),
                Some(Fault::KilledAfter(left)) => {
                    FAULT.set(Some(Fault::KilledAfter(left - 1)));
                    Ok(())
                }
                Some(Fault::Room(room)) => {
                    let bytes = bytes as u64;
                    if bytes > room {
                        return Err(io::ErrorKind::StorageFull.into());
                    }
                    FAULT.set(Some(Fault::Room(room - bytes)));
                    Ok(())
                }
            }
        }
    }
}
