//! Passages into the vector index, deleted items out of it; while the model changes, into the vectors of both.

use crate::chunk::{ChunkSpan, embedding_text};
use crate::error::Result;
use crate::pace::Pace;
use crate::pipeline::{Notice, Shared, Step};
use crate::sets::Set;
use atom_core::ItemId;
use atom_embed::Model;
use atom_index::vector::Row;
use atom_jobs::Stop;
use atom_store::{IndexName, MeaningTask};
use std::time::{Duration, Instant};

/// One commit takes at most so many items…
const BATCH_ITEMS: usize = 256;
/// …about so many passages…
const BATCH_CHUNKS: usize = 512;
/// …and what can be embedded in this time: a crash repeats no more, except within one long document.
const BATCH_TIME: Duration = Duration::from_secs(4);
/// Files still to be read go first: their words matter more than the meaning of those that have been read.
const READ_FIRST: usize = 8;
/// The model is unloaded after so much idle time.
const IDLE_UNLOAD: Duration = Duration::from_secs(60);
/// Whether meaning may go on is looked at this often while it is held back…
const LOOK: Duration = Duration::from_secs(5);
/// …and while files are read that go first.
const READING: Duration = Duration::from_secs(2);

pub(crate) fn step(shared: &Shared, stop: &Stop) -> Result<Step> {
    shared.sets.remove_retired();
    let (current, next) = (shared.sets.current(), shared.sets.next());
    let mut tombstones = shared.store.tombstones(4 * BATCH_ITEMS)?;
    tombstones.retain(|tombstone| tombstone.meaning_pending);
    if !tombstones.is_empty() {
        let deleted: Vec<_> = tombstones.iter().map(|tombstone| tombstone.item).collect();
        shared.runtime.block_on(current.vector.delete(&deleted))?;
        if let Some(next) = &next {
            shared.runtime.block_on(next.vector.delete(&deleted))?;
        }
        note_head(shared, &current)?;
        shared.store.confirm_deleted(&deleted, false, true)?;
        return Ok(Step::Worked);
    }
    let mut tasks = tasks_that_go_first(shared)?;
    let goes_first = !tasks.is_empty();
    if !goes_first && next.is_none() && !shared.store.waits_for_meaning()? {
        return nothing_to_do(shared, stop, &current);
    }
    let pace = if goes_first { Pace::free(shared.budget()) } else { shared.pace() };
    if !goes_first {
        if let Some(wait) = holds_back(shared, &pace)? {
            return Ok(Step::Idle(wait));
        }
        tasks = shared.store.meaning_tasks(BATCH_ITEMS, BATCH_CHUNKS)?;
    }
    let round = Round { stop, pace, goes_first };
    if !tasks.is_empty() {
        match batch(shared, &round, &current, Which::Current, &tasks) {
            // A model that fails does not keep the one from coming that takes its place.
            Err(error) if error.is_model_failure() && next.is_some() => {}
            done => return done,
        }
    }
    let Some(next) = &next else { return nothing_to_do(shared, stop, &current) };
    let tasks = shared.store.next_meaning_tasks(BATCH_ITEMS, BATCH_CHUNKS)?;
    if tasks.is_empty() { finish(shared, next) } else { batch(shared, &round, next, Which::Next, &tasks) }
}

/// How one step goes.
struct Round<'a> {
    stop: &'a Stop,
    pace: Pace,
    /// Whether a person wants it now, whatever holds the rest back.
    goes_first: bool,
}

/// Which vectors a batch is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Those that answer.
    Current,
    /// Those that will.
    Next,
}

/// Embeds what it can in the time of a batch, and makes it durable.
fn batch(shared: &Shared, round: &Round<'_>, set: &Set, which: Which, tasks: &[MeaningTask]) -> Result<Step> {
    let started = Instant::now();
    let model = set.models.indexing(round.pace.threads)?;
    let (mut rows, mut done) = (Vec::new(), Vec::new());
    for task in tasks {
        if !round.goes_first && shared.pace().held().is_some() {
            break;
        }
        // What has been embedded is kept when told to stop or to pause.
        let Some(vectors) = embed(shared, round, &model, task)? else { break };
        rows.extend(vectors);
        done.push((task.item, task.revision));
        if started.elapsed() > BATCH_TIME {
            break;
        }
    }
    if round.pace.lean {
        set.models.unload_indexing();
    }
    if done.is_empty() {
        return Ok(Step::Worked);
    }
    let items: Vec<ItemId> = done.iter().map(|&(item, _)| item).collect();
    let count = rows.len() as u64;
    shared.runtime.block_on(set.vector.replace(&items, rows))?;
    match which {
        Which::Current => {
            note_head(shared, set)?;
            shared.store.confirm_meaning(&done)?;
        }
        Which::Next => shared.store.confirm_next_meaning(&done)?,
    }
    shared.count_chunks(count);
    if set.vector.wants_maintenance() && !round.stop.requested() {
        match which {
            Which::Current => maintain(shared, set)?,
            Which::Next => {
                shared.runtime.block_on(set.vector.maintain())?;
            }
        }
    }
    shared.notify(Notice::Progressed);
    Ok(Step::Worked)
}

