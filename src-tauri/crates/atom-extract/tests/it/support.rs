//! What the tests share: a pool over the test worker, and files without a name.

use atom_extract::{Extractor, FileHint, Limits, Outcome, PDFIUM_ENV, WorkerCommand};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The PDF library of `ATOM_ASSETS` or of this checkout, where it is set up.
pub(crate) fn pdfium() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    let assets = std::env::var_os("ATOM_ASSETS").map_or(own, PathBuf::from);
    assets.join("runtime/libpdfium.so").canonicalize().ok()
}

/// How to start the test worker.
pub(crate) fn worker() -> WorkerCommand {
    let env = pdfium().map(|path| (PDFIUM_ENV.into(), path.into_os_string()));
    WorkerCommand {
        program: env!("CARGO_BIN_EXE_atom-extract-worker").into(),
        args: Vec::new(),
        env: env.into_iter().collect(),
    }
}

/// A pool of that many workers.
pub(crate) fn pool(limits: Limits, workers: usize) -> Extractor {
    Extractor::new(worker(), limits, workers)
}

/// An open file with that content.
pub(crate) fn file(content: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    file
}

/// Reads content as a file of that name.
pub(crate) fn read(extractor: &Extractor, name: &str, content: &[u8]) -> Outcome {
    extractor.extract(file(content), &FileHint::new(name, content.len() as u64))
}
