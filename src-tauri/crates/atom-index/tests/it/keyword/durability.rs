//! Commits, crashes, growth, readers beside a writer.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use atom_core::ItemId;
use atom_index::keyword::{self, KeywordQuery};
use tempfile::TempDir;

use super::{document, fill, found, matches, root, word};

/// The state that a crash at this moment would leave.
fn crashed(dir: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        // A file may go away between listing and copying, as it may between two writes of a crash.
        let _ = fs::copy(entry.path(), copy.path().join(entry.file_name()));
    }
    copy
}

#[test]
fn a_commit_is_found_after_opening_again_and_nothing_uncommitted_is() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    {
        let index = keyword::open(dir.path(), root.clone()).unwrap();
        let mut writer = index.writer().unwrap();
        writer.upsert(&document(1, "/a/one.txt", "committed")).unwrap();
        writer.commit().unwrap();
        writer.upsert(&document(1, "/a/one.txt", "uncommitted")).unwrap();
        assert_eq!(found(&index, &word("committed")), [1]);
        assert!(found(&index, &word("uncommitted")).is_empty());
    }
    let index = keyword::open(dir.path(), root).unwrap();
    assert_eq!(found(&index, &word("committed")), [1]);
    assert!(found(&index, &word("uncommitted")).is_empty());
    fill(&index, &[document(1, "/a/one.txt", "replaced")]);
    assert_eq!(found(&index, &word("replaced")), [1]);
    assert!(found(&index, &word("committed")).is_empty());
    assert_eq!(index.doc_count(), 1);
}

#[test]
fn there_is_one_writer_at_a_time_and_a_dead_one_leaves_no_lock() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    let index = keyword::open(dir.path(), root.clone()).unwrap();
    let writer = index.writer().unwrap();
    assert!(index.writer().is_err());
    let copy = crashed(dir.path());
    assert!(copy.path().join(".tantivy-writer.lock").exists());
    drop(writer);
    assert!(index.writer().is_ok());
    let again = keyword::open(copy.path(), root).unwrap();
    assert!(again.writer().is_ok());
}

#[test]
fn a_crash_between_commits_leaves_the_last_commit_and_no_litter() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    let index = keyword::open(dir.path(), root.clone()).unwrap();
    let mut writer = index.writer().unwrap();
    for round in 0..12_i64 {
        for n in 0..20 {
            writer.upsert(&document(n, &format!("/a/{n}.txt"), &format!("round{round}"))).unwrap();
        }
        let copy = crashed(dir.path());
        let after = keyword::open(copy.path(), root.clone()).unwrap();
        if round > 0 {
            assert_eq!(matches(&after, &word(&format!("round{}", round - 1))).len(), 20);
        }
        after.verify().unwrap();
        assert!(found(&after, &word(&format!("round{round}"))).is_empty());
        // It goes on from there.
        fill(&after, &[document(77, "/a/new.txt", "afterwards")]);
        assert_eq!(found(&after, &word("afterwards")), [77]);
        writer.commit().unwrap();
    }
}

#[test]
fn a_crash_at_any_moment_leaves_a_commit_whole() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    let index = keyword::open(dir.path(), root.clone()).unwrap();
    fill(&index, &[document(0, "/a/marker.txt", "round0")]);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = index.writer().unwrap();
            for round in 1..40_i64 {
                for n in 1..30 {
                    writer.upsert(&document(n, &format!("/a/{n}.txt"), &format!("text round{round}"))).unwrap();
                }
                writer.upsert(&document(0, "/a/marker.txt", &format!("round{round}"))).unwrap();
                writer.commit().unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        // A copy is not one moment: only those during which no file came or went are what a crash leaves.
        let mut opened = 0;
        while !done.load(Ordering::SeqCst) {
            let before = listing(dir.path());
            let copy = crashed(dir.path());
            if listing(dir.path()) != before {
                continue;
            }
            let after = keyword::open(copy.path(), root.clone()).unwrap();
            let count = after.doc_count();
            assert!(count == 1 || count == 30, "{count}");
            after.verify().unwrap();
            opened += 1;
        }
        assert!(opened > 0);
    });
    assert_eq!(matches(&index, &word("round39")).len(), 30);
}

