//! A little room on the disk that is kept for opening the vault when there is none left.
//!
//! Opening writes a little: the index of the database's log, a page or two of the log itself, an entry of the activity log.
//! On a full disk not even a search would be answered. So a file without content lies in the data folder, which is given up
//! when opening meets a full disk, and made again when the vault is closed.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const FILE: &str = "reserve";
/// Enough for some changes of settings as well. Where there is less room, as much as there is of the others: opening and
/// searching take 32 KiB (measured).
const BYTES: [u64; 5] = [1 << 20, 512 << 10, 256 << 10, 128 << 10, 64 << 10];

/// The file.
#[derive(Debug, Clone)]
pub(super) struct Reserve {
    path: PathBuf,
}

impl Reserve {
    pub(super) fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join(FILE) }
    }

    /// Makes sure that it is there, as far as there is room: nothing depends on it before the disk is full.
    pub(super) fn keep_blocking(&self) {
        let had = fs::metadata(&self.path).map_or(0, |facts| facts.len());
        for bytes in BYTES.into_iter().take_while(|bytes| *bytes > had) {
            match self.make(bytes) {
                Ok(()) => return,
                Err(error) => tracing::debug!(%error, bytes, "less room is kept for opening the vault on a full disk"),
            }
        }
        if had == 0 {
            let _ = fs::remove_file(&self.path);
        }
    }

    fn make(&self, bytes: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&self.path)?;
        Ok(rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes)?)
    }

    /// Gives the room up; whether there was some.
    pub(super) fn give_up_blocking(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_once_and_given_up_once() {
        let dir = tempfile::tempdir().unwrap();
        let reserve = Reserve::new(dir.path());
        assert!(!reserve.give_up_blocking());
        for _ in 0..2 {
            reserve.keep_blocking();
            let facts = fs::metadata(dir.path().join(FILE)).unwrap();
            assert_eq!(facts.len(), BYTES[0]);
            assert!(std::os::unix::fs::MetadataExt::blocks(&facts) * 512 >= BYTES[0], "the room is not only promised");
        }
        assert!(reserve.give_up_blocking());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn where_no_room_can_be_kept_nothing_is_left() {
        let dir = tempfile::tempdir().unwrap();
        Reserve::new(&dir.path().join("nowhere")).keep_blocking();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
