//! Text in pictures: what waits, what is kept by content, and what a change of the item does to it.

use super::{NOW, entry, open};
use atom_core::ItemState;
use atom_store::{NewChunk, OcrOutcome, OcrState, OcrTask, Recognised, Store, TextOutcome};
use std::path::Path;

fn picture(hash: u8) -> TextOutcome {
    TextOutcome::Read {
        state: ItemState::Indexed,
        reason: Some("There is no text in it.".into()),
        mime: "image/png".into(),
        title: None,
        author: None,
        people: None,
        language: None,
        labels: None,
        content_hash: Some(vec![hash; 32]),
        parser_version: 1,
        crashes: 0,
        truncated: false,
        chunks: vec![NewChunk { start: 0, heading: None, text: "Picture size: 640 x 480".into() }],
        shows_text: true,
        members: Vec::new(),
    }
}

/// Two pictures, both read, the second one changed last.
fn with_pictures(dir: &Path) -> Store {
    let store = open(dir);
    let source = store.add_source(Path::new("/home/me"), NOW).unwrap();
    let entries = [entry("/home/me/old.png", 1, 5_000_000), entry("/home/me/new.png", 2, 6_000_000)];
    store.apply_scan(source, &entries, NOW, &|_| true).unwrap();
    read_all(&store);
    store
}

fn read_all(store: &Store) {
    let tasks = store.read_tasks(100, NOW).unwrap();
    let outcomes: Vec<_> = tasks.into_iter().map(|task| (task, picture(7))).collect();
    store.store_texts(&outcomes).unwrap();
}

fn found(words: &str) -> OcrOutcome {
    let chunks = vec![
        NewChunk { start: 0, heading: Some("Text in the picture".into()), text: format!("{words}\n") },
        NewChunk { start: words.len() + 1, heading: None, text: "and more".into() },
    ];
    OcrOutcome::Text { reason: "Text was recognised in the picture.".into(), truncated: false, chunks }
}

fn confirm_all(store: &Store) {
    let words: Vec<_> =
        store.words_tasks(9, usize::MAX).unwrap().iter().map(|task| (task.item, task.revision)).collect();
    store.confirm_words(&words).unwrap();
    let meaning: Vec<_> = store.meaning_tasks(9, 99).unwrap().iter().map(|task| (task.item, task.revision)).collect();
    store.confirm_meaning(&meaning).unwrap();
}

fn first(store: &Store) -> OcrTask {
    store.ocr_tasks(9).unwrap().remove(0)
}

#[test]
fn recognised_text_stands_after_what_was_read_and_goes_to_both_indexes() {
    let dir = tempfile::tempdir().unwrap();
    let store = with_pictures(dir.path());
    assert!(store.waits_before_ocr(true).unwrap());
    confirm_all(&store);
    assert!(!store.waits_before_ocr(true).unwrap());
    let task = first(&store);
    assert_eq!(task.path, Path::new("/home/me/new.png"));
    store.store_ocr(&task, &found("PLATYPUS")).unwrap();

    let words = store.words_tasks(9, usize::MAX).unwrap();
    assert_eq!(words.len(), 1);
    assert_eq!(words[0].body, "Picture size: 640 x 480\n\nPLATYPUS\nand more");
    let chunks = store.chunks(task.item).unwrap();
    for chunk in &chunks {
        assert_eq!(words[0].body.get(chunk.start..chunk.start + chunk.text.len()), Some(chunk.text.as_str()));
    }
    assert_eq!(chunks[1].heading.as_deref(), Some("Text in the picture"));
    assert_eq!(store.meaning_tasks(9, 99).unwrap().len(), 1);
    // What was just recognised does not keep the next picture waiting.
    assert!(!store.waits_before_ocr(true).unwrap());
    let counts = store.counts().unwrap().total;
    assert_eq!((counts.pictures, counts.pictures_pending), (2, 2), "findable only once both indexes have it");
    assert_eq!((counts.words_left(), counts.chunks_left()), (0, 0));
    confirm_all(&store);
    assert_eq!(store.counts().unwrap().total.pictures_pending, 1);
}

#[test]
fn a_second_look_replaces_what_the_first_one_found() {
    let dir = tempfile::tempdir().unwrap();
    let store = with_pictures(dir.path());
    let task = first(&store);
    store.store_ocr(&task, &found("FIRST")).unwrap();
    assert_eq!(store.restart_ocr(false).unwrap(), 2);
    store.store_ocr(&first(&store), &found("SECOND")).unwrap();
    let text: String = store.chunks(task.item).unwrap().into_iter().map(|chunk| chunk.text).collect();
    assert_eq!(text, "Picture size: 640 x 480\n\nSECOND\nand more");
}

#[test]
fn what_changed_meanwhile_is_read_first() {
    let dir = tempfile::tempdir().unwrap();
    let store = with_pictures(dir.path());
    let task = first(&store);
    store.retry(None, &ItemState::ALL, Some(task.item)).unwrap();
    store.store_ocr(&task, &found("STALE")).unwrap();
    assert_eq!(store.chunks(task.item).unwrap().len(), 1);
    assert!(store.ocr_tasks(9).unwrap().iter().all(|waiting| waiting.item != task.item), "it has to be read first");
    read_all(&store);
    assert_eq!(first(&store).item, task.item);
}

#[test]
fn a_failure_is_a_state_with_a_reason_and_can_be_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = with_pictures(dir.path());
    let task = first(&store);
    let failed = OcrOutcome::Failed { state: ItemState::TimedOut, reason: "It took too long.".into() };
    store.store_ocr(&task, &failed).unwrap();
    let row = |store: &Store| {
        let (_, files) = store.files(&Default::default(), 0, 9).unwrap();
        files.into_iter().find(|file| file.facts.id == task.item).unwrap()
    };
    let file = row(&store);
    assert_eq!((file.facts.state, file.ocr), (ItemState::TimedOut, Some(OcrState::Failed)));
    assert_eq!(file.facts.reason.as_deref(), Some("It took too long."));
    assert_eq!(store.retry(None, &[ItemState::TimedOut], None).unwrap(), 1);
    read_all(&store);
    assert_eq!((row(&store).facts.state, row(&store).ocr), (ItemState::Indexed, Some(OcrState::Waiting)));
}

#[test]
fn texts_are_kept_by_content_and_engine_and_forgotten_when_nobody_asks() {
    const DAY: i64 = 86_400_000;
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let text = Recognised { next_page: 3, is_whole: true, pages: "0\nwords\u{c}".into() };
    store.keep_recognised(&[1; 32], "5.3 eng", &text, NOW).unwrap();
    assert_eq!(store.recognised(&[1; 32], "5.3 eng", NOW + 80 * DAY).unwrap(), Some(text.clone()));
    assert_eq!(store.recognised(&[1; 32], "5.3 deu", NOW).unwrap(), None);
    assert_eq!(store.recognised(&[2; 32], "5.3 eng", NOW).unwrap(), None);
    // It was of use after eighty days.
    store.keep_recognised(&[2; 32], "5.3 eng", &text, NOW + 160 * DAY).unwrap();
    assert!(store.recognised(&[1; 32], "5.3 eng", NOW + 81 * DAY).unwrap().is_some());
    store.keep_recognised(&[3; 32], "5.3 eng", &text, NOW + 172 * DAY).unwrap();
    assert_eq!(store.recognised(&[1; 32], "5.3 eng", NOW + 172 * DAY).unwrap(), None);
}
