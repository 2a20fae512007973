//! Counts for progress and status.

use crate::connection::Store;
use crate::error::{During, Result};
use atom_core::{ItemState, SourceId};
use std::collections::BTreeMap;

/// Counts of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceCounts {
    /// Files.
    pub files: u64,
    /// Folders.
    pub folders: u64,
    /// Files in archives.
    pub members: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// Files by state.
    pub states: BTreeMap<ItemState, u64>,
    /// Files that still have to be read.
    pub unread: u64,
    /// Items that the keyword index lacks in their present form.
    pub words_pending: u64,
    /// Passages.
    pub chunks: u64,
    /// Passages that the vector index lacks.
    pub chunks_pending: u64,
    /// Pictures and scans in which there may be text.
    pub pictures: u64,
    /// Those of them whose text is still to be recognised, or on its way into an index.
    pub pictures_pending: u64,
    /// Of the items that the keyword index lacks, those that wait for nothing but their recognised text.
    pub words_of_pictures: u64,
    /// Of the passages that the vector index lacks, those of such items.
    pub chunks_of_pictures: u64,
}

impl SourceCounts {
    /// Files and folders, as the disk has them.
    pub const fn on_disk(&self) -> u64 {
        self.files + self.folders
    }

    /// Everything that can be found.
    pub const fn items(&self) -> u64 {
        self.on_disk() + self.members
    }

    /// Items that are not findable by the words that were read in them.
    pub fn words_left(&self) -> u64 {
        self.unread.max(self.words_pending.saturating_sub(self.words_of_pictures)).min(self.items())
    }

    /// Passages that were read and are not findable by their meaning.
    pub const fn chunks_left(&self) -> u64 {
        self.chunks_pending.saturating_sub(self.chunks_of_pictures)
    }

    fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.folders += other.folders;
        self.members += other.members;
        self.bytes += other.bytes;
        self.unread += other.unread;
        self.words_pending += other.words_pending;
        self.chunks += other.chunks;
        self.chunks_pending += other.chunks_pending;
        self.pictures += other.pictures;
        self.pictures_pending += other.pictures_pending;
        self.words_of_pictures += other.words_of_pictures;
        self.chunks_of_pictures += other.chunks_of_pictures;
        for (state, count) in &other.states {
            *self.states.entry(*state).or_default() += count;
        }
    }
}

/// Counts of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// All sources together.
    pub total: SourceCounts,
    /// One by one.
    pub sources: BTreeMap<SourceId, SourceCounts>,
    /// Deleted items that an index still has.
    pub tombstones: u64,
}

impl Store {
    /// Counts of everything; reads every item once.
    ///
    /// # Errors
    /// As every read.
    pub fn counts(&self) -> Result<Counts> {
        const OPERATION: &str = "counting items";
        self.read(OPERATION, |tx| {
            let mut counts = Counts::default();
            let mut statement = tx
                .prepare_cached(
                    "SELECT source_id, is_folder, state, count(*), sum(iif(container IS NULL, size, 0)), sum(unread), sum(words_pending),
                            sum(chunk_count), sum(meaning_pending * chunk_count), count(ocr),
                            sum(ocr IS 'waiting' OR ocr IS 'text' AND (words_pending OR meaning_pending)),
                            sum(ocr IS 'text' AND words_pending),
                            sum((ocr IS 'text') * meaning_pending * chunk_count), container IS NOT NULL AS packed
                     FROM item GROUP BY source_id, is_folder, packed, state",
                )
                .during(OPERATION)?;
            let mut rows = statement.query([]).during(OPERATION)?;
            while let Some(row) = rows.next().during(OPERATION)? {
                let (id, one) = (|| {
                    let number = |index| Ok::<_, rusqlite::Error>(row.get::<_, i64>(index)?.cast_unsigned());
                    let (is_folder, is_packed): (bool, bool) = (row.get(1)?, row.get(13)?);
                    let count = number(3)?;
                    let mut one = SourceCounts {
                        bytes: number(4)?,
                        unread: number(5)?,
                        words_pending: number(6)?,
                        chunks: number(7)?,
                        chunks_pending: number(8)?,
                        pictures: number(9)?,
                        pictures_pending: number(10)?,
                        words_of_pictures: number(11)?,
                        chunks_of_pictures: number(12)?,
                        ..SourceCounts::default()
                    };
                    if is_folder {
                        one.folders = count;
                    } else if is_packed {
                        one.members = count;
                    } else {
                        one.files = count;
                        let state = ItemState::parse(&row.get::<_, String>(2)?).unwrap_or(ItemState::Pending);
                        one.states.insert(state, count);
                    }
                    Ok::<_, rusqlite::Error>((SourceId::new(row.get(0)?), one))
                })()
                .during(OPERATION)?;
                counts.sources.entry(id).or_default().add(&one);
                counts.total.add(&one);
            }
            let tombstones: i64 =
                tx.query_row("SELECT count(*) FROM tombstone", [], |row| row.get(0)).during(OPERATION)?;
            counts.tombstones = tombstones.cast_unsigned();
            Ok(counts)
        })
    }
}
