//! Taking a model in from a folder, as model hubs publish them: an ONNX graph and the files of its tokenizer.
//!
//! What says how the model is used: the catalogue where the folder or its `config.json` names a known model, otherwise
//! the files of sentence-transformers beside it. Everything is copied, loaded and tried before it counts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::catalogue::{BUILT_IN, Known};
use crate::embedder::Embedder;
use crate::error::{Error, Result};
use crate::files::{ModelFiles, hex};
use crate::installed::{self, GRAPH, Manifest, TOKENIZER_FILES, discard, is_id, staging};
use crate::spec::{Pooling, Spec};

/// Values in a vector that anybody publishes, with room.
pub(crate) const MAX_DIMS: usize = 4096;
/// Bytes of the largest file that is read into memory.
const MAX_FILE: u64 = 2 << 30;
/// Tokens that count where nothing says so.
const USUAL_TOKENS: usize = 256;
/// More tokens are never looked at: passages are about 200 words.
const MOST_TOKENS: usize = 512;
/// Names of graphs, the one to prefer first: quantized ones are a quarter of the size and about twice as fast.
const GRAPHS: [&str; 8] = [
    "model.onnx",
    "model_quantized.onnx",
    "model_int8.onnx",
    "model_optimized.onnx",
    "onnx/model_quantized.onnx",
    "onnx/model_int8.onnx",
    "onnx/model_O4.onnx",
    "onnx/model.onnx",
];
/// Two texts that no model takes for the same.
const PROBES: [&str; 2] = ["A recipe for thin pancakes.", "The train to Vienna leaves at noon."];

/// Takes the model in `from` into `models`, as `id` or named after its folder; returns the id.
///
/// # Errors
/// [`Error::BadId`], [`Error::AlreadyInstalled`]; [`Error::Incomplete`] names the file that is missing;
/// [`Error::Load`] or [`Error::Unusable`] when the files are no embedding model; [`Error::Read`], [`Error::Write`].
/// Nothing is left behind then.
pub fn import(from: &Path, id: Option<&str>, models: &Path, assets: &Path) -> Result<String> {
    let id = match id {
        Some(id) => id.to_owned(),
        None => id_of(from),
    };
    refuse_taken(&id, models)?;
    let graph = find_graph(from)?;
    let root = root_of(from, &graph);
    if let Some(missing) = TOKENIZER_FILES.iter().find(|name| !root.join(name).is_file()) {
        return Err(Error::Incomplete { folder: from.to_owned(), file: (*missing).to_owned() });
    }
    let target = staging(models, &id);
    discard(&target)?;
    let taken = fill(&target, root, &graph, &id, assets).and_then(|()| settle(models, &id));
    if taken.is_err() {
        // What went wrong is worth more than that this cannot be removed, which the next import does.
        let _ = discard(&target);
    }
    taken.map(|()| id)
}

/// Takes a known model in whose files were fetched into `from`, under their names here and with their checksums verified;
/// that folder becomes the model's.
///
/// # Errors
/// As [`import`]; the folder is left as it is then.
pub fn adopt(from: &Path, known: &Known, models: &Path, assets: &Path) -> Result<()> {
    refuse_taken(known.id, models)?;
    complete(from, known.name.to_owned(), known.spec(), assets)?;
    let folder = models.join(known.id);
    fs::rename(from, &folder).map_err(|source| Error::Write { path: folder, source })
}

/// Refuses an id that cannot be given to another model.
///
/// # Errors
/// [`Error::BadId`], [`Error::AlreadyInstalled`].
pub fn refuse_taken(id: &str, models: &Path) -> Result<()> {
    if !is_id(id) {
        return Err(Error::BadId { id: id.to_owned() });
    }
    if id == BUILT_IN || models.join(id).exists() {
        return Err(Error::AlreadyInstalled { id: id.to_owned() });
    }
    Ok(())
}

