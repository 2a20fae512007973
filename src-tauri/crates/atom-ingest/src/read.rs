//! Files into texts, by way of the extraction box.

use crate::error::Result;
use crate::members;
use crate::pipeline::{Notice, Shared, Step, lock};
use atom_core::{ItemId, ItemState, Kind};
use atom_extract::{FileHint, Outcome, PARSER_VERSION};
use atom_jobs::Stop;
use atom_store::{ReadTask, TextOutcome};
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

/// Tasks fetched from the store at once.
const FETCH: usize = 256;
/// Texts stored in one transaction…
const FLUSH_COUNT: usize = 64;
/// …or after so long.
const FLUSH_AFTER: Duration = Duration::from_millis(300);
/// Larger files are not hashed, and read again whenever their time stamp changes.
const HASH_LIMIT: u64 = 256 << 20;
/// A file that keeps changing is read at most so often.
const REREAD: Duration = Duration::from_secs(30);
/// A content that killed the reader so often is not read again by the same parser.
const POISON: u32 = 2;

/// Tasks on their way through the readers.
#[derive(Default)]
pub(crate) struct Dispatch {
    queue: VecDeque<ReadTask>,
    in_flight: HashSet<ItemId>,
    outbox: Vec<(ReadTask, TextOutcome)>,
    outbox_since: Option<Instant>,
    last_read: HashMap<ItemId, Instant>,
}

impl Dispatch {
    /// What was fetched and not begun is asked for anew: the order has changed.
    pub(crate) fn forget_queued(&mut self) {
        self.queue.clear();
    }
}

pub(crate) fn step(shared: &Shared, stop: &Stop, index: usize) -> Result<Step> {
    let pace = shared.reading_pace();
    if index >= pace.threads {
        return Ok(Step::Idle(Duration::from_secs(3600)));
    }
    flush(shared, false)?;
    let Some(task) = next_task(shared)? else {
        flush(shared, true)?;
        return Ok(Step::Idle(idle_time(shared)?));
    };
    let started = Instant::now();
    let outcome = read(shared, stop, &task);
    if stop.requested() && matches!(outcome, TextOutcome::Later { .. }) {
        // Given up half-way: it is still marked as unread.
        return Ok(Step::Worked);
    }
    {
        let mut dispatch = lock(&shared.dispatch);
        // Only what was known and has changed: a new file is looked at again soon, because it may have changed within the
        // time stamp of its scan, and mostly has not.
        if matches!(outcome, TextOutcome::Read { .. }) && task.content_hash.is_some() {
            dispatch.last_read.insert(task.item, Instant::now());
        }
        dispatch.outbox_since.get_or_insert_with(Instant::now);
        dispatch.outbox.push((task, outcome));
    }
    shared.count_files(1);
    shared.rest(&pace, started.elapsed(), stop, &shared.bells.read);
    Ok(Step::Worked)
}

fn next_task(shared: &Shared) -> Result<Option<ReadTask>> {
    let mut dispatch = lock(&shared.dispatch);
    if dispatch.queue.is_empty() {
        let limit = FETCH + dispatch.in_flight.len();
        for source in shared.governor.first().into_iter().map(Some).chain([None]) {
            let tasks = shared.store.read_tasks_of(source, limit, shared.clock.now_ms())?;
            let fresh: Vec<_> = tasks.into_iter().filter(|task| !dispatch.in_flight.contains(&task.item)).collect();
            dispatch.queue.extend(fresh);
            if !dispatch.queue.is_empty() {
                break;
            }
        }
    }
    let task = dispatch.queue.pop_front();
    if let Some(task) = &task {
        dispatch.in_flight.insert(task.item);
    }
    Ok(task)
}

