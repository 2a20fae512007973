//! Items into the keyword index, deleted ones out of it.

use crate::error::Result;
use crate::pipeline::{Notice, Shared, Step, lock};
use crate::traits::traits;
use atom_core::Kind;
use atom_index::keyword::{Document, KeywordWriter};
use atom_jobs::Stop;
use atom_store::{IndexName, WordsTask};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// One commit takes at most so many items…
const BATCH_ITEMS: usize = 2_000;
/// …and about so much text, in bytes.
const BATCH_BYTES: usize = 24 << 20;
/// With so many files still to read, commits wait for fuller batches.
const BULK: usize = 300;
/// Merges that were begun have this long after the last batch.
const MERGES_END: Duration = Duration::from_secs(180);
/// How long a commit waits for more during a bulk run.
const BULK_WAIT: Duration = Duration::from_millis(1_500);

/// The writer between two batches. Dropping it gives up the merges that it has begun, and the next one would begin them anew,
/// batch after batch; so it is kept while there is work, and while nothing needs the index to stand still.
#[derive(Default)]
pub(crate) struct WordsWriter(Mutex<Option<(KeywordWriter, Instant)>>);

impl WordsWriter {
    fn take(&self) -> Option<KeywordWriter> {
        lock(&self.0).take().map(|(writer, _)| writer)
    }

    /// Keeps it if that is still wanted when nobody can ask for it meanwhile.
    fn keep(&self, writer: KeywordWriter, is_wanted: impl FnOnce() -> bool) {
        let mut kept = lock(&self.0);
        if is_wanted() {
            *kept = Some((writer, Instant::now()));
        }
    }

    fn drop_if_idle(&self) {
        let mut kept = lock(&self.0);
        if kept.as_ref().is_some_and(|(_, used)| used.elapsed() > MERGES_END) {
            *kept = None;
        }
    }

    #[cfg(test)]
    pub(crate) fn is_kept(&self) -> bool {
        lock(&self.0).is_some()
    }

    /// Nothing changes the files of the index from here on, until the next batch.
    pub(crate) fn let_go(&self) {
        *lock(&self.0) = None;
    }
}

pub(crate) fn step(shared: &Shared, stop: &Stop) -> Result<Step> {
    let mut tombstones = shared.store.tombstones(BATCH_ITEMS)?;
    tombstones.retain(|tombstone| tombstone.words_pending);
    let mut tasks = shared.store.words_tasks(BATCH_ITEMS, BATCH_BYTES)?;
    if tasks.is_empty() && tombstones.is_empty() {
        announce_ready(shared)?;
        shared.words_writer.drop_if_idle();
        return Ok(Step::Idle(Duration::from_secs(30)));
    }
    if tasks.len() < BATCH_ITEMS && shared.store.waits_to_read(BULK, i64::MAX)? {
        // Not on the bell: it rings for every stored batch of texts.
        let wait = atom_jobs::Bell::default();
        stop.wait_until(&wait, 0, Instant::now() + BULK_WAIT);
        tasks = shared.store.words_tasks(BATCH_ITEMS, BATCH_BYTES)?;
    }
    let mut writer = shared.words_writer.take().map_or_else(|| shared.keyword.writer(), Ok)?;
    for tombstone in &tombstones {
        writer.delete(tombstone.item)?;
    }
    for task in &tasks {
        if stop.requested() {
            // Nothing of it is confirmed: the next session does all of it again.
            return Ok(Step::Worked);
        }
        writer.upsert(&document(task))?;
    }
    writer.commit()?;
    shared.words_writer.keep(writer, || !stop.requested() && !shared.paused());
    // Durable there: the confirmation below records it in the same transaction.
    if let Some(head) = shared.keyword.head()? {
        shared.store.note_index(IndexName::Words, head);
    }
    let done: Vec<_> = tasks.iter().map(|task| (task.item, task.revision)).collect();
    shared.store.confirm_words(&done)?;
    let deleted: Vec<_> = tombstones.iter().map(|tombstone| tombstone.item).collect();
    if !deleted.is_empty() {
        shared.store.confirm_deleted(&deleted, true, false)?;
        shared.bells.meaning.ring();
    }
    shared.notify(Notice::Progressed);
    Ok(Step::Worked)
}

fn document(task: &WordsTask) -> Document {
    let name = task.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let ext = match task.kind {
        Kind::Folder => String::new(),
        _ => task.path.extension().map(|ext| ext.to_string_lossy().to_lowercase()).unwrap_or_default(),
    };
    Document {
        item: task.item,
        source: task.source,
        name,
        title: task.title.clone(),
        author: task.author.clone(),
        people: task.people.clone(),
        language: task.language.clone(),
        labels: task.labels.as_deref().map(|labels| labels.lines().map(str::to_owned).collect()).unwrap_or_default(),
        traits: traits(task),
        path: task.path.to_string_lossy().into_owned(),
        body: task.body.clone(),
        kind: task.kind,
        ext,
        mime: task.mime.clone(),
        modified_ms: task.modified_ms,
        size: task.size,
    }
}

/// Tells once per source that all of its files can be found by their words.
fn announce_ready(shared: &Shared) -> Result<()> {
    let waiting: Vec<_> = shared
        .store
        .sources()?
        .into_iter()
        .filter(|source| source.first_ready_ms.is_none() && source.last_scan_ms.is_some())
        .collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let counts = shared.store.counts()?;
    for source in waiting {
        let left = counts.sources.get(&source.id).map_or(0, |counts| counts.unread + counts.words_pending);
        if left == 0 && shared.store.mark_source_ready(source.id, shared.clock.now_ms())? {
            shared.notify(Notice::FolderReady(source.id));
            shared.notify(Notice::SourcesChanged);
        }
    }
    Ok(())
}
