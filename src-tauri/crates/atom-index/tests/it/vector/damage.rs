use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use atom_index::Error;
use atom_index::vector::VectorIndex;
use atom_testkit::damage::{Results, cases};

use super::home::{Home, Noise, SMALL, copy_folder, files, fill, items, manifests, pairs, row, rows_of};

/// What a damage leaves of a file that it deletes.
const GONE: &[u8] = b"gone";

type Answer = (BTreeSet<(i64, i64)>, Vec<i64>);

async fn ask(index: &VectorIndex, query: &[f32]) -> Result<Answer, Error> {
    let pairs = index.all_pairs().await?;
    let hits = index.search(query, 10, None).await?;
    Ok((
        pairs.iter().map(|(item, chunk)| (item.get(), chunk.get())).collect(),
        hits.iter().map(|hit| hit.chunk.get()).collect(),
    ))
}

/// Opens a copy with `damage` done to `file`: the answer must be the expected one, or that of an older version after
/// healing, or an error that says damage.
async fn check(
    home: &Home,
    file: &Path,
    damage: impl Fn(&mut Vec<u8>),
    query: &[f32],
    expected: &Answer,
) -> &'static str {
    let copy = home.beside("damaged");
    let _ = fs::remove_dir_all(&copy);
    copy_folder(&home.path(), &copy);
    let target = copy.join(file.strip_prefix(home.path()).unwrap());
    let mut bytes = fs::read(&target).unwrap();
    damage(&mut bytes);
    if bytes == GONE {
        fs::remove_file(&target).unwrap();
    } else {
        fs::write(&target, bytes).unwrap();
    }
    let answered = match home.try_open_at(&copy).await {
        Ok(opened) if opened.healed => {
            assert_eq!(manifests(&home.path())[0], *file, "only a head can be healed");
            ask(&opened.index, query).await.unwrap();
            return "healed";
        }
        Ok(opened) => ask(&opened.index, query).await,
        Err(error) => Err(error),
    };
    match answered {
        Ok(answer) => {
            assert_eq!(answer, *expected, "{} was damaged", file.display());
            "same"
        }
        Err(Error::Corrupt { .. }) => "refused",
        Err(other) => panic!("{} was damaged: {other}", file.display()),
    }
}

