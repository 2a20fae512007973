//! Searches that are kept.

use super::{NOW, open, with_files};
use atom_core::ItemId;
use atom_store::Seen;

fn seen(newest: i64, known: &[i64]) -> Seen {
    Seen { newest: ItemId::new(newest), known: Some(known.iter().copied().map(ItemId::new).collect()) }
}

#[test]
fn a_kept_search_remembers_what_was_seen_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let first = store.add_saved_search("Rent", "rent type:pdf", true, &seen(9, &[3, 7]), NOW).unwrap();
    let second = store.add_saved_search("lease", "lease", false, &Seen { known: None, ..seen(9, &[]) }, NOW).unwrap();
    let all = store.saved_searches().unwrap();
    assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [second, first], "by name");
    assert_eq!((&all[1].seen, all[1].notify, all[1].told), (&seen(9, &[3, 7]), true, 0));
    assert_eq!(all[0].seen.known, None);

    store.tell_saved_search(first, 4).unwrap();
    assert!(store.change_saved_search(first, "Rents", "rent", false).unwrap());
    let changed = store.saved_search(first).unwrap().unwrap();
    assert_eq!((changed.name.as_str(), changed.query.as_str(), changed.notify), ("Rents", "rent", false));
    assert_eq!((changed.seen, changed.told, changed.created_ms), (seen(9, &[3, 7]), 4, NOW));
    assert!(store.see_saved_search(first, &seen(12, &[3])).unwrap());
    let looked_at = store.saved_search(first).unwrap().unwrap();
    assert_eq!((looked_at.seen, looked_at.told), (seen(12, &[3]), 0));
}

#[test]
fn a_removed_one_is_gone_and_its_number_is_not_given_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = store.add_saved_search("Rent", "rent", true, &seen(0, &[]), NOW).unwrap();
    assert!(store.remove_saved_search(id).unwrap());
    assert!(!store.remove_saved_search(id).unwrap());
    assert!(!store.see_saved_search(id, &seen(1, &[])).unwrap());
    assert!(!store.change_saved_search(id, "a", "b", true).unwrap());
    assert_eq!(store.saved_search(id).unwrap(), None);
    assert_ne!(store.add_saved_search("Rent", "rent", true, &seen(0, &[]), NOW).unwrap(), id);
}

#[test]
fn items_that_came_later_are_known_by_their_ids() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = with_files(dir.path(), &[("/home/me/a", 1), ("/home/me/b", 2), ("/home/me/c", 3)]);
    let newest = store.newest_item().unwrap();
    assert!(store.items_newer_than(newest, 10).unwrap().is_empty());
    let all = store.items_newer_than(ItemId::new(0), 10).unwrap();
    assert_eq!((all.len(), all[2]), (3, newest));
    assert_eq!(store.items_newer_than(all[0], 1).unwrap(), [all[1]]);
}
