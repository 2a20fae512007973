//! What sealing costs: the same keyword and vector index over the same texts, sealed and in the clear, in turns in one process.
//!
//! `cargo build --workspace --example sealing_of_indexes --features atom-index/plain`, then
//! `target/…/examples/sealing_of_indexes FOLDER [EXTENSION] [ROUNDS] [ROWS]`: the texts of FOLDER go into the keyword index, and
//! ROWS made vectors (384 values, as many as a passage has) into the vector index.
//!
//! Both sides do all that Atom does, synced to the disk; in the clear they are the engine's own directory and object store.
//! The indexes lie beside each other in the folder for temporary files, which should be on a disk.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing)]

use std::fs;
use std::path::Path;
use std::time::Instant;

use atom_core::{ChunkId, ItemId, Kind, SourceId};
use atom_index::keyword::{self, Document, Field, KeywordIndex, KeywordQuery};
use atom_index::vector::{Row, VectorIndex};
use atom_testkit::cost::{Costs, QUERIES, files_with, turns};
use atom_vault::Keys;

const DIMS: usize = 384;
const PER_ITEM: usize = 6;
/// Rows that are written with one commit.
const ROWS_A_COMMIT: usize = 64 * PER_ITEM;
/// Documents that are written with one commit.
const DOCUMENTS_A_COMMIT: usize = 256;
const MOST_BYTES: usize = 64 << 20;
const SEARCHES: usize = 50;

/// Repeatable noise between -1 and 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn near(&mut self, topic: &[f32]) -> Vec<f32> {
        topic.iter().map(|x| x + 0.8 * self.next()).collect()
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("usage: sealing_of_indexes FOLDER [EXTENSION] [ROUNDS] [ROWS]");
    let extension = arguments.next().unwrap_or_else(|| "md".to_owned());
    let rounds: usize = arguments.next().map_or(3, |number| number.parse().unwrap());
    let rows: usize = arguments.next().map_or(24_000, |number| number.parse().unwrap());
    // Before an index is opened: it moves the folder for temporary files into memory.
    let place = tempfile::tempdir().unwrap();
    let paths = files_with(Path::new(&folder), &extension);
    let mut bytes = 0;
    let documents: Vec<Document> = (1..)
        .zip(&paths)
        .filter_map(|(id, path)| read(id, path))
        .take_while(|document| {
            bytes += document.body.len();
            bytes < MOST_BYTES
        })
        .collect();
    println!("{} documents, {} MB of text, {rows} vectors, {rounds} rounds", documents.len(), bytes >> 20);
    let mut measured = Costs::default();
    for round in 0..rounds {
        for side in turns(round) {
            words(&documents, &place.path().join(format!("keyword-{side}-{round}")), side, &mut measured);
        }
        for side in turns(round) {
            meaning(rows, &place.path().join(format!("vectors-{side}-{round}")), side, &mut measured).await;
        }
    }
    println!("{}", measured.table());
}

fn words(documents: &[Document], dir: &Path, side: &'static str, measured: &mut Costs) {
    let root = Keys::ephemeral().unwrap().seal_root("tantivy/root");
    let open = || -> KeywordIndex {
        match side {
            "plain" => keyword::open_plain(dir).unwrap(),
            _ => keyword::open(dir, root.clone()).unwrap(),
        }
    };
    let index = open();
    let begun = Instant::now();
    let mut writer = index.writer().unwrap();
    for some in documents.chunks(DOCUMENTS_A_COMMIT) {
        some.iter().for_each(|document| writer.upsert(document).unwrap());
        writer.commit().unwrap();
    }
    writer.close().unwrap();
    measured.add("words: index everything", side, begun);
    drop(index);
    let begun = Instant::now();
    let index = open();
    measured.add("words: open", side, begun);
    for pass in 0..=5 {
        for text in QUERIES {
            let word = |text: &str| KeywordQuery::Word {
                text: text.to_owned(),
                field: Field::Any,
                prefix: false,
                fuzzy: false,
            };
            let any = KeywordQuery::Or(text.split(' ').map(word).collect());
            let phrase = KeywordQuery::Phrase {
                words: text.split(' ').map(str::to_owned).collect(),
                field: Field::Any,
                last_prefix: false,
                slop: 0,
            };
            let name = if pass == 0 { "words: search, first time" } else { "words: search" };
            let begun = Instant::now();
            index.search(&any, 50).unwrap();
            measured.add(name, side, begun);
            let name = if pass == 0 { "words: phrase, first time" } else { "words: phrase" };
            let begun = Instant::now();
            index.search(&phrase, 50).unwrap();
            measured.add(name, side, begun);
        }
    }
    let mut writer = index.writer().unwrap();
    for document in documents.iter().take(10) {
        let begun = Instant::now();
        writer.upsert(document).unwrap();
        writer.commit().unwrap();
        measured.add("words: one changed document", side, begun);
    }
    writer.close().unwrap();
    drop(index);
    fs::remove_dir_all(dir).unwrap();
}

