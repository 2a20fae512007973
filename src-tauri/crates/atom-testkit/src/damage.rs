//! What disks, sync services and people do to files.

use crate::noise::{Noise, count_from};
use std::fs;
use std::path::{Path, PathBuf};

/// How many cases of each class of file; a long run sets more.
pub const DAMAGE: &str = "ATOM_TEST_DAMAGE";

/// How many cases of each class of file are to be tried.
pub fn cases(default: u32) -> u32 {
    count_from(DAMAGE, default)
}

/// A kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// One bit is another.
    Flip,
    /// A range is zeroes: a block that was never written.
    Zero,
    /// The end is missing.
    Cut,
    /// The file is gone.
    Delete,
    /// Two files have changed places.
    Swap,
    /// An older copy lies in its place.
    Stale,
}

/// Each once, for taking turns.
pub const HARMS: [Harm; 6] = [Harm::Flip, Harm::Zero, Harm::Cut, Harm::Delete, Harm::Swap, Harm::Stale];

impl Harm {
    /// Damages `path`. `others` are files to change places with; `older` is where an older copy may lie.
    ///
    /// Returns what was done, or none where this harm is not possible or would change nothing.
    ///
    /// # Panics
    /// When the files cannot be read or written.
    pub fn done_to(self, path: &Path, others: &[PathBuf], older: Option<&Path>, noise: &mut Noise) -> Option<String> {
        let sound = fs::read(path).expect("the file to damage can be read");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let write = |bytes: &[u8]| fs::write(path, bytes).expect("the file to damage can be written");
        match self {
            Self::Flip => {
                let (at, bit) = (noise.below(sound.len()), noise.below(8));
                let mut bytes = sound;
                *bytes.get_mut(at)? ^= 1 << bit;
                write(&bytes);
                Some(format!("{name}: bit {bit} of byte {at} flipped"))
            }
            Self::Zero => {
                let from = noise.below(sound.len());
                // From a few bytes to some blocks of a disk.
                let most = noise.one_of(&[16, 512, 4096, 16_384]).copied().unwrap_or(16);
                let to = sound.len().min(from + 1 + noise.below(most));
                let mut bytes = sound.clone();
                bytes.get_mut(from..to)?.fill(0);
                (bytes != sound).then(|| write(&bytes))?;
                Some(format!("{name}: bytes {from} to {to} zeroed"))
            }
            Self::Cut => {
                let length = noise.below(sound.len());
                (length < sound.len()).then(|| write(sound.get(..length).unwrap_or_default()))?;
                Some(format!("{name}: cut from {} to {length} bytes", sound.len()))
            }
            Self::Delete => {
                fs::remove_file(path).expect("the file to damage can be removed");
                Some(format!("{name}: deleted"))
            }
            Self::Swap => {
                let others: Vec<_> = others.iter().filter(|other| *other != path).collect();
                let other = noise.one_of(&others)?;
                let bytes = fs::read(other).expect("the other file can be read");
                (bytes != sound).then_some(())?;
                write(&bytes);
                fs::write(other, sound).expect("the other file can be written");
                Some(format!("{name}: changed places with {}", other.file_name().unwrap_or_default().to_string_lossy()))
            }
            Self::Stale => {
                let bytes = fs::read(older?).ok()?;
                (bytes != sound).then(|| write(&bytes))?;
                Some(format!("{name}: an older copy in its place"))
            }
        }
    }
}

/// Every regular file below `folder`, sorted.
///
/// # Panics
/// When a folder cannot be read.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let entry = entry.expect("the folder can be read");
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// Copies folders and regular files of `from` into `to`, which is emptied first.
///
/// # Panics
/// When a file cannot be copied.
pub fn copy_folder(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).expect("the old copy can be removed");
    }
    fs::create_dir_all(to).expect("the copy can be made");
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let target = to.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => copy_folder(&entry.path(), &target),
            Ok(kind) if kind.is_file() => drop(fs::copy(entry.path(), target).expect("a file can be copied")),
            _ => {}
        }
    }
}

/// What came of all cases of one class of file: printed, so that `cargo xtask faults` can count.
#[derive(Debug, Default)]
pub struct Results(std::collections::BTreeMap<(String, String), u32>);

impl Results {
    /// Counts one case.
    pub fn add(&mut self, class: &str, outcome: &str) {
        *self.0.entry((class.to_owned(), outcome.to_owned())).or_default() += 1;
    }

    /// How many cases had this outcome, over all classes.
    pub fn of(&self, outcome: &str) -> u32 {
        self.0.iter().filter(|((_, found), _)| found == outcome).map(|(_, count)| count).sum()
    }

    /// One line for each class: `damage CLASS: 200 cases, 150 refused, 50 harmless`.
    pub fn print(&self) {
        let classes: std::collections::BTreeSet<_> = self.0.keys().map(|(class, _)| class).collect();
        for class in classes {
            let of_class: Vec<_> = self.0.iter().filter(|((found, _), _)| found == class).collect();
            let all: u32 = of_class.iter().map(|(_, count)| *count).sum();
            let parts: Vec<_> = of_class.iter().map(|((_, outcome), count)| format!("{count} {outcome}")).collect();
            eprintln!("damage {class}: {all} cases, {}", parts.join(", "));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_harm_changes_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other, older) = (dir.path().join("a"), dir.path().join("b"), dir.path().join("c"));
        let mut noise = Noise::new(1);
        for harm in HARMS {
            for _ in 0..50 {
                fs::write(&path, b"content of the file").unwrap();
                fs::write(&other, b"another").unwrap();
                fs::write(&older, b"older").unwrap();
                assert!(harm.done_to(&path, std::slice::from_ref(&other), Some(&older), &mut noise).is_some());
                assert_ne!(fs::read(&path).unwrap_or_default(), b"content of the file", "{harm:?}");
            }
        }
    }
}
