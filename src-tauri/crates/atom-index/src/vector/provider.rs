//! Hands the sealed store to Lance.
//!
//! The scheme stays `file-object-store`: with `file` Lance goes past the object store to the file system, and with a
//! scheme of our own it commits without protection against lost writes.
//! The registry knows no other scheme, so a path that comes without it is an error and not a plaintext file.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use lance::session::Session;
use lance_core::Result;
use lance_io::object_store::providers::local::FileStoreProvider;
use lance_io::object_store::{ObjectStore, ObjectStoreParams, ObjectStoreProvider, ObjectStoreRegistry};
use lance_io::spill::{LocalSpillStore, Spill, SpillStore};
use lance_io::traits::Writer;
use url::Url;

use super::fault;
use super::store::SealedStore;

const SCHEME: &str = "file-object-store";

/// Opened indexes: 128 MiB hold the codes of 300,000 vectors.
const INDEX_CACHE: usize = 128 << 20;

/// Manifests, schemas and file footers.
const METADATA_CACHE: usize = 16 << 20;

const IO_PARALLELISM: usize = 8;
const READ_SIZE: usize = 64 * 1024;

#[derive(Debug)]
struct OneStore {
    store: Arc<dyn object_store::ObjectStore>,
    /// Whether it lists in the order of the paths: Lance then finds the newest manifest without a hint file.
    is_ordered: bool,
}

#[async_trait::async_trait]
impl ObjectStoreProvider for OneStore {
    async fn new_store(&self, base_path: Url, params: &ObjectStoreParams) -> Result<ObjectStore> {
        Ok(ObjectStore::new(
            Arc::clone(&self.store),
            base_path,
            Some(params.block_size.unwrap_or(READ_SIZE)),
            None,
            false,
            self.is_ordered,
            IO_PARALLELISM,
            0,
            None,
        ))
    }

    fn extract_path(&self, url: &Url) -> Result<object_store::path::Path> {
        FileStoreProvider.extract_path(url)
    }

    fn calculate_object_store_prefix(
        &self,
        url: &Url,
        _storage_options: Option<&HashMap<String, String>>,
    ) -> Result<String> {
        Ok(url.scheme().to_owned())
    }
}

/// Refuses to spill, where there is no memory-backed folder to spill to.
struct NoSpill;

#[async_trait::async_trait]
impl SpillStore for NoSpill {
    async fn new_spill(&self) -> Result<(Box<dyn Writer>, Box<dyn Spill>)> {
        Err(lance_core::Error::not_supported("there is no memory-backed folder for scratch files"))
    }
}

/// A session whose only store is `store`; `spills` says whether scratch files have a safe place.
pub(crate) fn session(store: Arc<SealedStore>, spills: bool) -> Arc<Session> {
    session_of(OneStore { store, is_ordered: true }, spills)
}

/// A session without encryption.
#[cfg(feature = "plain")]
pub(crate) fn plain_session(spills: bool) -> Arc<Session> {
    let store = Arc::new(object_store::local::LocalFileSystem::new().with_fsync(true));
    session_of(OneStore { store, is_ordered: false }, spills)
}

fn session_of(store: OneStore, spills: bool) -> Arc<Session> {
    let registry = ObjectStoreRegistry::empty();
    registry.insert(SCHEME, Arc::new(store));
    let spill: Arc<dyn SpillStore> = if spills { Arc::new(LocalSpillStore::default()) } else { Arc::new(NoSpill) };
    Arc::new(Session::new(INDEX_CACHE, METADATA_CACHE, Arc::new(registry)).with_spill_store(spill))
}

/// The address of an absolute folder in the sealed store.
pub(crate) fn address(folder: &Path) -> crate::Result<String> {
    let url = Url::from_file_path(folder)
        .map_err(|()| fault::refused("opening", "the folder of the index is not absolute"))?;
    Ok(format!("{SCHEME}://{}", url.path()))
}
