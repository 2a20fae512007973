//! Everything that is the person's own, in open formats, and taking it in again.
//!
//! What is written is plain text on purpose; the folder says so. It appears under its name only when it is whole.

use super::session::Session;
use super::{App, blocking, settings, settings_of, views};
use crate::dto::{ExportView, FolderRequest, ImportView, SavedPutRequest, Settings, SourcesAddRequest};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_core::ItemId;
use atom_store::{ChunkText, ItemFacts, SourceRow, SourceStatus};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FORMAT: &str = "atom-export";
const VERSION: u32 = 1;
const INFO: &str = "atom-export.json";
const SETTINGS: &str = "settings.json";
const SOURCES: &str = "sources.jsonl";
const ITEMS: &str = "items.jsonl";
const SAVED: &str = "saved.jsonl";
const HISTORY: &str = "history.jsonl";
const TEXTS: &str = "texts";
/// Items read at once.
const PAGE: usize = 200;
/// Texts in one folder.
const FOLDER_TEXTS: i64 = 1_000;
/// A file name of a text is at most so long, characters.
const NAME_CHARS: usize = 50;
/// A file of an export that is read again is at most so long, bytes.
const MAX_READ: u64 = 64 << 20;

const README: &str = "\
This is an export of Atom, in plain text: everything that Atom read from your files can be read by anyone who gets this folder.
Keep it where only you can see it, and delete it when it is not needed any more.

settings.json   what was set
sources.jsonl   folders that were added, one JSON document a line
saved.jsonl     searches that are kept, one JSON document a line
history.jsonl   what was searched before, one JSON document a line
items.jsonl     files and folders with their texts, one JSON document a line
texts/          the same texts as Markdown, one file an item

`atom import` takes folders, settings and kept searches in again; texts are read from the files themselves.
";

/// What the export is.
#[derive(Serialize, Deserialize)]
struct Info {
    format: String,
    version: u32,
    app_version: String,
    made_ms: i64,
    items: u64,
    texts: u64,
}

/// A folder that was added.
#[derive(Serialize, Deserialize)]
struct SourceLine {
    path: String,
    added_ms: i64,
}

/// A search that is kept.
#[derive(Serialize, Deserialize)]
struct SavedLine {
    name: String,
    query: String,
    notify: bool,
}

/// Writes the export into `folder`, which must be missing or empty.
pub(super) fn write(session: &Session, data_dir: &Path, folder: &Path) -> ApiResult<ExportView> {
    let staging = prepare(folder, data_dir)?;
    let written = fill(session, data_dir, &staging).and_then(|done| {
        // An empty folder makes room for the whole one.
        match fs::remove_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("replace", folder, &error)),
            _ => {}
        }
        fs::rename(&staging, folder).map_err(|error| failed("write", folder, &error))?;
        Ok(ExportView { folder: views::display(folder), ..done })
    });
    written.inspect_err(|_| {
        if let Err(error) = fs::remove_dir_all(&staging) {
            tracing::warn!(%error, "a part of an export stays in {}", staging.display());
        }
    })
}

/// A folder beside the one that was asked for.
fn prepare(folder: &Path, data_dir: &Path) -> ApiResult<PathBuf> {
    let invalid = |message: String| Err(ApiError::new(ErrorCode::InvalidInput, message));
    match folder.read_dir().map(|mut entries| entries.next().is_some()) {
        Ok(true) => {
            return invalid(format!("the folder {} is not empty: export into a new one", folder.display()));
        }
        Ok(false) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return invalid(format!("{} cannot be used: {error}", folder.display())),
    }
    let (Some(above), Some(name)) = (folder.parent(), folder.file_name()) else {
        return invalid("export into a folder, not into a whole disk".to_owned());
    };
    let above = above
        .canonicalize()
        .map_err(|error| ApiError::new(ErrorCode::NotFound, format!("{} is not there: {error}", above.display())))?;
    if above.starts_with(data_dir.canonicalize().unwrap_or_else(|_| data_dir.to_owned())) {
        return invalid("an export is plain text and must not lie in Atom's own folder".to_owned());
    }
    let staging = above.join(format!(".{}.exporting", name.to_string_lossy()));
    // Left by a process that was killed.
    match fs::remove_dir_all(&staging) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("remove", &staging, &error)),
        _ => {}
    }
    make_folder(&staging)?;
    Ok(staging)
}

