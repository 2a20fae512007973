//! Recognising text in pictures and scans: what a person is told of it.

use super::session::Session;
use super::{settings_of, views};
use crate::dto::{OcrSettings, OcrView, Progress};
use crate::error::ApiResult;
use atom_ingest::{OcrChoice, OcrFacts, Rates, Trouble};
use atom_store::SourceCounts;
use std::ffi::OsString;
use std::path::Path;

/// How to get what is missing.
pub(super) const INSTALL: &str = "install Tesseract (the package tesseract-ocr)";

/// Where programs are looked for.
pub(super) fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

pub(super) fn choice(settings: &OcrSettings) -> OcrChoice {
    OcrChoice { enabled: settings.enabled, languages: settings.languages.clone() }
}

/// What is known of it now, also where this process does not index.
pub(super) fn facts(session: &Session, data_dir: &Path) -> ApiResult<OcrFacts> {
    match session.ingest() {
        Some(ingest) => Ok(ingest.ocr()),
        None => {
            let settings = settings_of(&session.store, data_dir)?.ocr;
            Ok(OcrFacts::without_asking(&choice(&settings), &search_path()))
        }
    }
}

/// How far it is; none where it is switched off or cannot be done.
pub(super) fn progress(facts: &OcrFacts, counts: &SourceCounts, rates: &Rates) -> Option<Progress> {
    let can_be_done = facts.enabled && facts.program.is_some();
    can_be_done.then(|| views::progress(counts.pictures_pending, counts.pictures, rates.pictures))
}

pub(super) fn view(facts: OcrFacts, counts: &SourceCounts, troubles: &[Trouble]) -> OcrView {
    let trouble = troubles.iter().find(|trouble| trouble.stage == "ocr" && !trouble.disk_full);
    let waiting = counts.pictures_pending;
    let (state, message) = match (facts.enabled, &facts.program, trouble) {
        (false, _, _) => ("off", None),
        (true, None, _) => {
            let many =
                if waiting == 1 { "1 picture or scan".to_owned() } else { format!("{waiting} pictures and scans") };
            ("missing", (waiting > 0).then(|| format!("The text in {many} is not found yet: {INSTALL}.")))
        }
        (true, Some(_), Some(trouble)) => ("failed", Some(trouble.message.clone())),
        (true, Some(_), None) => ("ready", None),
    };
    let (version, languages, installed) = (facts.version, facts.languages, facts.installed);
    OcrView { state: state.to_owned(), version, languages, installed, waiting, message }
}
