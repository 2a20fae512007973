//! `atom dev-bench`: indexes a folder into a throw-away vault, searches it, and sets the figures beside the budgets.
//!
//! A budget that does not hold is a fact in the table, never a failure: machines differ, and so do corpora.

mod corpus;
mod figures;

use super::args::Bench;
use super::{index, print_line};
use atom_api::dto::{
    DoctorRequest, SearchMode, SearchRequest, SourceState, SourceView, SourcesAddRequest, VaultCreateRequest,
};
use atom_api::{ApiError, ApiResult, App, AppConfig, ErrorCode, Indexing};
use figures::{Figure, build, cores, document, figure, percentile, table};
use std::fmt::Display;
use std::io::Read;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How exact the seconds of indexing are.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often to ask whether anything is in the way.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// Every query so often, after once to warm up.
const ROUNDS: usize = 5;
const HITS: u32 = 10;
/// Searches beside indexing, and the time between two of them: longer than embedding waits for another one.
const PACED: usize = 40;
const PACE: Duration = Duration::from_millis(1_300);

pub(super) async fn run(config: AppConfig, bench: Bench) -> ApiResult<ExitCode> {
    let queries = queries(bench.queries.as_deref())?;
    let scratch = Scratch::new().map_err(|error| failed("making a temporary folder", &error))?;
    let folder = match &bench.folder {
        Some(folder) => index::absolute(folder)?,
        None => {
            let made = scratch.0.join("corpus");
            std::fs::create_dir(&made)
                .and_then(|()| corpus::write(&made))
                .map_err(|error| failed("writing the corpus", &error))?;
            index::absolute(&made)?
        }
    };
    let data_dir = scratch.0.join("data");
    let app = App::start(AppConfig { data_dir: data_dir.clone(), indexing: Indexing::Full, ..config })?;
    let measured = tokio::select! {
        measured = measure(&app, folder, &queries) => measured.map(Some),
        _ = tokio::signal::ctrl_c() => Ok(None),
    };
    app.stop().await?;
    let sizes = [("database", "vault.db"), ("keyword index", "keyword"), ("vectors", "vectors")]
        .map(|(part, name)| figure(&format!("on disk, {part}"), on_disk(&data_dir, name), "MB", None));
    // Before anything is printed: a closed pipe ends the process.
    drop(scratch);
    let Some(mut figures) = measured? else { return Ok(ExitCode::from(130)) };
    figures.extend(sizes);
    if bench.json {
        print_line(&document(&figures).to_string());
    } else {
        print_line(table(&figures).trim_end());
        print_line("");
        print_line(
            "The budgets are for two cores, names of 50,000 files, searches of 500,000 passages, and an optimised build;",
        );
        print_line(&format!(
            "this is {}, with {} cores. Memory is without that of the processes that read files.",
            build(),
            cores()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure(app: &Arc<App>, folder: String, queries: &[String]) -> ApiResult<Vec<Figure>> {
    let passphrase = random_name().map_err(|error| failed("making a passphrase", &error))?;
    app.vault_create(VaultCreateRequest { passphrase, keychain: false }).await?;
    let mut figures = indexing(app, folder).await?;
    for (mode, name, budget) in [
        (SearchMode::Words, "words", Some(10.0)),
        (SearchMode::Meaning, "meaning", None),
        (SearchMode::Hybrid, "hybrid", Some(30.0)),
    ] {
        eprintln!("atom: searching, {name}");
        let mut took = Vec::with_capacity(ROUNDS * queries.len());
        let mut answered = 0;
        for round in 0..=ROUNDS {
            for query in queries {
                let request = SearchRequest::new(query, mode, HITS);
                let answer = app.search_query(request).await?;
                if round == 0 {
                    answered += u32::from(answer.total > 0);
                } else if !answer.notices.iter().any(|notice| notice.code == "meaning-off") {
                    took.push(f64::from(answer.took_ms));
                }
            }
        }
        figures.push(figure(&format!("search, {name}, queries with hits"), f64::from(answered), "", None));
        figures.push(figure(&format!("search, {name}, p50"), percentile(&mut took, 50), "ms", None));
        figures.push(figure(&format!("search, {name}, p95"), percentile(&mut took, 95), "ms", budget));
    }
    figures.extend(searching_while_indexing(app, queries).await?);
    Ok(figures)
}

/// Hybrid searches as a person makes them, each some time after the one before: first while nothing else is done, then while all
/// passages are embedded again. What counts is how much worse the second is.
async fn searching_while_indexing(app: &Arc<App>, queries: &[String]) -> ApiResult<Vec<Figure>> {
    let idle = paced(app, queries).await?;
    app.doctor(DoctorRequest { rebuild: Some("meaning".to_owned()) }).await?;
    let busy = paced(app, queries).await?;
    let left = app.status_get().await?.progress.meaning;
    if left.done >= left.total {
        eprintln!("atom: indexing was done before all searches were; give a larger folder");
    }
    let p95 = |mut took: Vec<f64>| percentile(&mut took, 95);
    let (idle, busy) = (p95(idle), p95(busy));
    let ratio = idle.zip(busy).map(|(idle, busy)| busy / idle);
    Ok(vec![
        figure("search now and then, hybrid, p95", idle, "ms", None),
        figure("search now and then while indexing, hybrid, p95", busy, "ms", None),
        figure("search while indexing to search while idle, p95", ratio, "times", None),
    ])
}

async fn paced(app: &Arc<App>, queries: &[String]) -> ApiResult<Vec<f64>> {
    let mut took = Vec::new();
    for query in queries.iter().cycle().take(PACED) {
        tokio::time::sleep(PACE).await;
        let request = SearchRequest::new(query, SearchMode::Hybrid, HITS);
        took.push(f64::from(app.search_query(request).await?.took_ms));
    }
    Ok(took)
}

async fn indexing(app: &Arc<App>, path: String) -> ApiResult<Vec<Figure>> {
    eprintln!("atom: indexing {path}");
    let begun = Instant::now();
    let added = app.sources_add(SourcesAddRequest { path }).await?;
    let (mut names, mut words, mut told, mut asked) = (None, None, None, Instant::now());
    let (source, meaning) = loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let activity = app.activity_list().await?;
        let sources = app.sources_list().await?;
        let Some(source) = sources.into_iter().find(|source| source.id == added.id) else { continue };
        if source.state == SourceState::Missing {
            return Err(ApiError::new(ErrorCode::FolderUnreadable, source.message.unwrap_or_default()));
        }
        let now = begun.elapsed().as_secs_f64();
        let scanned = !index::is_scan_ahead(&activity, &source.path);
        if scanned {
            names.get_or_insert(now);
        }
        if scanned && source.progress.words.done == source.progress.words.total {
            words.get_or_insert(now);
            if source.progress.meaning.done == source.progress.meaning.total {
                break (source, Some(now));
            }
        }
        if asked.elapsed() < ASK_EVERY {
            continue;
        }
        asked = Instant::now();
        let status = app.status_get().await?;
        let Some(trouble) = index::without_model(&status).or(status.message) else { continue };
        if words.is_some() {
            eprintln!("atom: nothing is measured of meaning: {trouble}");
            break (source, None);
        }
        if told.as_ref() != Some(&trouble) {
            eprintln!("atom: {trouble}");
            told = Some(trouble);
        }
    };
    let SourceView { files, bytes, progress, .. } = source;
    let (files, passages) = (files as f64, progress.meaning.total as f64);
    let rate = |count: f64, seconds: Option<f64>| seconds.map(|seconds| count / seconds);
    Ok(vec![
        figure("files", files, "", None),
        figure("content", bytes as f64 / 1e6, "MB", None),
        figure("passages", passages, "", None),
        figure("to names", names, "s", Some(5.0)),
        figure("to words", words, "s", None),
        figure("to meaning", meaning, "s", None),
        figure("files to words", rate(files, words), "per s", None),
        figure("passages to meaning", rate(passages, meaning), "per s", None),
        figure("peak resident memory, indexing", peak_memory(), "MB", Some(600.0)),
    ])
}

/// Most memory that this process ever had resident, in megabytes; known on Linux.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?;
    Some(kibibytes.parse::<f64>().ok()? * 1_024.0 / 1e6)
}

fn queries(file: Option<&Path>) -> ApiResult<Vec<String>> {
    let Some(file) = file else { return Ok(corpus::QUERIES.map(str::to_owned).to_vec()) };
    let text = std::fs::read_to_string(file).map_err(|error| failed("reading the queries", &error))?;
    let queries: Vec<String> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if queries.is_empty() {
        return Err(ApiError::new(ErrorCode::InvalidInput, "the file of queries has none"));
    }
    Ok(queries)
}

/// A private folder that is gone when this is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("atom-bench-{}", random_name()?));
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("atom: {} could not be removed: {error}", self.0.display());
        }
    }
}

/// 128 bits that nobody can guess.
fn random_name() -> std::io::Result<String> {
    let mut random = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Megabytes of a folder, or of a database with its log.
fn on_disk(data_dir: &Path, name: &str) -> f64 {
    let log = data_dir.join(format!("{name}-wal"));
    (bytes(&data_dir.join(name)) + bytes(&log)) as f64 / 1e6
}

fn bytes(path: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else { return std::fs::metadata(path).map_or(0, |facts| facts.len()) };
    entries.flatten().map(|entry| bytes(&entry.path())).sum()
}

fn failed(doing: &str, error: &impl Display) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, format!("{doing}: {error}"))
}
