//! Zip containers, which most documents are: unpacking under the rules against bombs.

use super::date;
use crate::draft::Failure;
use crate::limits::ArchiveLimits;
use std::borrow::Borrow;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use zip::ZipArchive;
use zip::result::ZipError;

/// Something a container can be read from.
pub(crate) trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// An open file read by offset: its own position, shared with the parent, stays where it is.
/// May end in zeros that the file does not have.
pub(crate) struct FileSource<F> {
    file: F,
    size: u64,
    position: u64,
}

impl<F: Borrow<File>> FileSource<F> {
    pub(crate) fn new(file: F, size: u64) -> BufReader<Self> {
        BufReader::with_capacity(64 * 1024, Self { file, size, position: 0 })
    }

    /// The file with zeros to the end of what a whole allocation table of an OLE container describes:
    /// the head and a multiple of 128 sectors of 512 bytes.
    pub(crate) fn padded(file: F, size: u64) -> BufReader<Self> {
        Self::new(file, 512 + size.saturating_sub(512).next_multiple_of(128 * 512))
    }
}

impl<F: Borrow<File>> Read for FileSource<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = self.file.borrow().read_at(buffer, self.position)?;
        if count == 0 && self.position < self.size {
            let zeros = usize::try_from(self.size - self.position).unwrap_or(usize::MAX).min(buffer.len());
            buffer.get_mut(..zeros).unwrap_or_default().fill(0);
            count = zeros;
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl<F> Seek for FileSource<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

/// A part of a container.
pub(crate) struct Part {
    pub(crate) name: String,
    /// Bytes, unpacked, as the list has them.
    pub(crate) size: u64,
    /// When it was changed last, in Unix milliseconds.
    pub(crate) modified_ms: Option<i64>,
}

/// An open container.
pub(crate) struct Package<'a> {
    zip: ZipArchive<Box<dyn Source + 'a>>,
    limits: ArchiveLimits,
    /// Bytes unpacked so far.
    expanded: u64,
}

impl<'a> Package<'a> {
    /// Opens a container and checks what can be checked before anything is unpacked.
    pub(crate) fn open(source: impl Source + 'a, limits: ArchiveLimits) -> Result<Self, Failure> {
        let source: Box<dyn Source + 'a> = Box::new(source);
        let mut zip = ZipArchive::new(source)
            .map_err(|_| Failure::damaged("The file is cut off or damaged: its list of parts cannot be read."))?;
        if zip.len() > limits.entries {
            return Err(Failure::TooLarge(format!("It holds more than {} parts.", limits.entries)));
        }
        if zip.has_overlapping_entries().unwrap_or(true) {
            return Err(Failure::damaged("Its parts overlap, as in a zip bomb."));
        }
        Ok(Self { zip, limits, expanded: 0 })
    }

    /// All parts, as the list has them.
    pub(crate) fn parts(&mut self) -> Vec<Part> {
        let mut parts = Vec::with_capacity(self.zip.len());
        for name in self.names() {
            let Some(index) = self.zip.index_for_name(&name) else { continue };
            let Ok(file) = self.zip.by_index_raw(index) else { continue };
            let modified_ms = file.last_modified().and_then(|at| {
                let [month, day, hour, minute, second] =
                    [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(i64::from);
                date::of_parts([i64::from(at.year()), month, day, hour, minute, second])
            });
            parts.push(Part { size: file.size(), modified_ms, name });
        }
        parts
    }

    /// Names of all parts.
    pub(crate) fn names(&self) -> Vec<String> {
        self.zip.file_names().flatten().map(std::borrow::Cow::into_owned).collect()
    }

    /// Whether there is a part of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// Whether there are parts and each of them needs a password.
    pub(crate) fn is_locked(&mut self) -> bool {
        let (mut locked, mut open) = (0, 0);
        for index in 0..self.zip.len() {
            match self.zip.by_index_raw(index) {
                Ok(part) if part.is_dir() => {}
                Ok(part) if part.encrypted() => locked += 1,
                _ => open += 1,
            }
        }
        locked > 0 && open == 0
    }

    /// Bytes unpacked so far.
    pub(crate) const fn expanded(&self) -> u64 {
        self.expanded
    }

    /// Allows that many more bytes to be unpacked.
    pub(crate) fn allow(&mut self, bytes: u64) {
        self.limits.expanded = self.expanded.saturating_add(bytes);
    }

    /// Unpacks a part; `None` where there is none of that name.
    pub(crate) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let part = match self.zip.by_name(name) {
            Ok(part) => part,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::InvalidPassword) => return Err(Failure::Encrypted),
            Err(ZipError::UnsupportedArchive(reason)) if reason == ZipError::PASSWORD_REQUIRED => {
                return Err(Failure::Encrypted);
            }
            Err(ZipError::UnsupportedArchive(_)) => {
                return Err(Failure::Unsupported("It is packed in a way that Atom does not know.".to_owned()));
            }
            Err(_) => return Err(Failure::damaged("A part of it is damaged.")),
        };
        let packed = part.compressed_size();
        let room = self.limits.part.min(self.limits.expanded.saturating_sub(self.expanded));
        let by_ratio = packed.max(self.limits.ratio_from).saturating_mul(self.limits.ratio);
        let limit = room.min(by_ratio);
        if part.size() > limit {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        // What is declared may be a lie: count what comes.
        let result = part.take(limit + 1).read_to_end(&mut bytes);
        self.expanded += bytes.len() as u64;
        if bytes.len() as u64 > limit {
            return Err(too_large());
        }
        match result {
            Ok(_) => Ok(Some(bytes)),
            Err(_) if bytes.is_empty() => Err(Failure::damaged("A part of it is damaged.")),
            // A damaged end leaves the beginning.
            Err(_) => Ok(Some(bytes)),
        }
    }

    /// Checks the sizes that a library will unpack on its own, by what the list of parts declares.
    pub(crate) fn check_declared(&mut self) -> Result<(), Failure> {
        let mut total = 0u64;
        for index in 0..self.zip.len() {
            let Ok(part) = self.zip.by_index_raw(index) else {
                continue;
            };
            let by_ratio = part.compressed_size().max(self.limits.ratio_from).saturating_mul(self.limits.ratio);
            total = total.saturating_add(part.size());
            if part.size() > by_ratio.min(self.limits.part) || total > self.limits.expanded {
                return Err(too_large());
            }
        }
        Ok(())
    }
}

fn too_large() -> Failure {
    Failure::TooLarge("It grows beyond all measure when unpacked.".to_owned())
}
