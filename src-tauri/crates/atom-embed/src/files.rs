//! Where the model's files are, and whether they are the right ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::catalogue::{BUILT_IN, Known};
use crate::error::{Error, Result};
use crate::installed::{self, Manifest};
use crate::spec::Spec;

const NAME: &str = "all-MiniLM-L6-v2";
const GRAPH: &str = "model_int8.onnx";
pub(crate) const TOKENIZER: &str = "tokenizer.json";
pub(crate) const CONFIG: &str = "config.json";
pub(crate) const SPECIAL_TOKENS: &str = "special_tokens_map.json";
pub(crate) const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
const CHECKSUMS: &str = "SHA256SUMS";

#[cfg(target_os = "windows")]
const RUNTIME: &str = "onnxruntime.dll";
#[cfg(target_os = "macos")]
const RUNTIME: &str = "libonnxruntime.dylib";
#[cfg(not(any(target_os = "windows", target_os = "macos")))]
const RUNTIME: &str = "libonnxruntime.so";

/// A model's files, found but not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFiles {
    folder: PathBuf,
    runtime: PathBuf,
    graph: &'static str,
    sums: BTreeMap<String, String>,
    spec: Spec,
    id: String,
}

/// The bytes of a model, each file checked against its checksum.
pub(crate) struct ModelBytes {
    pub(crate) graph: Vec<u8>,
    pub(crate) tokenizer: Vec<u8>,
    pub(crate) config: Vec<u8>,
    pub(crate) special_tokens: Vec<u8>,
    pub(crate) tokenizer_config: Vec<u8>,
}

impl ModelFiles {
    /// Finds the built-in model and its runtime below an assets folder: `models/all-MiniLM-L6-v2` and `runtime`.
    ///
    /// # Errors
    /// [`Error::ModelMissing`] names the first file that is not there; [`Error::ModelDamaged`] a list of
    /// checksums that cannot be understood.
    pub fn locate(assets: &Path) -> Result<Self> {
        let folder = assets.join("models").join(NAME);
        let runtime = runtime(assets);
        let names = [CHECKSUMS, GRAPH, TOKENIZER, CONFIG, SPECIAL_TOKENS, TOKENIZER_CONFIG];
        let paths = names.iter().map(|name| folder.join(name));
        if let Some(path) = paths.chain([runtime.clone()]).find(|path| !path.is_file()) {
            return Err(Error::ModelMissing { path });
        }
        let sums = Checksums::read(&folder)?.all();
        let id = model_id(&folder, &sums)?;
        let spec =
            Known::of(BUILT_IN).map(Known::spec).ok_or_else(|| Error::NotInstalled { folder: folder.clone() })?;
        Ok(Self { folder, runtime, graph: GRAPH, sums, spec, id })
    }

    /// Finds a model that a person brought, in its own folder, and the runtime below an assets folder.
    ///
    /// # Errors
    /// [`Error::NotInstalled`], [`Error::Manifest`]; [`Error::ModelMissing`] names a file that is not there.
    pub fn installed(folder: &Path, assets: &Path) -> Result<Self> {
        let manifest = Manifest::read(folder)?;
        let runtime = runtime(assets);
        if !runtime.is_file() {
            return Err(Error::ModelMissing { path: runtime });
        }
        if let Some(path) = manifest.files.keys().map(|name| folder.join(name)).find(|path| !path.is_file()) {
            return Err(Error::ModelGone { path });
        }
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let id = installed_id(&name, &manifest);
        Ok(Self {
            folder: folder.to_owned(),
            runtime,
            graph: installed::GRAPH,
            sums: manifest.files,
            spec: manifest.spec,
            id,
        })
    }

    /// The model's name and a prefix of its checksum: vectors of different ids do not compare.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How the model is used.
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The library file of ONNX Runtime.
    pub(crate) fn runtime(&self) -> &Path {
        &self.runtime
    }

    /// Checks every file against its checksum.
    ///
    /// # Errors
    /// [`Error::ModelDamaged`] names the first file that is not as it was installed; [`Error::Read`].
    pub fn verify(&self) -> Result<()> {
        self.read().map(drop)
    }

    /// Reads every file and checks it against its checksum.
    pub(crate) fn read(&self) -> Result<ModelBytes> {
        let verified = |name: &str| {
            let path = self.folder.join(name);
            let bytes = read_file(&path)?;
            match self.sums.get(name) {
                Some(expected) if *expected == hex(&Sha256::digest(&bytes)) => Ok(bytes),
                _ => Err(Error::ModelDamaged { path }),
            }
        };
        Ok(ModelBytes {
            graph: verified(self.graph)?,
            tokenizer: verified(TOKENIZER)?,
            config: verified(CONFIG)?,
            special_tokens: verified(SPECIAL_TOKENS)?,
            tokenizer_config: verified(TOKENIZER_CONFIG)?,
        })
    }
}

fn runtime(assets: &Path) -> PathBuf {
    assets.join("runtime").join(RUNTIME)
}

/// Everything that changes a vector is in the id: the graph, the tokenizer and how texts are cut.
fn model_id(folder: &Path, sums: &BTreeMap<String, String>) -> Result<String> {
    let mut hash = Sha256::new();
    for name in [GRAPH, TOKENIZER, TOKENIZER_CONFIG] {
        let sum = sums.get(name).ok_or_else(|| Error::ModelDamaged { path: folder.join(CHECKSUMS) })?;
        hash.update(sum.as_bytes());
    }
    let digest = hex(&hash.finalize());
    Ok(format!("{NAME}-int8-{}", digest.get(..12).unwrap_or(&digest)))
}

/// The same for a model that a person brought: how it is used counts, too. Longer, since anybody may have made it.
fn installed_id(name: &str, manifest: &Manifest) -> String {
    let mut hash = Sha256::new();
    for (file, sum) in &manifest.files {
        hash.update(format!("{file} {sum}\n"));
    }
    hash.update(manifest.spec.canonical());
    let digest = hex(&hash.finalize());
    format!("{name}-{}", digest.get(..32).unwrap_or(&digest))
}

/// A `SHA256SUMS` file: one `HEX  NAME` a line.
struct Checksums(String);

impl Checksums {
    fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(CHECKSUMS);
        String::from_utf8(read_file(&path)?).map(Self).map_err(|_| Error::ModelDamaged { path })
    }

    fn all(&self) -> BTreeMap<String, String> {
        let lines = self.0.lines().filter_map(|line| line.split_once("  ")).filter(|(sum, _)| sum.len() == 64);
        lines.map(|(sum, file)| (file.to_owned(), sum.to_owned())).collect()
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| Error::Read { path: path.to_path_buf(), source })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_model_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let error = ModelFiles::locate(folder.path()).unwrap_err();
        assert!(matches!(&error, Error::ModelMissing { path } if path.ends_with("all-MiniLM-L6-v2/SHA256SUMS")));
        assert!(error.to_string().contains("cargo xtask setup"), "{error}");
    }

    #[test]
    fn checksums_are_found_by_whole_name() {
        let sum = "a".repeat(64);
        let sums = Checksums(format!("{sum}  tokenizer.json\nshort  config.json\n")).all();
        assert_eq!(sums, BTreeMap::from([("tokenizer.json".to_owned(), sum)]));
    }
}
