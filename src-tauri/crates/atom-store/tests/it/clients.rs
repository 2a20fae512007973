//! Programs that may ask: what they see becomes less with their sources, and never more.

use super::{NOW, entry, open};
use atom_core::SourceId;
use atom_store::{SourceStatus, Store};
use std::path::Path;

fn sees(store: &Store, name: &str) -> Option<Vec<SourceId>> {
    store.clients().unwrap().into_iter().find(|client| client.name == name).unwrap().sources
}

#[test]
fn a_program_is_kept_with_what_it_sees_and_a_name_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let home = store.add_source(Path::new("/home/me"), NOW).unwrap();
    let work = store.add_source(Path::new("/work"), NOW).unwrap();
    let one = store.add_client("Claude", &[1; 32], Some(&[work, home, work]), NOW).unwrap().unwrap();
    let two = store.add_client("all", &[2; 32], None, NOW + 1).unwrap().unwrap();
    assert_eq!(store.add_client("claude", &[3; 32], None, NOW).unwrap(), None, "names differ by more than case");
    assert!(store.add_client("other", &[1; 32], None, NOW).is_err(), "a token is one program's");
    assert!(store.add_client("nowhere", &[4; 32], Some(&[SourceId::new(99)]), NOW).is_err());
    store.note_client_used(two, NOW + 2).unwrap();
    let facts: Vec<_> = store
        .clients()
        .unwrap()
        .into_iter()
        .map(|client| (client.id, client.name, client.token_hash, client.sources, client.created_ms, client.used_ms))
        .collect();
    let expect = [
        (two, "all".to_owned(), [2; 32], None, NOW + 1, Some(NOW + 2)),
        (one, "Claude".to_owned(), [1; 32], Some(vec![home, work]), NOW, None),
    ];
    assert_eq!(facts, expect);
    assert!(store.remove_client(one).unwrap());
    assert!(!store.remove_client(one).unwrap());
    drop(store);
    assert_eq!(open(dir.path()).clients().unwrap().len(), 1);
}

#[test]
fn a_source_that_goes_leaves_a_program_less_and_never_everything() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let home = store.add_source(Path::new("/home/me"), NOW).unwrap();
    let work = store.add_source(Path::new("/work/mine"), NOW).unwrap();
    store.apply_scan(home, &[entry("/home/me/a", 1, 5_000_000)], NOW, &|_| true).unwrap();
    store.add_client("two", &[1; 32], Some(&[home, work]), NOW).unwrap();
    store.add_client("none", &[2; 32], Some(&[]), NOW).unwrap();
    assert_eq!(sees(&store, "none"), Some(Vec::new()));

    store.set_source_status(home, SourceStatus::Removing, None).unwrap();
    assert_eq!(sees(&store, "two"), Some(vec![work]), "gone as soon as it is being removed");
    while store.remove_source_items(home, 10).unwrap() > 0 {}
    // Part of another one now, which nobody allowed.
    store.add_source(Path::new("/work"), NOW).unwrap();
    assert_eq!(sees(&store, "two"), Some(Vec::new()));
}
