//! Meaning: LanceDB on a sealed object store.
//!
//! One table with a vector per chunk and no text: `chunk`, `item`, `source`, `vector`.
//! Everything on disk is sealed (`store`), scratch files stay in memory (`scratch`), and a write has reached the disk
//! when it returns.
//! Small tables are scanned; from [`INDEX_FROM`] rows on, [`VectorIndex::maintain`] builds an IVF index with scalar
//! quantisation, and rows newer than the index are scanned beside it.
//! Writers and maintenance exclude each other; searches run beside them and wait only while old files are removed.
//!
//! A search among few items reads their rows and no others (`places`).
//!
//! Left out on purpose: filters other than by item (the caller resolves them to items first), and a scalar index on
//! `item` (the column is eight bytes a row and is scanned in milliseconds).

mod cache;
mod fault;
mod folder;
mod head;
mod maintenance;
mod places;
mod provider;
mod rows;
mod scratch;
mod store;
mod tables;
mod train;
mod upload;
mod verify;

use std::collections::HashSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use atom_core::{ChunkId, IndexHead, ItemId, SourceId, Standing};
use atom_vault::SealRoot;
use futures::TryStreamExt;
use lancedb::expr::{col, is_in, lit};
use lancedb::query::{ExecutableQuery, QueryBase, Select};
use lancedb::{DistanceType, Table};
use tokio::sync::{Mutex, RwLock};

use crate::{Error, Result};
use fault::{Watch, corrupt, io_error, refused};
pub use maintenance::{INDEX_FROM, Maintained};
use places::Places;
use scratch::Scratch;
use store::SealedStore;
pub use tables::{new_table_name, remove_table, series_of, tables};

/// Partitions that a search looks into, at least.
const PROBES: usize = 20;

/// Candidates per hit that are compared with their full vectors.
const REFINE: u32 = 3;

/// A search among items with no more rows than this reads and compares them all; among more it goes by the index.
const COMPARED_ROWS: usize = 8_000;

/// Items that one deletion names.
const DELETE_ITEMS: usize = 1_000;

/// Commits after which maintenance pays.
const COMMITS: u64 = 64;

/// The vector of a chunk.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The chunk.
    pub chunk: ChunkId,
    /// The item that the chunk is part of.
    pub item: ItemId,
    /// Where the item comes from.
    pub source: SourceId,
    /// The embedding, of the length the index was opened with.
    pub vector: Vec<f32>,
}

/// A chunk near a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VectorHit {
    /// The chunk.
    pub chunk: ChunkId,
    /// The item that the chunk is part of.
    pub item: ItemId,
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
}

/// An index that has just been opened.
#[derive(Debug)]
pub struct Opened {
    /// The index.
    pub index: VectorIndex,
    /// Whether the newest version was damaged and an older one was taken: compare [`VectorIndex::all_pairs`] with the
    /// store and bring in what is missing.
    pub healed: bool,
}

/// The vectors of all chunks. Cheap to clone.
#[derive(Clone)]
pub struct VectorIndex {
    inner: Arc<Inner>,
}

struct Inner {
    table: Table,
    dims: usize,
    watch: Arc<Watch>,
    writer: Mutex<Writer>,
    /// Read by searches, written while files of old versions are removed.
    gate: RwLock<()>,
    commits: AtomicU64,
    places: Places,
    scratch: Option<Scratch>,
    folder: PathBuf,
    store: SealedStore,
}

/// What the one writer knows.
#[derive(Default)]
struct Writer {
    /// Every item that may have rows; `None` until the first write asks. Saves the deletion for new items.
    items: Option<HashSet<i64>>,
}

impl std::fmt::Debug for VectorIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VectorIndex").finish_non_exhaustive()
    }
}

impl VectorIndex {
    /// Opens the index in `dir`, or makes it; vectors have `dims` components.
    ///
    /// Only one process may have the folder open.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if no version can be read (also with a wrong key) or the vectors have another length: remove
    /// the folder and index again.
    pub async fn open(dir: &Path, root: SealRoot, dims: usize) -> Result<Opened> {
        opened(dir, root, dims, None).await
    }

