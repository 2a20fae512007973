//! Where the model's files are, and whether they are the right ones.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

const NAME: &str = "all-MiniLM-L6-v2";
const GRAPH: &str = "model_int8.onnx";
const TOKENIZER: &str = "tokenizer.json";
const CONFIG: &str = "config.json";
const SPECIAL_TOKENS: &str = "special_tokens_map.json";
const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
const CHECKSUMS: &str = "SHA256SUMS";

#[cfg(target_os = "windows")]
const RUNTIME: &str = "onnxruntime.dll";
#[cfg(target_os = "macos")]
const RUNTIME: &str = "libonnxruntime.dylib";
#[cfg(not(any(target_os = "windows", target_os = "macos")))]
const RUNTIME: &str = "libonnxruntime.so";

/// The model's files in an assets folder, found but not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFiles {
    folder: PathBuf,
    runtime: PathBuf,
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
    /// Finds the model and its runtime below an assets folder: `models/all-MiniLM-L6-v2` and `runtime`.
    ///
    /// # Errors
    /// [`Error::ModelMissing`] names the first file that is not there; [`Error::ModelDamaged`] a list of
    /// checksums that cannot be understood.
    pub fn locate(assets: &Path) -> Result<Self> {
        let folder = assets.join("models").join(NAME);
        let runtime = assets.join("runtime").join(RUNTIME);
        let names = [CHECKSUMS, GRAPH, TOKENIZER, CONFIG, SPECIAL_TOKENS, TOKENIZER_CONFIG];
        let paths = names.iter().map(|name| folder.join(name));
        if let Some(path) = paths.chain([runtime.clone()]).find(|path| !path.is_file()) {
            return Err(Error::ModelMissing { path });
        }
        let id = model_id(&folder)?;
        Ok(Self { folder, runtime, id })
    }

    /// The model's name and a prefix of its checksum: vectors of different ids do not compare.
    pub fn id(&self) -> &str {
        &self.id
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
        let checksums = Checksums::read(&self.folder)?;
        let verified = |name: &str| {
            let path = self.folder.join(name);
            let bytes = read_file(&path)?;
            match checksums.of(name) {
                Some(expected) if expected == hex(&Sha256::digest(&bytes)) => Ok(bytes),
                _ => Err(Error::ModelDamaged { path }),
            }
        };
        Ok(ModelBytes {
            graph: verified(GRAPH)?,
            tokenizer: verified(TOKENIZER)?,
            config: verified(CONFIG)?,
            special_tokens: verified(SPECIAL_TOKENS)?,
            tokenizer_config: verified(TOKENIZER_CONFIG)?,
        })
    }
}

/// Everything that changes a vector is in the id: the graph, the tokenizer and how texts are cut.
fn model_id(folder: &Path) -> Result<String> {
    let checksums = Checksums::read(folder)?;
    let mut hash = Sha256::new();
    for name in [GRAPH, TOKENIZER, TOKENIZER_CONFIG] {
        let sum = checksums.of(name).ok_or_else(|| Error::ModelDamaged { path: folder.join(CHECKSUMS) })?;
        hash.update(sum.as_bytes());
    }
    let digest = hex(&hash.finalize());
    Ok(format!("{NAME}-int8-{}", digest.get(..12).unwrap_or(&digest)))
}

/// A `SHA256SUMS` file: one `HEX  NAME` a line.
struct Checksums(String);

impl Checksums {
    fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(CHECKSUMS);
        String::from_utf8(read_file(&path)?).map(Self).map_err(|_| Error::ModelDamaged { path })
    }

    fn of(&self, name: &str) -> Option<&str> {
        self.0
            .lines()
            .filter_map(|line| line.split_once("  "))
            .find(|(sum, file)| *file == name && sum.len() == 64)
            .map(|(sum, _)| sum)
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| Error::Read { path: path.to_path_buf(), source })
}

fn hex(bytes: &[u8]) -> String {
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
        let sums = Checksums(format!("{sum}  tokenizer.json\nshort  config.json\n"));
        assert_eq!(sums.of("tokenizer.json"), Some(sum.as_str()));
        assert_eq!(sums.of("json"), None);
        assert_eq!(sums.of("config.json"), None);
    }
}
