//! Why a file is found, or why not.

use super::sources::expanded;
use super::{App, blocking, ocr, settings_of, views};
use crate::dto::{FileView, FilesExplainRequest, FilesExplainResponse};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_core::ItemState;
use atom_ingest::OcrFacts;
use atom_store::{FileFilter, Store};
use atom_watch::{Because, Rules};
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

impl App {
    /// Says how the file at a path can be found, or what keeps it from being found, and what to do about it.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`] for a path that is not whole.
    pub async fn files_explain(&self, request: FilesExplainRequest) -> ApiResult<FilesExplainResponse> {
        let session = self.session().await?;
        let path = whole(&request.path)?;
        let data_dir = self.config.data_dir.clone();
        blocking(move || {
            let store = &session.store;
            let (_, rows) = store.files(&FileFilter { path: Some(path.clone()), ..FileFilter::default() }, 0, 1)?;
            let file = rows.first().map(views::file);
            let message = match &file {
                Some(file) => {
                    let of_text_in_it = of_text_in_it(file, &ocr::facts(&session, &data_dir)?);
                    of_known(file) + &of_text_in_it.map(|said| format!(" {said}")).unwrap_or_default()
                }
                None => of_unknown(store, &path, &data_dir)?,
            };
            Ok(FilesExplainResponse { path: path.to_string_lossy().into_owned(), file, message })
        })
        .await
    }
}

/// The path without `.` and `..`, which are not asked of the disk: a link is told of as what it is.
fn whole(given: &str) -> ApiResult<PathBuf> {
    let path = expanded(given.trim());
    if !path.is_absolute() {
        return Err(ApiError::new(ErrorCode::InvalidInput, format!("give the whole path of the file, not {given}")));
    }
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    Ok(whole)
}

fn of_known(file: &FileView) -> String {
    let how = match (file.stage.as_str(), ItemState::parse(&file.state)) {
        ("names", Some(ItemState::Pending)) => "It is found by its name; its text is still to be read.",
        ("names", _) => "It is found by its name; its words are on their way.",
        ("words", Some(ItemState::Indexed)) => "It is found by its name and its words; its meaning is on its way.",
        ("words", _) => "It is found by its name only.",
        _ => "It is found by its name, its words and its meaning.",
    };
    let mut said = file.reason.as_ref().map_or_else(|| how.to_owned(), |reason| format!("{how} {reason}"));
    match file.members {
        0 => {}
        1 => said.push_str(" The file in it is found by itself."),
        count => said.push_str(&format!(" The {count} files in it are found by themselves.")),
    }
    said
}

/// Of a picture or scan whose text is not recognised yet.
fn of_text_in_it(file: &FileView, facts: &OcrFacts) -> Option<String> {
    if file.ocr.as_deref() != Some("waiting") {
        return None;
    }
    Some(match (facts.enabled, facts.program.is_some()) {
        (false, _) => "Recognising text in pictures and scans is switched off in the settings.".to_owned(),
        (true, false) => format!("To have it found by the text in it, {}.", ocr::INSTALL),
        (true, true) => "Text in it is still to be recognised; that comes last.".to_owned(),
    })
}

fn of_unknown(store: &Store, path: &Path, data_dir: &Path) -> ApiResult<String> {
    let facts = match fs::symlink_metadata(path) {
        Ok(facts) => facts,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok("There is nothing at this path.".to_owned());
        }
        Err(error) => return Ok(format!("It cannot be looked at: {error}.")),
    };
    let sources = store.sources()?;
    let Some(source) = sources
        .iter()
        .filter(|source| path.starts_with(&source.path))
        .max_by_key(|source| source.path.as_os_str().len())
    else {
        return Ok("It is in none of the folders that Atom searches. Add its folder, or one above it.".to_owned());
    };
    if path == source.path {
        return Ok("This is a folder that Atom searches.".to_owned());
    }
    if let Some(link) = first_link(&source.path, path) {
        let what = if link == path { "It is".to_owned() } else { format!("{} is", link.display()) };
        return Ok(format!("{what} a link, and links are not followed. Add the folder that it leads to."));
    }
    let rules = settings_of(store, data_dir)?.ignore_rules;
    let rules = Rules::new(&source.path, &rules, &[data_dir.to_owned()])
        .map_err(|error| ApiError::new(ErrorCode::InvalidInput, error.to_string()))?;
    if let Some(exclusion) = rules.explain(path, facts.is_dir()) {
        return Ok(left_out(path, &source.path, &exclusion.at, &exclusion.because));
    }
    Ok(of_new(&facts, &source.path, source.last_scan_ms.is_some()))
}

/// The first part of the way from the source to the path that is a symbolic link.
fn first_link(root: &Path, path: &Path) -> Option<PathBuf> {
    let mut way: Vec<_> = path.ancestors().take_while(|part| *part != root).collect();
    way.reverse();
    way.into_iter().find(|part| part.is_symlink()).map(Path::to_owned)
}

fn left_out(path: &Path, root: &Path, at: &Path, because: &Because<'_>) -> String {
    let what = if at == path { "It is".to_owned() } else { format!("Its folder {} is", at.display()) };
    let brings_back = || {
        let slash = if at.is_dir() { "/" } else { "" };
        let inside = at.strip_prefix(root).unwrap_or(at).display();
        format!("To have it searched, add the ignore rule !/{inside}{slash} in the settings.")
    };
    match because {
        Because::NeverIndexed => format!("{what} Atom's own, and never searched."),
        Because::UserRule(rule) => format!("{what} left out by your ignore rule {rule}. Change it in the settings."),
        Because::BuiltInRule(rule) => {
            format!(
                "{what} left out by the rule {rule}, one of those that keep caches, build output and secrets out. {}",
                brings_back()
            )
        }
        Because::HiddenFolder => format!("{what} hidden, and hidden folders are left out. {}", brings_back()),
        Because::CacheFolder => format!("{what} marked as a cache by its CACHEDIR.TAG. {}", brings_back()),
        Because::IgnoreFile { file, rule } => {
            format!("{what} left out by the rule {rule} in {}. {}", file.display(), brings_back())
        }
        Because::SomeIgnoreFile => format!("{what} left out by an ignore file. {}", brings_back()),
    }
}

/// Of what is on the disk, belongs to a source, and is not known yet.
fn of_new(facts: &Metadata, root: &Path, is_scanned: bool) -> String {
    if fs::metadata(root).is_ok_and(|root| root.dev() != facts.dev()) {
        return "It is on another disk than its folder. Add that disk as a folder of its own.".to_owned();
    }
    if facts.is_dir() {
        return "It is a folder; ask for a file in it.".to_owned();
    }
    if !facts.is_file() {
        return "It is neither a file nor a folder.".to_owned();
    }
    match is_scanned {
        true => "Atom has not seen it yet; that takes seconds after it was written, or until the next scan.".to_owned(),
        false => "Its folder is still being looked through.".to_owned(),
    }
}
