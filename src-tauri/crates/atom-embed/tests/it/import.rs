//! Bringing models in from folders.

use super::{assets, cosine};
use atom_embed::{Embedder, Error, Model, ModelFiles, import, list, manifest_of, remove};
use atom_testkit::model::write_small_model;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

struct World {
    dir: TempDir,
}

impl World {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn models(&self) -> PathBuf {
        self.dir.path().join("models")
    }

    /// A folder with a small model.
    fn folder(&self, name: &str, dims: usize) -> PathBuf {
        let folder = self.dir.path().join(name);
        write_small_model(&folder, &assets(), dims);
        folder
    }

    fn import(&self, from: &Path, id: Option<&str>) -> Result<String, Error> {
        import(from, id, &self.models(), &assets())
    }

    /// Everything in the folder of the models.
    fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.models()).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

#[test]
fn an_imported_model_is_used_as_its_folder_says() {
    let world = World::new();
    let from = world.folder("Small Model", 48);
    fs::write(from.join("config_sentence_transformers.json"), r#"{"prompts": {"query": "harvest "}}"#).unwrap();
    fs::write(from.join("sentence_bert_config.json"), r#"{"max_seq_length": 64}"#).unwrap();
    assert_eq!(world.import(&from, None).unwrap(), "small-model");

    let [(id, manifest)] = list(&world.models()).try_into().unwrap();
    assert_eq!((id.as_str(), manifest.spec.dims, manifest.spec.max_tokens), ("small-model", 48, 64));
    assert!(manifest.bytes > 1_000_000);
    // The folder that it came from is not needed any more.
    fs::remove_dir_all(from).unwrap();
    let files = ModelFiles::installed(&world.models().join(&id), &assets()).unwrap();
    files.verify().unwrap();
    assert!(files.id().starts_with("small-model-"), "{}", files.id());
    let model = Model::new(files, 1);
    let (query, passage) = (model.query("time").unwrap(), model.passage("time").unwrap());
    assert_eq!(query.len(), 48);
    assert_eq!(query, model.passage("harvest time").unwrap(), "the prompt goes before the query");
    assert_ne!(query, passage);
    assert!(model.unload_if_idle(Duration::ZERO));
}

#[test]
fn a_known_model_is_used_as_the_catalogue_says() {
    let world = World::new();
    let id = world.import(&world.folder("x", 16), Some("multilingual-e5-small")).unwrap();
    let manifest = manifest_of(&world.models(), &id).unwrap();
    assert_eq!((manifest.spec.query_prefix.as_str(), manifest.spec.passage_prefix.as_str()), ("query: ", "passage: "));
    assert_eq!((manifest.name.as_str(), manifest.spec.dims), ("Multilingual E5 small", 16));
}

#[test]
fn a_copy_of_the_built_in_model_gives_the_same_vectors_under_another_name() {
    let world = World::new();
    let from = world.dir.path().join("copy");
    fs::create_dir_all(from.join("onnx")).unwrap();
    for entry in fs::read_dir(assets().join("models/all-MiniLM-L6-v2")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let target = if name == "model_int8.onnx" { "onnx/model_quantized.onnx" } else { &name };
        fs::copy(entry.path(), from.join(target)).unwrap();
    }
    // Who chooses the folder of the graph means the model.
    assert_eq!(world.import(&from.join("onnx"), None).unwrap(), "copy");
    let copy = ModelFiles::installed(&world.models().join("copy"), &assets()).unwrap();
    let built_in = ModelFiles::locate(&assets()).unwrap();
    assert_ne!(copy.id(), built_in.id());
    let text = "A man is eating food.";
    let [copy, built_in] = [copy, built_in].map(|files| Embedder::load(&files, 1).unwrap().embed(text).unwrap());
    assert!(cosine(&copy, &built_in) > 0.999_9);
}

#[test]
fn a_folder_that_is_no_model_says_what_is_missing_and_leaves_nothing() {
    let world = World::new();
    for missing in ["model.onnx", "tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"] {
        let from = world.folder("incomplete", 16);
        fs::remove_file(from.join(missing)).unwrap();
        let error = world.import(&from, None).unwrap_err();
        assert!(matches!(&error, Error::Incomplete { file, .. } if file == missing), "{error}");
        assert!(error.to_string().contains(missing));
    }
    let broken = world.folder("broken", 16);
    fs::write(broken.join("model.onnx"), b"no graph").unwrap();
    assert!(matches!(world.import(&broken, None), Err(Error::Load { .. })));
    let other = world.folder("other", 16);
    fs::write(other.join("tokenizer.json"), b"{}").unwrap();
    assert!(matches!(world.import(&other, None), Err(Error::Load { .. })));
    assert!(matches!(world.import(&world.dir.path().join("gone"), None), Err(Error::Incomplete { .. })));
    assert_eq!(world.left(), Vec::<String>::new());
}

#[test]
fn names_are_plain_and_taken_once() {
    let world = World::new();
    let from = world.folder("small", 16);
    for id in ["../up", "A", "", "a/b"] {
        assert!(matches!(world.import(&from, Some(id)), Err(Error::BadId { .. })), "{id}");
    }
    assert!(matches!(world.import(&from, Some("all-minilm-l6-v2")), Err(Error::AlreadyInstalled { .. })));
    world.import(&from, None).unwrap();
    assert!(matches!(world.import(&from, None), Err(Error::AlreadyInstalled { .. })));
    remove(&world.models(), "small").unwrap();
    assert_eq!(world.left(), Vec::<String>::new());
    world.import(&from, None).unwrap();
}

#[test]
fn an_import_that_was_cut_short_is_no_model_and_is_done_again() {
    let world = World::new();
    let from = world.folder("small", 16);
    let half = world.models().join(".small.new");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("model.onnx"), b"half").unwrap();
    assert!(list(&world.models()).is_empty());
    world.import(&from, None).unwrap();
    assert_eq!(world.left(), ["small"]);
}

#[test]
fn an_installed_model_that_was_changed_is_refused_or_is_another_one() {
    let world = World::new();
    let id = world.import(&world.folder("small", 16), None).unwrap();
    let folder = world.models().join(&id);
    let before = ModelFiles::installed(&folder, &assets()).unwrap();

    let graph = folder.join("model.onnx");
    let mut bytes = fs::read(&graph).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&graph, bytes).unwrap();
    let error = Embedder::load(&before, 1).unwrap_err();
    assert!(matches!(&error, Error::ModelDamaged { path } if *path == graph), "{error}");

    // Whoever writes the list anew makes another model, whose vectors do not compare.
    let list = folder.join("manifest.json");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.replace("\"queryPrefix\": \"\"", "\"queryPrefix\": \"x\"")).unwrap();
    assert_ne!(ModelFiles::installed(&folder, &assets()).unwrap().id(), before.id());
    fs::remove_file(graph).unwrap();
    assert!(matches!(ModelFiles::installed(&folder, &assets()), Err(Error::ModelGone { .. })));
}
