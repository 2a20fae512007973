//! Every file of a folder of odd documents has an outcome and a reason, and no reader dies on one.
//!
//! The folder is not part of the repository: `ATOM_SAMPLE_DOCUMENTS`, or `shared/data/documents` beside the
//! checkout; without it there is nothing to check.

use crate::support::pool;
use atom_core::ItemState;
use atom_extract::{FileHint, Limits, Outcome};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/documents");
    let folder = std::env::var_os("ATOM_SAMPLE_DOCUMENTS").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

#[test]
fn every_sample_document_has_an_outcome() {
    let Some(folder) = folder() else {
        println!("skipped: no sample documents (set ATOM_SAMPLE_DOCUMENTS)");
        return;
    };
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let extractor = pool(Limits::default(), 2);
    println!("{:?}", extractor.sandbox().unwrap());
    let mut table: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = File::open(&path).unwrap();
        let hint = FileHint::new(&name, file.metadata().unwrap().len());
        let outcome = extractor.extract(file, &hint);
        let (length, title) = match &outcome {
            Outcome::Text(extracted) => (extracted.text.len(), extracted.title.clone().unwrap_or_default()),
            _ => (0, String::new()),
        };
        let reason = outcome.reason().unwrap_or_default();
        println!(
            "{}\t{name}\t{}\t{length}\t{title}\t{reason}",
            outcome.state().as_str(),
            outcome.mime().unwrap_or_default()
        );
        if let (Some(folder), Outcome::Text(extracted)) = (std::env::var_os("ATOM_SAMPLE_TEXTS"), &outcome) {
            std::fs::write(Path::new(&folder).join(name + ".txt"), &extracted.text).unwrap();
        }
        assert!(!matches!(outcome, Outcome::Unavailable { .. }), "{outcome:?}");
        assert!(!matches!(outcome.state(), ItemState::Crashed | ItemState::TimedOut), "{} {outcome:?}", path.display());
        assert_eq!(outcome.state() == ItemState::Indexed, length > 0);
        assert!(!reason.is_empty() || length > 0);
        *table.entry(hint.ext).or_default().entry(outcome.state().as_str()).or_default() += 1;
    }
    let mut total: BTreeMap<&str, usize> = BTreeMap::new();
    for (ext, states) in table {
        println!("{ext:>10} {states:?}");
        for (state, count) in states {
            *total.entry(state).or_default() += count;
        }
    }
    println!("{:>10} {total:?}", "all");
}
