//! Which version of the table this is.
//!
//! The series is the random name of the table, the digest the SHA-256 of the sealed manifest: no two manifests are sealed to
//! the same bytes.

use super::fault::{corrupt, io_error};
use super::{Failure, Inner, folder};
use atom_core::{IndexHead, Standing};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use uuid::Uuid;

const OPERATION: &str = "reading the head of the vector index";

impl Inner {
    pub(super) async fn head_blocking(&self) -> Result<IndexHead, Failure> {
        let (series, table) = self.series()?;
        blocking(move || {
            let (version, manifest) =
                folder::versions(&table).map_err(read_error)?.into_iter().next().ok_or_else(lost)?;
            Ok(IndexHead { series, version, digest: digest(&manifest)? })
        })
        .await
    }

    pub(super) async fn standing_blocking(&self, recorded: IndexHead) -> Result<Standing, Failure> {
        let standing = self.head_blocking().await?.standing(&recorded);
        if standing != Standing::Ahead {
            return Ok(standing);
        }
        let (_, table) = self.series()?;
        blocking(move || {
            // While the recorded version is still there, it has to be the one that was recorded.
            let versions = folder::versions(&table).map_err(read_error)?;
            match versions.iter().find(|(version, _)| *version == recorded.version) {
                Some((_, manifest)) if digest(manifest)? != recorded.digest => Ok(Standing::Foreign),
                _ => Ok(Standing::Ahead),
            }
        })
        .await
    }

    pub(super) fn series(&self) -> Result<([u8; 16], PathBuf), Failure> {
        let name = self.table.name();
        let series = name.strip_prefix(folder::TABLE_PREFIX).and_then(|id| Uuid::try_parse(id).ok());
        let series = series.ok_or_else(|| corrupt("the table has a foreign name"))?;
        Ok((series.into_bytes(), folder::table_folder(&self.folder, name)))
    }
}

fn digest(manifest: &Path) -> crate::Result<[u8; 32]> {
    Ok(Sha256::digest(fs::read(manifest).map_err(read_error)?).into())
}

fn read_error(error: std::io::Error) -> crate::Error {
    io_error(OPERATION, error)
}

fn lost() -> crate::Error {
    corrupt("the table has lost its versions")
}

/// Runs file work off the async threads.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> crate::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(super::refused(OPERATION, "the runtime is shutting down").into()),
    }
}
