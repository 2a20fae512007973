//! What the tests of use cases start with: a vault in a folder of their own, and no worker.

use super::App;
use crate::dto::VaultCreateRequest;
use crate::{AppConfig, Indexing};
use atom_core::Entry;
use std::path::Path;
use std::sync::Arc;

pub(super) const PASSPHRASE: &str = "a quiet place";

/// Everything below `dir`, and nothing is read or indexed.
pub(super) fn config(dir: &Path) -> AppConfig {
    AppConfig {
        data_dir: dir.join("data"),
        assets_dir: dir.join("assets"),
        worker_program: "/nonexistent/worker".into(),
        worker_args: Vec::new(),
        indexing: Indexing::Off,
        at_rest: || {},
    }
}

/// An open vault, made with [`PASSPHRASE`].
pub(super) async fn vault(dir: &Path) -> Arc<App> {
    let app = App::start(config(dir)).unwrap();
    let request = VaultCreateRequest { passphrase: PASSPHRASE.to_owned(), keychain: false };
    app.vault_create(request).await.unwrap();
    app
}

/// A small file as a scan finds it.
pub(super) fn entry(path: &Path, inode: u64) -> Entry {
    Entry {
        path: path.to_owned(),
        is_folder: false,
        size: 10,
        modified_ns: 5_000_000,
        changed_ns: 5_000_000,
        device: 1,
        inode,
        links: 1,
    }
}
