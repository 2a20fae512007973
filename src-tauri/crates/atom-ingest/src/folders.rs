//! Scans, hints of the watcher, and removal of sources.

use crate::error::Result;
use crate::gone;
use crate::pipeline::{Notice, Shared, Step, lock};
use atom_core::{Entry, ItemId, SourceId};
use atom_jobs::{JobContext, JobError, Stop, run_queued};
use atom_store::{ItemRow, JobKind, SourceRow, SourceStatus};
use atom_watch::{Hint, Rules, Scanned, Watcher, list_folder, scan};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Entries stored in one transaction.
const BATCH: usize = 1_000;
/// Jobs that are about sources.
const KINDS: [JobKind; 2] = [JobKind::Scan, JobKind::Remove];
/// Items removed in one transaction.
const REMOVE_BATCH: usize = 2_000;

pub(crate) fn step(shared: &Shared, stop: &Stop) -> Result<Step> {
    let ran = run_queued(&shared.store, &KINDS, &*shared.clock, stop, &shared.cancelled, |job| run(shared, stop, job))?;
    if ran > 0 {
        shared.notify(Notice::JobsChanged);
        shared.notify(Notice::SourcesChanged);
    }
    let hints = std::mem::take(&mut *lock(&shared.hints));
    if hints.is_empty() {
        return Ok(Step::Idle(Duration::from_secs(60)));
    }
    for (index, hint) in hints.iter().enumerate() {
        if let Err(error) = follow(shared, hint) {
            // Nobody gives them again.
            lock(&shared.hints).extend(hints.into_iter().skip(index));
            return Err(error);
        }
    }
    Ok(Step::Worked)
}

fn run(shared: &Shared, stop: &Stop, job: &JobContext<'_>) -> std::result::Result<(), JobError> {
    shared.notify(Notice::JobsChanged);
    let Some(source) = job.source.map(|id| shared.store.source(id)).transpose()?.flatten() else {
        // Removed meanwhile: done.
        return Ok(());
    };
    match job.kind {
        JobKind::Scan => scan_source(shared, stop, job, &source),
        JobKind::Remove => remove_source(shared, stop, job, source.id),
        JobKind::Backup | JobKind::Rotate => Ok(()),
    }
}

/// Rules of a source; user rules that cannot be understood were refused when they were set.
pub(crate) fn rules(shared: &Shared, root: &Path) -> Option<Rules> {
    Rules::new(root, &shared.ignore_rules(), std::slice::from_ref(&shared.data_dir)).ok()
}

