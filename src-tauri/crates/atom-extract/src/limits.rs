//! How much of anything is read, held or waited for.

use serde::{Deserialize, Serialize};
use std::time::Duration;

const MIB: u64 = 1024 * 1024;

/// Limits of reading one file, and of a worker's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Wall time for a file.
    pub wall: Duration,
    /// Wall time for a PDF.
    pub wall_pdf: Duration,
    /// Wall time for a page or a picture that a person waits to see.
    pub wall_page: Duration,
    /// Largest text that is returned, in bytes; the rest is cut off.
    pub max_text: usize,
    /// Largest plain text, source or data file, in bytes.
    pub max_plain_file: u64,
    /// Largest PDF, in bytes.
    pub max_pdf_file: u64,
    /// Largest of every other document, in bytes.
    pub max_document_file: u64,
    /// Address space a worker may take on top of what it starts with, in bytes.
    pub memory: u64,
    /// Files after which a worker is replaced.
    pub recycle_files: u32,
    /// Resident memory above which a worker is replaced, in bytes.
    pub recycle_memory: u64,
    /// Rules for zip containers.
    pub archive: ArchiveLimits,
}

/// Limits of unpacking a zip container such as DOCX or EPUB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveLimits {
    /// Sum of what is unpacked from one file, in bytes.
    pub expanded: u64,
    /// Largest unpacked part, in bytes.
    pub part: u64,
    /// Unpacked bytes for every packed byte of a part.
    pub ratio: u64,
    /// Packed size below which the ratio does not matter: repetition packs small parts very well.
    pub ratio_from: u64,
    /// Number of parts.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(20),
            wall_pdf: Duration::from_secs(60),
            wall_page: Duration::from_secs(20),
            max_text: 20 * MIB as usize,
            max_plain_file: 64 * MIB,
            max_pdf_file: 200 * MIB,
            max_document_file: 100 * MIB,
            memory: 1024 * MIB,
            recycle_files: 200,
            recycle_memory: 300 * MIB,
            archive: ArchiveLimits {
                expanded: 200 * MIB,
                part: 100 * MIB,
                ratio: 100,
                ratio_from: 64 * 1024,
                entries: 10_000,
            },
        }
    }
}
