//! What was searched.

use super::{NOW, open, with_files};
use atom_core::ItemId;
use atom_store::{NotedSearch, Store};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

fn noted(query: &str, total: u64) -> NotedSearch {
    NotedSearch { query: query.to_owned(), took_ms: 4.5, total, opened: false, rank: None }
}

fn opened(query: &str, rank: u32) -> NotedSearch {
    NotedSearch { opened: true, rank: Some(rank), ..noted(query, 7) }
}

/// Query and count, the last one first.
fn listed(store: &Store, prefix: &str) -> Vec<(String, u64)> {
    store.past_searches(prefix, 100).unwrap().into_iter().map(|past| (past.query, past.times)).collect()
}

#[test]
fn searches_are_kept_once_a_text_and_come_back_last_first() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for (minute, query) in ["lease", "Invoice Berlin", "lease", "größe type:pdf"].into_iter().enumerate() {
        store.note_search(&noted(query, minute as u64), NOW + minute as i64 * MINUTE).unwrap();
    }
    let texts = |prefix: &str| listed(&store, prefix).into_iter().map(|(query, _)| query).collect::<Vec<_>>();
    assert_eq!(
        listed(&store, ""),
        [("größe type:pdf".to_owned(), 1), ("lease".to_owned(), 2), ("Invoice Berlin".to_owned(), 1)]
    );
    assert_eq!(texts("BER"), ["Invoice Berlin"]);
    assert_eq!(texts("Grö"), ["größe type:pdf"]);
    assert_eq!(texts("pdf"), ["größe type:pdf"]);
    assert!(texts("ease").is_empty());
    let lease = &store.past_searches("lease", 1).unwrap()[0];
    assert_eq!((lease.first_ms, lease.last_ms, lease.total), (NOW, NOW + 2 * MINUTE, 2));
    assert_eq!(store.past_searches("", 2).unwrap().len(), 2);
}

#[test]
fn what_was_only_typed_on_the_way_is_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.note_search(&noted("lease", 3), NOW).unwrap();
    store.note_search(&noted("lea", 9), NOW + MINUTE).unwrap();
    store.note_search(&noted("Leas", 8), NOW + MINUTE + 10_000).unwrap();
    store.note_search(&noted("lease", 3), NOW + MINUTE + 20_000).unwrap();
    assert_eq!(listed(&store, ""), [("lease".to_owned(), 2)]);
    assert_eq!(store.search_log().unwrap().len(), 2);

    store.note_search(&noted("lease berlin", 1), NOW + MINUTE + 40_000).unwrap();
    assert_eq!(listed(&store, ""), [("lease berlin".to_owned(), 1), ("lease".to_owned(), 1)]);
    assert_eq!(store.past_searches("lease", 2).unwrap()[1].last_ms, NOW, "it is as old as it was before");

    store.note_search(&opened("invoice", 1), NOW + 3 * MINUTE).unwrap();
    store.note_search(&noted("invoice march", 1), NOW + 3 * MINUTE + 1_000).unwrap();
    store.note_search(&noted("invoice march 3", 1), NOW + 5 * MINUTE).unwrap();
    assert_eq!(listed(&store, "invoice").len(), 3, "one was of use, and for the other it is too late");
}

#[test]
fn a_search_whose_hit_is_opened_later_is_still_one_search() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.note_search(&noted("lease", 3), NOW).unwrap();
    store.note_search(&opened("lease", 2), NOW + 5_000).unwrap();
    let log = store.search_log().unwrap();
    assert_eq!(log.iter().map(|one| (one.at_ms, one.opened, one.rank)).collect::<Vec<_>>(), [(NOW, true, Some(2))]);
    store.note_search(&opened("lease", 1), NOW + 9_000).unwrap();
    assert_eq!(listed(&store, ""), [("lease".to_owned(), 2)]);
}

#[test]
fn what_was_sought_in_vain_and_what_often_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for (hour, (query, total)) in [("rent", 0), ("lease", 3), ("lease", 4), ("rent", 0), ("oak", 0)].iter().enumerate()
    {
        store.note_search(&noted(query, *total), NOW + hour as i64 * 60 * MINUTE).unwrap();
    }
    let names =
        |in_vain| store.frequent_searches(in_vain, 10).unwrap().into_iter().map(|past| past.query).collect::<Vec<_>>();
    assert_eq!(names(true), ["rent", "oak"]);
    assert_eq!(names(false), ["rent", "lease", "oak"]);
    assert_eq!(store.frequent_searches(false, 1).unwrap().len(), 1);
}

#[test]
fn times_older_than_a_year_go_and_texts_stay() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.note_search(&noted("old", 1), NOW).unwrap();
    store.note_search(&noted("new", 1), NOW + 366 * DAY).unwrap();
    assert_eq!(store.search_log().unwrap().len(), 1);
    assert_eq!(listed(&store, "").len(), 2);
    // A clock that was set back.
    store.note_search(&noted("then", 1), NOW).unwrap();
    assert_eq!(store.search_log().unwrap().len(), 2);
}

#[test]
fn one_search_is_forgotten_or_all_of_them_with_their_times() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for query in ["lease", "doctor", "oak"] {
        store.note_search(&noted(query, 1), NOW).unwrap();
    }
    assert!(store.forget_searches(Some("doctor")).unwrap());
    assert!(!store.forget_searches(Some("doctor")).unwrap());
    assert_eq!((listed(&store, "").len(), store.search_log().unwrap().len()), (2, 2));
    assert!(store.forget_searches(None).unwrap());
    assert_eq!((listed(&store, "").len(), store.search_log().unwrap().len()), (0, 0));
}

#[test]
fn forgetting_use_forgets_searches_and_openings_and_no_item() {
    let dir = tempfile::tempdir().unwrap();
    let (store, source) = with_files(dir.path(), &[("/home/me/a", 1)]);
    let id = store.items_after(source, ItemId::new(0), 10).unwrap()[0].id;
    store.note_search(&opened("lease", 1), NOW).unwrap();
    store.note_opened(id, NOW).unwrap();
    store.forget_use().unwrap();
    let facts = store.item_facts(&[id]).unwrap().remove(0);
    assert_eq!((facts.opened_count, facts.opened_ms), (0, None));
    assert_eq!((listed(&store, "").len(), store.search_log().unwrap().len()), (0, 0));
}