fn scan_source(
    shared: &Shared,
    stop: &Stop,
    job: &JobContext<'_>,
    source: &SourceRow,
) -> std::result::Result<(), JobError> {
    if source.status == SourceStatus::Removing {
        return Ok(());
    }
    let Some(rules) = rules(shared, &source.path) else {
        return Err(JobError::Failed("the ignore rules cannot be understood; mend them in the settings".to_owned()));
    };
    let Some(root_inode) = root_inode(shared, source)? else { return Ok(()) };
    let mut seen: HashSet<u64> = HashSet::new();
    let mut batch: Vec<Entry> = Vec::with_capacity(BATCH);
    let mut failure: Option<JobError> = None;
    let mut done = 0;
    let known = shared.store.counts()?.sources.get(&source.id).map_or(0, |counts| counts.on_disk());
    let cancel = std::sync::atomic::AtomicBool::new(false);
    let scanned = scan(&rules, &cancel, |entry| {
        if failure.is_some() {
            return;
        }
        seen.insert(path_key(&entry.path));
        batch.push(entry);
        if batch.len() == BATCH {
            done += BATCH as u64;
            if let Err(error) = store_batch(shared, source.id, &mut batch)
                .and_then(|()| job.progress(done, known.max(done)))
                .and_then(|()| go_on(shared, stop))
            {
                failure = Some(error);
                cancel.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
    });
    if let Some(error) = failure {
        return Err(error);
    }
    let scanned = match scanned {
        Ok(scanned) => scanned,
        Err(error) => {
            let message = missing_message(&error);
            shared.store.set_source_status(source.id, SourceStatus::Missing, Some(&message))?;
            return Err(JobError::Failed(message));
        }
    };
    store_batch(shared, source.id, &mut batch)?;
    let unseen = unseen(shared, source.id, &seen, &scanned)?;
    gone::after_scan(shared, source, unseen)?;
    job.progress(scanned.entries, scanned.entries)?;
    let message = problems_message(&scanned);
    shared.store.finish_scan(source.id, root_inode, message.as_deref(), shared.clock.now_ms())?;
    shared.bells.read.ring();
    shared.bells.words.ring();
    Ok(())
}

/// The inode of the root; none when the folder is not there or is another one than before: then nothing is deleted.
fn root_inode(shared: &Shared, source: &SourceRow) -> std::result::Result<Option<u64>, JobError> {
    let missing = |message: &str| {
        shared.store.set_source_status(source.id, SourceStatus::Missing, Some(message))?;
        shared.notify(Notice::SourcesChanged);
        Ok(None)
    };
    match std::fs::metadata(&source.path) {
        Ok(facts) if facts.is_dir() => {
            let is_empty = std::fs::read_dir(&source.path).is_ok_and(|mut entries| entries.next().is_none());
            let moved = source.root_inode.is_some_and(|inode| inode != facts.ino());
            if moved && is_empty {
                return missing("the folder is empty and not the one that was indexed: is its disk mounted?");
            }
            Ok(Some(facts.ino()))
        }
        Ok(_) => missing("this is no folder any more; what was indexed is kept"),
        Err(error) => missing(&missing_message(&error)),
    }
}

fn missing_message(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "the folder is not there; what was indexed of it is kept".to_owned(),
        std::io::ErrorKind::PermissionDenied => {
            "no permission to look into this folder; allow it and look for changes again".to_owned()
        }
        kind => format!("the folder cannot be read ({kind}); what was indexed of it is kept"),
    }
}

fn problems_message(scanned: &Scanned) -> Option<String> {
    let first = scanned.problems.first()?;
    let place = first.path.display();
    Some(match scanned.problems.len() {
        1 => format!("could not look into {place}: {}", first.reason),
        count => format!("could not look into {place} and {} other places: {}", count - 1, first.reason),
    })
}

fn store_batch(shared: &Shared, source: SourceId, batch: &mut Vec<Entry>) -> std::result::Result<(), JobError> {
    let applied = shared.store.apply_scan(source, batch, shared.clock.now_ms(), &is_there)?;
    batch.clear();
    if applied.any() {
        shared.bells.words.ring();
        shared.bells.read.ring();
        shared.notify(Notice::Progressed);
    }
    Ok(())
}

fn go_on(shared: &Shared, stop: &Stop) -> std::result::Result<(), JobError> {
    if stop.requested() || shared.paused() { Err(JobError::Interrupted) } else { Ok(()) }
}

/// What is known and the scan did not see, but nothing below a place that it could not look into.
fn unseen(
    shared: &Shared,
    source: SourceId,
    seen: &HashSet<u64>,
    scanned: &Scanned,
) -> std::result::Result<Vec<ItemRow>, JobError> {
    let (mut after, mut unseen) = (ItemId::new(0), Vec::new());
    loop {
        let page = shared.store.items_on_disk_after(source, after, BATCH)?;
        let Some(last) = page.last() else { return Ok(unseen) };
        after = last.id;
        unseen.extend(
            page.into_iter()
                .filter(|item| !seen.contains(&path_key(&item.path)))
                .filter(|item| !scanned.problems.iter().any(|problem| item.path.starts_with(&problem.path))),
        );
    }
}

fn remove_source(
    shared: &Shared,
    stop: &Stop,
    job: &JobContext<'_>,
    source: SourceId,
) -> std::result::Result<(), JobError> {
    let total = shared.store.counts()?.sources.get(&source).map_or(0, |counts| counts.items());
    let mut done = 0;
    loop {
        let removed = shared.store.remove_source_items(source, REMOVE_BATCH)?;
        if removed == 0 {
            break;
        }
        done += removed as u64;
        shared.bells.words.ring();
        shared.bells.meaning.ring();
        job.progress(done, total.max(done))?;
        if stop.requested() {
            return Err(JobError::Interrupted);
        }
    }
    Ok(())
}

/// Looks again at the folders of a hint.
fn follow(shared: &Shared, hint: &Hint) -> Result<()> {
    let Some(source) = shared.store.source(hint.source)? else { return Ok(()) };
    if source.status == SourceStatus::Removing {
        return Ok(());
    }
    if hint.rescan || !source.path.is_dir() {
        shared.store.queue_job(JobKind::Scan, Some(source.id), "Look for changes", shared.clock.now_ms())?;
        shared.bells.jobs.ring();
        return Ok(());
    }
    let Some(rules) = rules(shared, &source.path) else { return Ok(()) };
    // All that is there before anything that is not: what was moved from one folder to another is known by then.
    let listings = hint.folders.iter().map(|folder| Ok((folder, look_again(shared, &source, &rules, folder)?)));
    let listings = listings.collect::<Result<Vec<_>>>()?;
    let mut unseen = Vec::new();
    for (folder, listing) in listings {
        unseen.extend(not_listed(shared, source.id, folder, &listing)?);
    }
    // A folder that went and what was in it may both be in the hint.
    unseen.sort_unstable_by_key(|item| item.id);
    unseen.dedup_by_key(|item| item.id);
    gone::after_hint(shared, &source, unseen)?;
    shared.bells.read.ring();
    Ok(())
}

/// What a folder of a hint holds now.
enum Listing {
    /// It is not there any more.
    Gone,
    /// No longer ours to read: what is known is kept until a scan says more.
    Unreadable,
    /// Paths of what is in it.
    Found(HashSet<PathBuf>),
}

/// Stores what is in a folder now.
fn look_again(shared: &Shared, source: &SourceRow, rules: &Rules, folder: &Path) -> Result<Listing> {
    let entries = match list_folder(rules, folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && folder != source.path => {
            return Ok(Listing::Gone);
        }
        Err(_) => return Ok(Listing::Unreadable),
    };
    for batch in entries.chunks(BATCH) {
        let applied = shared.store.apply_scan(source.id, batch, shared.clock.now_ms(), &is_there)?;
        if applied.any() {
            shared.bells.words.ring();
            shared.notify(Notice::Progressed);
        }
    }
    Ok(Listing::Found(entries.into_iter().map(|entry| entry.path).collect()))
}

/// What is known of a folder and not there any more; a folder that went takes all below it along.
fn not_listed(shared: &Shared, source: SourceId, folder: &Path, listing: &Listing) -> Result<Vec<ItemRow>> {
    let present = match listing {
        Listing::Gone => return Ok(shared.store.items_below(source, folder)?),
        Listing::Unreadable => return Ok(Vec::new()),
        Listing::Found(present) => present,
    };
    let mut unseen = Vec::new();
    for child in shared.store.children(source, folder)? {
        if present.contains(&child.path) {
            continue;
        }
        if child.is_folder {
            unseen.extend(shared.store.items_below(source, &child.path)?);
        } else {
            unseen.push(ItemRow { id: child.id, path: child.path });
        }
    }
    Ok(unseen)
}

/// Watches all sources; none when the system gives no watcher, then the hourly scan has to do.
pub(crate) fn watch(shared: &Arc<Shared>) -> Option<Watcher> {
    let sources = shared.store.sources().ok()?;
    let watched: Vec<_> = sources
        .iter()
        .filter(|source| source.status != SourceStatus::Removing)
        .filter_map(|source| Some((source.id, rules(shared, &source.path)?)))
        .collect();
    let target = shared.clone();
    let started = Watcher::start(watched, move |hint| {
        lock(&target.hints).push(hint);
        target.bells.jobs.ring();
    });
    match started {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            tracing::warn!(kind = ?error.kind, "folders cannot be watched; they are compared with the disk now and then");
            None
        }
    }
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// A path in eight bytes, so that a million of them fit in memory during a scan.
fn path_key(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