/// Lets the new vectors answer: they lack nothing.
fn finish(shared: &Shared, next: &Set) -> Result<Step> {
    // Searching them is to be as fast as searching the old ones from the first query on.
    shared.runtime.block_on(next.vector.maintain())?;
    let head = shared.runtime.block_on(next.vector.head())?;
    if shared.store.finish_model_change(next.vector.name(), &head)? {
        shared.sets.switch();
        shared.notify(Notice::ModelChanged);
        shared.store.anchor_now()?;
    }
    Ok(Step::Worked)
}

/// No item waits: the model is let go of, and the index is looked after.
fn nothing_to_do(shared: &Shared, stop: &Stop, current: &Set) -> Result<Step> {
    unload_if_idle(shared);
    if shared.store.waits_to_read(READ_FIRST, shared.clock.now_ms())? {
        return Ok(Step::Idle(READING));
    }
    if stop.requested() {
        return Ok(Step::Worked);
    }
    if !shared.store.waits_to_read(1, i64::MAX)? {
        shared.governor.set_anyway(false);
    }
    maintain(shared, current)?;
    Ok(Step::Idle(Duration::from_secs(30)))
}

/// Lets go of a model that nobody used for a while, and of the memory that other work left behind.
fn unload_if_idle(shared: &Shared) {
    if shared.sets.unload_if_idle(IDLE_UNLOAD) {
        (shared.at_rest)();
    }
}

/// Tasks of the sources that a person wants now; one of which nothing is left to do goes first no longer.
fn tasks_that_go_first(shared: &Shared) -> Result<Vec<MeaningTask>> {
    for source in shared.governor.first() {
        let tasks = shared.store.meaning_tasks_of(Some(source), BATCH_ITEMS, BATCH_CHUNKS)?;
        if !tasks.is_empty() {
            return Ok(tasks);
        }
        if !shared.store.has_work(source)? {
            shared.governor.no_longer_first(source);
            shared.notify(Notice::SourcesChanged);
            shared.notify(Notice::Progressed);
        }
    }
    Ok(Vec::new())
}

/// How long to wait before looking again, while something else comes before meaning.
fn holds_back(shared: &Shared, pace: &Pace) -> Result<Option<Duration>> {
    if pace.held().is_some() {
        if pace.lean {
            shared.sets.current().models.unload_indexing();
        }
        unload_if_idle(shared);
        return Ok(Some(LOOK));
    }
    let reads = shared.store.waits_to_read(READ_FIRST, shared.clock.now_ms())?;
    Ok(reads.then_some(READING))
}

/// Notes where the vector index durably stands: the next transaction of the store records it.
fn note_head(shared: &Shared, set: &Set) -> Result<()> {
    shared.store.note_index(IndexName::Meaning, shared.runtime.block_on(set.vector.head())?);
    Ok(())
}

fn maintain(shared: &Shared, set: &Set) -> Result<()> {
    let before = shared.runtime.block_on(set.vector.head())?;
    let maintained = shared.runtime.block_on(set.vector.maintain());
    // Each step is a commit of its own, so a failed round may have moved the head too.
    if shared.runtime.block_on(set.vector.head())? != before {
        note_head(shared, set)?;
    }
    maintained?;
    Ok(())
}

/// Vectors of all passages of a file; none when told to stop or pause on the way. Held back it goes on slowly: a long document
/// that is given up half-way would begin anew each time, and might never end.
fn embed(shared: &Shared, round: &Round<'_>, model: &Model, task: &MeaningTask) -> Result<Option<Vec<Row>>> {
    let stop = round.stop;
    let (mut whole, mut spans) = (String::new(), Vec::with_capacity(task.chunks.len()));
    for (_, heading, text) in &task.chunks {
        let start = whole.len();
        whole.push_str(text);
        spans.push(ChunkSpan { start, end: whole.len(), heading: heading.clone() });
    }
    let mut rows = Vec::with_capacity(task.chunks.len());
    for (index, (chunk, _, _)) in task.chunks.iter().enumerate() {
        shared.let_searches_go_first(stop);
        if stop.requested() || shared.paused() {
            return Ok(None);
        }
        let begun = Instant::now();
        let text = embedding_text(&whole, &spans, index, Some(&task.title));
        rows.push(Row { chunk: *chunk, item: task.item, source: task.source, vector: model.passage(&text)? });
        let pace = if round.goes_first { Pace::free(shared.budget()) } else { shared.pace() };
        shared.breathe(&pace, begun.elapsed(), stop);
    }
    Ok(Some(rows))
}
