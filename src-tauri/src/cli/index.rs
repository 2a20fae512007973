//! `atom index`.

use super::args::Wait;
use super::backend::Backend;
use super::{json, print_line};
use atom_api::dto::{ActivityView, IdRequest, SourceState, SourceView, SourcesAddRequest, StatusView};
use atom_api::{ApiError, ApiResult, Call, ErrorCode};
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(400);
/// Lines of progress where nobody watches a terminal.
const SAY_EVERY: Duration = Duration::from_secs(5);

pub(super) async fn run(
    backend: &mut Backend,
    paths: &[PathBuf],
    wait: Wait,
    forget_gone: bool,
    json: bool,
) -> ApiResult<ExitCode> {
    let begun = Instant::now();
    let mut added = Vec::new();
    for path in paths {
        let path = absolute(path)?;
        let source: SourceView = backend.call(Call::SourcesAdd(SourcesAddRequest { path })).await?;
        if forget_gone {
            forget(backend, &source).await?;
        }
        if backend.is_remote() {
            // A person waits for it here; the app's own process would otherwise keep its manners.
            let request = IdRequest { id: source.id.clone() };
            if let Err(error) = backend.call::<()>(Call::SourcesIndexNow(request)).await {
                eprintln!("atom: {}", error.message);
            }
        }
        added.push(source.id);
    }
    let mut watch = Watch { json, said: None };
    let mut words_seconds = None;
    let sources = loop {
        // First: what it says is over is in the counts that follow.
        let activity: ActivityView = backend.call(Call::ActivityList).await?;
        let status: StatusView = backend.call(Call::StatusGet).await?;
        let mut sources: Vec<SourceView> = backend.call(Call::SourcesList).await?;
        sources.retain(|source| added.contains(&source.id));
        if let Some(lost) = sources.iter().find(|source| source.state == SourceState::Missing) {
            let why = lost.message.clone().unwrap_or_default();
            return Err(ApiError::new(ErrorCode::FolderUnreadable, format!("{}: {why}", lost.path)));
        }
        watch.say(&status, &sources, begun.elapsed());
        let scanned = !sources.iter().any(|source| is_scan_ahead(&activity, &source.path));
        if scanned && let Some(why) = sources.iter().find_map(|source| failed_scan(&activity, &source.path)) {
            return Err(ApiError::new(ErrorCode::FolderUnreadable, why));
        }
        let gone = sources.iter().find(|source| source.vanished.is_some());
        if let (true, true, Some(source)) = (forget_gone, scanned, gone) {
            // That they are gone was seen just now.
            forget(backend, source).await?;
            continue;
        }
        let words_left: u64 =
            sources.iter().map(|source| source.progress.words.total - source.progress.words.done).sum();
        if scanned && words_left == 0 {
            words_seconds.get_or_insert(begun.elapsed().as_secs_f64());
            let meaning_left: u64 =
                sources.iter().map(|source| source.progress.meaning.total - source.progress.meaning.done).sum();
            let without_model = without_model(&status);
            if let Some(why) = &without_model
                && wait != Wait::Words
            {
                eprintln!("atom: meaning waits: {why}");
            }
            let is_findable = wait == Wait::Words || meaning_left == 0 || without_model.is_some();
            if is_findable && (wait != Wait::Ocr || pictures_left(backend, &sources).await? == 0) {
                let meaning_seconds = (meaning_left == 0).then(|| begun.elapsed().as_secs_f64());
                watch.end();
                report(&status, &sources, words_seconds, meaning_seconds, json);
                break sources;
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    for source in sources {
        for message in source.message.iter().cloned().chain(vanished(&source)) {
            eprintln!("atom: {message}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Forgets what is gone from a source in great number, if that is known.
async fn forget(backend: &mut Backend, source: &SourceView) -> ApiResult<()> {
    match source.vanished {
        Some(_) => backend.call(Call::SourcesForget(IdRequest { id: source.id.clone() })).await,
        None => Ok(()),
    }
}

/// What to say of files that are gone in great number.
pub(super) fn vanished(source: &SourceView) -> Option<String> {
    let vanished = source.vanished?;
    Some(format!(
        "{} gone from {} all at once, and kept until {} in case they come back; `atom index PATH --forget-gone` forgets them now",
        json::counted(vanished.count, "file"),
        source.path,
        json::date(vanished.kept_until),
    ))
}

/// Pictures and scans in which text is still to be recognised; none are waited for where that cannot be done.
async fn pictures_left(backend: &mut Backend, sources: &[SourceView]) -> ApiResult<u64> {
    // Anew: the one before may be older than the last file that was read.
    let status: StatusView = backend.call(Call::StatusGet).await?;
    if let Some(why) = &status.ocr.message {
        eprintln!("atom: text in pictures waits: {why}");
        return Ok(0);
    }
    if status.ocr.state == "ready" && status.ocr.version.is_none() && !status.paused {
        // Tesseract was not asked yet, and another version looks at more.
        return Ok(1);
    }
    let pictures = sources.iter().filter_map(|source| source.progress.ocr);
    Ok(pictures.map(|progress| progress.total - progress.done).sum())
}

/// Waits until nothing is left to do.
pub(super) async fn wait_until_done(backend: &mut Backend) -> ApiResult<()> {
    let begun = Instant::now();
    let mut watch = Watch { json: false, said: None };
    loop {
        let status: StatusView = backend.call(Call::StatusGet).await?;
        watch.say(&status, &[], begun.elapsed());
        let progress = &status.progress;
        let left = progress.words.total - progress.words.done + progress.meaning.total - progress.meaning.done;
        if left == 0 || without_model(&status).is_some() && progress.words.total == progress.words.done {
            watch.end();
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Why there will be no meaning however long one waits; none when the model can be used.
pub(super) fn without_model(status: &StatusView) -> Option<String> {
    let missing = || "the embedding model is missing: run `cargo xtask setup`".to_owned();
    matches!(status.model.state.as_str(), "missing" | "failed").then(|| status.message.clone().unwrap_or_else(missing))
}

pub(super) fn absolute(path: &Path) -> ApiResult<String> {
    let whole = std::path::absolute(path)
        .map_err(|error| ApiError::new(ErrorCode::InvalidInput, format!("{} is no path: {error}", path.display())))?;
    whole.into_os_string().into_string().map_err(|_| {
        ApiError::new(
            ErrorCode::InvalidInput,
            "the path of a folder to add has to be valid UTF-8; add the folder above it",
        )
    })
}

/// Whether the folder at `path` still has to be compared with the disk. Adding a folder asks for it at once, so this needs no
/// clock, which could be set meanwhile.
pub(super) fn is_scan_ahead(activity: &ActivityView, path: &str) -> bool {
    let is_ahead = |state: &str| matches!(state, "queued" | "running" | "paused");
    scans(activity, path).any(|(state, _)| is_ahead(state))
}

/// Why the last comparison of the folder at `path` with the disk failed, if it did.
fn failed_scan(activity: &ActivityView, path: &str) -> Option<String> {
    // Newest first.
    let (state, error) = scans(activity, path).next()?;
    (state == "failed")
        .then(|| error.unwrap_or("it cannot be compared with the disk"))
        .map(|why| format!("{path}: {why}"))
}

/// State and error of every comparison of the folder at `path` with the disk.
fn scans<'a>(activity: &'a ActivityView, path: &'a str) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
    let scans = activity.jobs.iter().filter(move |job| job.kind == "scan" && job.source.as_deref() == Some(path));
    scans.map(|job| (job.state.as_str(), job.error.as_deref()))
}

fn report(
    status: &StatusView,
    sources: &[SourceView],
    words_seconds: Option<f64>,
    meaning_seconds: Option<f64>,
    json: bool,
) {
    let count = |wanted: &[&str]| -> u64 {
        let counts = sources.iter().flat_map(|source| &source.counts);
        counts.filter(|count| wanted.contains(&count.state.as_str())).map(|count| count.count).sum()
    };
    let seen: u64 = sources.iter().map(|source| source.files).sum();
    let indexed = count(&["indexed"]);
    let failed = count(&["encrypted", "too-large", "timed-out", "crashed", "unreadable"]);
    let bytes: u64 = sources.iter().map(|source| source.bytes).sum();
    let chunks: u64 = sources.iter().map(|source| source.progress.meaning.total).sum();
    if json {
        let done = json!({
            "event": "done", "files_seen": seen, "files_indexed": indexed, "files_failed": failed, "bytes": bytes,
            "chunks": chunks, "words_seconds": words_seconds, "meaning_seconds": meaning_seconds,
        });
        print_line(&done.to_string());
        return;
    }
    print_line(&format!(
        "{} ({}): {indexed} with text, {failed} could not be read, {}",
        json::counted(seen, "file"),
        json::bytes(bytes),
        json::counted(chunks, "passage")
    ));
    let after = |stage: &str, seconds: Option<f64>| seconds.map(|s| format!("{stage} after {}", duration(s as f32)));
    let stages: Vec<_> =
        [after("words", words_seconds), after("meaning", meaning_seconds)].into_iter().flatten().collect();
    print_line(&format!("findable: {}", stages.join(", ")));
    if failed > 0 {
        print_line("`atom files --state failed` says why");
    }
    if let Some(message) = &status.message {
        print_line(message);
    }
}

/// Progress on stderr, or as JSON lines.
struct Watch {
    json: bool,
    said: Option<Instant>,
}

impl Watch {
    fn say(&mut self, status: &StatusView, sources: &[SourceView], elapsed: Duration) {
        let terminal = std::io::stderr().is_terminal();
        if self.said.is_some_and(|said| said.elapsed() < if terminal { LOOK_EVERY } else { SAY_EVERY }) {
            return;
        }
        self.said = Some(Instant::now());
        let progress = &status.progress;
        if self.json {
            let line = json!({
                "event": "progress", "seconds": elapsed.as_secs_f64(),
                "files_seen": sources.iter().map(|source| source.files).sum::<u64>(),
                "words": progress.words.done, "words_total": progress.words.total,
                "meaning": progress.meaning.done, "meaning_total": progress.meaning.total,
                "eta_seconds": progress.words.eta_seconds.or(progress.meaning.eta_seconds),
                "ocr": progress.ocr.map(|ocr| ocr.done), "ocr_total": progress.ocr.map(|ocr| ocr.total),
            });
            print_line(&line.to_string());
            return;
        }
        let eta = progress.words.eta_seconds.or(progress.meaning.eta_seconds);
        let eta = eta.map(|seconds| format!(", about {} left", duration(seconds))).unwrap_or_default();
        let ocr = progress.ocr.filter(|ocr| ocr.total > 0);
        let ocr = ocr.map(|ocr| format!(" · text in pictures {}/{}", ocr.done, ocr.total)).unwrap_or_default();
        let line = format!(
            "words {}/{} · meaning {}/{}{ocr}{eta}",
            progress.words.done, progress.words.total, progress.meaning.done, progress.meaning.total
        );
        let mut err = std::io::stderr().lock();
        let _ = if terminal { write!(err, "\r\u{1b}[K{line}") } else { writeln!(err, "{line}") };
        if let Some(message) = &status.message {
            let _ = writeln!(err, "{}{message}", if terminal { "\n" } else { "" });
        }
        let _ = err.flush();
    }

    fn end(&self) {
        if !self.json && std::io::stderr().is_terminal() {
            eprintln!();
        }
    }
}

pub(super) fn duration(seconds: f32) -> String {
    match seconds as u64 {
        seconds @ 0..=90 => format!("{seconds} s"),
        seconds @ 91..=5_400 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{:.1} h", seconds as f64 / 3_600.0),
    }
}