/// Names, lengths and times of the files.
fn listing(dir: &Path) -> Vec<(std::ffi::OsString, u64, Option<std::time::SystemTime>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let meta = entry.metadata().ok()?;
            Some((entry.file_name(), meta.len(), meta.modified().ok()))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn leftovers_of_a_crash_are_removed_when_opening() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    fill(&keyword::open(dir.path(), root.clone()).unwrap(), &[document(1, "/a.txt", "kept")]);
    let orphan = dir.path().join("0123456789abcdef0123456789abcdef.idx");
    let temporary = dir.path().join("meta.json.new");
    fs::write(&orphan, "half").unwrap();
    fs::write(&temporary, "half").unwrap();
    let index = keyword::open(dir.path(), root).unwrap();
    assert_eq!(found(&index, &word("kept")), [1]);
    assert!(!orphan.exists() && !temporary.exists());
}

#[test]
fn an_index_that_was_never_finished_being_made_is_made_anew() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    drop(keyword::open(dir.path(), root.clone()).unwrap());
    let head = dir.path().join("meta.json");
    if head.exists() {
        fs::remove_file(head).unwrap();
    }
    let index = keyword::open(dir.path(), root).unwrap();
    fill(&index, &[document(1, "/a.txt", "fine")]);
    assert_eq!(found(&index, &word("fine")), [1]);
}

#[test]
fn ten_thousand_edits_of_one_document_leave_the_index_its_size() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    let index = keyword::open(dir.path(), root.clone()).unwrap();
    let text = |n: i64| (0..200).map(|word| format!("w{} ", (n * 31 + word * 7) % 977)).collect::<String>();
    let documents: Vec<_> = (0..300).map(|n| document(n, &format!("/a/{n}.txt"), &text(n))).collect();
    fill(&index, &documents);
    let fresh = index.size_bytes().unwrap();
    let mut writer = index.writer().unwrap();
    for edit in 0..10_000_i64 {
        writer.upsert(&document(7, "/a/7.txt", &text(edit))).unwrap();
        if edit % 100 == 99 {
            writer.commit().unwrap();
        }
    }
    writer.close().unwrap();
    let after = index.size_bytes().unwrap();
    assert!(after * 2 <= fresh * 3, "{fresh} grew to {after}");
    assert_eq!(index.doc_count(), 300);
}

#[test]
fn searches_beside_a_writer_see_whole_commits() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    let index = keyword::open(dir.path(), root).unwrap();
    let batch = 25_i64;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = index.writer().unwrap();
            for round in 0..40 {
                for n in 0..batch {
                    let item = round * batch + n;
                    writer.upsert(&document(item, &format!("/a/{item}.txt"), "steady text")).unwrap();
                }
                writer.commit().unwrap();
            }
            writer.close().unwrap();
            done.store(true, Ordering::SeqCst);
        });
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while !done.load(Ordering::SeqCst) {
                    let hits = index.search(&word("steady"), 2000).unwrap();
                    assert_eq!(hits.total as i64 % batch, 0);
                    assert_eq!(hits.hits.len(), hits.total);
                    assert!(hits.total >= last);
                    last = hits.total;
                }
            });
        }
    });
    assert_eq!(index.search(&KeywordQuery::All, 1).unwrap().total, 1000);
    index.verify().unwrap();
}

#[test]
fn clearing_removes_everything() {
    let (dir, root) = (TempDir::new().unwrap(), root());
    let index = keyword::open(dir.path(), root).unwrap();
    fill(&index, &[document(1, "/a.txt", "gone"), document(2, "/b.txt", "gone")]);
    let mut writer = index.writer().unwrap();
    writer.clear().unwrap();
    writer.commit().unwrap();
    writer.upsert(&document(3, "/c.txt", "new")).unwrap();
    writer.delete(ItemId::new(99)).unwrap();
    writer.commit().unwrap();
    assert!(found(&index, &word("gone")).is_empty());
    assert_eq!(found(&index, &word("new")), [3]);
}
