//! Searches of the vector index, sealed as in use: `vector [ROWS]` (60,000 without a number).
//!
//! Prints the median and the 95th percentile of a hundred searches of each kind, in milliseconds.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing)]

use std::time::Instant;

use atom_core::{ChunkId, ItemId, SourceId};
use atom_index::vector::{Row, VectorIndex};

const DIMS: usize = 384;
const PER_ITEM: usize = 6;
const TOPICS: usize = 300;
const SEARCHES: usize = 100;

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

#[tokio::main]
async fn main() {
    let rows: usize = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(60_000);
    let folder = tempfile::tempdir().unwrap();
    let root = atom_vault::Keys::ephemeral().unwrap().seal_root("lance/root");
    let index = VectorIndex::open(&folder.path().join("vectors"), root, DIMS).await.unwrap().index;
    let mut noise = Noise(7);
    let topics: Vec<Vec<f32>> = (0..TOPICS).map(|_| noise.vector()).collect();
    let mut near = |topic: usize| -> Vec<f32> { topics[topic].iter().map(|x| x + 0.8 * noise.next()).collect() };
    let all: Vec<i64> = (0..rows as i64).collect();
    for some in all.chunks(PER_ITEM * 2_000) {
        let made = some.iter().map(|&chunk| {
            let item = chunk / PER_ITEM as i64;
            let vector = near(item as usize * 31 % TOPICS);
            Row { chunk: ChunkId::new(chunk), item: ItemId::new(item), source: SourceId::new(1), vector }
        });
        let made: Vec<Row> = made.collect();
        let items: Vec<ItemId> = made.iter().step_by(PER_ITEM).map(|row| row.item).collect();
        index.replace(&items, made).await.unwrap();
    }
    index.maintain().await.unwrap();
    let queries: Vec<Vec<f32>> = (0..SEARCHES).map(|i| near(i * 7 % TOPICS)).collect();
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
