//! Folders whose names outlast a power cut.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Makes a folder that only its owner may enter, and the ones above it. When this returns, those that were made are durable
/// under their names; one that is there stays as it is.
///
/// # Errors
/// Those of the file system.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    above.map_or(Ok(()), make_private_folder)?;
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    sync_parent(path)
}

/// Makes the name of a file or folder durable.
#[cfg(unix)]
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    let above = path.parent().map(|above| if above.as_os_str().is_empty() { Path::new(".") } else { above });
    above.map_or(Ok(()), |above| File::open(above)?.sync_all())
}

/// Windows makes a rename durable by itself and refuses to sync a folder.
#[cfg(not(unix))]
pub(crate) fn sync_parent(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_with_those_above_them_and_again_without_harm() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("above/folder");
        for _ in 0..2 {
            make_private_folder(&path).unwrap();
            assert!(path.is_dir());
        }
        #[cfg(unix)]
        for made in [&path, path.parent().unwrap()] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700);
        }
        fs::write(dir.path().join("file"), "x").unwrap();
        assert!(make_private_folder(&dir.path().join("file")).is_err());
        assert!(make_private_folder(&dir.path().join("file/below")).is_err());
    }
}
