//! Writing a small file that only its owner may read, so that a crash leaves the old or the new one.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Makes `bytes` durable in a file of Atom's own, in place of what is there.
pub(super) fn replace_own_blocking(path: &Path, bytes: &[u8]) -> Result<()> {
    let new = beside(path, ".tmp");
    // Left by a process that was killed.
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write_then_rename(path, &new, bytes)
}

/// Makes `bytes` durable where a person wants them, in place of what is there; touches nothing else in that folder.
pub(super) fn write_out_blocking(path: &Path, bytes: &[u8]) -> Result<()> {
    write_then_rename(path, &beside(path, &format!(".{}.tmp", std::process::id())), bytes)
}

fn beside(path: &Path, end: &str) -> OsString {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name
}

fn write_then_rename(path: &Path, new: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    let new = new.as_ref();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(new)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| std::fs::rename(new, path));
    if written.is_err() {
        // Nothing else can be done about it.
        let _ = std::fs::remove_file(new);
    }
    written?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_in_its_folder_is_touched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        std::fs::write(&path, "a much longer text that was there before").unwrap();
        std::fs::write(dir.path().join("log.jsonl.tmp"), "of somebody else").unwrap();
        write_out_blocking(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read(dir.path().join("log.jsonl.tmp")).unwrap(), b"of somebody else");
        replace_own_blocking(&path, b"newer").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"newer");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "a leftover of its own is gone");
    }

    #[test]
    fn a_folder_in_the_way_is_an_error_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("log")).unwrap();
        assert!(write_out_blocking(&dir.path().join("log"), b"x").is_err());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
