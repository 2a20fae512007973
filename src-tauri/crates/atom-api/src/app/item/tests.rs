//! Files and texts of items in a real vault.

use super::*;
use crate::app::fixture::{entry, vault};
use atom_core::{ItemId, ItemState};
use atom_store::{NewChunk, NewMember, TextOutcome};
use std::path::Path;
use std::sync::Arc;

fn passages(texts: &[&str]) -> Vec<NewChunk> {
    texts.iter().map(|text| NewChunk { start: 0, heading: None, text: (*text).to_owned() }).collect()
}

fn member(name: &str) -> NewMember {
    NewMember {
        path: name.into(),
        size: 4,
        modified_ns: None,
        state: ItemState::Indexed,
        reason: None,
        mime: "text/plain".to_owned(),
        title: None,
        author: None,
        people: None,
        language: None,
        content_hash: Some(vec![1]),
        truncated: false,
        chunks: passages(&["inside"]),
    }
}

/// A file with these passages; its id, and those of its members behind it.
async fn add(app: &App, path: &Path, chunks: Vec<NewChunk>, members: Vec<NewMember>) -> Vec<IdRequest> {
    let store = Arc::clone(&app.session().await.unwrap().store);
    let source = store.add_source(path.parent().unwrap(), 1).unwrap();
    store.apply_scan(source, &[entry(path, 1)], 1, &|_| true).unwrap();
    let task = store.read_tasks(1, 1).unwrap().remove(0);
    let outcome = TextOutcome::Read {
        state: ItemState::Indexed,
        reason: None,
        mime: "text/markdown".to_owned(),
        title: None,
        author: None,
        people: None,
        language: None,
        labels: None,
        content_hash: Some(vec![2]),
        parser_version: 1,
        crashes: 0,
        truncated: false,
        chunks,
        shows_text: false,
        members,
    };
    store.store_texts(&[(task, outcome)]).unwrap();
    let items = store.items_newer_than(ItemId::new(0), 10).unwrap();
    items.into_iter().map(|item| IdRequest { id: item.to_string() }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_the_file_and_of_an_item_in_an_archive_the_archive() {
    let dir = tempfile::tempdir().unwrap();
    let app = vault(dir.path()).await;
    let path = dir.path().join("notes.zip");
    std::fs::write(&path, "zip").unwrap();
    let ids = add(&app, &path, passages(&["a list"]), vec![member("inside.txt")]).await;
    let file = app.item_file(ids[0].clone(), false).await.unwrap();
    assert_eq!(file, ItemFile { path: path.clone(), mime: "text/markdown".to_owned() });
    let inside = app.item_file(ids[1].clone(), true).await.unwrap();
    assert_eq!(inside, ItemFile { path: path.clone(), mime: String::new() });
    std::fs::remove_file(&path).unwrap();
    assert_eq!(app.item_file(ids[0].clone(), true).await.map_err(|error| error.code), Err(ErrorCode::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_text_of_an_item_is_copied_unless_there_is_none_or_too_much() {
    let dir = tempfile::tempdir().unwrap();
    let app = vault(dir.path()).await;
    let code = |error: ApiError| error.code;
    let many: Vec<String> = (0..PAGE * 2 + 1).map(|number| format!("{number}\n")).collect();
    let texts: Vec<&str> = many.iter().map(String::as_str).collect();
    let ids = add(&app, &dir.path().join("a/long.md"), passages(&texts), Vec::new()).await;
    assert_eq!(app.item_text(ids[0].clone()).await.unwrap(), many.concat());

    let big = "x".repeat(MAX_TEXT / 2 + 1);
    let ids = add(&app, &dir.path().join("b/big.md"), passages(&[&big, &big]), Vec::new()).await;
    assert_eq!(app.item_text(ids[1].clone()).await.map_err(code), Err(ErrorCode::InvalidInput));
    let ids = add(&app, &dir.path().join("c/none.md"), Vec::new(), Vec::new()).await;
    assert_eq!(app.item_text(ids[2].clone()).await.map_err(code), Err(ErrorCode::NotFound));
    assert_eq!(app.item_text(IdRequest { id: "99".to_owned() }).await.map_err(code), Err(ErrorCode::NotFound));
}
