//! Replacing a small file so that a crash at any moment leaves the old or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::folder::{make_private_folder, sync_parent};
use crate::{Error, Result};

/// More than any key slot file needs; a larger one is not ours.
const MAX_LEN: u64 = 64 * 1024;

/// Creates the data folder, readable by its owner only; its name is durable afterwards, whoever made it.
pub(super) fn prepare_dir(dir: &Path) -> Result<()> {
    let failed = |error| Error::io("create", dir.display(), error);
    make_private_folder(dir).and_then(|()| sync_parent(dir)).map_err(failed)?;
    #[cfg(unix)]
    {
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(dir, owner_only).map_err(failed)?;
    }
    Ok(())
}

/// The whole file, `None` if there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let failed = |error| Error::io("read", path.display(), error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_LEN).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}

/// Makes `bytes` durable under `path`, in place of what is there.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    write_then(path, bytes, |new| fs::rename(new, path))
}

/// Makes `bytes` durable under `path`; [`Error::AlreadyExists`] if there is anything, even if another process put it there meanwhile.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<()> {
    write_then(path, bytes, |new| rename_new(new, path)).map_err(|error| match error {
        Error::Io { source, .. } if source.kind() == io::ErrorKind::AlreadyExists => Error::AlreadyExists,
        other => other,
    })
}

fn write_then(path: &Path, bytes: &[u8], publish: impl FnOnce(&Path) -> io::Result<()>) -> Result<()> {
    let new = temporary(path);
    let written = write_synced(&new, bytes).and_then(|()| publish(&new));
    let done = written.and_then(|()| sync_parent(path));
    done.map_err(|error| {
        // Already gone if it was published; nothing else can be done about it.
        fs::remove_file(&new).ok();
        Error::io("write", path.display(), error)
    })
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Renames unless the target exists, in one step.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // File systems without the flag: a hard link does not replace either.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            done => return done.map_err(io::Error::from),
        }
    }
    fs::hard_link(from, to)?;
    fs::remove_file(from)
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    name.into()
}
