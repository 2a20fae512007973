//! What is on the disk, and what happens when someone changes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use atom_index::Error;
use atom_index::keyword::{self, KeywordQuery};
use atom_vault::SealRoot;
use tempfile::TempDir;

use super::{and, document, fill, phrase, prefix, root, word};

const CANARIES: [&str; 4] = ["zanzibar", "quokka", "marzipan", "ocelot"];

/// An index with two segments and a deletion, and its key.
fn sealed() -> (TempDir, SealRoot) {
    let (dir, root) = (TempDir::new().unwrap(), root());
    let index = keyword::open(dir.path(), root.clone()).unwrap();
    fill(
        &index,
        &[
            document(1, "/home/quokka/zanzibar.txt", "marzipan and ocelot and marzipan"),
            document(2, "/home/quokka/two.txt", "a second text with an ocelot"),
            document(3, "/home/three.txt", "a third text about marzipan"),
            document(5, "/home/five.txt", "five"),
            document(6, "/home/six.txt", "six"),
        ],
    );
    let mut writer = index.writer().unwrap();
    writer.upsert(&document(4, "/home/four.txt", "another zanzibar")).unwrap();
    writer.delete(atom_core::ItemId::new(3)).unwrap();
    writer.commit().unwrap();
    writer.close().unwrap();
    (dir, root)
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

fn is_lock(name: &str) -> bool {
    name.ends_with(".lock")
}

/// Answers of a few queries that read every kind of file.
fn answers(dir: &Path, root: &SealRoot) -> Result<Vec<(usize, Vec<i64>)>, Error> {
    let index = keyword::open(dir, root.clone())?;
    let queries = [
        word("marzipan"),
        word("zanzibar"),
        prefix("oce"),
        phrase("ocelot and marzipan", false, 0),
        and([word("quokka"), word("ocelot")]),
        KeywordQuery::All,
        KeywordQuery::Size { from: Some(1), to: None },
        KeywordQuery::Under("/home/quokka".to_owned()),
    ];
    queries
        .iter()
        .map(|query| {
            let hits = index.search(query, 10)?;
            Ok((hits.total, hits.hits.iter().map(|hit| hit.item.get()).collect()))
        })
        .collect()
}

#[test]
fn no_file_holds_a_word_or_a_name_or_lacks_the_seal() {
    let (dir, _) = sealed();
    let files = files(dir.path());
    assert!(files.keys().any(|name| name == "meta.json"));
    assert!(files.len() > 10, "{:?}", files.keys());
    for (name, bytes) in &files {
        if is_lock(name) {
            assert!(bytes.is_empty(), "{name}");
            continue;
        }
        assert!(bytes.starts_with(b"ATL1"), "{name}");
        for canary in CANARIES.iter().chain(&["segments", "whole_name", "home"]) {
            let found = bytes.windows(canary.len()).any(|window| window.eq_ignore_ascii_case(canary.as_bytes()));
            assert!(!found, "{canary} in {name}");
        }
    }
}

#[test]
fn a_flipped_bit_anywhere_is_an_error_or_changes_nothing() {
    let (dir, root) = sealed();
    let expect = answers(dir.path(), &root).unwrap();
    let mut refused = 0;
    let mut tried = 0;
    for (name, bytes) in files(dir.path()) {
        if is_lock(&name) {
            continue;
        }
        let path = dir.path().join(&name);
        // Every byte of the header and the ends, and a sample of the rest.
        let places = (0..bytes.len()).filter(|at| *at < 100 || at + 40 > bytes.len() || at % 97 == 0);
        for at in places.step_by(3) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            fs::write(&path, &damaged).unwrap();
            tried += 1;
            match answers(dir.path(), &root) {
                Err(Error::Corrupt { .. }) => refused += 1,
                Err(other) => panic!("{name} at {at}: {other}"),
                Ok(got) => assert_eq!(got, expect, "{name} at {at}"),
            }
            let verified = keyword::open(dir.path(), root.clone()).and_then(|index| index.verify());
            assert!(matches!(verified, Err(Error::Corrupt { .. })), "{name} at {at}");
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(answers(dir.path(), &root).unwrap(), expect);
    assert!(tried > 500, "{tried}");
    assert!(refused * 10 > tried * 6, "{refused} of {tried}");
    eprintln!(
        "damage flipped bits of the keyword index: {tried} cases, {refused} refused, the others read by no query"
    );
}

#[test]
fn cut_swapped_missing_foreign_and_plain_files_are_refused() {
    let (dir, root) = sealed();
    let expect = answers(dir.path(), &root).unwrap();
    let original = files(dir.path());
    let names: Vec<&String> = original.keys().filter(|name| !is_lock(name)).collect();
    let refused = |what: &str| match answers(dir.path(), &root) {
        Err(Error::Corrupt { .. }) => {}
        // The document store and unused parts are not read by searches; the doctor reads them.
        other => {
            if let Ok(got) = &other {
                assert_eq!(got, &expect, "{what}");
            }
            let verified = keyword::open(dir.path(), root.clone()).and_then(|index| index.verify());
            assert!(matches!(verified, Err(Error::Corrupt { .. })), "{what}: {verified:?}");
        }
    };
    for (at, name) in names.iter().enumerate() {
        let path = dir.path().join(name);
        let bytes = &original[*name];
        let other = &original[names[(at + 1) % names.len()]];
        for (what, damaged) in [
            ("cut", bytes[..bytes.len() - 1].to_vec()),
            ("cut to its header", bytes[..96].to_vec()),
            ("longer", [bytes.as_slice(), b"x"].concat()),
            ("empty", Vec::new()),
            ("another's", other.clone()),
            ("plain", b"{\"segments\": []}".to_vec()),
            ("zeroes", vec![0; bytes.len()]),
        ] {
            fs::write(&path, damaged).unwrap();
            refused(&format!("{name} {what}"));
        }
        fs::remove_file(&path).unwrap();
        refused(&format!("{name} missing"));
        fs::write(&path, bytes).unwrap();
    }
    fs::write(dir.path().join("stray.txt"), "hello").unwrap();
    refused("a stray file");
    fs::remove_file(dir.path().join("stray.txt")).unwrap();
    assert_eq!(answers(dir.path(), &root).unwrap(), expect);
}

#[test]
fn another_key_opens_nothing_and_changes_nothing() {
    let (dir, root) = sealed();
    let before = files(dir.path());
    assert!(matches!(answers(dir.path(), &super::root()), Err(Error::Corrupt { .. })));
    assert_eq!(files(dir.path()), before);
    assert!(answers(dir.path(), &root).is_ok());
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, root) = (TempDir::new().unwrap(), root());
    let inside = dir.path().join("keyword");
    fill(&keyword::open(&inside, root).unwrap(), &[document(1, "/a.txt", "x")]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inside), 0o700);
    for name in files(&inside).keys() {
        assert_eq!(mode(&inside.join(name)) & 0o077, 0, "{name}");
    }
}

#[test]
fn answers_do_not_depend_on_the_size_of_the_cache() {
    let (dir, root) = sealed();
    let expect = answers(dir.path(), &root).unwrap();
    let index = keyword::open_with_cache(dir.path(), root.clone(), 0).unwrap();
    let hits = index.search(&word("marzipan"), 10).unwrap();
    assert_eq!(hits.total, expect[0].0);
}