async fn meaning(rows: usize, dir: &Path, side: &'static str, measured: &mut Costs) {
    let root = Keys::ephemeral().unwrap().seal_root("lance/root");
    let open = async || -> VectorIndex {
        match side {
            "plain" => VectorIndex::open_plain(dir, DIMS).await.unwrap(),
            _ => VectorIndex::open(dir, root.clone(), DIMS).await.unwrap().index,
        }
    };
    let mut noise = Noise(7);
    let nowhere = vec![0.0; DIMS];
    let topics: Vec<Vec<f32>> = (0..300).map(|_| noise.near(&nowhere)).collect();
    let all: Vec<Row> = (0..rows)
        .map(|chunk| Row {
            chunk: ChunkId::new(chunk as i64),
            item: ItemId::new((chunk / PER_ITEM) as i64),
            source: SourceId::new(1),
            vector: noise.near(&topics[chunk / PER_ITEM % topics.len()]),
        })
        .collect();
    let queries: Vec<Vec<f32>> = (0..SEARCHES).map(|number| noise.near(&topics[number])).collect();
    let index = open().await;
    let begun = Instant::now();
    for some in all.chunks(ROWS_A_COMMIT) {
        let items: Vec<ItemId> = some.iter().step_by(PER_ITEM).map(|row| row.item).collect();
        let batch = Instant::now();
        index.replace(&items, some.to_vec()).await.unwrap();
        measured.add("meaning: write one batch", side, batch);
        if index.wants_maintenance() {
            index.maintain().await.unwrap();
        }
    }
    index.maintain().await.unwrap();
    measured.add("meaning: write everything and maintain", side, begun);
    drop(index);
    let begun = Instant::now();
    let index = open().await;
    measured.add("meaning: open", side, begun);
    let begun = Instant::now();
    index.search(&queries[0], 100, None).await.unwrap();
    measured.add("meaning: search, first time", side, begun);
    let few: Vec<ItemId> = (0..150).map(|number| ItemId::new(number * 7 % (rows / PER_ITEM) as i64)).collect();
    for (among, what) in [(None, "meaning: search"), (Some(&few[..]), "meaning: search among 150 items")] {
        index.search(&queries[0], 100, among).await.unwrap();
        for query in &queries {
            let begun = Instant::now();
            index.search(query, 100, among).await.unwrap();
            measured.add(what, side, begun);
        }
    }
    drop(index);
    fs::remove_dir_all(dir).unwrap();
}

fn read(id: i64, path: &Path) -> Option<Document> {
    let body = fs::read_to_string(path).ok()?;
    Some(Document {
        item: ItemId::new(id),
        source: SourceId::new(1),
        name: path.file_name()?.to_str()?.to_owned(),
        title: None,
        author: None,
        people: None,
        language: None,
        labels: Vec::new(),
        traits: Vec::new(),
        path: path.to_str()?.to_owned(),
        size: body.len() as u64,
        body,
        kind: Kind::from_path(path),
        ext: path.extension()?.to_str()?.to_owned(),
        mime: String::new(),
        modified_ms: id,
    })
}
