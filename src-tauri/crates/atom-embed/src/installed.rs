//! Models that a person brought, each in a folder of its own with a list of what is in it.
//!
//! ```text
//! models/<id>/manifest.json     name, how it is used, SHA-256 of every other file
//!             model.onnx  tokenizer.json  config.json  special_tokens_map.json  tokenizer_config.json
//! models/.<id>.new/             being brought in: nothing looks at it, the next one removes it
//! ```
//! Weights are no secret, so the files are as they were published.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files::{CONFIG, SPECIAL_TOKENS, TOKENIZER, TOKENIZER_CONFIG};
use crate::spec::Spec;

/// The list in the folder of a model.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The graph in the folder of a model.
pub(crate) const GRAPH: &str = "model.onnx";
/// Every other file of a model, as its makers publish them.
pub(crate) const TOKENIZER_FILES: [&str; 4] = [TOKENIZER, CONFIG, SPECIAL_TOKENS, TOKENIZER_CONFIG];
const VERSION: u32 = 1;
/// Characters of the longest id.
const MAX_ID: usize = 64;

/// What is known of a model that a person brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub(crate) version: u32,
    /// What it is called.
    pub name: String,
    /// How it is used.
    pub spec: Spec,
    /// SHA-256 of each file, in hex.
    pub(crate) files: BTreeMap<String, String>,
    /// Bytes of all files together.
    pub bytes: u64,
}

impl Manifest {
    pub(crate) fn new(name: String, spec: Spec, files: BTreeMap<String, String>, bytes: u64) -> Self {
        Self { version: VERSION, name, spec, files, bytes }
    }

    /// Reads the list in the folder of a model.
    ///
    /// # Errors
    /// [`Error::NotInstalled`] when there is none, [`Error::Manifest`] when it cannot be understood.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NotInstalled { folder: folder.to_owned() });
            }
            Err(source) => return Err(Error::Read { path, source }),
        };
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|_| Error::Manifest { path: path.clone() })?;
        let names = TOKENIZER_FILES.iter().chain([&GRAPH]);
        let is_whole = names.into_iter().all(|name| manifest.files.contains_key(*name));
        let is_sane = (1..=crate::import::MAX_DIMS).contains(&manifest.spec.dims) && manifest.spec.max_tokens > 2;
        if manifest.version == VERSION && is_whole && is_sane { Ok(manifest) } else { Err(Error::Manifest { path }) }
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(MANIFEST);
        let text = serde_json::to_vec_pretty(self).map_err(|_| Error::Manifest { path: path.clone() })?;
        fs::write(&path, text).map_err(|source| Error::Write { path, source })
    }
}

/// The models in a folder by their ids, in order; what is not one is left out.
pub fn list(models: &Path) -> Vec<(String, Manifest)> {
    let Ok(entries) = fs::read_dir(models) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let id = entry.ok()?.file_name().into_string().ok().filter(|id| is_id(id))?;
            Some((id.clone(), Manifest::read(&models.join(id)).ok()?))
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

/// Removes a model's folder. It disappears at once or not at all.
///
/// # Errors
/// [`Error::NotInstalled`], [`Error::Write`].
pub fn remove(models: &Path, id: &str) -> Result<()> {
    let folder = models.join(id);
    if !is_id(id) || !folder.is_dir() {
        return Err(Error::NotInstalled { folder });
    }
    let going = staging(models, id);
    discard(&going)?;
    fs::rename(&folder, &going).map_err(|source| Error::Write { path: folder, source })?;
    discard(&going)
}

/// Whether this can be the name of a model's folder: small letters, digits, `-`, `_` and `.`, a letter or digit first.
pub fn is_id(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    id.len() <= MAX_ID && id.starts_with(plain) && id.chars().all(|c| plain(c) || matches!(c, '-' | '_' | '.'))
}

/// Where a model is put together before it has its name.
pub(crate) fn staging(models: &Path, id: &str) -> PathBuf {
    models.join(format!(".{id}.new"))
}

pub(crate) fn discard(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::Write { path: folder.to_owned(), source })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_plain_name_of_a_folder() {
        for (id, good) in [
            ("multilingual-e5-small", true),
            ("a_b.c", true),
            ("", false),
            (".hidden", false),
            ("../up", false),
            ("A", false),
            ("a b", false),
        ] {
            assert_eq!(is_id(id), good, "{id}");
        }
        assert!(!is_id(&"a".repeat(65)));
    }

    #[test]
    fn what_is_no_model_is_not_listed() {
        let models = tempfile::tempdir().unwrap();
        fs::create_dir(models.path().join("empty")).unwrap();
        fs::create_dir(models.path().join("odd")).unwrap();
        fs::write(models.path().join("odd").join(MANIFEST), "{}").unwrap();
        assert!(list(models.path()).is_empty());
        assert!(list(&models.path().join("gone")).is_empty());
        assert!(matches!(Manifest::read(&models.path().join("odd")), Err(Error::Manifest { .. })));
        assert!(matches!(remove(models.path(), "gone"), Err(Error::NotInstalled { .. })));
        remove(models.path(), "odd").unwrap();
        assert!(!models.path().join("odd").exists());
    }
}
