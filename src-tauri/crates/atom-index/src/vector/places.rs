//! Where the rows of an item are: searches among few items read those rows and no others.
//!
//! A scan of the ids costs milliseconds, so its result is kept for as long as the table does not change: 24 bytes a row.

use std::sync::{Arc, Mutex, PoisonError};

use futures::TryStreamExt;
use lance::dataset::ProjectionRequest;
use lancedb::query::{ExecutableQuery, QueryBase, Select};

use super::{Failure, Inner, VectorHit, rows};

/// Vectors in memory at once while rows are compared.
const SLICE: usize = 2_048;

/// Places of all rows at one version of the table, in order of their items.
#[derive(Debug)]
struct Known {
    version: u64,
    rows: Vec<Place>,
}

/// A row: its item, its chunk, and where Lance has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) item: i64,
    pub(super) row: u64,
    pub(super) chunk: i64,
}

/// The places that were looked up last.
#[derive(Debug, Default)]
pub(super) struct Places(Mutex<Option<Arc<Known>>>);

impl Places {
    fn at(&self, version: u64) -> Option<Arc<Known>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|known| known.version == version).map(Arc::clone)
    }

    fn keep(&self, known: &Arc<Known>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(known));
    }
}

impl Inner {
    /// Places of the rows of `items`.
    pub(super) async fn rows_of(&self, items: &[i64]) -> Result<Vec<Place>, Failure> {
        let known = self.places().await?;
        let mut found = Vec::new();
        for &item in items {
            let start = known.rows.partition_point(|place| place.item < item);
            found.extend(known.rows.iter().skip(start).take_while(|place| place.item == item));
        }
        Ok(found)
    }

    async fn places(&self) -> Result<Arc<Known>, Failure> {
        let version = self.table.version().await?;
        if let Some(known) = self.places.at(version) {
            return Ok(known);
        }
        let query = self.table.query().select(Select::columns(&[rows::ITEM, rows::CHUNK])).with_row_id();
        let batches: Vec<_> = query.execute().await?.try_collect().await?;
        let mut found = rows::places(&batches)?;
        found.sort_unstable();
        let known = Arc::new(Known { version, rows: found });
        // A commit in between: what was read may be newer than its name, and is looked up again next time.
        if self.table.version().await? == version {
            self.places.keep(&known);
        }
        Ok(known)
    }

    /// The nearest of `places` by their whole vectors, nearest first.
    pub(super) async fn compared(
        &self,
        vector: &[f32],
        limit: usize,
        places: &[Place],
    ) -> Result<Vec<VectorHit>, Failure> {
        let dataset = self.dataset().await?;
        let mut places = places.to_vec();
        places.sort_unstable_by_key(|place| place.row);
        let mut hits = Vec::with_capacity(places.len());
        for some in places.chunks(SLICE) {
            let ids: Vec<u64> = some.iter().map(|place| place.row).collect();
            let columns = ProjectionRequest::from_columns([rows::VECTOR], dataset.schema());
            let batch = dataset.take_rows(&ids, columns).await?;
            hits.extend(rows::compare(&batch, vector, some)?);
        }
        rows::sort(&mut hits);
        hits.truncate(limit);
        Ok(hits)
    }
}
