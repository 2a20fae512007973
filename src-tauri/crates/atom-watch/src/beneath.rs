//! Opening a file inside a folder and nowhere else, whatever links are put in the way.

use rustix::fs::{Mode, OFlags, ResolveFlags};
use std::fs::File;
use std::io;
use std::path::Path;

/// Opens the regular file at `relative` inside `root` for reading.
///
/// No symbolic link is followed on the way, so that a link swapped in between a scan and this call leads nowhere.
///
/// # Errors
/// As opening a file; [`io::ErrorKind::InvalidInput`] when it is no regular file or lies outside.
pub fn open_beneath(root: &Path, relative: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let folder = rustix::fs::open(root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
    let opened = match rustix::fs::openat2(&folder, relative, flags, Mode::empty(), resolve) {
        Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => open_step_by_step(folder, relative, flags),
        other => other,
    };
    let file = File::from(opened?);
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// For kernels without `openat2`: one component after the other, none of them a link.
fn open_step_by_step(
    mut folder: rustix::fd::OwnedFd,
    relative: &Path,
    flags: OFlags,
) -> rustix::io::Result<rustix::fd::OwnedFd> {
    use std::path::Component;
    let mut components = relative.components().peekable();
    while let Some(component) = components.next() {
        let Component::Normal(name) = component else { return Err(rustix::io::Errno::INVAL) };
        if components.peek().is_none() {
            return rustix::fs::openat(&folder, name, flags, Mode::empty());
        }
        let step = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        folder = rustix::fs::openat(&folder, name, step, Mode::empty())?;
    }
    Err(rustix::io::Errno::INVAL)
}

#[cfg(test)]
mod tests {
    use super::open_beneath;
    use std::io::Read;
    use std::path::Path;

    #[test]
    fn only_regular_files_inside_the_folder_open() {
        let dir = tempfile::tempdir().unwrap();
        let (root, outside) = (dir.path().join("root"), dir.path().join("secret"));
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(root.join("sub/file"), "inside").unwrap();
        std::fs::write(&outside, "outside").unwrap();
        std::os::unix::fs::symlink(&outside, root.join("link")).unwrap();
        std::os::unix::fs::symlink(dir.path(), root.join("up")).unwrap();
        let mut text = String::new();
        open_beneath(&root, Path::new("sub/file")).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "inside");
        for escape in ["link", "up/secret", "../secret", "sub"] {
            assert!(open_beneath(&root, Path::new(escape)).is_err(), "{escape}");
        }
    }
}
