//! Passages into the vector index, deleted items out of it; while the model changes, into the vectors of both.

use crate::chunk::{ChunkSpan, embedding_text};
use crate::error::Result;
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
    if shared.store.waits_to_read(READ_FIRST, shared.clock.now_ms())? {
        return Ok(Step::Idle(Duration::from_secs(2)));
    }
    let tasks = shared.store.meaning_tasks(BATCH_ITEMS, BATCH_CHUNKS)?;
    if !tasks.is_empty() {
        match batch(shared, stop, &current, Which::Current, &tasks) {
            // A model that fails does not keep the one from coming that takes its place.
            Err(error) if error.is_model_failure() && next.is_some() => {}
            done => return done,
        }
    }
    if let Some(next) = &next {
        let tasks = shared.store.next_meaning_tasks(BATCH_ITEMS, BATCH_CHUNKS)?;
        return if tasks.is_empty() { finish(shared, next) } else { batch(shared, stop, next, Which::Next, &tasks) };
    }
    shared.sets.unload_if_idle(IDLE_UNLOAD);
    if stop.requested() {
        return Ok(Step::Worked);
    }
    maintain(shared, &current)?;
    Ok(Step::Idle(Duration::from_secs(30)))
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
fn batch(shared: &Shared, stop: &Stop, set: &Set, which: Which, tasks: &[MeaningTask]) -> Result<Step> {
    let started = Instant::now();
    let model = set.models.indexing(shared.budget().threads())?;
    let (mut rows, mut done) = (Vec::new(), Vec::new());
    for task in tasks {
        // What has been embedded is kept when told to stop or to pause.
        let Some(vectors) = embed(shared, stop, &model, task)? else { break };
        rows.extend(vectors);
        done.push((task.item, task.revision));
        if started.elapsed() > BATCH_TIME {
            break;
        }
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
    if set.vector.wants_maintenance() && !stop.requested() {
        match which {
            Which::Current => maintain(shared, set)?,
            Which::Next => {
                shared.runtime.block_on(set.vector.maintain())?;
            }
        }
    }
    shared.notify(Notice::Progressed);
    shared.rest(started.elapsed(), stop, &shared.bells.meaning);
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

/// Vectors of all passages of a file; none when told to stop or pause on the way.
fn embed(shared: &Shared, stop: &Stop, model: &Model, task: &MeaningTask) -> Result<Option<Vec<Row>>> {
    let (mut whole, mut spans) = (String::new(), Vec::with_capacity(task.chunks.len()));
    for (_, heading, text) in &task.chunks {
        let start = whole.len();
        whole.push_str(text);
        spans.push(ChunkSpan { start, end: whole.len(), heading: heading.clone() });
    }
    let mut rows = Vec::with_capacity(task.chunks.len());
    for (index, (chunk, _, _)) in task.chunks.iter().enumerate() {
        if stop.requested() || shared.paused() {
            return Ok(None);
        }
        let text = embedding_text(&whole, &spans, index, Some(&task.title));
        rows.push(Row { chunk: *chunk, item: task.item, source: task.source, vector: model.passage(&text)? });
    }
    Ok(Some(rows))
}
