//! A change of the model, from its first item to its last.

use super::{NOW, entry, indexed, open, read_all, with_files};
use atom_core::{ChunkId, IndexHead, ItemId};
use atom_store::{IndexName, MeaningTask, ModelSet, Store};
use std::path::Path;

fn set(choice: &str) -> ModelSet {
    ModelSet { choice: choice.into(), model: format!("{choice}-1"), dims: 48, table: format!("t_{choice}") }
}

fn head(byte: u8) -> IndexHead {
    IndexHead { series: [byte; 16], version: 3, digest: [byte; 32] }
}

fn confirm_all(store: &Store) {
    let done: Vec<_> = store.meaning_tasks(100, 100).unwrap().iter().map(|task| (task.item, task.revision)).collect();
    store.confirm_meaning(&done).unwrap();
}

fn done(tasks: &[MeaningTask]) -> Vec<(ItemId, i64)> {
    tasks.iter().map(|task| (task.item, task.revision)).collect()
}

/// Two files whose passages have vectors.
fn with_vectors(dir: &Path) -> Store {
    let (store, _) = with_files(dir, &[("/home/me/a.txt", 1), ("/home/me/b.txt", 2), ("/home/me/c.png", 3)]);
    let tasks = store.read_tasks(100, NOW).unwrap();
    let outcomes: Vec<_> = tasks.into_iter().take(2).map(|task| (task, indexed("some words"))).collect();
    store.store_texts(&outcomes).unwrap();
    confirm_all(&store);
    store.set_model("old-1").unwrap();
    store
}

#[test]
fn the_new_vectors_answer_once_they_lack_nothing_and_not_before() {
    let dir = tempfile::tempdir().unwrap();
    let store = with_vectors(dir.path());
    store.begin_model_change(&set("new"), "t_old", NOW).unwrap();
    let change = store.model_change().unwrap().unwrap();
    assert_eq!((change.set.clone(), change.total, change.left, change.items_left), (set("new"), 2, 2, 2));
    let in_use = store.model_in_use().unwrap();
    assert_eq!((in_use.model.as_deref(), in_use.table.as_deref()), (Some("old-1"), Some("t_old")));

    let tasks = store.next_meaning_tasks(1, 100).unwrap();
    assert_eq!((tasks.len(), tasks[0].chunks.len()), (1, 1));
    store.confirm_next_meaning(&done(&tasks)).unwrap();
    assert!(!store.finish_model_change("t_new", &head(2)).unwrap());
    let store = {
        drop(store);
        open(dir.path())
    };
    assert_eq!(store.model_change().unwrap().unwrap().left, 1, "it goes on where it was");
    store.confirm_next_meaning(&done(&store.next_meaning_tasks(10, 100).unwrap())).unwrap();
    assert!(!store.finish_model_change("t_other", &head(2)).unwrap(), "that is not the table that was filled");
    assert!(store.finish_model_change("t_new", &head(2)).unwrap());

    let in_use = store.model_in_use().unwrap();
    assert_eq!((in_use.choice.as_deref(), in_use.model.as_deref()), (Some("new"), Some("new-1")));
    assert_eq!((in_use.dims, in_use.table.as_deref()), (Some(48), Some("t_new")));
    assert_eq!(store.index_head(IndexName::Meaning).unwrap(), Some(head(2)));
    assert_eq!(store.model_change().unwrap(), None);
    assert!(!store.finish_model_change("t_new", &head(2)).unwrap());
}

#[test]
fn a_file_that_changes_meanwhile_gets_both_vectors() {
    let dir = tempfile::tempdir().unwrap();
    let store = with_vectors(dir.path());
    store.begin_model_change(&set("new"), "t_old", NOW).unwrap();
    let before = store.next_meaning_tasks(10, 100).unwrap();
    let source = store.sources().unwrap()[0].id;
    store.apply_scan(source, &[entry("/home/me/a.txt", 1, 9_000_000)], NOW, &|_| true).unwrap();
    read_all(&store, "other words");
    // What was embedded of the old text confirms nothing of the new one.
    store.confirm_next_meaning(&done(&before)).unwrap();
    let pending = store.meaning_tasks(10, 100).unwrap();
    assert!(!pending.is_empty());
    confirm_all(&store);
    let left = store.next_meaning_tasks(10, 100).unwrap();
    let changed = pending.iter().find(|task| task.title == "a.txt").unwrap().item;
    assert!(left.iter().any(|task| task.item == changed && task.chunks[0].2 == "other words"), "{left:?}");
    assert!(!store.finish_model_change("t_new", &head(2)).unwrap());
}

#[test]
fn a_change_that_is_given_up_or_replaced_leaves_the_old_vectors_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let store = with_vectors(dir.path());
    store.begin_model_change(&set("new"), "t_old", NOW).unwrap();
    store.confirm_next_meaning(&done(&store.next_meaning_tasks(1, 100).unwrap())).unwrap();
    store.begin_model_change(&set("newer"), "t_old", NOW).unwrap();
    assert_eq!(store.model_change().unwrap().unwrap().left, 2, "its vectors are to be made from the beginning");
    store.abandon_model_change().unwrap();
    assert_eq!(store.model_change().unwrap(), None);
    assert!(store.next_meaning_tasks(10, 100).unwrap().is_empty());
    assert_eq!(store.model_in_use().unwrap().model.as_deref(), Some("old-1"));
    // With no change under way nothing is queued for one.
    store.restart_meaning().unwrap();
    confirm_all(&store);
    assert!(store.next_meaning_tasks(10, 100).unwrap().is_empty());
}

#[test]
fn what_the_new_vectors_lack_or_have_too_much_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let store = with_vectors(dir.path());
    store.begin_model_change(&set("new"), "t_old", NOW).unwrap();
    let tasks = store.next_meaning_tasks(10, 100).unwrap();
    let pairs: Vec<(ItemId, ChunkId)> = tasks.iter().map(|task| (task.item, task.chunks[0].0)).collect();
    store.confirm_next_meaning(&done(&tasks)).unwrap();

    assert!(store.reconcile_next_meaning(&pairs).unwrap().is_empty());
    assert_eq!(store.model_change().unwrap().unwrap().left, 0);
    let foreign = (ItemId::new(999), ChunkId::new(999));
    assert_eq!(store.reconcile_next_meaning(&[pairs[0], foreign]).unwrap(), [foreign.0]);
    let queued = store.next_meaning_tasks(10, 100).unwrap();
    assert_eq!(queued.iter().map(|task| task.item).collect::<Vec<_>>(), [pairs[1].0]);
}

#[test]
fn a_model_taken_into_use_at_once_begins_with_no_vectors() {
    let dir = tempfile::tempdir().unwrap();
    let store = with_vectors(dir.path());
    store.note_index(IndexName::Meaning, head(1));
    store.begin_model_change(&set("new"), "t_old", NOW).unwrap();
    store.start_over_with_model(&set("other")).unwrap();
    assert_eq!(store.model_change().unwrap(), None);
    assert_eq!(store.model_in_use().unwrap().choice.as_deref(), Some("other"));
    assert_eq!(store.index_head(IndexName::Meaning).unwrap(), None);
    assert_eq!(store.meaning_tasks(10, 100).unwrap().len(), 2);
}