/// Stores what was read, when there is enough of it, or when `all`.
fn flush(shared: &Shared, all: bool) -> Result<()> {
    let batch = {
        let mut dispatch = lock(&shared.dispatch);
        let due = dispatch.outbox_since.is_some_and(|since| since.elapsed() >= FLUSH_AFTER);
        if dispatch.outbox.is_empty() || !(all || due || dispatch.outbox.len() >= FLUSH_COUNT) {
            return Ok(());
        }
        dispatch.outbox_since = None;
        std::mem::take(&mut dispatch.outbox)
    };
    let stored = shared.store.store_texts(&batch);
    let mut dispatch = lock(&shared.dispatch);
    if let Err(error) = stored {
        // Nothing was kept: these are tried again with the next flush.
        dispatch.outbox_since = Some(Instant::now());
        dispatch.outbox.extend(batch);
        return Err(error.into());
    }
    for (task, _) in &batch {
        dispatch.in_flight.remove(&task.item);
    }
    dispatch.last_read.retain(|_, at| at.elapsed() < REREAD);
    drop(dispatch);
    shared.bells.words.ring();
    shared.bells.meaning.ring();
    shared.bells.ocr.ring();
    shared.notify(Notice::Progressed);
    Ok(())
}

/// How long until a postponed file is due.
fn idle_time(shared: &Shared) -> Result<Duration> {
    let now = shared.clock.now_ms();
    let wait = shared.store.next_read_due()?.map_or(30_000, |due| (due - now).clamp(100, 30_000));
    Ok(Duration::from_millis(wait.unsigned_abs()))
}

fn read(shared: &Shared, stop: &Stop, task: &ReadTask) -> TextOutcome {
    let recently = lock(&shared.dispatch).last_read.get(&task.item).is_some_and(|at| at.elapsed() < REREAD);
    if recently && task.content_hash.is_some() {
        return later(shared, REREAD);
    }
    let file = match open(shared, task) {
        Ok(file) => file,
        Err(outcome) => return *outcome,
    };
    let name = task.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let hash = match hash(&file, stop, task) {
        Ok(hash) => hash,
        Err(error) => return failed(shared, task, &error),
    };
    if stop.requested() {
        return later(shared, REREAD);
    }
    let same = hash.is_some() && hash == task.content_hash;
    if same && task.parser_version == PARSER_VERSION {
        return TextOutcome::Unchanged;
    }
    let crashes = if same { task.crashes } else { 0 };
    let outcome = extract(shared, file, &FileHint::new(&name, task.size), crashes);
    if let Outcome::Unavailable { reason } = &outcome.0 {
        if stop.requested() {
            return later(shared, REREAD);
        }
        tracing::warn!(reason, "files cannot be read now");
        return later(shared, REREAD);
    }
    outcome_of(task, outcome, hash, crashes)
}

/// Reads in the box; once more when the box died, for it may have been the machine's fault.
fn extract(shared: &Shared, file: File, hint: &FileHint, crashes: u32) -> (Outcome, u32) {
    let mut deaths = 0;
    let mut again = file.try_clone().ok();
    let mut outcome = shared.extractor.extract(file, hint);
    while outcome.is_poison() {
        deaths += 1;
        if crashes + deaths >= POISON {
            break;
        }
        let Some(mut file) = again.take() else { break };
        if file.seek(SeekFrom::Start(0)).is_err() {
            break;
        }
        outcome = shared.extractor.extract(file, hint);
    }
    (outcome, deaths)
}

fn outcome_of(task: &ReadTask, (outcome, deaths): (Outcome, u32), hash: Option<Vec<u8>>, crashes: u32) -> TextOutcome {
    let state = outcome.state();
    let reason = outcome.reason();
    let mime = outcome.mime().unwrap_or_default().to_owned();
    let (mut title, mut author, mut people, mut language, mut labels) = (None, None, None, None, None);
    let (mut truncated, mut chunks, mut packed) = (false, Vec::new(), Vec::new());
    // Without a hash there is nothing to keep what is recognised by.
    let shows_text = hash.is_some() && outcome.shows_text_maybe() && !is_raw_picture(task);
    if let Outcome::Text(extracted) = outcome {
        (chunks, packed) = members::split(&extracted, task.kind);
        let found = extracted.labels();
        labels = (!found.is_empty()).then(|| found.join("\n"));
        title = extracted.title;
        author = extracted.author;
        people = (!extracted.people.is_empty()).then(|| extracted.people.join("\n"));
        language = extracted.language;
        truncated = extracted.truncated;
    }
    TextOutcome::Read {
        state,
        reason,
        mime,
        title,
        author,
        people,
        language,
        labels,
        content_hash: hash,
        parser_version: PARSER_VERSION,
        crashes: crashes + deaths,
        truncated,
        chunks,
        shows_text,
        members: packed,
    }
}

