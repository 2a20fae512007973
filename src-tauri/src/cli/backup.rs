//! `atom backup`, `atom restore`, `atom export`, `atom import`.

use super::args::{Backup, BackupCommand, Restore};
use super::backend::Backend;
use super::index::{absolute, duration};
use super::unlock::{self, passphrase};
use super::{finish, json, open, print_line};
use atom_api::dto::{
    BackupCheckView, BackupListView, BackupRequest, BackupRunView, BackupStateView, FolderRequest, ImportView,
    SnapshotView,
};
use atom_api::{ApiError, ApiResult, AppConfig, BackupFolder, Call, ErrorCode, Indexing};
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(150);
/// Lines of progress where nobody watches a terminal.
const SAY_EVERY: Duration = Duration::from_secs(5);
/// Exit code after Ctrl-C.
const STOPPED: u8 = 130;

pub(super) async fn backup(config: AppConfig, args: Backup) -> ApiResult<ExitCode> {
    match args.command {
        Some(BackupCommand::List { folder, json }) => list(config, &folder, json).await,
        Some(BackupCommand::Check { folder, json }) => check(config, &folder, json).await,
        None => {
            let folder = args.folder.as_deref().unwrap_or(Path::new("."));
            let request = BackupRequest {
                folder: absolute(folder)?,
                verify: args.verify,
                indexes: !args.without_indexes,
                keep_last: args.keep_last,
                keep_daily: args.keep_daily,
                keep_weekly: args.keep_weekly,
            };
            let json = args.json;
            let backend = open(config, Indexing::Off).await?;
            run(backend, Call::BackupStart(request), json, |run| {
                if let Some(done) = &run.backup {
                    for warning in &done.warnings {
                        eprintln!("atom: {warning}");
                    }
                    say(json, "done", done, || {
                        let added = json::bytes(done.snapshot.added_bytes);
                        let mut line = format!("{}, {added} new", snapshot_line(&done.snapshot));
                        if !done.removed_snapshots.is_empty() {
                            line += &format!(", {} older removed", done.removed_snapshots.len());
                        }
                        vec![line]
                    })?;
                }
                Ok(ExitCode::SUCCESS)
            })
            .await
        }
    }
}

