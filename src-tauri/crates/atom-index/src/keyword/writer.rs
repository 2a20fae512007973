//! Changes to the index: one writer at a time, durable by commit.

use std::sync::Arc;

use atom_core::ItemId;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{IndexWriter, TantivyDocument};

use super::{Document, Shared, head};
use crate::Result;

/// Memory of the postings that are not yet on the disk, bytes, over all threads.
const MEMORY: usize = 64 << 20;
/// Segments below this are merged as if they were this large, in documents: edits make many small ones.
const MIN_LAYER: u32 = 2_000;
/// A segment with a larger share of deleted documents is rewritten.
const DELETED_SHARE: f32 = 0.3;
/// Segments of one layer that are merged into one.
const MERGED_AT_ONCE: usize = 8;

/// The one writer of an index.
///
/// Nothing is visible or durable before [`KeywordWriter::commit`].
/// After an error the writer is of no more use: drop it and take another, which starts from the last commit.
pub struct KeywordWriter {
    engine: IndexWriter,
    shared: Arc<Shared>,
}

impl KeywordWriter {
    pub(super) fn open(shared: Arc<Shared>) -> Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).clamp(1, 2));
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(MEMORY / threads)
            .num_worker_threads(threads)
            .num_merge_threads(1)
            .build();
        let engine: IndexWriter = shared.guarded("opening the writer", || {
            let opened = shared.index.writer_with_options(options);
            opened.map_err(|error| shared.error("opening the writer", &error))
        })?;
        let mut policy = LogMergePolicy::default();
        policy.set_min_layer_size(MIN_LAYER);
        policy.set_del_docs_ratio_before_merge(DELETED_SHARE);
        policy.set_min_num_segments(MERGED_AT_ONCE);
        engine.set_merge_policy(Box::new(policy));
        Ok(Self { engine, shared })
    }

    /// Adds a document in place of the one with the same item.
    ///
    /// # Errors
    /// Any; see [`KeywordWriter`].
    pub fn upsert(&mut self, document: &Document) -> Result<()> {
        let row: TantivyDocument = self.shared.fields.document(document);
        let term = self.shared.fields.item_term(document.item);
        self.shared.guarded("adding a document", || {
            self.engine.delete_term(term);
            let added = self.engine.add_document(row);
            added.map_err(|error| self.shared.error("adding a document", &error))?;
            Ok(())
        })
    }

    /// Removes the document of an item, if there is one.
    ///
    /// # Errors
    /// Any; see [`KeywordWriter`].
    pub fn delete(&mut self, item: ItemId) -> Result<()> {
        let term = self.shared.fields.item_term(item);
        self.shared.guarded("removing a document", || {
            self.engine.delete_term(term);
            Ok(())
        })
    }

    /// Removes every document.
    ///
    /// # Errors
    /// Any; see [`KeywordWriter`].
    pub fn clear(&mut self) -> Result<()> {
        self.shared.guarded("emptying the index", || {
            let cleared = self.engine.delete_all_documents();
            cleared.map_err(|error| self.shared.error("emptying the index", &error))?;
            Ok(())
        })
    }

    /// Makes every change durable and visible to searches.
    ///
    /// # Errors
    /// [`crate::Error::DiskFull`] and others; the last commit stays as it was. See [`KeywordWriter`].
    pub fn commit(&mut self) -> Result<()> {
        self.shared.guarded("committing", || {
            let text = head::next(self.shared.head()?.as_ref());
            let committed = self.engine.prepare_commit().and_then(|mut prepared| {
                prepared.set_payload(&text);
                prepared.commit()
            });
            committed.map_err(|error| self.shared.error("committing", &error))?;
            self.shared.reload()?;
            // Files that only the state before this commit needed.
            let collected = self.engine.garbage_collect_files().wait();
            collected.map_err(|error| self.shared.error("removing old files", &error))?;
            Ok(())
        })
    }

    /// Waits for merges under way, so that the index is as small as it gets without a rewrite.
    ///
    /// # Errors
    /// Any; the last commit stays readable.
    pub fn close(self) -> Result<()> {
        let Self { engine, shared } = self;
        shared.guarded("merging", || {
            let merged = engine.wait_merging_threads();
            merged.map_err(|error| shared.error("merging", &error))?;
            shared.reload()
        })?;
        // A writer that only collects: the merged-away files were in use until the reload.
        let collector = Self::open(shared)?;
        collector.shared.guarded("removing old files", || {
            let collected = collector.engine.garbage_collect_files().wait();
            collected.map_err(|error| collector.shared.error("removing old files", &error))?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use atom_core::{ItemId, Kind, SourceId};
    use atom_vault::Keys;
    use tempfile::TempDir;

    use crate::Error;
    use crate::keyword::{self, Document, KeywordIndex, KeywordQuery};

    fn document(item: i64) -> Document {
        Document {
            item: ItemId::new(item),
            source: SourceId::new(1),
            name: format!("{item}.txt"),
            title: None,
            author: None,
            people: None,
            language: None,
            labels: Vec::new(),
            traits: Vec::new(),
            path: format!("/a/{item}.txt"),
            body: (0..300).map(|n| format!("word{} ", item * 1000 + n)).collect(),
            kind: Kind::Text,
            ext: "txt".to_owned(),
            mime: String::new(),
            modified_ms: 0,
            size: 0,
        }
    }

    fn write(index: &KeywordIndex, items: std::ops::Range<i64>) -> crate::Result<()> {
        let mut writer = index.writer()?;
        for item in items {
            writer.upsert(&document(item))?;
        }
        writer.commit()
    }

    #[test]
    fn a_full_disk_is_told_and_costs_nothing_that_was_committed() {
        let dir = TempDir::new().unwrap();
        let root = Keys::ephemeral().unwrap().seal_root("tantivy/root");
        let index = keyword::open(dir.path(), root.clone()).unwrap();
        write(&index, 0..10).unwrap();
        let faults = index.shared.directory.as_ref().unwrap().faults().clone();
        for room in [0, 100, 2_000, 20_000, 40_000] {
            faults.allow(room);
            let full = write(&index, 10..40);
            assert!(matches!(full, Err(Error::DiskFull { .. })), "{room}: {full:?}");
            assert_eq!(index.search(&KeywordQuery::All, 1).unwrap().total, 10, "{room}");
            faults.allow(i64::MAX);
            let again = keyword::open(dir.path(), root.clone()).unwrap();
            assert_eq!(again.doc_count(), 10);
            again.verify().unwrap();
        }
        write(&index, 10..40).unwrap();
        assert_eq!(index.search(&KeywordQuery::All, 1).unwrap().total, 40);
        index.verify().unwrap();
    }
}
