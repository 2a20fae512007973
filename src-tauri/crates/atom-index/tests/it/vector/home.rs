//! A folder with an index, and vectors to put in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use atom_core::{ChunkId, ItemId, SourceId};
use atom_index::Result;
use atom_index::vector::{Opened, Row, VectorIndex};
use atom_vault::Keys;
use tempfile::TempDir;

pub(crate) const SMALL: usize = 16;

pub(crate) struct Home {
    folder: TempDir,
    keys: Keys,
    dims: usize,
}

impl Home {
    pub(crate) fn new(dims: usize) -> Self {
        // Not the default folder for temporary files: that becomes the scratch folder.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self { folder, keys: Keys::ephemeral().unwrap(), dims }
    }

    /// Another folder with the same keys.
    pub(crate) fn with_dims(&self, dims: usize) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self { folder, keys: self.keys.clone(), dims }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("vectors")
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) async fn try_open_at(&self, path: &Path) -> Result<Opened> {
        VectorIndex::open(path, self.keys.seal_root("lance/root"), self.dims).await
    }

    pub(crate) async fn open_at(&self, path: &Path) -> VectorIndex {
        let opened = self.try_open_at(path).await.unwrap();
        assert!(!opened.healed);
        opened.index
    }

    pub(crate) async fn open(&self) -> VectorIndex {
        self.open_at(&self.path()).await
    }
}

pub(crate) fn items(ids: impl IntoIterator<Item = i64>) -> Vec<ItemId> {
    ids.into_iter().map(ItemId::new).collect()
}

pub(crate) fn row(item: i64, chunk: i64, vector: Vec<f32>) -> Row {
    Row { chunk: ChunkId::new(chunk), item: ItemId::new(item), source: SourceId::new(1), vector }
}

/// Item and chunk of every row, in order; fails on duplicates.
pub(crate) async fn pairs(index: &VectorIndex) -> BTreeSet<(i64, i64)> {
    let found = index.all_pairs().await.unwrap();
    let set: BTreeSet<_> = found.iter().map(|(i, c)| (i.get(), c.get())).collect();
    assert_eq!(found.len(), set.len(), "a chunk is there twice");
    assert_eq!(index.rows().await.unwrap(), found.len() as u64);
    set
}

/// Chunks found, nearest first.
pub(crate) async fn nearest(index: &VectorIndex, vector: &[f32], limit: usize, among: Option<&[ItemId]>) -> Vec<i64> {
    let hits = index.search(vector, limit, among).await.unwrap();
    hits.iter().map(|hit| hit.chunk.get()).collect()
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// About normally distributed, deviation 1.
    fn normal(&mut self) -> f32 {
        let sum: u64 = (0..12).map(|_| self.next() >> 40).sum();
        sum as f32 / (1 << 24) as f32 - 6.0
    }

    pub(crate) fn vector(&mut self, dims: usize) -> Vec<f32> {
        unit((0..dims).map(|_| self.normal()).collect())
    }

    /// A vector near `centre`.
    pub(crate) fn near(&mut self, centre: &[f32], spread: f32) -> Vec<f32> {
        let scale = spread / (centre.len() as f32).sqrt();
        unit(centre.iter().map(|x| x + self.normal() * scale).collect())
    }

    /// Vectors around a few centres, as embeddings of related passages are.
    pub(crate) fn clustered(&mut self, count: usize, dims: usize) -> Vec<Vec<f32>> {
        let centres: Vec<_> = (0..count / 100 + 1).map(|_| self.vector(dims)).collect();
        (0..count)
            .map(|_| {
                let centre = self.below(centres.len());
                self.near(&centres[centre], 0.7)
            })
            .collect()
    }
}

pub(crate) fn unit(vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.into_iter().map(|x| x / length).collect()
}

/// Chunks by true similarity, best first.
pub(crate) fn truth(rows: &[Row], query: &[f32], limit: usize) -> Vec<i64> {
    let mut scored: Vec<(f32, i64)> = rows
        .iter()
        .map(|row| {
            let dot = row.vector.iter().zip(query).map(|(a, b)| a * b).sum::<f32>();
            (dot, row.chunk.get())
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(limit).map(|(_, chunk)| chunk).collect()
}

/// Rows of four chunks an item, items and chunks counted from 1.
pub(crate) fn rows_of(vectors: Vec<Vec<f32>>) -> Vec<Row> {
    let numbered = vectors.into_iter().zip(0..);
    numbered.map(|(vector, i)| row(i / 4 + 1, i + 1, vector)).collect()
}

pub(crate) async fn fill(index: &VectorIndex, rows: &[Row], batch: usize) {
    for some in rows.chunks(batch) {
        let items: BTreeSet<ItemId> = some.iter().map(|row| row.item).collect();
        let items: Vec<ItemId> = items.into_iter().collect();
        index.replace(&items, some.to_vec()).await.unwrap();
    }
}

/// All files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(next) else {
            continue;
        };
        for entry in entries.flatten() {
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

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, &target).unwrap();
    }
}

/// Manifests of the table, newest first.
pub(crate) fn manifests(folder: &Path) -> Vec<PathBuf> {
    let found = files(folder);
    let found = found.into_iter().filter(|path| path.extension().is_some_and(|e| e == "manifest"));
    // The names count down.
    found.collect()
}
