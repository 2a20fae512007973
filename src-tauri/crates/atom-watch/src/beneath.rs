//! Opening a file inside a folder and nowhere else, whatever links are put in the way.

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Component, Path};

/// Renames elsewhere make the kernel give up now and then; the slower way cannot be disturbed.
const RACE_RETRIES: usize = 3;

/// Opens the regular file at `relative` inside `root` for reading.
///
/// No symbolic link is followed on the way, so that a link swapped in between a scan and this call leads nowhere.
///
/// # Errors
/// As opening a file; [`io::ErrorKind::InvalidInput`] when it is no regular file or lies outside.
pub fn open_beneath(root: &Path, relative: &Path) -> io::Result<File> {
    let file = File::from(open(root, relative, OFlags::NONBLOCK | OFlags::NOCTTY)?);
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// Opens the folder at `relative` inside `root`; the root itself if `relative` is empty.
///
/// # Errors
/// As opening a folder; [`io::ErrorKind::NotFound`] also when there is something else than a folder, or a link on the way: the folder that was there is gone.
pub(crate) fn open_folder_beneath(root: &Path, relative: &Path) -> io::Result<OwnedFd> {
    let relative = if relative.as_os_str().is_empty() { Path::new(".") } else { relative };
    open(root, relative, OFlags::DIRECTORY).map_err(|error| match error {
        Errno::LOOP | Errno::NOTDIR | Errno::XDEV => io::ErrorKind::NotFound.into(),
        other => other.into(),
    })
}

fn open(root: &Path, relative: &Path, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let folder = rustix::fs::open(root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
    for _ in 0..RACE_RETRIES {
        match rustix::fs::openat2(&folder, relative, flags, Mode::empty(), resolve) {
            // Something was renamed meanwhile, so that the kernel cannot tell whether it stayed inside.
            Err(Errno::AGAIN) => {}
            // No such call, or a sandbox that does not know it.
            Err(Errno::NOSYS | Errno::PERM) => break,
            done => return done,
        }
    }
    open_step_by_step(folder, relative, flags)
}

/// For kernels without `openat2`: one component after the other, none of them a link.
fn open_step_by_step(mut folder: OwnedFd, relative: &Path, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let mut components = relative.components().peekable();
    while let Some(component) = components.next() {
        let name = match component {
            Component::Normal(name) => name,
            Component::CurDir => OsStr::new("."),
            _ => return Err(Errno::INVAL),
        };
        if components.peek().is_none() {
            return rustix::fs::openat(&folder, name, flags, Mode::empty());
        }
        let step = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        folder = rustix::fs::openat(&folder, name, step, Mode::empty())?;
    }
    Err(Errno::INVAL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    /// `root/sub/file` inside, `secret` outside, links that lead from the one to the other.
    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(root.join("sub/file"), "inside").unwrap();
        std::fs::write(dir.path().join("secret"), "outside").unwrap();
        symlink(dir.path().join("secret"), root.join("link")).unwrap();
        symlink(dir.path(), root.join("up")).unwrap();
        symlink("sub", root.join("sideways")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, root.join("pipe"), Mode::RUSR).unwrap();
        dir
    }

    #[test]
    fn only_regular_files_inside_the_folder_open() {
        let dir = folder();
        let root = dir.path().join("root");
        let mut text = String::new();
        open_beneath(&root, Path::new("sub/file")).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "inside");
        let escapes = ["link", "up/secret", "../secret", "sub", "sideways/file", "loop", "pipe", "/etc/passwd", ""];
        for escape in escapes {
            assert!(open_beneath(&root, Path::new(escape)).is_err(), "{escape}");
        }
    }

    #[test]
    fn the_slower_way_refuses_the_same() {
        let dir = folder();
        let root = || rustix::fs::open(dir.path().join("root"), OFlags::PATH, Mode::empty()).unwrap();
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let open = |relative: &str| open_step_by_step(root(), Path::new(relative), flags);
        assert!(open("sub/file").is_ok());
        for escape in ["link", "up/secret", "../secret", "sideways/file", "loop", "/etc/passwd", ""] {
            assert!(open(escape).is_err(), "{escape}");
        }
    }

    #[test]
    fn folders_behind_links_are_gone() {
        let dir = folder();
        let root = dir.path().join("root");
        for there in ["", "sub"] {
            open_folder_beneath(&root, Path::new(there)).unwrap();
        }
        for gone in ["up", "sideways", "link", "sub/file", "nothing"] {
            let error = open_folder_beneath(&root, Path::new(gone)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{gone}");
        }
    }
}
