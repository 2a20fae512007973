//! The command line: `atom index | search | status | files | watch | audit | history | saved | doctor | vault | backup | restore |
//! export | import | model | client | mcp | toggle | init`.
//!
//! Each subcommand is a few calls of the core, this process's own or, when the desktop app has the vault, the app's over its
//! socket. Results go to stdout, progress and errors to stderr. The contract is `src-tauri/docs/cli.md`.

mod args;
mod audit;
mod backend;
mod backup;
mod bench;
mod client;
mod index;
mod json;
mod mcp;
mod model;
mod personal;
mod rotate;
mod search;
mod unlock;
mod vault;

use crate::places;
use args::{Arguments, Command};
use atom_api::dto::{
    CheckView, DoctorRequest, DoctorResponse, FilesExplainRequest, FilesExplainResponse, FilesListRequest,
    FilesListResponse, GovernorView, SourceView, StatusView, VaultView,
};
use atom_api::{ApiError, ApiResult, AppConfig, Call, Caller, ErrorCode, Indexing};
use backend::Backend;
use clap::Parser;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::LevelFilter;

/// Exit code when the vault is locked or the passphrase is wrong.
const LOCKED: u8 = 3;
/// Files asked for at once.
const PAGE: u32 = 5_000;

/// Runs a subcommand.
pub(crate) fn run(args: Vec<OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(std::iter::once(OsString::from("atom")).chain(args)) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too, and go to stdout.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let _ = atom_api::harden();
    crate::logging::to_stderr(LevelFilter::ERROR);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&ApiError::new(ErrorCode::Internal, format!("starting: {error}"))),
    };
    match runtime.block_on(Caller::Terminal.asks(dispatch(arguments))) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

fn fail(error: &ApiError) -> ExitCode {
    eprintln!("atom: {}", error.message);
    if let Some(details) = &error.details {
        eprintln!("      {details}");
    }
    if error.code == ErrorCode::DataLost {
        eprintln!(
            "      Ways on: bring a backup back with `atom restore DIR`, or go on with what is there: `atom doctor --accept-loss`."
        );
    }
    match error.code {
        ErrorCode::VaultLocked | ErrorCode::WrongPassphrase | ErrorCode::KeychainUnavailable => ExitCode::from(LOCKED),
        _ => ExitCode::FAILURE,
    }
}

