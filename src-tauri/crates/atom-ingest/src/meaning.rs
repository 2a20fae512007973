//! Passages into the vector index, deleted items out of it.

use crate::chunk::{ChunkSpan, embedding_text};
use crate::error::Result;
use crate::pipeline::{Notice, Shared, Step};
use atom_core::ItemId;
use atom_index::vector::Row;
use atom_jobs::Stop;
use atom_store::MeaningTask;
use std::time::{Duration, Instant};

/// One commit takes at most so many items…
const BATCH_ITEMS: usize = 256;
/// …and about so many passages.
const BATCH_CHUNKS: usize = 512;
/// Passages embedded between two looks at the stop flag.
const SLICE: usize = 64;
/// Files still to be read go first: their words matter more than the meaning of those that have been read.
const READ_FIRST: usize = 8;
/// The model is unloaded after so much idle time.
const IDLE_UNLOAD: Duration = Duration::from_secs(60);

pub(crate) fn step(shared: &Shared, stop: &Stop) -> Result<Step> {
    let mut tombstones = shared.store.tombstones(4 * BATCH_ITEMS)?;
    tombstones.retain(|tombstone| tombstone.meaning_pending);
    if !tombstones.is_empty() {
        let deleted: Vec<_> = tombstones.iter().map(|tombstone| tombstone.item).collect();
        shared.runtime.block_on(shared.vector.delete(&deleted))?;
        shared.store.confirm_deleted(&deleted, false, true)?;
        return Ok(Step::Worked);
    }
    if shared.store.read_tasks(READ_FIRST, shared.clock.now_ms())?.len() == READ_FIRST {
        return Ok(Step::Idle(Duration::from_secs(2)));
    }
    let tasks = shared.store.meaning_tasks(BATCH_ITEMS, BATCH_CHUNKS)?;
    if tasks.is_empty() {
        shared.models.unload_if_idle(IDLE_UNLOAD);
        shared.runtime.block_on(shared.vector.maintain())?;
        return Ok(Step::Idle(Duration::from_secs(30)));
    }
    let started = Instant::now();
    let Some(rows) = embed(shared, stop, &tasks)? else { return Ok(Step::Worked) };
    let items: Vec<ItemId> = tasks.iter().map(|task| task.item).collect();
    let count = rows.len() as u64;
    shared.runtime.block_on(shared.vector.replace(&items, rows))?;
    let done: Vec<_> = tasks.iter().map(|task| (task.item, task.revision)).collect();
    shared.store.confirm_meaning(&done)?;
    shared.count_chunks(count);
    if shared.vector.wants_maintenance() {
        shared.runtime.block_on(shared.vector.maintain())?;
    }
    shared.notify(Notice::Progressed);
    shared.rest(started.elapsed(), stop, &shared.bells.meaning);
    Ok(Step::Worked)
}

/// Vectors of all passages of `tasks`; none when told to stop or pause on the way.
fn embed(shared: &Shared, stop: &Stop, tasks: &[MeaningTask]) -> Result<Option<Vec<Row>>> {
    let mut rows = Vec::new();
    let mut texts = Vec::new();
    for task in tasks {
        let (mut whole, mut spans) = (String::new(), Vec::with_capacity(task.chunks.len()));
        for (_, heading, text) in &task.chunks {
            let start = whole.len();
            whole.push_str(text);
            spans.push(ChunkSpan { start, end: whole.len(), heading: heading.clone() });
        }
        for (index, (chunk, _, _)) in task.chunks.iter().enumerate() {
            texts.push(embedding_text(&whole, &spans, index, Some(&task.title)));
            rows.push(Row { chunk: *chunk, item: task.item, source: task.source, vector: Vec::new() });
        }
    }
    // Texts of like length together: padding costs as much as text.
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&index| texts.get(index).map_or(0, String::len));
    let model = shared.models.indexing(shared.budget().threads())?;
    for slice in order.chunks(SLICE) {
        if stop.requested() || shared.paused() {
            return Ok(None);
        }
        let batch: Vec<&str> = slice.iter().filter_map(|&index| texts.get(index)).map(String::as_str).collect();
        let vectors = model.embed(&batch)?;
        for (&index, vector) in slice.iter().zip(vectors) {
            if let Some(row) = rows.get_mut(index) {
                row.vector = vector;
            }
        }
    }
    Ok(Some(rows))
}
