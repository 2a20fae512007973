//! Reading every sealed file of the table, whether its newest version needs it or not.

use super::fault::{corrupt, io_error};
use super::head::blocking;
use super::{Failure, Inner, folder};

const OPERATION: &str = "verifying the vector index";

impl Inner {
    pub(super) async fn verify_blocking(&self) -> Result<u64, Failure> {
        let store = self.store.clone();
        let (_, table) = self.series()?;
        blocking(move || {
            let mut files = 0;
            for path in folder::sealed_files(&table).map_err(|error| io_error(OPERATION, error))? {
                store.verify_whole_blocking(&path).map_err(|error| match error {
                    atom_vault::Error::Io { source, .. } if source.kind() != std::io::ErrorKind::UnexpectedEof => {
                        io_error(OPERATION, source)
                    }
                    other => corrupt(other.to_string()),
                })?;
                files += 1;
            }
            Ok(files)
        })
        .await
    }

    pub(super) async fn put_aside_damaged_blocking(&self) -> Result<usize, Failure> {
        let (folder, store) = (self.folder.clone(), self.store.clone());
        let (_, table) = self.series()?;
        blocking(move || {
            let failed = |error| io_error(OPERATION, error);
            let mut put_aside = 0;
            for (_, manifest) in folder::versions(&table).map_err(failed)?.into_iter().skip(1) {
                match store.verify_whole_blocking(&manifest) {
                    Ok(()) => {}
                    Err(atom_vault::Error::Io { source, .. }) if source.kind() != std::io::ErrorKind::UnexpectedEof => {
                        return Err(failed(source));
                    }
                    Err(_) => {
                        folder::quarantine(&folder, &manifest).map_err(failed)?;
                        put_aside += 1;
                    }
                }
            }
            Ok(put_aside)
        })
        .await
    }
}