async fn small(home: &Home) -> (Vec<f32>, Answer) {
    let index = home.open().await;
    let mut noise = Noise::new(51);
    let rows = rows_of(noise.clustered(300, SMALL));
    fill(&index, &rows, 100).await;
    index.delete(&items([2, 30])).await.unwrap();
    let query = noise.vector(SMALL);
    let answer = ask(&index, &query).await.unwrap();
    (query, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn flipped_bits_never_change_an_answer() {
    let home = Home::new(SMALL);
    let (query, expected) = small(&home).await;
    let mut noise = Noise::new(52);
    let mut seen = Vec::new();
    for file in files(&home.path()) {
        let length = fs::metadata(&file).unwrap().len() as usize;
        for place in [2, 60, 90, 96 + noise.below(length - 96), length - 1] {
            let flip = |bytes: &mut Vec<u8>| bytes[place] ^= 1 << (place % 8);
            seen.push(check(&home, &file, flip, &query, &expected).await);
        }
    }
    eprintln!("damage flipped bits of the vector index: {} cases, none with another answer", seen.len());
    for outcome in ["healed", "refused", "same"] {
        assert!(seen.contains(&outcome), "no flip was {outcome}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_emptied_missing_and_foreign_files_never_change_an_answer() {
    let home = Home::new(SMALL);
    let (query, expected) = small(&home).await;
    let all = files(&home.path());
    let is_list = |path: &PathBuf| path.to_string_lossy().contains("_deletions");
    assert!(all.iter().any(is_list), "there is no list of deleted vectors: {all:?}");
    for file in &all {
        let kind = file.extension();
        let other = all.iter().find(|f| f.extension() == kind && f != &file);
        let foreign = other.map(|path| fs::read(path).unwrap());
        check(&home, file, Vec::clear, &query, &expected).await;
        check(&home, file, |b| b.truncate(b.len() - 1), &query, &expected).await;
        check(&home, file, |b| b.fill(0), &query, &expected).await;
        check(&home, file, |b| b.extend([0; 64]), &query, &expected).await;
        // Without its newest version an index is sound, and older: `heads` has that.
        if kind.is_none_or(|kind| kind != "manifest") {
            check(&home, file, |b| *b = GONE.to_vec(), &query, &expected).await;
        }
        if let Some(foreign) = foreign {
            check(&home, file, |b| b.clone_from(&foreign), &query, &expected).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_index_files_never_change_an_answer() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    let mut noise = Noise::new(53);
    let rows = rows_of(noise.clustered(20_000, SMALL));
    fill(&index, &rows, 20_000).await;
    assert!(index.maintain().await.unwrap().indexed);
    let query = rows[77].vector.clone();
    let expected = ask(&index, &query).await.unwrap();
    drop(index);
    let indices: Vec<PathBuf> =
        files(&home.path()).into_iter().filter(|p| p.to_string_lossy().contains("_indices")).collect();
    assert!(!indices.is_empty());
    let (mut results, others) = (Results::default(), indices.clone());
    for turn in 0..cases(12) as usize {
        let file = &indices[turn % indices.len()];
        let length = fs::metadata(file).unwrap().len() as usize;
        let (place, range) = (noise.below(length), 1 + noise.below(4096));
        let other = fs::read(&others[noise.below(others.len())]).unwrap();
        let damage = |bytes: &mut Vec<u8>| match turn / indices.len() % 6 {
            0 => bytes[place] ^= 1 << (place % 8),
            1 => bytes.iter_mut().skip(place).take(range).for_each(|byte| *byte = 0),
            2 => bytes.truncate(place),
            3 => bytes.clear(),
            4 => *bytes = GONE.to_vec(),
            _ => bytes.clone_from(&other),
        };
        let outcome = check(&home, file, damage, &query, &expected).await;
        assert_ne!(outcome, "healed");
        results.add("vector index file", outcome);
    }
    results.print();
    fs::remove_file(&indices[0]).unwrap();
    let verified = home.open().await.verify().await;
    assert!(matches!(verified, Err(Error::Corrupt { .. })), "a file of the index is gone: {verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_head_steps_back_and_goes_on() {
    let damages: [fn(&mut Vec<u8>); 5] = [
        Vec::clear,
        |bytes| bytes.fill(0),
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.truncate(bytes.len() - 1),
        |bytes| bytes[100] ^= 1,
    ];
    for damage in damages {
        let home = Home::new(SMALL);
        let index = home.open().await;
        let mut noise = Noise::new(54);
        fill(&index, &rows_of(noise.clustered(20, SMALL)), 20).await;
        let before = pairs(&index).await;
        let new = vec![row(70, 700, noise.vector(SMALL))];
        index.replace(&items([70]), new.clone()).await.unwrap();
        drop(index);
        let head = manifests(&home.path())[0].clone();
        let mut bytes = fs::read(&head).unwrap();
        damage(&mut bytes);
        fs::write(&head, bytes).unwrap();

        let opened = home.try_open_at(&home.path()).await.unwrap();
        assert!(opened.healed);
        assert_eq!(pairs(&opened.index).await, before);
        let aside = files(&home.path()).into_iter().filter(|p| p.extension().is_some_and(|e| e == "corrupt"));
        assert_eq!(aside.count(), 1);
        opened.index.replace(&items([70]), new).await.unwrap();
        opened.index.maintain().await.unwrap();
        drop(opened);
        let index = home.open().await;
        assert_eq!(pairs(&index).await.len(), before.len() + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn maintained_table_loses_nothing_when_its_head_is_damaged() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    fill(&index, &rows_of(Noise::new(55).clustered(40, SMALL)), 5).await;
    index.maintain().await.unwrap();
    let before = pairs(&index).await;
    drop(index);
    fs::write(&manifests(&home.path())[0], b"").unwrap();
    let opened = home.try_open_at(&home.path()).await.unwrap();
    assert!(opened.healed);
    assert_eq!(pairs(&opened.index).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_version_or_with_a_wrong_key_nothing_is_touched() {
    let home = Home::new(SMALL);
    let (query, expected) = small(&home).await;
    let before = files(&home.path());
    let stranger = Home::new(SMALL);
    let opened = stranger.try_open_at(&home.path()).await;
    assert!(matches!(opened, Err(Error::Corrupt { .. })));
    assert_eq!(files(&home.path()), before);
    assert_eq!(ask(&home.open().await, &query).await.unwrap(), expected);

    for manifest in manifests(&home.path()) {
        fs::write(manifest, b"").unwrap();
    }
    let opened = home.try_open_at(&home.path()).await;
    assert!(matches!(opened, Err(Error::Corrupt { .. })));
    assert_eq!(files(&home.path()), before);
}
