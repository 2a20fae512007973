//! What sealing costs from end to end: the same folder indexed and searched by the real workers, sealed and in the clear, in
//! turns in one process.
//!
//! `cargo build --workspace --bin atom`, then `cargo build --workspace --example sealing --features atom-api/plain`, then
//! `ORT_DISABLE_TELEMETRY=1 target/…/examples/sealing ASSETS FOLDER [ROUNDS]` with the checkout's `assets`. Everything is in the folder for temporary
//! files, which should be on a disk.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use atom_core::{EMBEDDING_DIMENSIONS, SystemClock};
use atom_extract::{Extractor, Limits, PDFIUM_ENV, WorkerCommand};
use atom_index::keyword::{self, KeywordIndex};
use atom_index::vector::VectorIndex;
use atom_ingest::{Budget, Ingest, Machine, Manners, Models, Notice, OcrChoice, Parts, Set, Sets};
use atom_search::{Meaning, Mode, QueryEmbedder, Request, Searcher};
use atom_store::{RawKey, Store};
use atom_testkit::cost::{Costs, QUERIES, SIDES, turns};
use atom_vault::Keys;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Searches of each query and mode, after one to warm up.
const SEARCHES: usize = 10;
const HITS: usize = 20;

/// A vault's stores, without a vault.
struct Place {
    store: Arc<Store>,
    keyword: KeywordIndex,
    vector: VectorIndex,
    models: Arc<Models>,
}

struct Querying(Arc<Models>);

impl QueryEmbedder for Querying {
    fn embed_blocking(&self, text: &str) -> atom_search::Result<Vec<f32>> {
        Ok(self.0.querying().and_then(|model| model.query(text)).unwrap())
    }
}

impl Place {
    async fn open(dir: &Path, side: &str, keys: &Keys, models: &Arc<Models>) -> Self {
        fs::create_dir_all(dir).unwrap();
        let (database, words, meaning) = (dir.join("vault.db"), dir.join("keyword"), dir.join("vectors"));
        let models = Arc::clone(models);
        if side == "plain" {
            let store = Arc::new(Store::open_plain(&database).unwrap());
            let vector = VectorIndex::open_plain(&meaning, EMBEDDING_DIMENSIONS).await.unwrap();
            return Self { store, keyword: keyword::open_plain(&words).unwrap(), vector, models };
        }
        let key = keys.sqlcipher();
        let store = Arc::new(Store::open(&database, RawKey { key: key.key, salt: key.salt }).unwrap());
        let keyword = keyword::open(&words, keys.seal_root("tantivy/root")).unwrap();
        let opened = VectorIndex::open(&meaning, keys.seal_root("lance/root"), EMBEDDING_DIMENSIONS).await.unwrap();
        Self { store, keyword, vector: opened.index, models }
    }

    fn start(&self, assets: &Path, dir: &Path, ready: Sender<()>) -> Ingest {
        let parts = Parts {
            store: Arc::clone(&self.store),
            keyword: self.keyword.clone(),
            sets: Arc::new(Sets::new(Set { models: Arc::clone(&self.models), vector: self.vector.clone() }, None)),
            runtime: tokio::runtime::Handle::current(),
            extractor: Arc::new(extractor(assets)),
            clock: Arc::new(SystemClock),
            data_dir: dir.to_owned(),
            ignore_rules: String::new(),
            budget: Budget::Full,
            paused: false,
            observer: Box::new(move |notice| {
                if let Notice::FolderReady(_) = notice {
                    let _ = ready.send(());
                }
            }),
            machine: Machine::here(Box::new(|| None)),
            manners: Manners::default(),
            anyway: true,
            recogniser: WorkerCommand::default(),
            search_path: OsString::new(),
            ocr: OcrChoice::default(),
            at_rest: || {},
        };
        Ingest::start(parts).unwrap()
    }

    fn searcher(&self) -> Searcher {
        let meaning = Meaning { vectors: self.vector.clone(), embedder: Arc::new(Querying(Arc::clone(&self.models))) };
        Searcher::new(self.store.clone(), self.keyword.clone(), Some(meaning), Arc::new(SystemClock))
    }
}

/// The boxed reader of the program that was built beside this one.
fn extractor(assets: &Path) -> Extractor {
    let examples = std::env::current_exe().unwrap();
    let program = examples.parent().and_then(Path::parent).unwrap().join("atom");
    let command = WorkerCommand {
        program,
        args: vec!["--extract-worker".into()],
        env: vec![(PDFIUM_ENV.into(), assets.join("runtime/libpdfium.so").into())],
    };
    Extractor::new(command, Limits::default(), Budget::Full.threads())
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut path = || PathBuf::from(arguments.next().expect("usage: sealing ASSETS FOLDER [ROUNDS]"));
    let (assets, folder) = (path().canonicalize().unwrap(), path().canonicalize().unwrap());
    let rounds: usize = arguments.next().map_or(3, |number| number.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(&assets, &folder, rounds));
}

async fn run(assets: &Path, folder: &Path, rounds: usize) {
    // Before an index is opened: it moves the folder for temporary files into memory.
    let world = tempfile::tempdir().unwrap();
    let keys = Keys::ephemeral().unwrap();
    let models = Arc::new(Models::new(assets));
    let mut costs = Costs::default();
    for round in 0..rounds {
        for side in turns(round) {
            let dir = world.path().join(format!("{side}-{round}"));
            let place = Place::open(&dir, side, &keys, &models).await;
            index(&place, assets, folder, &dir, side, &mut costs).await;
        }
    }
    // Opened at once, so that a busy moment meets both.
    let [plain, sealed] = SIDES.map(|side| (side, world.path().join(format!("{side}-0"))));
    let mut searchers = Vec::new();
    for (side, dir) in [plain, sealed] {
        searchers.push((side, Place::open(&dir, side, &keys, &models).await.searcher()));
    }
    for (mode, name) in [(Mode::Words, "words"), (Mode::Meaning, "meaning"), (Mode::Hybrid, "hybrid")] {
        for number in 0..=SEARCHES {
            let what = if number == 0 { format!("search, {name}, first") } else { format!("search, {name}") };
            for query in QUERIES {
                for turn in 0..2 {
                    let (side, searcher) = searchers.get((number + turn) % 2).unwrap();
                    let request = Request { mode, ..Request::new(query, HITS) };
                    let begun = Instant::now();
                    assert!(!searcher.search(request).await.unwrap().hits.is_empty(), "{query}");
                    costs.add(&what, side, begun);
                }
            }
        }
    }
    println!("{}", costs.table());
}

async fn index(place: &Place, assets: &Path, folder: &Path, dir: &Path, side: &'static str, costs: &mut Costs) {
    let (ready, is_ready) = channel();
    let ingest = place.start(assets, dir, ready);
    let begun = Instant::now();
    let source = place.store.add_source(folder, 0).unwrap();
    ingest.scan(source).unwrap();
    while is_ready.try_recv().is_err() {
        assert_eq!(ingest.troubles(), [], "{side}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    costs.add("index: names and words", side, begun);
    while place.store.counts().unwrap().total.chunks_pending > 0 {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    costs.add("index: everything", side, begun);
    let counts = place.store.counts().unwrap().total;
    println!("{side}: {} passages, {:.1} s", counts.chunks, begun.elapsed().as_secs_f64());
    // Stopping waits for the workers, who block.
    tokio::task::spawn_blocking(move || drop(ingest)).await.unwrap();
}
