//! Where Lance may put scratch files: memory, and nowhere else.
//!
//! Index builds write quantised vectors in the clear to the system's folder for temporary files, past every object
//! store (through the `tempfile` crate, as DataFusion does for its spills).
//! So the process points `tempfile` to a private folder on a memory-backed file system, for good and for every user of
//! that crate in the process.
//! It is emptied when the first index of the process opens and when the last one closes; folders of processes that were
//! killed are removed by the next one.
//! Where there is no memory-backed file system, no vector index is built and search scans.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

static FOLDER: OnceLock<Option<Arc<Folder>>> = OnceLock::new();

/// Holds the scratch folder of the process open.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: Arc<Folder>,
}

#[derive(Debug)]
struct Folder {
    private: platform::PrivateFolder,
    users: Mutex<usize>,
}

impl Scratch {
    /// The scratch folder of this process; `None` where there is no safe place for one.
    pub(crate) fn claim() -> Option<Self> {
        let folder = FOLDER.get_or_init(make).clone()?;
        let mut users = folder.users.lock().unwrap_or_else(PoisonError::into_inner);
        if *users == 0 {
            folder.private.wipe();
        }
        *users += 1;
        drop(users);
        Some(Self { folder })
    }

    /// Bytes that can still be written.
    pub(crate) fn available(&self) -> u64 {
        self.folder.private.available()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut users = self.folder.users.lock().unwrap_or_else(PoisonError::into_inner);
        *users = users.saturating_sub(1);
        if *users == 0 {
            self.folder.private.wipe();
        }
    }
}

fn make() -> Option<Arc<Folder>> {
    let private = match platform::PrivateFolder::make() {
        Ok(private) => private?,
        Err(error) => {
            tracing::warn!(%error, "no memory-backed scratch folder");
            return None;
        }
    };
    if tempfile::env::override_temp_dir(private.path()).is_err() {
        tracing::warn!("the folder for temporary files is already set");
        return None;
    }
    Some(Arc::new(Folder { private, users: Mutex::new(0) }))
}

#[cfg(target_os = "linux")]
mod platform {
    use std::fs::{self, DirBuilder, File, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
    use std::path::{Path, PathBuf};

    const TMPFS: u64 = 0x0102_1994;
    const RAMFS: u64 = 0x8584_58f6;

    /// A folder in memory that only this user can enter and only this process uses.
    #[derive(Debug)]
    pub(super) struct PrivateFolder {
        path: PathBuf,
        /// Locked as long as the process lives; a folder whose lock is free is a leftover.
        _lock: File,
    }

    impl PrivateFolder {
        pub(super) fn make() -> io::Result<Option<Self>> {
            let Some(place) = roomiest() else {
                return Ok(None);
            };
            let user = rustix::process::getuid().as_raw();
            let base = place.join(format!("atom-scratch-{user}"));
            make_private(&base)?;
            let owned = fs::symlink_metadata(&base)?;
            if !owned.is_dir() || owned.uid() != user || owned.mode() & 0o077 != 0 {
                return Err(io::Error::other("the scratch folder belongs to someone else"));
            }
            // Making and sweeping exclude each other, so that no process sweeps what another has just made.
            let gate = lock_file(&base.join("gate"))?;
            gate.lock()?;
            sweep(&base);
            let name = uuid::Uuid::new_v4().simple().to_string();
            let lock = lock_file(&base.join(format!("{name}.lock")))?;
            lock.lock()?;
            let path = base.join(name);
            make_private(&path)?;
            Ok(Some(Self { path, _lock: lock }))
        }

        pub(super) fn path(&self) -> &Path {
            &self.path
        }

        pub(super) fn available(&self) -> u64 {
            free(&self.path).unwrap_or(0)
        }

        /// Removes everything inside; the folder stays, since the process keeps pointing to it.
        pub(super) fn wipe(&self) {
            let Ok(entries) = fs::read_dir(&self.path) else {
                return;
            };
            for entry in entries.flatten() {
                let path = entry.path();
                let removed = match entry.file_type() {
                    Ok(kind) if kind.is_dir() => fs::remove_dir_all(&path),
                    _ => fs::remove_file(&path),
                };
                if let Err(error) = removed {
                    tracing::warn!(%error, "a scratch file could not be removed");
                }
            }
        }
    }

    /// The memory-backed place with the most room.
    fn roomiest() -> Option<PathBuf> {
        let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        session
            .into_iter()
            .chain([PathBuf::from("/dev/shm")])
            .filter(|place| place.is_absolute() && is_memory(place))
            .max_by_key(|place| free(place).unwrap_or(0))
    }

    pub(super) fn is_memory(place: &Path) -> bool {
        rustix::fs::statfs(place).is_ok_and(|found| {
            let kind = u64::try_from(found.f_type).unwrap_or_default();
            kind == TMPFS || kind == RAMFS
        })
    }

    fn free(place: &Path) -> Option<u64> {
        let found = rustix::fs::statvfs(place).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }

    fn make_private(path: &Path) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made,
        }
    }

    fn lock_file(path: &Path) -> io::Result<File> {
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)
    }

    /// Removes what processes that are gone have left.
    fn sweep(base: &Path) {
        let Ok(entries) = fs::read_dir(base) else {
            return;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_none_or(|extension| extension != "lock") {
                continue;
            }
            let abandoned = lock_file(&path).is_ok_and(|lock| lock.try_lock().is_ok());
            if abandoned {
                let folder = path.with_extension("");
                if !folder.exists() || fs::remove_dir_all(&folder).is_ok() {
                    let _ = fs::remove_file(&path);
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn leftovers_go_and_folders_in_use_stay() {
            let base = tempfile::tempdir().unwrap();
            for name in ["dead", "live"] {
                fs::create_dir(base.path().join(name)).unwrap();
                fs::write(base.path().join(name).join("vectors"), "x").unwrap();
                lock_file(&base.path().join(format!("{name}.lock"))).unwrap();
            }
            let live = lock_file(&base.path().join("live.lock")).unwrap();
            live.lock().unwrap();
            sweep(base.path());
            assert!(!base.path().join("dead").exists());
            assert!(!base.path().join("dead.lock").exists());
            assert!(base.path().join("live/vectors").exists());
        }

        #[test]
        fn proc_is_not_memory_to_write_to() {
            assert!(!is_memory(Path::new("/proc")));
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use std::io;
    use std::path::{Path, PathBuf};

    /// No file system of this platform is known to be in memory.
    #[derive(Debug)]
    pub(super) struct PrivateFolder {
        path: PathBuf,
    }

    impl PrivateFolder {
        pub(super) fn make() -> io::Result<Option<Self>> {
            Ok(None)
        }

        pub(super) fn path(&self) -> &Path {
            &self.path
        }

        pub(super) fn available(&self) -> u64 {
            0
        }

        pub(super) fn wipe(&self) {}
    }
}