    /// The same index without encryption, in an empty folder: what sealing is measured against.
    ///
    /// # Errors
    /// As [`VectorIndex::open`].
    #[cfg(feature = "plain")]
    pub async fn open_plain(dir: &Path, dims: usize) -> Result<Self> {
        const OPENING: &str = "opening the vector index";
        std::fs::create_dir_all(dir).map_err(|e| io_error(OPENING, e))?;
        let dir = std::fs::canonicalize(dir).map_err(|e| io_error(OPENING, e))?;
        let keys = atom_vault::Keys::ephemeral().map_err(|error| refused(OPENING, error.to_string()))?;
        // Only asked for what it has refused, which is nothing: Lance does not see it.
        let store = SealedStore::new(&dir, keys.seal_root("lance/root"))
            .map_err(|error| refused(OPENING, error.to_string()))?;
        let watch = store.watch();
        caught(async move {
            let scratch = Scratch::claim();
            let session = provider::plain_session(scratch.is_some());
            let address = provider::address(&dir)?;
            let tables = std::fs::read_dir(&dir).map_err(|e| io_error(OPENING, e))?.filter_map(|entry| entry.ok());
            let table = tables.filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned())).next();
            let table = Box::pin(open_table(&address, session, table, folder::new_table_name(), dims))
                .await
                .map_err(|error| refused(OPENING, error.to_string()))?;
            Ok(Self {
                inner: Arc::new(Inner {
                    table,
                    dims,
                    watch,
                    writer: Mutex::default(),
                    gate: RwLock::new(()),
                    commits: AtomicU64::new(0),
                    places: Places::default(),
                    scratch,
                    folder: dir,
                    store,
                }),
            })
        })
        .await
    }

    /// Puts `rows` in the place of all rows of `items`; done again, it changes nothing.
    ///
    /// # Errors
    /// If a row belongs to another item or its vector has the wrong length or no direction.
    ///
    /// # Cancel safety
    /// Dropping the future does not stop the write. If the process ends in between, the old rows may be gone and the
    /// new ones not there: do it again.
    pub async fn replace(&self, items: &[ItemId], rows: Vec<Row>) -> Result<()> {
        const OPERATION: &str = "writing vectors";
        rows::check(OPERATION, self.inner.dims, items, &rows)?;
        let items: Vec<i64> = items.iter().map(|item| item.get()).collect();
        let dims = self.inner.dims;
        self.run(OPERATION, move |inner: Arc<Inner>| async move {
            let mut writer = inner.writer.lock().await;
            inner.forget(&mut writer, &items).await?;
            if rows.is_empty() {
                return Ok(());
            }
            if let Some(known) = &mut writer.items {
                known.extend(&items);
            }
            let batch = rows::batch(dims, &rows)?;
            inner.table.add(batch).execute().await?;
            inner.commits.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
        .await
    }

    /// Removes all rows of `items`.
    ///
    /// # Errors
    /// If the engine fails.
    pub async fn delete(&self, items: &[ItemId]) -> Result<()> {
        let items: Vec<i64> = items.iter().map(|item| item.get()).collect();
        self.run("deleting vectors", move |inner: Arc<Inner>| async move {
            let mut writer = inner.writer.lock().await;
            inner.forget(&mut writer, &items).await
        })
        .await
    }

    /// The chunks nearest to `vector`, nearest first; of the items in `among` only, if given.
    ///
    /// # Errors
    /// If the vector has the wrong length or no direction.
    pub async fn search(&self, vector: &[f32], limit: usize, among: Option<&[ItemId]>) -> Result<Vec<VectorHit>> {
        const OPERATION: &str = "searching vectors";
        rows::check_vector(OPERATION, self.inner.dims, vector)?;
        if limit == 0 || among.is_some_and(<[ItemId]>::is_empty) {
            return Ok(Vec::new());
        }
        let vector = vector.to_vec();
        let among: Option<Vec<i64>> = among.map(|items| items.iter().map(|item| item.get()).collect());
        self.run(OPERATION, move |inner: Arc<Inner>| async move {
            let _open = inner.gate.read().await;
            let Some(among) = among else { return inner.nearest(vector, limit, None).await };
            let rows = inner.rows_of(&among).await?;
            if rows.len() > COMPARED_ROWS {
                return inner.nearest(vector, limit, Some(among)).await;
            }
            inner.compared(&vector, limit, &rows).await
        })
        .await
    }

    /// Number of rows.
    ///
    /// # Errors
    /// If the engine fails.
    pub async fn rows(&self) -> Result<u64> {
        self.run("counting vectors", move |inner: Arc<Inner>| async move {
            let _open = inner.gate.read().await;
            Ok(inner.table.count_rows(None).await? as u64)
        })
        .await
    }

    /// Item and chunk of every row, in no order: to compare with the store.
    ///
    /// # Errors
    /// If the engine fails.
    pub async fn all_pairs(&self) -> Result<Vec<(ItemId, ChunkId)>> {
        self.run("listing vectors", move |inner: Arc<Inner>| async move {
            let _open = inner.gate.read().await;
            let batches = inner.columns(&[rows::ITEM, rows::CHUNK]).await?;
            Ok(rows::pairs(&batches)?)
        })
        .await
    }

    /// Which version of the table this is.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub async fn head(&self) -> Result<IndexHead> {
        self.run("reading the head of the vector index", move |inner: Arc<Inner>| async move {
            let _writer = inner.writer.lock().await;
            inner.head_blocking().await
        })
        .await
    }

    /// How the table relates to the version that was recorded.
    ///
    /// # Errors
    /// As [`VectorIndex::head`].
    pub async fn standing(&self, recorded: IndexHead) -> Result<Standing> {
        self.run("comparing the vector index with its record", move |inner: Arc<Inner>| async move {
            let _writer = inner.writer.lock().await;
            inner.standing_blocking(recorded).await
        })
        .await
    }

    /// Reads every byte of every sealed file, those of older versions included, and searches once; returns how many files there
    /// are.
    ///
    /// Writers wait.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a file is not what was written; [`VectorIndex::put_aside_damaged`] and then
    /// [`VectorIndex::maintain`] remove it if the newest version does not need it.
    pub async fn verify(&self) -> Result<u64> {
        self.run("verifying the vector index", move |inner: Arc<Inner>| async move {
            let _writer = inner.writer.lock().await;
            let _open = inner.gate.read().await;
            let files = inner.verify_blocking().await?;
            // A file that is gone is not among those that were read, and only a search asks for those of the index.
            let anywhere = (0..inner.dims).map(|place| if place == 0 { 1.0 } else { 0.0 }).collect();
            inner.nearest(anywhere, 1, None).await?;
            Ok(files)
        })
        .await
    }

    /// Puts the manifests of older versions aside that do not verify: maintenance stumbles over them. Returns how many.
    ///
    /// # Errors
    /// If a file cannot be read or moved.
    pub async fn put_aside_damaged(&self) -> Result<usize> {
        self.run("putting damaged versions aside", move |inner: Arc<Inner>| async move {
            let _writer = inner.writer.lock().await;
            let _alone = inner.gate.write().await;
            inner.put_aside_damaged_blocking().await
        })
        .await
    }

    /// Whether enough was written since the last [`VectorIndex::maintain`] that it pays now.
    pub fn wants_maintenance(&self) -> bool {
        self.inner.commits.load(Ordering::Relaxed) >= COMMITS
    }

    /// Merges small files, builds or extends the vector index when it pays, and removes what old versions left.
    ///
    /// Writers wait; searches wait only while files are removed.
    ///
    /// # Errors
    /// If the engine fails; the table is then as it was, or further along.
    pub async fn maintain(&self) -> Result<Maintained> {
        self.run("maintaining the vector index", move |inner: Arc<Inner>| async move {
            let _writer = inner.writer.lock().await;
            inner.maintain().await
        })
        .await
    }

    /// Runs `work` as a task of its own: it ends also if the caller goes away, and a panic in it is an error.
    async fn run<T, F>(&self, operation: &'static str, work: impl FnOnce(Arc<Inner>) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = std::result::Result<T, Failure>> + Send + 'static,
    {
        let watch = Arc::clone(&self.inner.watch);
        let mark = watch.mark();
        let work = Box::pin(work(Arc::clone(&self.inner)));
        caught(async move { work.await.map_err(|failure| failure.classify(operation, &watch, mark)) }).await
    }
}

impl Inner {
    /// Deletes the rows of `items`, if they have any.
    async fn forget(&self, writer: &mut Writer, items: &[i64]) -> std::result::Result<(), Failure> {
        let known = match writer.items.take() {
            Some(known) => known,
            None => rows::items(&self.columns(&[rows::ITEM]).await?)?,
        };
        let known = writer.items.insert(known);
        let present: Vec<i64> = items.iter().copied().filter(|item| known.contains(item)).collect();
        for some in present.chunks(DELETE_ITEMS) {
            let ids: Vec<String> = some.iter().map(i64::to_string).collect();
            let predicate = format!("{} IN ({})", rows::ITEM, ids.join(","));
            self.table.delete(predicate.as_str()).await?;
            self.commits.fetch_add(1, Ordering::Relaxed);
        }
        for item in &present {
            known.remove(item);
        }
        Ok(())
    }

    /// The nearest rows by the index, of the items in `among` only, if given.
    async fn nearest(
        &self,
        vector: Vec<f32>,
        limit: usize,
        among: Option<Vec<i64>>,
    ) -> std::result::Result<Vec<VectorHit>, Failure> {
        let mut query = self
            .table
            .query()
            .nearest_to(vector)?
            .distance_type(DistanceType::Cosine)
            .minimum_nprobes(PROBES)?
            .maximum_nprobes(Some(PROBES))?
            .refine_factor(REFINE)
            .limit(limit)
            .select(Select::columns(&[rows::CHUNK, rows::ITEM, rows::DISTANCE]));
        if let Some(among) = among {
            // Probes go on until there are enough hits that pass the filter.
            query = query.maximum_nprobes(None)?;
            query = query.only_if_expr(is_in(col(rows::ITEM), among.into_iter().map(lit).collect()));
        }
        let batches: Vec<_> = query.execute().await?.try_collect().await?;
        Ok(rows::hits(&batches)?)
    }

    async fn columns(&self, names: &[&str]) -> lancedb::Result<Vec<arrow_array::RecordBatch>> {
        let query = self.table.query().select(Select::columns(names));
        query.execute().await?.try_collect().await
    }
}

/// Why an operation failed: the engine's error still to be judged, or our own.
enum Failure {
    Engine(lancedb::Error),
    Own(Error),
}

impl Failure {
    fn classify(self, operation: &'static str, watch: &Watch, mark: fault::Mark) -> Error {
        match self {
            Self::Engine(error) => watch.classify(operation, mark, &error),
            Self::Own(error) => error,
        }
    }
}

impl From<lancedb::Error> for Failure {
    fn from(error: lancedb::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<lance::Error> for Failure {
    fn from(source: lance::Error) -> Self {
        Self::Engine(lancedb::Error::Lance { source })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Own(error)
    }
}

/// Runs `work` as a task and turns a panic in it, which Lance answers some damage with, into [`Error::Corrupt`].
async fn caught<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => Err(corrupt("the engine gave up on what it read")),
        Err(_) => Err(refused("running a task", "the runtime is shutting down")),
    }
}

/// Opens or makes the table `name`; without a name the only one there is.
async fn opened(dir: &Path, root: SealRoot, dims: usize, name: Option<String>) -> Result<Opened> {
    const OPENING: &str = "opening the vector index";
    atom_vault::make_private_folder(dir).map_err(|e| io_error(OPENING, e))?;
    let dir = std::fs::canonicalize(dir).map_err(|e| io_error(OPENING, e))?;
    let store = SealedStore::new(&dir, root).map_err(|error| refused(OPENING, error.to_string()))?;
    let watch = store.watch();
    caught(async move {
        let found = match &name {
            Some(name) => folder::prepare_table(&dir, name, &store).await?,
            None => folder::prepare(&dir, &store).await?,
        };
        let scratch = Scratch::claim();
        let mark = watch.mark();
        let session = provider::session(Arc::new(store.clone()), scratch.is_some());
        let address = provider::address(&dir)?;
        let new = name.unwrap_or_else(folder::new_table_name);
        let opened = Box::pin(open_table(&address, session, found.table, new, dims)).await;
        let table = opened.map_err(|error| match watch.classify(OPENING, mark, &error) {
            // Whatever Lance dislikes about a table that is there, indexing again is the way out.
            Error::Engine { reason, .. } => corrupt(reason),
            other => other,
        })?;
        rows::check_schema(&table, dims).await?;
        let inner = Inner {
            table,
            dims,
            watch,
            writer: Mutex::default(),
            gate: RwLock::new(()),
            // What a damaged head has left is worth a round of maintenance.
            commits: AtomicU64::new(if found.healed { COMMITS } else { 0 }),
            places: Places::default(),
            scratch,
            folder: dir,
            store,
        };
        Ok(Opened { index: VectorIndex { inner: Arc::new(inner) }, healed: found.healed })
    })
    .await
}

/// The one place that connects to LanceDB; `address` is never a bare path.
async fn open_table(
    address: &str,
    session: Arc<lancedb::Session>,
    found: Option<String>,
    new: String,
    dims: usize,
) -> lancedb::Result<Table> {
    let connection = lancedb::connect(address).session(session).execute().await?;
    match found {
        Some(name) => connection.open_table(name).execute().await,
        None => connection.create_empty_table(new, rows::schema(dims)).execute().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn panic_of_the_engine_is_damage() {
        let panicked = caught(async {
            if true {
                panic!("as Lance does");
            }
            Ok(())
        });
        assert!(matches!(panicked.await, Err(Error::Corrupt { .. })));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn closed_index_lets_go_of_keys_and_plaintext() {
        let folder = tempfile::tempdir().unwrap();
        let root = atom_vault::Keys::ephemeral().unwrap().seal_root("lance/root");
        let opened = VectorIndex::open(&folder.path().join("vectors"), root, 4).await.unwrap();
        let row = Row {
            chunk: ChunkId::new(1),
            item: ItemId::new(1),
            source: SourceId::new(1),
            vector: vec![1.0, 0.0, 0.0, 0.0],
        };
        opened.index.replace(&[ItemId::new(1)], vec![row]).await.unwrap();
        assert_eq!(opened.index.search(&[1.0; 4], 1, None).await.unwrap().len(), 1);
        // The store and its caches hold on to the same counters.
        let watch = Arc::downgrade(&opened.index.inner.watch);
        drop(opened);
        assert!(watch.upgrade().is_none());
    }
}