/// What a camera wrote before it was developed looks like a TIFF, and is none that a program shows as it is.
fn is_raw_picture(task: &ReadTask) -> bool {
    let extension = task.path.extension().map(|ext| ext.to_string_lossy().to_lowercase());
    extension.is_some_and(|ext| ["raw", "dng", "nef", "cr2", "arw", "orf", "rw2"].contains(&ext.as_str()))
}

/// Opens the file inside its source, and only if it is still what the scan saw.
fn open(shared: &Shared, task: &ReadTask) -> std::result::Result<File, Box<TextOutcome>> {
    let source = match shared.store.source(task.source) {
        Ok(Some(source)) => source,
        // Removed meanwhile, or the store failed: the next flush will say.
        _ => return Err(Box::new(later(shared, Duration::from_secs(5)))),
    };
    let relative = task.path.strip_prefix(&source.path).unwrap_or(&task.path);
    let file = match atom_watch::open_beneath(&source.path, relative) {
        Ok(file) => file,
        // Gone: the watcher or the next scan deletes it.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Box::new(later(shared, REREAD))),
        Err(error) => return Err(Box::new(failed(shared, task, &error))),
    };
    let facts = match file.metadata() {
        Ok(facts) => facts,
        Err(error) => return Err(Box::new(failed(shared, task, &error))),
    };
    // It was a file a moment ago; what has taken its place is not ours to open.
    let Some(entry) = atom_watch::entry_of(task.path.clone(), &facts) else {
        return Err(Box::new(later(shared, REREAD)));
    };
    if entry.size == task.size && entry.modified_ns == task.modified_ns {
        return Ok(file);
    }
    // It changed since the scan: note what it is now, and take it from there.
    if let Err(error) = shared.store.apply_scan(task.source, &[entry], shared.clock.now_ms(), &|_| true) {
        tracing::warn!(%error, "a changed file could not be noted");
    }
    Err(Box::new(later(shared, Duration::from_secs(2))))
}

fn later(shared: &Shared, wait: Duration) -> TextOutcome {
    let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    TextOutcome::Later { not_before_ms: shared.clock.now_ms().saturating_add(wait) }
}

/// A disk that does not answer for a moment must not cost the text that was read before.
fn failed(shared: &Shared, task: &ReadTask, error: &std::io::Error) -> TextOutcome {
    let lasting = matches!(error.kind(), std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::InvalidInput);
    if task.content_hash.is_some() && !lasting { later(shared, REREAD) } else { unreadable(error) }
}

fn unreadable(error: &std::io::Error) -> TextOutcome {
    let reason = match error.kind() {
        std::io::ErrorKind::PermissionDenied => "no permission to read this file".to_owned(),
        kind => format!("the file cannot be read ({kind})"),
    };
    TextOutcome::Read {
        state: ItemState::Unreadable,
        reason: Some(reason),
        mime: String::new(),
        title: None,
        author: None,
        people: None,
        language: None,
        labels: None,
        content_hash: None,
        parser_version: PARSER_VERSION,
        crashes: 0,
        truncated: false,
        chunks: Vec::new(),
        shows_text: false,
        members: Vec::new(),
    }
}

/// BLAKE3 of the content; none for sound and video, of which only the tags are read, and for very large files, and when told
/// to stop on the way.
fn hash(mut file: &File, stop: &Stop, task: &ReadTask) -> std::io::Result<Option<Vec<u8>>> {
    if matches!(task.kind, Kind::Audio | Kind::Video) || task.size > HASH_LIMIT {
        return Ok(None);
    }
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 128 << 10];
    loop {
        if stop.requested() {
            return Ok(None);
        }
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(Some(hasher.finalize().as_bytes().to_vec()))
}
