//! Searches of the vector index, sealed as in use: `vector [ROWS]` (60,000 without a number).
//!
//! Prints what building the index took and how much memory at most (Linux), how many of the true nearest are found, and
//! the median and the 95th percentile of a hundred searches of each kind, in milliseconds.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing)]

use std::ops::Range;
use std::time::Instant;

use atom_core::{ChunkId, ItemId, SourceId};
use atom_index::vector::{Row, VectorIndex};

const DIMS: usize = 384;
const PER_ITEM: usize = 6;
const TOPICS: usize = 300;
const SEARCHES: usize = 100;
const COMPARED: usize = 20;
const NEAREST: usize = 20;

/// Repeatable noise between -1 and 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn vector(&mut self) -> Vec<f32> {
        (0..DIMS).map(|_| self.next()).collect()
    }
}

/// The same rows at each making.
struct Made {
    topics: Vec<Vec<f32>>,
    noise: Noise,
}

impl Made {
    fn new() -> Self {
        let mut noise = Noise(7);
        Self { topics: (0..TOPICS).map(|_| noise.vector()).collect(), noise }
    }

    fn near(&mut self, topic: usize) -> Vec<f32> {
        let noise = &mut self.noise;
        self.topics[topic].iter().map(|x| x + 0.8 * noise.next()).collect()
    }

    fn rows(&mut self, chunks: Range<usize>) -> Vec<Row> {
        chunks
            .map(|chunk| {
                let item = chunk / PER_ITEM;
                let vector = self.near(item * 31 % TOPICS);
                let (chunk, item) = (ChunkId::new(chunk as i64), ItemId::new(item as i64));
                Row { chunk, item, source: SourceId::new(1), vector }
            })
            .collect()
    }
}

/// How many of the nearest rows, by comparing all of them, the index finds.
async fn recall(index: &VectorIndex, rows: usize, queries: &[Vec<f32>]) -> f64 {
    let mut nearest: Vec<Vec<(f32, i64)>> = vec![Vec::new(); COMPARED];
    let mut made = Made::new();
    for chunk in 0..rows {
        let row = made.rows(chunk..chunk + 1).remove(0);
        let length = row.vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        for (query, nearest) in queries.iter().zip(&mut nearest) {
            let product: f32 = query.iter().zip(&row.vector).map(|(a, b)| a * b).sum();
            nearest.push((product / length, row.chunk.get()));
            if nearest.len() >= 10 * NEAREST {
                nearest.sort_by(|a, b| b.0.total_cmp(&a.0));
                nearest.truncate(NEAREST);
            }
        }
    }
    let mut found = 0;
    for (query, nearest) in queries.iter().zip(&mut nearest) {
        nearest.sort_by(|a, b| b.0.total_cmp(&a.0));
        nearest.truncate(NEAREST);
        let hits = index.search(query, NEAREST, None).await.unwrap();
        found += hits.iter().filter(|hit| nearest.iter().any(|(_, chunk)| *chunk == hit.chunk.get())).count();
    }
    found as f64 / (COMPARED * NEAREST) as f64
}

/// Megabytes that the kernel tells of this process; zero where it does not.
fn resident(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1_000
}

/// The greatest memory is counted from here on.
fn forget_peak() {
    // Where it cannot be, the figure is that of the whole run.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

#[tokio::main]
async fn main() {
    let rows: usize = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(60_000);
    let folder = tempfile::tempdir().unwrap();
    let root = atom_vault::Keys::ephemeral().unwrap().seal_root("lance/root");
    let index = VectorIndex::open(&folder.path().join("vectors"), root, DIMS).await.unwrap().index;
    let mut made = Made::new();
    for first in (0..rows).step_by(PER_ITEM * 2_000) {
        let made: Vec<Row> = made.rows(first..rows.min(first + PER_ITEM * 2_000));
        let items: Vec<ItemId> = made.iter().step_by(PER_ITEM).map(|row| row.item).collect();
        index.replace(&items, made).await.unwrap();
    }
    let before = resident("VmRSS:");
    forget_peak();
    let begun = Instant::now();
    index.maintain().await.unwrap();
    let (took, peak) = (begun.elapsed().as_secs_f64(), resident("VmHWM:"));
    println!("{rows} rows, index built in {took:.1} s, resident {before} MB before, {peak} MB at most");
    let queries: Vec<Vec<f32>> = (0..SEARCHES).map(|i| made.near(i * 7 % TOPICS)).collect();
    println!("recall at {NEAREST}: {:.3}", recall(&index, rows, &queries).await);
    for count in [0, 20, 150, 500, 1_000] {
        let among: Vec<ItemId> = (0..count).map(|i| ItemId::new(i * (rows / PER_ITEM) as i64 / count)).collect();
        let among = (count > 0).then_some(&among[..]);
        index.search(&queries[0], 100, among).await.unwrap();
        let mut took = Vec::new();
        for query in &queries {
            let begun = Instant::now();
            index.search(query, 100, among).await.unwrap();
            took.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        took.sort_by(f64::total_cmp);
        println!("{rows} rows, among {count} items: {:.1} / {:.1} ms", took[SEARCHES / 2], took[SEARCHES * 95 / 100]);
    }
}
