//! Upkeep of the table: merge small files, index when it pays, remove what old versions left.
//!
//! Every step is a commit of its own, so a crash in between leaves a table that is complete, with files that the next
//! run removes.
//! Two versions stay, with the same rows: the head and the one to step back to if the head is damaged.
//! So what was deleted is gone from the disk after maintenance.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lance::dataset::Dataset;
use lance::dataset::cleanup::CleanupPolicyBuilder;
use lancedb::table::{CompactionOptions, OptimizeAction, OptimizeOptions};

use super::fault::refused;
use super::{Failure, Inner, train};

/// Rows from which on an index is built; fewer are scanned as fast.
pub const INDEX_FROM: u64 = 20_000;

/// The index is extended once this many rows are new, and a tenth of those it has.
const EXTEND_FROM: u64 = 5_000;

/// The index is built anew once it holds this many times the rows its partitions were made for.
const RETRAIN_GROWTH: u64 = 4;

/// Rows in a file that is not merged any more.
const FILE_ROWS: usize = 262_144;

/// Files with at least this share of deleted rows are rewritten.
const DELETED_SHARE: f32 = 0.1;

const KEPT_VERSIONS: usize = 2;
const INDEX_NAME: &str = "vector_idx";

/// Where the table notes how many rows the partitions were made for.
const TRAINED_KEY: &str = "atom.trained-rows";

/// Where the table counts maintenance.
const ROUND_KEY: &str = "atom.round";

const OPERATION: &str = "maintaining the vector index";

/// What maintenance did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Maintained {
    /// Files were merged.
    pub compacted: bool,
    /// The vector index was built, built anew or extended.
    pub indexed: bool,
    /// Bytes of files that were removed.
    pub bytes_removed: u64,
}

type Done<T> = Result<T, Failure>;

impl Inner {
    /// One round; the caller is the only writer.
    pub(super) async fn maintain(&self) -> Done<Maintained> {
        let mut done = Maintained::default();
        let before = self.version().await?;
        if self.scratch.is_none() && self.indexed_rows().await?.is_some() {
            // Merging files would rewrite the index through scratch files that have no safe place here.
            self.table.drop_index(INDEX_NAME).await?;
        }
        done.compacted = self.compact().await?;
        done.indexed = self.index().await?;
        let changed = self.version().await? != before;
        if changed || self.commits.load(Ordering::Relaxed) > 0 || self.versions().await? > KEPT_VERSIONS {
            self.note(ROUND_KEY, |round| round.wrapping_add(1)).await?;
            done.bytes_removed = self.prune().await?;
            self.commits.store(0, Ordering::Relaxed);
        }
        Ok(done)
    }

    async fn compact(&self) -> Done<bool> {
        let options = CompactionOptions {
            target_rows_per_fragment: FILE_ROWS,
            materialize_deletions_threshold: DELETED_SHARE,
            ..CompactionOptions::default()
        };
        let stats = self.table.optimize(OptimizeAction::Compact { options, remap_options: None }).await?;
        Ok(stats.compaction.is_some_and(|done| done.fragments_removed > 0))
    }

    /// Builds or extends the index, if there are enough rows, a reason, and room for scratch files.
    async fn index(&self) -> Done<bool> {
        let Some(scratch) = &self.scratch else {
            return Ok(false);
        };
        let rows = self.table.count_rows(None).await? as u64;
        if rows < INDEX_FROM {
            return Ok(false);
        }
        // A build writes a code and a row id for every vector (measured: 389 bytes at 384 dimensions); twice, to be safe.
        let needed = rows.saturating_mul(self.dims as u64 + 16).saturating_mul(2);
        if scratch.available() < needed {
            tracing::warn!("too little room for scratch files: the vector index is not built");
            return Ok(false);
        }
        let Some((indexed, new)) = self.indexed_rows().await? else {
            self.train(rows).await?;
            return Ok(true);
        };
        if rows / RETRAIN_GROWTH >= self.noted(TRAINED_KEY).await?.max(1) {
            self.train(rows).await?;
            return Ok(true);
        }
        if new < EXTEND_FROM.max(indexed / 10) {
            return Ok(false);
        }
        self.table.optimize(OptimizeAction::Index(OptimizeOptions::merge(usize::MAX))).await?;
        Ok(true)
    }

    async fn train(&self, rows: u64) -> Done<()> {
        let mut dataset = (*self.dataset().await?).clone();
        train::create(&mut dataset, INDEX_NAME, self.dims, rows, partitions(rows)).await?;
        self.hold(dataset);
        self.note(TRAINED_KEY, |_| rows).await
    }

    /// Rows in the index and rows beside it; `None` without an index.
    async fn indexed_rows(&self) -> Done<Option<(u64, u64)>> {
        let stats = self.table.index_stats(INDEX_NAME).await?;
        Ok(stats.map(|stats| (stats.num_indexed_rows as u64, stats.num_unindexed_rows as u64)))
    }

    /// Removes all versions but the newest ones, and every file that those do not name.
    async fn prune(&self) -> Done<u64> {
        // No search may be reading a file that goes; no writer is at work, so no file is on its way.
        let _alone = self.gate.write().await;
        let dataset = self.dataset().await?;
        let policy = CleanupPolicyBuilder::default()
            .retain_n_versions(&dataset, KEPT_VERSIONS)
            .await?
            .delete_unverified(true)
            .error_if_tagged_old_versions(false)
            .build();
        let removed = dataset.cleanup_with_policy(policy).await?;
        Ok(removed.bytes_removed)
    }

    pub(super) async fn dataset(&self) -> Done<Arc<Dataset>> {
        let Some(dataset) = self.table.dataset() else {
            return Err(refused(OPERATION, "the table is not a local one").into());
        };
        Ok(dataset.get().await?)
    }

    async fn version(&self) -> Done<u64> {
        Ok(self.table.version().await?)
    }

    async fn versions(&self) -> Done<usize> {
        Ok(self.dataset().await?.version_refs().await?.len())
    }

    async fn noted(&self, key: &str) -> Done<u64> {
        let dataset = self.dataset().await?;
        let value = dataset.config().get(key).and_then(|value| value.parse().ok());
        Ok(value.unwrap_or(0))
    }

    /// Commits a number to the table's own notes, without touching its rows.
    async fn note(&self, key: &str, next: impl FnOnce(u64) -> u64) -> Done<()> {
        let value = next(self.noted(key).await?).to_string();
        let mut dataset = (*self.dataset().await?).clone();
        dataset.update_config([(key, value.as_str())]).await?;
        self.hold(dataset);
        Ok(())
    }

    /// The table goes on from this version.
    fn hold(&self, dataset: Dataset) {
        if let Some(held) = self.table.dataset() {
            held.update(dataset);
        }
    }
}

/// The square root of the rows: as many partitions as a partition has rows.
fn partitions(rows: u64) -> usize {
    usize::try_from(rows.isqrt()).unwrap_or(usize::MAX).clamp(1, 4_096)
}

#[cfg(test)]
mod tests {
    use super::partitions;

    #[test]
    fn partitions_grow_with_the_root_of_the_rows() {
        assert_eq!(partitions(20_000), 141);
        assert_eq!(partitions(1_000_000), 1_000);
        assert_eq!(partitions(u64::MAX), 4_096);
    }
}