fn fill(session: &Session, data_dir: &Path, staging: &Path) -> ApiResult<ExportView> {
    let store = &session.store;
    put(&staging.join("README.txt"), README.as_bytes())?;
    let settings = settings_of(store, data_dir)?;
    put(&staging.join(SETTINGS), &pretty(&settings)?)?;
    let sources: Vec<SourceRow> =
        store.sources()?.into_iter().filter(|source| source.status != SourceStatus::Removing).collect();
    let mut lines = Lines::create(staging.join(SOURCES))?;
    for source in &sources {
        lines.add(&SourceLine { path: views::display(&source.path), added_ms: source.added_ms })?;
    }
    lines.finish()?;

    fill_searches(session, staging)?;
    make_folder(&staging.join(TEXTS))?;
    let total = store.counts()?.total.items();
    let (mut items, mut texts) = (0, 0);
    let mut lines = Lines::create(staging.join(ITEMS))?;
    for source in &sources {
        let mut after = ItemId::new(0);
        loop {
            let page: Vec<ItemId> = store.items_after(source.id, after, PAGE)?.iter().map(|row| row.id).collect();
            let Some(last) = page.last() else { break };
            after = *last;
            for facts in store.item_facts(&page)? {
                let passages = store.chunks(facts.id)?;
                lines.add(&item_line(&facts, &source.path, &passages))?;
                if !passages.is_empty() {
                    put_text(staging, &facts, &passages)?;
                    texts += 1;
                }
                items += 1;
            }
            if session.runs.observe("writing", items.min(total), total).is_break() {
                return Err(ApiError::new(ErrorCode::Internal, "stopped before the end; nothing half is left"));
            }
        }
    }
    lines.finish()?;
    let info = Info {
        format: FORMAT.to_owned(),
        version: VERSION,
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        made_ms: session.clock.now_ms(),
        items,
        texts,
    };
    put(&staging.join(INFO), &pretty(&info)?)?;
    Ok(ExportView { folder: String::new(), items, texts })
}

/// Kept searches and past ones.
fn fill_searches(session: &Session, staging: &Path) -> ApiResult<()> {
    let mut lines = Lines::create(staging.join(SAVED))?;
    for kept in session.store.saved_searches()? {
        lines.add(&SavedLine { name: kept.name, query: kept.query, notify: kept.notify })?;
    }
    lines.finish()?;
    let mut lines = Lines::create(staging.join(HISTORY))?;
    for past in session.store.past_searches("", usize::MAX)? {
        lines.add(&json!({
            "query": past.query, "first_ms": past.first_ms, "last_ms": past.last_ms, "times": past.times,
            "total": past.total,
        }))?;
    }
    lines.finish()
}

fn item_line(facts: &ItemFacts, source: &Path, passages: &[ChunkText]) -> serde_json::Value {
    let passages: Vec<_> = passages
        .iter()
        .map(|passage| json!({"start": passage.start, "heading": passage.heading, "text": passage.text}))
        .collect();
    json!({
        "id": facts.id.get(), "path": views::display(&facts.path), "source": views::display(source),
        "title": facts.title, "author": facts.author, "kind": facts.kind.as_str(), "mime": facts.mime,
        "size": facts.size, "modified_ms": facts.modified_ms, "state": facts.state.as_str(), "reason": facts.reason,
        "archive": facts.container.as_deref().map(views::display), "opened_count": facts.opened_count, "opened_ms": facts.opened_ms, "passages": passages,
    })
}

fn put_text(staging: &Path, facts: &ItemFacts, passages: &[ChunkText]) -> ApiResult<()> {
    let folder = staging.join(TEXTS).join(format!("{:04}", facts.id.get() / FOLDER_TEXTS));
    if !folder.is_dir() {
        make_folder(&folder)?;
    }
    let name = views::name(&facts.path);
    let title = facts.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| name.clone());
    // Passages follow each other without gaps: together they are the text.
    let body: String = passages.iter().map(|passage| passage.text.as_str()).collect();
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text =
        format!("# {}\n\n`{}`\n\n{}\n", one_line(&title), one_line(&views::display(&facts.path)), body.trim_end());
    put(&folder.join(format!("{}-{}.md", facts.id, file_name(&name))), text.as_bytes())
}

/// A name that every file system takes.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    // Characters of up to four bytes: the limit of 255 bytes is not reached.
    let short: String = name.chars().map(plain).take(NAME_CHARS).collect();
    short.trim_matches(['.', '-']).to_owned()
}

impl App {
    /// Takes folders, settings and kept searches of an export in. Folders that are not there are named and left out, those
    /// that are indexed already stay as they are; texts are read from the files.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is no export, [`ErrorCode::InvalidInput`] if it is of a newer Atom or cannot be
    /// understood; nothing was taken in then.
    pub async fn import(self: &Arc<Self>, request: FolderRequest) -> ApiResult<ImportView> {
        self.touch();
        self.session().await?;
        let folder = super::backup::absolute(&request.folder)?;
        let data_dir = self.config.data_dir.clone();
        let (settings, sources, saved) = blocking(move || read(&folder, settings::defaults(&data_dir))).await?;
        let before = self.settings_get().await?;
        // Where to back up to, and the hotkey, belong to a machine.
        let air_gap = before.air_gap || settings.air_gap;
        let settings = Settings { backup: before.backup, hotkey: before.hotkey, air_gap, ..settings };
        self.settings_set(settings).await?;
        let (mut added, mut skipped) = (Vec::new(), Vec::new());
        let known: BTreeSet<_> = self.sources_list().await?.into_iter().map(|source| source.path).collect();
        for source in sources.into_iter().filter(|source| !known.contains(&source.path)) {
            match self.sources_add(SourcesAddRequest { path: source.path.clone() }).await {
                Ok(view) => added.push(view.path),
                Err(error) => skipped.push(format!("{}: {}", source.path, error.message)),
            }
        }
        let session = self.session().await?;
        let kept = blocking(move || Ok(session.store.saved_searches()?)).await?;
        for SavedLine { name, query, notify } in saved {
            if kept.iter().any(|known| known.name == name && known.query == query) {
                continue;
            }
            let request = SavedPutRequest { id: None, name: name.clone(), query, notify };
            if let Err(error) = self.saved_put(request).await {
                skipped.push(format!("{name}: {}", error.message));
            }
        }
        Ok(ImportView { added, skipped, settings: true })
    }
}