async fn dispatch(arguments: Arguments) -> ApiResult<ExitCode> {
    let config = places::config(arguments.data_dir)
        .map_err(|error| ApiError::new(ErrorCode::InvalidInput, error.to_string()))?;
    match arguments.command {
        Command::Init { passphrase_stdin, keychain } => unlock::init(config, passphrase_stdin, keychain).await,
        Command::Index { paths, wait, forget_gone, json } => {
            let backend = open(config, Indexing::Full).await?;
            finish(backend, async |backend| index::run(backend, &paths, wait, forget_gone, json).await).await
        }
        Command::Search(request) => {
            let backend = open(config, Indexing::Off).await?;
            finish(backend, async |backend| search::run(backend, request).await).await
        }
        Command::Status { json } => {
            let backend = open(config, Indexing::Off).await?;
            finish(backend, async |backend| status(backend, json).await).await
        }
        Command::Files { state, in_archives, why, json } => {
            let backend = open(config, Indexing::Off).await?;
            finish(backend, async |backend| match why {
                Some(path) => explain(backend, &path, json).await,
                None => files(backend, state, in_archives, json).await,
            })
            .await
        }
        Command::Watch => watch(config).await,
        Command::Audit(request) => {
            let backend = open(config, Indexing::Off).await?;
            finish(backend, async |backend| audit::run(backend, request).await).await
        }
        Command::History(request) => {
            let backend = open(config, Indexing::Off).await?;
            finish(backend, async |backend| personal::history(backend, request).await).await
        }
        Command::Saved(request) => {
            let backend = open(config, Indexing::Off).await?;
            finish(backend, async |backend| personal::saved(backend, request).await).await
        }
        Command::Doctor { rebuild, accept_loss, json } => {
            let backend = match open_for_doctor(config, accept_loss).await {
                Err(error) if json && error.code == ErrorCode::DataLost => return report_loss(&error),
                other => other?,
            };
            finish(backend, async |backend| doctor(backend, rebuild, json).await).await
        }
        Command::Backup(args) => backup::backup(config, args).await,
        Command::Restore(args) => backup::restore(config, args).await,
        Command::Export { folder, json } => backup::export(config, &folder, json).await,
        Command::Import { folder, json } => backup::import(config, &folder, json).await,
        Command::Vault { action } => {
            let mut backend = Backend::open(AppConfig { indexing: Indexing::Off, ..config }).await?;
            let outcome = vault::run(&mut backend, action).await;
            backend.stop().await;
            outcome
        }
        Command::Model { action } => {
            let takes_time = matches!(action, args::ModelAction::Use { .. });
            let backend = open(config, if takes_time { Indexing::Full } else { Indexing::Off }).await?;
            finish(backend, async |backend| model::run(backend, action).await).await
        }
        Command::Client { action } => {
            let backend = open(config, Indexing::Off).await?;
            finish(backend, async |backend| client::run(backend, action).await).await
        }
        Command::Mcp { client } => mcp::run(&config.data_dir, &client).await,
        Command::Toggle => {
            atom_api::socket::call(&config.data_dir, Call::Toggle).await.map_err(|_| {
                ApiError::new(
                    ErrorCode::Busy,
                    "Atom is not running: start it first, `atom --hidden` puts it into the tray",
                )
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::DevBench(request) => bench::run(config, request).await,
    }
}

async fn open(config: AppConfig, indexing: Indexing) -> ApiResult<Backend> {
    let mut backend = Backend::open(AppConfig { indexing, ..config }).await?;
    unlock::unlock(&mut backend).await?;
    Ok(backend)
}

async fn open_for_doctor(config: AppConfig, accepts_loss: bool) -> ApiResult<Backend> {
    let mut backend = Backend::open(AppConfig { indexing: Indexing::Full, ..config }).await?;
    match unlock::unlock(&mut backend).await {
        Err(error) if accepts_loss && error.code == ErrorCode::DataLost => {
            eprintln!("atom: {}", error.message);
            let _: VaultView = backend.call(Call::VaultAcceptLoss).await?;
            eprintln!(
                "atom: going on with what is there; all folders are compared with the disk, and both indexes with the vault"
            );
        }
        other => other?,
    }
    Ok(backend)
}

/// A loss as the one check that could be made.
fn report_loss(error: &ApiError) -> ApiResult<ExitCode> {
    let check = CheckView { name: "anchor".to_owned(), ok: false, mended: false, message: error.message.clone() };
    print_line(&json::snake(&DoctorResponse { ok: false, checks: vec![check] })?.to_string());
    Ok(ExitCode::FAILURE)
}

/// Runs the work, or ends in order at Ctrl-C.
async fn finish(
    mut backend: Backend,
    work: impl AsyncFnOnce(&mut Backend) -> ApiResult<ExitCode>,
) -> ApiResult<ExitCode> {
    let outcome = tokio::select! {
        outcome = work(&mut backend) => outcome,
        _ = tokio::signal::ctrl_c() => {
            eprintln!("\natom: stopped; what was done is kept, and goes on from there next time");
            Ok(ExitCode::from(130))
        }
    };
    backend.stop().await;
    outcome
}

async fn status(backend: &mut Backend, json: bool) -> ApiResult<ExitCode> {
    let status: StatusView = backend.call(Call::StatusGet).await?;
    let sources: Vec<SourceView> = backend.call(Call::SourcesList).await?;
    if json {
        let mut value = json::snake(&status)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("sources".to_owned(), json::snake(&sources)?);
        }
        print_line(&value.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let percent = |done: u64, total: u64| (100 * done).checked_div(total).unwrap_or(100);
    let progress = &status.progress;
    print_line(&format!(
        "Names {} % · Words {} % · Meaning {} %{}{}",
        percent(progress.names.done, progress.names.total),
        percent(progress.words.done, progress.words.total),
        percent(progress.meaning.done, progress.meaning.total),
        progress
            .ocr
            .filter(|ocr| ocr.total > 0)
            .map(|ocr| format!(" · Text in pictures {} %", percent(ocr.done, ocr.total)))
            .unwrap_or_default(),
        if status.paused { " · paused" } else { "" },
    ));
    let is_done = [progress.names, progress.words, progress.meaning].iter().all(|stage| stage.done >= stage.total);
    if let Some(governor) = status.governor.as_ref().filter(|_| !is_done) {
        print_line(&pace(governor));
    }
    for source in sources {
        let files = json::counted(source.files, "file");
        print_line(&format!("{}  {files}{}, {}", source.path, in_archives(source.members), json::bytes(source.bytes)));
        for message in source.message.iter().cloned().chain(index::vanished(&source)) {
            print_line(&format!("  {message}"));
        }
    }
    let states: Vec<_> = status.counts.iter().map(|count| format!("{} {}", count.count, count.state)).collect();
    print_line(&format!(
        "{}{} ({}), {}",
        json::counted(status.items, "item"),
        in_archives(status.members),
        states.join(", "),
        json::counted(status.chunks, "passage")
    ));
    let sizes: Vec<_> = status.sizes.iter().map(|size| format!("{} {}", size.name, json::bytes(size.bytes))).collect();
    print_line(&format!("On disk: {}", sizes.join(", ")));
    print_line(&format!(
        "Model: {}  Atom {}",
        status.model.id.as_deref().unwrap_or("missing; `atom model list` says more"),
        status.version
    ));
    if let Some(change) = &status.model.change {
        print_line(&model::progress(change));
    }
    for message in status.message.into_iter().chain(status.ocr.message) {
        print_line(&format!("Note: {message}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// The files in archives, where there are any.
fn in_archives(count: u64) -> String {
    if count == 0 { String::new() } else { format!(" and {count} in archives") }
}

/// How fast background work goes, as a line.
fn pace(governor: &GovernorView) -> String {
    let cores = json::counted(governor.threads.into(), "core");
    let rests = if governor.rests { ", with rests" } else { "" };
    match (governor.state.as_str(), &governor.reason) {
        ("held", Some(reason)) => format!("Pace: meaning rests, {reason}; the rest on {cores}{rests}"),
        (_, Some(reason)) => format!("Pace: {cores}{rests}, {reason}"),
        _ if governor.anyway => format!("Pace: {cores}{rests}, whatever battery and heat say"),
        _ => format!("Pace: {cores}{rests}"),
    }
}

async fn files(backend: &mut Backend, state: Option<String>, in_archives: bool, json: bool) -> ApiResult<ExitCode> {
    let states: Vec<String> = state.iter().flat_map(|state| state.split(',')).map(str::to_owned).collect();
    let mut offset = 0;
    loop {
        let request = FilesListRequest {
            states: states.clone(),
            offset,
            limit: PAGE,
            in_archives,
            ..FilesListRequest::default()
        };
        let page: FilesListResponse = backend.call(Call::FilesList(request)).await?;
        for file in &page.files {
            if json {
                let mut line = serde_json::json!({
                    "path": file.path, "state": file.state, "stage": file.stage, "mime": file.mime, "reason": file.reason,
                });
                for (key, value) in [("ocr", &file.ocr), ("archive", &file.archive)] {
                    if let (Some(value), Some(fields)) = (value, line.as_object_mut()) {
                        fields.insert(key.to_owned(), value.as_str().into());
                    }
                }
                print_line(&line.to_string());
            } else {
                let reason = file.reason.as_deref().map(|reason| format!("  ({reason})")).unwrap_or_default();
                print_line(&format!("{:<12} {}{reason}", file.state, json::printable(&file.path)));
            }
        }
        if page.files.len() < PAGE as usize {
            return Ok(ExitCode::SUCCESS);
        }
        offset += PAGE;
    }
}

async fn explain(backend: &mut Backend, path: &Path, json: bool) -> ApiResult<ExitCode> {
    let request = FilesExplainRequest { path: index::absolute(path)? };
    let answer: FilesExplainResponse = backend.call(Call::FilesExplain(request)).await?;
    if json {
        let state = answer.file.as_ref().map(|file| (&file.state, &file.stage));
        let line = serde_json::json!({
            "path": answer.path, "state": state.map(|(state, _)| state), "stage": state.map(|(_, stage)| stage),
            "message": answer.message,
        });
        print_line(&line.to_string());
    } else {
        print_line(&json::printable(&answer.message));
    }
    Ok(ExitCode::SUCCESS)
}

async fn watch(config: AppConfig) -> ApiResult<ExitCode> {
    let mut backend = open(config, Indexing::AsSet).await?;
    if backend.is_remote() {
        let status: StatusView = backend.call(Call::StatusGet).await?;
        if status.watching.folders == 0 && status.watching.polled == 0 {
            // A command that only looks, and ends in a moment.
            backend.take_over().await?;
        }
    }
    if backend.is_remote() {
        eprintln!("atom: the running Atom keeps the index live already");
        return Ok(ExitCode::SUCCESS);
    }
    // Before it is said: whoever presses the keys at once ends it in order, too.
    let mut interrupt = signal(SignalKind::interrupt())
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("listening to Ctrl-C: {error}")))?;
    eprintln!("atom: keeping the index live; Ctrl-C ends it");
    interrupt.recv().await;
    backend.stop().await;
    Ok(ExitCode::SUCCESS)
}

async fn doctor(backend: &mut Backend, rebuild: Option<args::Rebuild>, json: bool) -> ApiResult<ExitCode> {
    let rebuild = rebuild.map(|which| which.as_str().to_owned());
    let found: DoctorResponse = backend.call(Call::Doctor(DoctorRequest { rebuild })).await?;
    if !backend.is_remote() && found.checks.iter().any(|check| check.mended) {
        index::wait_until_done(backend).await?;
    }
    if json {
        print_line(&json::snake(&found)?.to_string());
    } else {
        for check in &found.checks {
            let verdict = match (check.ok, check.mended) {
                (true, false) => "ok    ",
                (true, true) => "mended",
                (false, _) => "FAILED",
            };
            print_line(&format!("{verdict}  {:<12} {}", check.name, check.message));
        }
    }
    Ok(if found.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints to stdout; a closed pipe ends the output quietly.
fn print_line(line: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").is_err() {
        std::process::exit(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(state: &str, reason: Option<&str>, threads: u32, rests: bool, expect: &str) {
        let (state, reason) = (state.to_owned(), reason.map(str::to_owned));
        assert_eq!(pace(&GovernorView { state, reason, threads, rests, anyway: false }), expect);
    }

    #[test]
    fn the_pace_says_what_it_does_and_why() {
        check("free", None, 4, false, "Pace: 4 cores");
        check("free", None, 1, true, "Pace: 1 core, with rests");
        check("slowed", Some("on battery at 64 %"), 1, true, "Pace: 1 core, with rests, on battery at 64 %");
        let held = "Pace: meaning rests, this computer is hot (94 °C of 100 °C); the rest on 1 core, with rests";
        check("held", Some("this computer is hot (94 °C of 100 °C)"), 1, true, held);
    }
}