/// Copies everything to `target` and tries it there.
fn fill(target: &Path, root: &Path, graph: &Path, id: &str, assets: &Path) -> Result<()> {
    fs::create_dir_all(target).map_err(|source| Error::Write { path: target.to_owned(), source })?;
    copy(graph, &target.join(GRAPH))?;
    for name in TOKENIZER_FILES {
        copy(&root.join(name), &target.join(name))?;
    }
    let known = known_in(id, root);
    let spec = known.map_or_else(|| spec_in(root), Known::spec);
    let name = known.map_or_else(|| id.to_owned(), |known| known.name.to_owned());
    complete(target, name, spec, assets)
}

/// Lists what lies in `target`, loads it, tries it, and notes how long its vectors are.
fn complete(target: &Path, name: String, spec: Spec, assets: &Path) -> Result<()> {
    let (mut files, mut bytes) = (BTreeMap::new(), 0);
    for name in TOKENIZER_FILES.into_iter().chain([GRAPH]) {
        let path = target.join(name);
        let content = fs::read(&path).map_err(|source| Error::Read { path, source })?;
        bytes += content.len() as u64;
        files.insert(name.to_owned(), hex(&Sha256::digest(&content)));
    }
    let mut manifest = Manifest::new(name, spec, files, bytes);
    manifest.write(target)?;
    let files = ModelFiles::installed(target, assets)?;
    manifest.spec.dims = probe(&files)?;
    manifest.write(target)
}

/// Gives a complete model its name.
fn settle(models: &Path, id: &str) -> Result<()> {
    let folder = models.join(id);
    fs::rename(staging(models, id), &folder).map_err(|source| Error::Write { path: folder, source })
}

/// The length of the model's vectors, if they are fit for use.
fn probe(files: &ModelFiles) -> Result<usize> {
    let unusable = |reason: &str| Error::Unusable { reason: reason.to_owned() };
    let mut embedder = Embedder::load(files, 1)?;
    let mut vectors = Vec::new();
    for text in PROBES {
        let vector = embedder.measure(text).map_err(|error| Error::Unusable { reason: error.to_string() })?;
        if vector.is_empty() || vector.len() > MAX_DIMS {
            return Err(unusable("its vectors have no usable length"));
        }
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        if (length - 1.0).abs() > 1e-2 || !length.is_finite() {
            return Err(unusable("its vectors are not of unit length"));
        }
        vectors.push(vector);
    }
    match vectors.as_slice() {
        [one, other] if one.len() != other.len() => Err(unusable("its vectors differ in length from text to text")),
        [one, other] if one.iter().zip(other).map(|(x, y)| x * y).sum::<f32>() > 0.9999 => {
            Err(unusable("it gives every text the same vector"))
        }
        [one, ..] => Ok(one.len()),
        [] => Err(unusable("it gives no vectors")),
    }
}

/// The graph in a folder; the preferred one of several.
fn find_graph(from: &Path) -> Result<PathBuf> {
    let preferred = GRAPHS.iter().map(|name| from.join(name)).find(|path| path.is_file());
    let only = || {
        let folders = [from.to_owned(), from.join("onnx")];
        let mut found: Vec<PathBuf> = folders
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flat_map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())))
            .filter(|path| path.extension().is_some_and(|end| end == "onnx") && path.is_file())
            .collect();
        found.sort();
        found.into_iter().next()
    };
    preferred.or_else(only).ok_or_else(|| Error::Incomplete { folder: from.to_owned(), file: GRAPH.to_owned() })
}

/// Where the files of the tokenizer are: beside the folder of the graph when that folder itself was chosen.
fn root_of<'a>(from: &'a Path, graph: &Path) -> &'a Path {
    let has = |folder: &Path| TOKENIZER_FILES.iter().any(|name| folder.join(name).is_file());
    match from.parent() {
        Some(above) if graph.parent() == Some(from) && from.ends_with("onnx") && !has(from) && has(above) => above,
        _ => from,
    }
}

