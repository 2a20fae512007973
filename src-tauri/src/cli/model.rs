//! `atom model`.

use super::args::ModelAction;
use super::backend::Backend;
use super::{index, json, print_line};
use atom_api::dto::{
    IdRequest, ModelChangeView, ModelDownloadRequest, ModelEntryView, ModelImportRequest, ModelsView, StatusView,
};
use atom_api::{ApiError, ApiResult, Call, ErrorCode};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(400);
/// Lines of progress where nobody watches a terminal.
const SAY_EVERY: Duration = Duration::from_secs(5);

pub(super) async fn run(backend: &mut Backend, action: ModelAction) -> ApiResult<ExitCode> {
    let (call, as_json) = match action {
        ModelAction::List { json } => (Call::ModelList, json),
        ModelAction::Use { id, json } => return take(backend, id, json).await,
        ModelAction::Download { id, metered } => return download(backend, id, metered).await,
        ModelAction::Cancel => (Call::ModelCancel, false),
        ModelAction::Import { folder, id, json } => {
            let path = index::absolute(&folder)?;
            (Call::ModelImport(ModelImportRequest { path, id }), json)
        }
        ModelAction::Remove { id } => (Call::ModelRemove(IdRequest { id }), false),
    };
    let models: ModelsView = backend.call(call).await?;
    show(&models, as_json)?;
    Ok(ExitCode::SUCCESS)
}

fn show(models: &ModelsView, as_json: bool) -> ApiResult<()> {
    if as_json {
        print_line(&json::snake(models)?.to_string());
        return Ok(());
    }
    for model in &models.models {
        print_line(&json::printable(&line(model)));
    }
    if let Some(change) = &models.change {
        print_line(&progress(change));
    }
    Ok(())
}

fn line(model: &ModelEntryView) -> String {
    let mut facts = vec![model.name.clone()];
    facts.extend(model.languages.clone());
    facts.extend(model.bytes.map(json::bytes));
    match (&model.repository, model.state.as_str()) {
        (Some(repository), "available") => {
            facts.push(format!("published as {repository}"));
            facts.push(match model.download_bytes {
                Some(bytes) => format!("{} to download", json::bytes(bytes)),
                None => "to bring in with `atom model import`".to_owned(),
            });
        }
        (_, "missing") => facts.push("not here: bring it in with `atom model import`, or use another one".to_owned()),
        _ => {}
    }
    format!("{:<10} {:<38} {}", model.state, model.id, facts.join(", "))
}

pub(super) fn progress(change: &ModelChangeView) -> String {
    let eta = change.eta_seconds.map(|seconds| format!(", about {} left", index::duration(seconds)));
    format!(
        "{}: {} of {} passages{}; until then the present model answers",
        change.id,
        change.done,
        change.total,
        eta.unwrap_or_default()
    )
}

/// Takes a model into use and waits until it answers; Ctrl-C loses nothing.
async fn take(backend: &mut Backend, id: String, as_json: bool) -> ApiResult<ExitCode> {
    if backend.is_remote() {
        let status: StatusView = backend.call(Call::StatusGet).await?;
        if status.watching.folders == 0 && status.watching.polled == 0 {
            // A command that only looks, and ends in a moment.
            backend.take_over().await?;
        }
    }
    let _: ModelsView = backend.call(Call::ModelUse(IdRequest { id: id.clone() })).await?;
    let mut watch = Watch::default();
    loop {
        let status: StatusView = backend.call(Call::StatusGet).await?;
        let Some(change) = status.model.change else { break };
        if status.model.state == "failed" {
            let why = status.message.unwrap_or_else(|| "the model cannot be used".to_owned());
            return Err(ApiError::new(ErrorCode::ModelMissing, format!("{why}; `atom model cancel` gives it up")));
        }
        if status.paused {
            eprintln!("atom: background work is paused: the change goes on when it is resumed");
            return Ok(ExitCode::SUCCESS);
        }
        watch.say(&progress(&change));
        tokio::time::sleep(LOOK_EVERY).await;
    }
    watch.end();
    let models: ModelsView = backend.call(Call::ModelList).await?;
    if as_json {
        return show(&models, true).map(|()| ExitCode::SUCCESS);
    }
    let in_use = models.models.iter().find(|model| model.state == "in-use").map_or(&*id, |model| &model.id);
    print_line(&format!("in use: {in_use}"));
    Ok(ExitCode::SUCCESS)
}

/// Fetches a model to its end; Ctrl-C keeps what came.
async fn download(backend: &mut Backend, id: String, metered: bool) -> ApiResult<ExitCode> {
    let begun = backend.call(Call::ModelDownload(ModelDownloadRequest { id: id.clone(), metered })).await;
    let mut models: ModelsView = begun.map_err(|error: ApiError| match error.code {
        ErrorCode::NetworkMetered => {
            ApiError::new(error.code, format!("{}: `atom model download {id} --metered`", error.message))
        }
        _ => error,
    })?;
    let mut watch = Watch::default();
    while let Some(download) = &models.download {
        match download.state.as_str() {
            "running" => watch.say(&format!(
                "{}: {} of {}",
                download.id,
                json::bytes(download.done),
                json::bytes(download.total)
            )),
            "done" => {
                watch.end();
                print_line(&format!("{0} is here: `atom model use {0}` takes it into use", download.id));
                break;
            }
            _ => {
                watch.end();
                let stopped = || ApiError::new(ErrorCode::Internal, "the download was stopped");
                return Err(download.error.clone().unwrap_or_else(stopped));
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
        models = backend.call(Call::ModelList).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Progress on stderr.
#[derive(Default)]
struct Watch {
    said: Option<Instant>,
}

impl Watch {
    fn say(&mut self, line: &str) {
        let is_terminal = std::io::stderr().is_terminal();
        if self.said.is_some_and(|said| said.elapsed() < if is_terminal { LOOK_EVERY } else { SAY_EVERY }) {
            return;
        }
        self.said = Some(Instant::now());
        let mut err = std::io::stderr().lock();
        let _ = if is_terminal { write!(err, "\r\u{1b}[K{line}") } else { writeln!(err, "{line}") };
        let _ = err.flush();
    }

    fn end(&self) {
        if self.said.is_some() && std::io::stderr().is_terminal() {
            eprintln!();
        }
    }
}
