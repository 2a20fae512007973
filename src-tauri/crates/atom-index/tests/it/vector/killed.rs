//! Killed while rows are replaced, files merged and old versions removed.

use super::home::{Noise, SMALL, files, items, manifests, row};
use crate::kill::{Shared, kills};
use atom_index::vector::VectorIndex;
use std::collections::BTreeMap;
use std::time::Duration;

const ITEMS: i64 = 40;

async fn open(shared: &std::path::Path, keys: &atom_vault::Keys) -> VectorIndex {
    let opened = VectorIndex::open(&shared.join("vectors"), keys.seal_root("lance/root"), SMALL).await.unwrap();
    assert!(!opened.healed, "a kill damaged the index");
    opened.index
}

async fn replace(index: &VectorIndex, item: i64, chunk: i64) {
    let mut noise = Noise::new(chunk as u64);
    index.replace(&items([item]), vec![row(item, chunk, noise.vector(SMALL))]).await.unwrap();
}

async fn pairs(index: &VectorIndex) -> BTreeMap<i64, i64> {
    let found = index.all_pairs().await.unwrap();
    let map: BTreeMap<i64, i64> = found.iter().map(|(item, chunk)| (item.get(), chunk.get())).collect();
    assert_eq!(map.len(), found.len(), "an item is there twice");
    map
}

/// Also the child that is killed.
#[tokio::test(flavor = "multi_thread")]
async fn upkeep_that_is_killed_at_random_moments_loses_nothing() {
    if let Some((folder, keys)) = Shared::of_child() {
        let index = open(&folder, &keys).await;
        let from = pairs(&index).await.values().max().copied().unwrap_or(0) + 1;
        for chunk in from.. {
            let item = chunk % ITEMS;
            println!("say begin {item} {chunk}");
            replace(&index, item, chunk).await;
            println!("say done {item} {chunk}");
            if chunk % 4 == 0 {
                println!("say upkeep begins");
                index.maintain().await.unwrap();
                println!("say upkeep ends");
            }
        }
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut shared = Shared::new(&folder.path().join("vault"));
    let mut expect = BTreeMap::new();
    let (mut in_upkeep, mut most) = (0, 0);
    let count = kills(8);
    for kill in 0..count {
        let test = "vector::killed::upkeep_that_is_killed_at_random_moments_loses_nothing";
        let said = shared.kill(test, Duration::from_millis(1_500));
        let mut open_item = None;
        for line in &said {
            let numbers: Vec<i64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
            match (line.split(' ').next(), numbers.as_slice()) {
                (Some("begin"), [item, chunk]) => open_item = Some((*item, *chunk)),
                (Some("done"), [item, chunk]) => {
                    expect.insert(*item, *chunk);
                    open_item = None;
                }
                _ => {}
            }
        }
        in_upkeep += u32::from(said.last().is_some_and(|line| line == "upkeep begins"));
        let index = open(&shared.folder, &shared.keys).await;
        index.verify().await.unwrap();
        let mut found = pairs(&index).await;
        if let Some((item, chunk)) = open_item {
            // What was not acknowledged may be old, gone or new; the next run does it again.
            let there = found.remove(&item);
            let old = expect.remove(&item);
            assert!(there.is_none() || there == old || there == Some(chunk), "kill {kill}: {there:?}");
            assert_eq!(found, expect, "kill {kill}: {said:?}");
            replace(&index, item, chunk).await;
            expect.insert(item, chunk);
        } else {
            assert_eq!(found, expect, "kill {kill}: {said:?}");
        }
        index.maintain().await.unwrap();
        assert_eq!(pairs(&index).await, expect, "kill {kill}, after upkeep");
        assert_eq!(manifests(&shared.folder.join("vectors")).len(), 2, "kill {kill}");
        most = most.max(files(&shared.folder.join("vectors")).len());
    }
    assert!(most <= 14, "{most} files: a kill leaves litter");
    eprintln!("kills vector upkeep: {count} kills, {in_upkeep} within upkeep, at most {most} files after the next");
}