pub(super) async fn export(config: AppConfig, folder: &Path, json: bool) -> ApiResult<ExitCode> {
    let request = FolderRequest { folder: absolute(folder)? };
    let backend = open(config, Indexing::Off).await?;
    run(backend, Call::ExportStart(request), json, |run| {
        if let Some(done) = &run.export {
            say(json, "done", done, || {
                vec![
                    format!("{} items, {} of them with text, are in {}", done.items, done.texts, done.folder),
                    "Everything in that folder can be read by anyone who gets it.".to_owned(),
                ]
            })?;
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

pub(super) async fn import(config: AppConfig, folder: &Path, json: bool) -> ApiResult<ExitCode> {
    let request = FolderRequest { folder: absolute(folder)? };
    let backend = open(config, Indexing::Off).await?;
    finish(backend, async |backend| {
        let done: ImportView = backend.call(Call::Import(request)).await?;
        for skipped in &done.skipped {
            eprintln!("atom: not added: {skipped}");
        }
        say(json, "done", &done, || {
            let folders = done.added.iter().map(|folder| format!("added {folder}"));
            folders
                .chain(["The settings are taken over; `atom watch` or the app reads the folders.".to_owned()])
                .collect()
        })?;
        Ok(ExitCode::SUCCESS)
    })
    .await
}

/// Starts a long task, tells how far it is, and ends it in order at Ctrl-C.
async fn run(
    mut backend: Backend,
    start: Call,
    json: bool,
    done: impl FnOnce(&BackupRunView) -> ApiResult<ExitCode>,
) -> ApiResult<ExitCode> {
    let outcome = follow(&mut backend, start, json).await;
    backend.stop().await;
    match outcome? {
        run if run.state == "cancelled" => {
            eprintln!("atom: stopped; nothing half is left");
            Ok(ExitCode::from(STOPPED))
        }
        BackupRunView { error: Some(error), .. } => Err(error),
        run => done(&run),
    }
}

async fn follow(backend: &mut Backend, start: Call, json: bool) -> ApiResult<BackupRunView> {
    let unit = if matches!(start, Call::ExportStart(_)) { Unit::Items } else { Unit::Bytes };
    let begun: BackupRunView = backend.call(start).await?;
    let mut teller = Teller::new(json, unit);
    let mut asked = false;
    loop {
        let state: BackupStateView = backend.call(Call::BackupState).await?;
        let run = state.run;
        if run.run != begun.run || run.state != "running" {
            teller.end();
            return Ok(run);
        }
        teller.say(&run.phase, run.done, run.total, run.eta_seconds);
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = tokio::signal::ctrl_c(), if !asked => {
                asked = true;
                backend.call::<()>(Call::BackupCancel).await?;
            }
        }
    }
}

async fn list(config: AppConfig, folder: &Path, json: bool) -> ApiResult<ExitCode> {
    let view: BackupListView = if is_of_this_vault(&config, folder) {
        let mut backend = open(config, Indexing::Off).await?;
        let listed = backend.call(Call::BackupList(FolderRequest { folder: absolute(folder)? })).await;
        backend.stop().await;
        listed?
    } else {
        unlocked(&config, folder)?.list()?
    };
    if json {
        print_line(&json::snake(&view)?.to_string());
    } else {
        for snapshot in &view.snapshots {
            print_line(&snapshot_line(snapshot));
        }
        print_line(&format!("{} backups, {} on the disk", view.snapshots.len(), json::bytes(view.bytes)));
    }
    for damage in &view.damage {
        eprintln!("atom: {damage}");
    }
    Ok(if view.damage.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn check(config: AppConfig, folder: &Path, json: bool) -> ApiResult<ExitCode> {
    let report = |found: &BackupCheckView| {
        for damage in &found.damage {
            eprintln!("atom: {damage}");
        }
        say(json, "done", found, || {
            let lost = found.lost_snapshots.iter().map(|id| format!("cannot be restored: {id}"));
            let read = json::bytes(found.bytes);
            let verdict = if found.ok { "everything is sound" } else { "there is damage" };
            lost.chain([format!("{} backups, {} chunks, {read} read: {verdict}", found.snapshots, found.chunks)])
                .collect()
        })?;
        Ok(if found.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    };
    if is_of_this_vault(&config, folder) {
        let request = FolderRequest { folder: absolute(folder)? };
        let backend = open(config, Indexing::Off).await?;
        return run(backend, Call::BackupCheck(request), json, |run| {
            run.check.as_ref().map_or(Ok(ExitCode::FAILURE), report)
        })
        .await;
    }
    let backups = unlocked(&config, folder)?;
    let outcome = working(json, move |observer| backups.check(observer)).await?;
    outcome.map_or(Ok(ExitCode::from(STOPPED)), |found| report(&found))
}

pub(super) async fn restore(config: AppConfig, args: Restore) -> ApiResult<ExitCode> {
    let target = match &args.to {
        Some(to) => PathBuf::from(absolute(to)?),
        None => config.data_dir.clone(),
    };
    let mut backups = BackupFolder::find(Path::new(&absolute(&args.folder)?), &target)?;
    backups.refuse_other_vault(&target)?;
    open_up(&mut backups, &target)?;
    let json = args.json;
    let snapshot = args.snapshot;
    let into = target.clone();
    let outcome = working(json, move |observer| backups.restore(snapshot.as_deref(), &into, observer)).await?;
    let Some((snapshot, previous)) = outcome else {
        eprintln!("atom: stopped; {} is as it was", target.display());
        return Ok(ExitCode::from(STOPPED));
    };
    let previous = previous.map(|path| path.to_string_lossy().into_owned());
    let mut done = json::snake(&snapshot)?;
    if let Some(object) = done.as_object_mut() {
        object.insert("data_dir".to_owned(), target.to_string_lossy().into());
        object.insert("previous".to_owned(), previous.clone().map_or(Value::Null, Value::String));
    }
    say(json, "done", &done, || {
        let mut lines = vec![format!("restored to {}: {}", target.display(), snapshot_line(&snapshot))];
        if let Some(previous) = &previous {
            lines.push(format!("What was there before is in {previous}; delete it when nothing is missing."));
        }
        if !snapshot.indexes {
            lines.push("The indexes were not backed up: they are built again when Atom runs.".to_owned());
        }
        lines
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the vault of the data folder can open the backups: then it is asked, and the running app with it.
fn is_of_this_vault(config: &AppConfig, folder: &Path) -> bool {
    BackupFolder::is_of_vault(folder, &config.data_dir)
}

/// The backups, opened without an app: with the passphrase or the recovery code.
fn unlocked(config: &AppConfig, folder: &Path) -> ApiResult<BackupFolder> {
    let mut backups = BackupFolder::find(Path::new(&absolute(folder)?), &config.data_dir)?;
    open_up(&mut backups, &config.data_dir)?;
    Ok(backups)
}

fn open_up(backups: &mut BackupFolder, data_dir: &Path) -> ApiResult<()> {
    if !unlock::has_file() && backups.unlock_with_keychain(data_dir) {
        return Ok(());
    }
    backups.unlock(passphrase()?)
}

/// Runs work that blocks, tells how far it is, and stops it at Ctrl-C; none when it was stopped.
async fn working<T: Send + 'static>(
    json: bool,
    work: impl FnOnce(&mut dyn FnMut(&'static str, u64, u64) -> ControlFlow<()>) -> ApiResult<T> + Send + 'static,
) -> ApiResult<Option<T>> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    let mut worker = tokio::task::spawn_blocking(move || {
        let mut teller = Teller::new(json, Unit::Bytes);
        let mut phase_began: Option<(&'static str, Instant)> = None;
        let done = work(&mut |phase, done, total| {
            let began = match phase_began {
                Some((known, began)) if known == phase => began,
                _ => Instant::now(),
            };
            phase_began = Some((phase, began));
            let elapsed = began.elapsed().as_secs_f32();
            let eta = (elapsed > 1.0 && done > 0).then(|| elapsed * total.saturating_sub(done) as f32 / done as f32);
            teller.say(phase, done, total, eta);
            if asked.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        teller.end();
        done
    });
    let outcome = tokio::select! {
        outcome = &mut worker => outcome,
        _ = tokio::signal::ctrl_c() => {
            stop.store(true, Ordering::Relaxed);
            worker.await
        }
    };
    match outcome {
        Ok(Ok(done)) => Ok(Some(done)),
        Ok(Err(_)) if stop.load(Ordering::Relaxed) => Ok(None),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(ApiError::new(ErrorCode::Internal, "an internal error stopped this; nothing half is left")),
    }
}

/// What progress counts.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Bytes,
    Items,
}

/// Tells how far a task is, on standard error.
pub(super) struct Teller {
    json: bool,
    unit: Unit,
    terminal: bool,
    said: Option<Instant>,
}

impl Teller {
    pub(super) fn new(json: bool, unit: Unit) -> Self {
        Self { json, unit, terminal: std::io::stderr().is_terminal(), said: None }
    }

    pub(super) fn say(&mut self, phase: &str, done: u64, total: u64, eta_seconds: Option<f32>) {
        let every = if self.terminal && !self.json { LOOK_EVERY } else { SAY_EVERY };
        // Before the first phase there is nothing to tell.
        if total == 0 || self.said.is_some_and(|said| said.elapsed() < every) {
            return;
        }
        self.said = Some(Instant::now());
        if self.json {
            let line =
                json!({"event": "progress", "phase": phase, "done": done, "total": total, "eta_seconds": eta_seconds});
            print_line(&line.to_string());
            return;
        }
        let eta = eta_seconds.map(|seconds| format!(", about {} left", duration(seconds))).unwrap_or_default();
        let line = match self.unit {
            Unit::Bytes if phase == "copying" => format!("{phase} {done} of {total} rows{eta}"),
            Unit::Bytes => format!("{phase} {} of {}{eta}", json::bytes(done), json::bytes(total)),
            Unit::Items => format!("{phase} {done} of {total} items{eta}"),
        };
        let mut err = std::io::stderr().lock();
        let _ = if self.terminal { write!(err, "\r\u{1b}[K{line}") } else { writeln!(err, "{line}") };
        let _ = err.flush();
    }

    pub(super) fn end(&self) {
        if self.terminal && !self.json && self.said.is_some() {
            eprintln!();
        }
    }
}

/// The result, as JSON with its event or as lines.
pub(super) fn say(
    json: bool,
    event: &str,
    result: &impl Serialize,
    lines: impl FnOnce() -> Vec<String>,
) -> ApiResult<()> {
    if json {
        let mut value = json::snake(result)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("event".to_owned(), event.into());
        }
        print_line(&value.to_string());
    } else {
        for line in lines() {
            print_line(&line);
        }
    }
    Ok(())
}

fn snapshot_line(snapshot: &SnapshotView) -> String {
    let indexes = if snapshot.indexes { "" } else { ", without indexes" };
    format!("{}  {} items, {}{indexes}", snapshot.id, snapshot.items, json::bytes(snapshot.bytes))
}
