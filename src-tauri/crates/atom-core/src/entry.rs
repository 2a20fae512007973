//! What the disk says of a file or folder.

use std::path::PathBuf;

/// A file or folder on disk. Links and special files are never among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Absolute path.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes; 0 for folders.
    pub size: u64,
    /// Last change of the content, Unix nanoseconds.
    pub modified_ns: i64,
    /// Last change of content or facts, Unix nanoseconds.
    pub changed_ns: i64,
    /// Device number.
    pub device: u64,
    /// Inode number.
    pub inode: u64,
    /// Number of hard links.
    pub links: u64,
}
