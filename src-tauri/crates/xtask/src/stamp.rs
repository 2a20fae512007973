//! Remembering what a step was done with, so that it is done again only when that changes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Failure, failed};

/// A fingerprint of everything a step depends on.
pub(crate) struct Stamp {
    file: PathBuf,
    // FNV-1a: nothing here is a secret, and the standard library's hash may change between releases.
    hash: u64,
}

impl Stamp {
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        Self { file: folder.join(format!("{name}.stamp")), hash: 0xcbf2_9ce4_8422_2325 }
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.add(text.as_bytes());
        self
    }

    /// Adds names and contents of `files`.
    pub(crate) fn files(mut self, files: &[PathBuf]) -> Result<Self, Failure> {
        for file in files {
            let bytes = fs::read(file).map_err(failed(format_args!("read {}", file.display())))?;
            self.add(file.file_name().unwrap_or_default().as_encoded_bytes());
            self.add(&bytes);
        }
        Ok(self)
    }

    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|stored| stored == self.value())
    }

    pub(crate) fn save(&self) -> Result<(), Failure> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.file, self.value()))
            .map_err(failed(format_args!("write {}", self.file.display())))
    }

    fn value(&self) -> String {
        format!("{:016x}\n", self.hash)
    }

    fn add(&mut self, bytes: &[u8]) {
        let length = (bytes.len() as u64).to_le_bytes();
        for byte in length.iter().chain(bytes) {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