fn read(folder: &Path, defaults: Settings) -> ApiResult<(Settings, Vec<SourceLine>, Vec<SavedLine>)> {
    let invalid = |name: &str| {
        let message = format!("{} cannot be understood: is it part of an export?", folder.join(name).display());
        ApiError::new(ErrorCode::InvalidInput, message)
    };
    let info = Info::parse(&text_of(&folder.join(INFO))?).ok_or_else(|| invalid(INFO))?;
    if info.version > VERSION {
        let message = format!("the export has format {}, this Atom knows up to {VERSION}: update Atom", info.version);
        return Err(ApiError::new(ErrorCode::InvalidInput, message));
    }
    let settings = settings::merge(&text_of(&folder.join(SETTINGS))?, defaults);
    let sources = lines_of(&text_of(&folder.join(SOURCES))?).ok_or_else(|| invalid(SOURCES))?;
    // Exports of an older Atom have none.
    let saved = match folder.join(SAVED).try_exists() {
        Ok(false) => Vec::new(),
        _ => lines_of(&text_of(&folder.join(SAVED))?).ok_or_else(|| invalid(SAVED))?,
    };
    Ok((settings, sources, saved))
}

impl Info {
    fn parse(text: &str) -> Option<Self> {
        serde_json::from_str::<Self>(text).ok().filter(|info| info.format == FORMAT)
    }
}

fn lines_of<T: DeserializeOwned>(text: &str) -> Option<Vec<T>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).ok()).collect()
}

/// Files of an export that are read again, with any text in them.
#[cfg(any(test, fuzzing))]
pub(super) fn parse_any(text: &str) {
    let _ = (Info::parse(text), lines_of::<SourceLine>(text), lines_of::<SavedLine>(text));
}

fn text_of(path: &Path) -> ApiResult<String> {
    use std::io::Read;
    let missing = |error: io::Error| {
        ApiError::new(
            ErrorCode::NotFound,
            format!("there is no export here: {} cannot be read: {error}", path.display()),
        )
    };
    let mut text = String::new();
    File::open(path).and_then(|file| file.take(MAX_READ).read_to_string(&mut text)).map_err(missing)?;
    Ok(text)
}

fn failed(operation: &str, path: &Path, error: &io::Error) -> ApiError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ApiError::unwritten(path, error, ErrorCode::Internal)
        }
        _ => ApiError::new(ErrorCode::Internal, format!("cannot {operation} {}: {error}", path.display())),
    }
}

fn pretty(value: &impl Serialize) -> ApiResult<Vec<u8>> {
    serde_json::to_vec_pretty(value)
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("writing an export: {error}")))
}

fn make_folder(path: &Path) -> ApiResult<()> {
    DirBuilder::new().mode(0o700).create(path).map_err(|error| failed("make", path, &error))
}

fn create(path: &Path) -> ApiResult<File> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(|error| failed("write", path, &error))
}

fn put(path: &Path, bytes: &[u8]) -> ApiResult<()> {
    create(path)?.write_all(bytes).map_err(|error| failed("write", path, &error))
}

/// A file with a JSON document a line.
struct Lines {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Lines {
    fn create(path: PathBuf) -> ApiResult<Self> {
        Ok(Self { file: BufWriter::new(create(&path)?), path })
    }

    fn add(&mut self, line: &impl Serialize) -> ApiResult<()> {
        let written = serde_json::to_writer(&mut self.file, line).map_err(io::Error::from);
        written.and_then(|()| self.file.write_all(b"\n")).map_err(|error| failed("write", &self.path, &error))
    }

    fn finish(mut self) -> ApiResult<()> {
        let done = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        done.map_err(|error| failed("write", &self.path, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_texts_fit_every_file_system() {
        assert_eq!(file_name("Report 2024: a/b.pdf"), "Report-2024--a-b.pdf");
        assert_eq!(file_name("..\u{202e}\0\n"), "");
        assert_eq!(file_name("späte Ernte.txt"), "späte-Ernte.txt");
        assert!(file_name(&"\u{10400}".repeat(300)).len() <= 200);
    }
}
