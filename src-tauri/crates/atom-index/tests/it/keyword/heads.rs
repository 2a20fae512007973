//! Which commit the index has, told from an older and from another one.

use std::fs;
use std::path::Path;

use atom_core::Standing;
use atom_index::keyword::{self, KeywordIndex};
use tempfile::TempDir;

use super::{document, fill, root};

fn copy(from: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
    }
    to
}

fn put(index: &KeywordIndex, item: i64) {
    fill(index, &[document(item, &format!("/a/{item}.txt"), "text")]);
}

#[test]
fn an_older_copy_and_another_index_are_told_from_a_later_commit() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    let index = keyword::open(dir.path(), root.clone()).unwrap();
    assert_eq!(index.head().unwrap(), None, "nothing was committed yet");
    put(&index, 1);
    let first = index.head().unwrap().unwrap();
    drop(index);
    let old = copy(dir.path());
    let index = keyword::open(dir.path(), root.clone()).unwrap();
    assert_eq!(index.head().unwrap(), Some(first));
    put(&index, 2);
    let second = index.head().unwrap().unwrap();
    assert_eq!(second.standing(&first), Standing::Ahead);
    let older = keyword::open(old.path(), root.clone()).unwrap();
    assert_eq!(older.head().unwrap().unwrap().standing(&second), Standing::Behind);
    put(&older, 3);
    assert_eq!(older.head().unwrap().unwrap().standing(&second), Standing::Foreign, "another history");
    let other_dir = TempDir::new().unwrap();
    let other = keyword::open(other_dir.path(), root).unwrap();
    put(&other, 1);
    assert_eq!(other.head().unwrap().unwrap().standing(&first), Standing::Foreign);
}

#[test]
fn merges_change_the_files_and_not_the_commit() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    let index = keyword::open(dir.path(), root.clone()).unwrap();
    let mut writer = index.writer().unwrap();
    let mut last = None;
    for item in 0..40 {
        writer.upsert(&document(item, &format!("/a/{item}.txt"), "text")).unwrap();
        writer.commit().unwrap();
        let head = index.head().unwrap().unwrap();
        if let Some(last) = last {
            assert_eq!(head.standing(&last), Standing::Ahead);
        }
        last = Some(head);
    }
    writer.close().unwrap();
    let postings = fs::read_dir(dir.path()).unwrap().map(Result::unwrap);
    let segments = postings.filter(|file| file.path().extension().is_some_and(|e| e == "idx")).count();
    assert!(segments < 40, "nothing was merged");
    assert_eq!(index.head().unwrap(), last);
    drop(index);
    assert_eq!(keyword::open(dir.path(), root).unwrap().head().unwrap(), last);
}
