//! Files that are gone from the disk, and when they are forgotten: at once, unless there are so many that it may be an
//! accident (a disk that half came up, a cleared folder, a tool gone wild). What is indexed of those is kept for a day or
//! until a person says so, for reading and embedding it again would take much longer.

use crate::pipeline::{Notice, Shared, lock};
use atom_core::{ItemId, SourceId};
use atom_store::{ItemRow, Result, SourceRow, VANISHED_KEPT_MS};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// So many files are never forgotten at once…
const MANY: usize = 1_000;
/// …nor so many, if they are more than one in [`SHARE`] of their source.
const SOME: usize = 50;
const SHARE: u64 = 5;
/// What the watcher tells within this time is one event to a person.
const WINDOW: Duration = Duration::from_secs(60);
/// Items removed in one transaction.
const BATCH: usize = 1_000;

/// What went lately, by source: since when, and how many.
pub(crate) type Lately = HashMap<SourceId, (Instant, usize)>;

fn are_many(gone: usize, total: u64) -> bool {
    gone > MANY || gone >= SOME && (gone as u64).saturating_mul(SHARE) > total
}

/// Forgets what a whole scan did not see, or keeps it for now.
pub(crate) fn after_scan(shared: &Shared, source: &SourceRow, unseen: Vec<ItemRow>) -> Result<()> {
    let gone = without_present(shared, unseen)?;
    let is_waited_for =
        source.vanished_ms.is_none_or(|since| shared.clock.now_ms().saturating_sub(since) < VANISHED_KEPT_MS);
    if is_waited_for && are_many(gone.len(), total(shared, source.id)?) {
        return keep(shared, source.id, gone.len());
    }
    forget(shared, &gone)?;
    if source.vanished_ms.is_some() {
        shared.store.clear_vanished(source.id)?;
    }
    Ok(())
}

/// Forgets what the watcher says is gone; a scan decides where too much is.
pub(crate) fn after_hint(shared: &Shared, source: &SourceRow, unseen: Vec<ItemRow>) -> Result<()> {
    let gone = without_present(shared, unseen)?;
    if gone.is_empty() || source.vanished_ms.is_some() {
        return Ok(());
    }
    let lately = {
        let mut lately = lock(&shared.gone_lately);
        let (since, count) = lately.entry(source.id).or_insert_with(|| (Instant::now(), 0));
        if since.elapsed() > WINDOW {
            (*since, *count) = (Instant::now(), 0);
        }
        *count += gone.len();
        *count
    };
    // Counting reads the whole table.
    if lately >= SOME && are_many(lately, total(shared, source.id)?.saturating_add((lately - gone.len()) as u64)) {
        return keep(shared, source.id, gone.len());
    }
    forget(shared, &gone)
}

/// What is still there was left out by a rule: it is forgotten at once, and does not count as lost.
fn without_present(shared: &Shared, unseen: Vec<ItemRow>) -> Result<Vec<ItemId>> {
    let (left_out, gone): (Vec<_>, Vec<_>) = unseen.into_iter().partition(|item| item.path.symlink_metadata().is_ok());
    forget(shared, &left_out.iter().map(|item| item.id).collect::<Vec<_>>())?;
    Ok(gone.into_iter().map(|item| item.id).collect())
}

fn total(shared: &Shared, source: SourceId) -> Result<u64> {
    Ok(shared.store.counts()?.sources.get(&source).map_or(0, atom_store::SourceCounts::on_disk))
}

fn keep(shared: &Shared, source: SourceId, count: usize) -> Result<()> {
    shared.store.note_vanished(source, count as u64, shared.clock.now_ms())?;
    shared.notify(Notice::SourcesChanged);
    Ok(())
}

fn forget(shared: &Shared, gone: &[ItemId]) -> Result<()> {
    for batch in gone.chunks(BATCH) {
        shared.store.delete_items(batch)?;
        shared.bells.words.ring();
        shared.bells.meaning.ring();
        shared.notify(Notice::Progressed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_more_than_a_thousand_or_a_fifth_but_never_a_handful() {
        let many = [(1_001, 1_000_000), (60, 299), (50, 50)];
        let few = [(1_000, 1_000_000), (60, 300), (49, 49), (0, 0)];
        assert!(many.iter().all(|&(gone, total)| are_many(gone, total)));
        assert!(!few.iter().any(|&(gone, total)| are_many(gone, total)));
    }
}