/// An id from the name of a folder.
fn id_of(from: &Path) -> String {
    let above = if from.ends_with("onnx") { from.parent() } else { Some(from) };
    let name = above.and_then(Path::file_name).map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' });
    plain.collect::<String>().trim_start_matches(['-', '_', '.']).to_owned()
}

fn known_in(id: &str, root: &Path) -> Option<&'static Known> {
    let config = json(&root.join("config.json"));
    let original = config.get("_name_or_path").and_then(Value::as_str).unwrap_or_default();
    Known::named_in(id).or_else(|| Known::named_in(original)).filter(|known| known.id != BUILT_IN)
}

/// How a model is used, by the files of sentence-transformers; what they do not say is as usual.
fn spec_in(root: &Path) -> Spec {
    let tokens = json(&root.join("sentence_bert_config.json")).get("max_seq_length").and_then(Value::as_u64);
    let positions = json(&root.join("config.json")).get("max_position_embeddings").and_then(Value::as_u64);
    let max_tokens = tokens.or(positions).and_then(|tokens| usize::try_from(tokens).ok()).unwrap_or(USUAL_TOKENS);
    let pooling = json(&root.join("1_Pooling").join("config.json"));
    let pooling = match pooling.get("pooling_mode_cls_token").and_then(Value::as_bool) {
        Some(true) => Pooling::Cls,
        _ => Pooling::Mean,
    };
    let prompts = json(&root.join("config_sentence_transformers.json"));
    let prompt = |names: &[&str]| {
        let text = names.iter().find_map(|name| prompts.get("prompts")?.get(name)?.as_str());
        text.unwrap_or_default().to_owned()
    };
    Spec {
        // Measured when the model is tried.
        dims: MAX_DIMS,
        max_tokens: max_tokens.clamp(16, MOST_TOKENS),
        pooling,
        query_prefix: prompt(&["query"]),
        passage_prefix: prompt(&["passage", "document"]),
    }
}

/// The object in a file, empty where there is none.
fn json(path: &Path) -> Value {
    fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let read = |source| Error::Read { path: from.to_owned(), source };
    if fs::metadata(from).map_err(read)?.len() > MAX_FILE {
        return Err(Error::Unusable { reason: format!("{} is larger than 2 GiB", from.display()) });
    }
    fs::copy(from, to).map(drop).map_err(|source| Error::Write { path: to.to_owned(), source })
}

/// What is installed below `models` as `id`.
///
/// # Errors
/// [`Error::NotInstalled`], [`Error::Manifest`].
pub fn manifest_of(models: &Path, id: &str) -> Result<Manifest> {
    let folder = models.join(id);
    if installed::is_id(id) { Manifest::read(&folder) } else { Err(Error::NotInstalled { folder }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_from_the_folder_that_was_chosen() {
        for (folder, id) in [
            ("/a/Multilingual-E5-small", "multilingual-e5-small"),
            ("/a/My Model!", "my-model-"),
            ("/a/e5/onnx", "e5"),
            ("/a/.cache", "cache"),
        ] {
            assert_eq!(id_of(Path::new(folder)), id);
        }
    }

    #[test]
    fn the_files_of_sentence_transformers_say_how_a_model_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("1_Pooling")).unwrap();
        write("1_Pooling/config.json", r#"{"pooling_mode_cls_token": true}"#);
        write("sentence_bert_config.json", r#"{"max_seq_length": 8192}"#);
        write("config_sentence_transformers.json", r#"{"prompts": {"query": "q: ", "document": "d: "}}"#);
        let spec = spec_in(folder.path());
        assert_eq!((spec.pooling, spec.max_tokens), (Pooling::Cls, MOST_TOKENS));
        assert_eq!((spec.query_prefix.as_str(), spec.passage_prefix.as_str()), ("q: ", "d: "));

        let nothing = spec_in(&folder.path().join("gone"));
        assert_eq!((nothing.pooling, nothing.max_tokens), (Pooling::Mean, USUAL_TOKENS));
    }
}
