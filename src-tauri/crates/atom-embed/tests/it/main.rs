//! The real model, as `cargo xtask setup` makes it.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use atom_embed::{Embedder, Error, Model, ModelFiles};

mod import;

const DIMS: usize = 384;
const MAX_TOKENS: usize = 256;

fn assets() -> PathBuf {
    if let Some(folder) = env::var_os("ATOM_ASSETS") {
        return PathBuf::from(folder);
    }
    let checkout =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(|folder| folder.join("tauri.conf.json").is_file());
    checkout.expect("the crate lies in a checkout").join("assets")
}

fn files() -> ModelFiles {
    ModelFiles::locate(&assets()).unwrap_or_else(|error| panic!("{error}"))
}

fn embedder() -> Embedder {
    Embedder::load(&files(), 1).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[test]
fn similarities_match_the_reference() {
    let mut embedder = embedder();
    // From the model's authors' own library.
    let [first, second] =
        ["A man is eating food.", "A man is eating a piece of bread."].map(|text| embedder.embed(text).unwrap());
    let similarity = cosine(&first, &second);
    assert!((similarity - 0.755).abs() < 0.03, "{similarity}");
}

#[test]
fn the_text_that_answers_is_nearest() {
    let mut embedder = embedder();
    let passages = [
        "Mix flour, eggs and milk, rest the batter, and fry thin pancakes in butter.",
        "The tenancy may be ended by either party with three months' notice in writing.",
        "Use a buffered reader and iterate over its lines to process a large file.",
        "The train to Vienna departs at 09:31 from platform twelve.",
        "Symptoms of influenza include fever, cough and aching muscles.",
    ];
    let questions = [
        "breakfast recipe",
        "how do I cancel my rental contract",
        "read a file line by line",
        "when does the railway connection leave",
        "signs of the flu",
    ];
    let known = passages.map(|passage| embedder.embed(passage).unwrap());
    for (wanted, question) in questions.iter().enumerate() {
        let vector = embedder.embed(question).unwrap();
        let best = (0..known.len()).max_by(|&a, &b| cosine(&known[a], &vector).total_cmp(&cosine(&known[b], &vector)));
        assert_eq!(best, Some(wanted), "{}", questions[wanted]);
    }
}

#[test]
fn every_vector_has_unit_length() {
    let long = "word ".repeat(1000);
    let mut embedder = embedder();
    for text in ["", " ", "a", "a sentence of some words", &long, "機械学習", "\0\u{fffd}🙂"] {
        let vector = embedder.embed(text).unwrap();
        assert_eq!(vector.len(), DIMS);
        let length = cosine(&vector, &vector).sqrt();
        assert!((length - 1.0).abs() < 1e-4, "{length}");
    }
}

#[test]
fn vector_depends_on_its_text_alone_bit_for_bit() {
    let mut embedder = embedder();
    let texts: Vec<String> = (0..60).map(|i| format!("{} number {i}", "filler ".repeat((i * 17) % 50))).collect();
    let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    texts.extend(["", "x", "SELECT 1;", "機械学習 🙂", "!!!!!!!! 12345"]);
    let forwards: Vec<_> = texts.iter().map(|text| embedder.embed(text).unwrap()).collect();
    let mut on_two_threads = Embedder::load(&files(), 2).unwrap();
    for (text, vector) in texts.iter().zip(&forwards).rev() {
        assert_eq!(embedder.embed(text).unwrap(), *vector, "{text}");
        assert_eq!(on_two_threads.embed(text).unwrap(), *vector, "{text}, on two threads");
    }
}

#[test]
fn only_the_first_tokens_count() {
    let mut embedder = embedder();
    let start = "alpha beta gamma delta ".repeat(MAX_TOKENS);
    let other = format!("{start} an entirely different ending about pancakes");
    assert_eq!(embedder.embed(&start).unwrap(), embedder.embed(&other).unwrap());
    assert_eq!(embedder.count_tokens(&start).unwrap(), MAX_TOKENS);
}

#[test]
fn a_whole_book_costs_no_more_than_a_page() {
    let book = "It was the best of times, it was the worst of times. ".repeat(200_000);
    let page = book[..8000].to_owned();
    let mut embedder = embedder();
    assert_eq!(embedder.embed(&book).unwrap(), embedder.embed(&page).unwrap());
}

#[test]
fn tokens_are_counted_with_their_marks() {
    let embedder = embedder();
    assert_eq!(embedder.count_tokens("").unwrap(), 2);
    assert_eq!(embedder.count_tokens("a man is eating").unwrap(), 6);
}

#[test]
fn model_loads_when_needed_and_unloads_when_idle() {
    let model = Model::new(files(), 1);
    assert!(model.id().starts_with("all-MiniLM-L6-v2-int8-"), "{}", model.id());
    assert!(!model.is_loaded());
    let first = model.query("hello").unwrap();
    assert!(model.is_loaded());
    assert!(!model.unload_if_idle(Duration::from_secs(3600)));
    assert!(model.unload_if_idle(Duration::ZERO));
    assert!(!model.is_loaded());
    assert_eq!(model.query("hello").unwrap(), first);
}

#[test]
fn two_models_work_side_by_side() {
    let files = files();
    let models = [Model::new(files.clone(), 1), Model::new(files, 1)];
    let vectors: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = models.iter().map(|model| scope.spawn(|| model.query("hello").unwrap())).collect();
        running.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    assert_eq!(vectors[0], vectors[1]);
}

#[test]
fn damaged_model_is_refused() {
    let source = assets();
    let copy = tempfile::tempdir().unwrap();
    let folder = copy.path().join("models/all-MiniLM-L6-v2");
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir_all(copy.path().join("runtime")).unwrap();
    for entry in fs::read_dir(source.join("models/all-MiniLM-L6-v2")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    for entry in fs::read_dir(source.join("runtime")).unwrap() {
        fs::write(copy.path().join("runtime").join(entry.unwrap().file_name()), []).unwrap();
    }
    let graph = folder.join("model_int8.onnx");
    let mut bytes = fs::read(&graph).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&graph, bytes).unwrap();

    let files = ModelFiles::locate(copy.path()).unwrap();
    let error = Embedder::load(&files, 1).unwrap_err();
    assert!(matches!(&error, Error::ModelDamaged { path } if *path == graph), "{error}");
}

#[test]
fn installed_runtime_has_no_telemetry_client() {
    let library = fs::read(assets().join("runtime").join("libonnxruntime.so")).expect("set-up installs the runtime");
    let address = b"OneCollector";
    assert!(!library.windows(address.len()).any(|window| window == address), "this release uploads telemetry");
}
