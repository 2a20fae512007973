//! Every parser of this crate as a function that has to survive any bytes: for the fuzzing targets and the tests.
//!
//! What is sealed is tried with its content, as if somebody had the key.

use crate::manifest::Manifest;
use crate::repository::parse_config;
use crate::restore::inside;
use std::path::{Component, Path};

/// The list of a snapshot, and the paths in it.
///
/// # Panics
/// When a path of the list leads out of the folder that is restored into.
pub fn manifest(data: &[u8]) {
    let folder = Path::new("/staging");
    let Ok(manifest) = Manifest::parse(data, "snapshots/x", Path::new("repository")) else { return };
    let _ = (manifest.content_bytes(), manifest.chunks().count());
    for file in &manifest.files {
        let Some(path) = inside(folder, &file.path) else { continue };
        let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        let within = path.strip_prefix(folder).is_ok_and(|inner| inner.components().all(plain));
        assert!(within && !file.path.contains('\0'), "a list leads outside");
    }
}

/// The public file of a repository.
pub fn config(data: &[u8]) {
    parse_config(data);
}

#[cfg(test)]
mod tests {
    use atom_testkit::fuzz::hammer;

    #[test]
    fn no_bytes_break_a_list() {
        hammer("manifest", 20_000, super::manifest);
    }

    #[test]
    fn no_bytes_break_the_public_file() {
        hammer("repository", 20_000, super::config);
    }
}
