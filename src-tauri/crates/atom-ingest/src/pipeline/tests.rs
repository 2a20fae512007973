//! The workers with real indexes and the real model, on a machine made of files.

use super::*;
use crate::Models;
use crate::machine::tests::Made;
use crate::pace::Reason;
use crate::sets::Set;
use atom_core::{EMBEDDING_DIMENSIONS, ItemState, SystemClock};
use atom_extract::{Limits, PARSER_VERSION, WorkerCommand};
use atom_index::vector::VectorIndex;
use atom_store::{NewChunk, RawKey, TextOutcome};
use atom_vault::Keys;
use std::path::Path;
use std::sync::mpsc;
use std::time::SystemTime;

const PATIENCE: Duration = Duration::from_secs(60);

fn assets() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    std::env::var_os("ATOM_ASSETS").map_or(own, PathBuf::from)
}

/// Two folders whose files were read, and nothing indexed of them.
struct Place {
    dir: tempfile::TempDir,
    made: Made,
    keys: Keys,
    store: Arc<Store>,
    runtime: tokio::runtime::Runtime,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::ephemeral().unwrap();
        let key = keys.sqlcipher();
        let path = dir.path().join("vault.db");
        let store = Arc::new(Store::open(&path, RawKey { key: key.key, salt: key.salt }).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { dir, made: Made::new(), keys, store, runtime }
    }

    /// A folder with one file in it, which changed this long ago.
    fn folder(&self, name: &str, age: Duration) -> SourceId {
        let folder = self.dir.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("text.txt");
        std::fs::write(&path, name).unwrap();
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(SystemTime::now() - age).unwrap();
        let now = SystemClock.now_ms();
        let source = self.store.add_source(&folder, now).unwrap();
        let entry = atom_watch::entry_of(path.clone(), &path.metadata().unwrap()).unwrap();
        self.store.apply_scan(source, &[entry], now, &|_| true).unwrap();
        let tasks = self.store.read_tasks_of(Some(source), 10, i64::MAX).unwrap();
        let chunk = NewChunk { start: 0, heading: None, text: format!("what is said of {name}") };
        let outcome = TextOutcome::Read {
            state: ItemState::Indexed,
            reason: None,
            mime: "text/plain".to_owned(),
            title: None,
            author: None,
            people: None,
            language: None,
            labels: None,
            content_hash: None,
            parser_version: PARSER_VERSION,
            crashes: 0,
            truncated: false,
            chunks: vec![chunk],
            shows_text: false,
            members: Vec::new(),
        };
        let read: Vec<_> = tasks.into_iter().map(|task| (task, outcome.clone())).collect();
        assert_eq!(read.len(), 1);
        self.store.store_texts(&read).unwrap();
        source
    }

    fn start(&self) -> (Ingest, mpsc::Receiver<Notice>) {
        let (teller, told) = mpsc::channel();
        let keyword =
            atom_index::keyword::open(&self.dir.path().join("keyword"), self.keys.seal_root("tantivy/root")).unwrap();
        let vectors = self.dir.path().join("vectors");
        let root = self.keys.seal_root("lance/root");
        let opened = self.runtime.block_on(VectorIndex::open(&vectors, root, EMBEDDING_DIMENSIONS)).unwrap();
        let nobody = WorkerCommand { program: "/nonexistent/reader".into(), args: Vec::new(), env: Vec::new() };
        let parts = Parts {
            store: Arc::clone(&self.store),
            keyword,
            sets: Arc::new(Sets::new(Set { models: Arc::new(Models::new(&assets())), vector: opened.index }, None)),
            runtime: self.runtime.handle().clone(),
            extractor: Arc::new(Extractor::new(nobody, Limits::default(), 1)),
            clock: Arc::new(SystemClock),
            data_dir: self.dir.path().join("data"),
            ignore_rules: String::new(),
            budget: Budget::Half,
            paused: false,
            observer: Box::new(move |notice| {
                let _ = teller.send(notice);
            }),
            machine: self.made.machine(),
            manners: Manners::default(),
            anyway: false,
            recogniser: WorkerCommand::default(),
            search_path: OsString::new(),
            ocr: OcrChoice::default(),
            at_rest: || {},
        };
        std::fs::create_dir_all(self.dir.path().join("data")).unwrap();
        (Ingest::start(parts).unwrap(), told)
    }

    /// Passages of a folder without a vector.
    fn left(&self, source: SourceId) -> u64 {
        self.store.counts().unwrap().sources[&source].chunks_pending
    }
}

fn wait_until(told: &mpsc::Receiver<Notice>, done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        let left = PATIENCE.checked_sub(begun.elapsed()).expect("it never came");
        let _ = told.recv_timeout(left.min(Duration::from_secs(1)));
    }
}

#[test]
fn on_a_low_battery_words_go_on_and_meaning_only_of_what_is_wanted_now_and_then_anyway() {
    let place = Place::new();
    place.made.battery(12, "Discharging");
    let old = place.folder("old", Duration::from_secs(200_000));
    let new = place.folder("new", Duration::from_secs(100_000));
    let (ingest, told) = place.start();
    wait_until(&told, || place.store.counts().unwrap().total.words_pending == 0);
    assert_eq!(ingest.pace().held(), Some(Reason::LowBattery { charge: 12, floor: 30 }));
    assert_eq!((place.left(old), place.left(new)), (1, 1));

    // Without the battery the other folder would come first: it changed last.
    ingest.index_now(old).unwrap();
    wait_until(&told, || place.left(old) == 0);
    assert_eq!(place.left(new), 1);
    wait_until(&told, || ingest.first().is_empty());

    ingest.go_on_anyway();
    wait_until(&told, || place.left(new) == 0);
    wait_until(&told, || !ingest.is_anyway());
    assert!(ingest.pace().held().is_some(), "what comes later waits again");
    assert_eq!(ingest.troubles(), []);
}

#[test]
fn meaning_goes_on_by_itself_at_the_plug() {
    let place = Place::new();
    place.made.battery(12, "Discharging");
    let source = place.folder("some", Duration::from_secs(100_000));
    let (ingest, told) = place.start();
    assert!(ingest.pace().held().is_some());
    place.made.battery(12, "Charging");
    ingest.shared.governor.look_again();
    ingest.wake();
    wait_until(&told, || place.left(source) == 0);
    assert_eq!(ingest.pace().brake, None);
}

#[test]
fn the_writer_of_the_words_is_kept_between_batches_and_let_go_when_the_index_has_to_stand_still() {
    let place = Place::new();
    place.folder("some", Duration::from_secs(100_000));
    let (ingest, told) = place.start();
    let is_kept = || ingest.shared.words_writer.is_kept();
    let is_idle = || place.store.counts().unwrap().total.words_pending == 0;
    let after_a_batch = |name: &str| {
        place.folder(name, Duration::from_secs(100_000));
        ingest.wake();
        wait_until(&told, is_idle);
        assert!(is_kept(), "{name}");
    };
    wait_until(&told, is_idle);
    assert!(is_kept());
    ingest.while_quiet(|| assert!(!is_kept(), "while something copies the index"));
    after_a_batch("more");
    let hold = ingest.hold();
    assert!(!is_kept(), "while the workers are held");
    drop(hold);
    after_a_batch("and more");
    ingest.set_paused(true);
    assert!(!is_kept(), "while it is paused");
}
