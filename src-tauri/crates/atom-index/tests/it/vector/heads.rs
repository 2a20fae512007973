//! Which version the table has, told from an older and from another one.

use std::fs;

use atom_core::{IndexHead, Standing};
use atom_index::Error;
use atom_index::vector::VectorIndex;

use super::home::{Home, Noise, SMALL, copy_folder, files, fill, items, manifests, pairs, row, rows_of};

async fn standing(index: &VectorIndex, recorded: IndexHead) -> Standing {
    index.standing(recorded).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_and_another_table_are_told_from_a_later_version() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    let mut noise = Noise::new(61);
    fill(&index, &rows_of(noise.clustered(40, SMALL)), 10).await;
    let first = index.head().await.unwrap();
    assert_eq!(standing(&index, first).await, Standing::Recorded);
    let old = home.beside("old");
    copy_folder(&home.path(), &old);
    index.replace(&items([70]), vec![row(70, 700, noise.vector(SMALL))]).await.unwrap();
    let second = index.head().await.unwrap();
    assert!(second.version > first.version && second.series == first.series);
    assert_eq!(standing(&index, second).await, Standing::Recorded);
    assert_eq!(standing(&index, first).await, Standing::Ahead, "written, and not recorded yet");
    assert_eq!(standing(&home.open_at(&old).await, second).await, Standing::Behind);
    // The same number, and another history.
    let fork = home.open_at(&old).await;
    fork.replace(&items([71]), vec![row(71, 710, noise.vector(SMALL))]).await.unwrap();
    let forked = fork.head().await.unwrap();
    assert_eq!(forked.version, second.version);
    assert_eq!(standing(&index, forked).await, Standing::Foreign);
    fork.replace(&items([72]), vec![row(72, 720, noise.vector(SMALL))]).await.unwrap();
    assert_eq!(standing(&fork, second).await, Standing::Foreign, "further, and not from there");
    // Maintenance removes the versions before; what is left still follows.
    index.maintain().await.unwrap();
    assert_eq!(standing(&index, second).await, Standing::Ahead);
    let elsewhere = Home::new(SMALL);
    let other = elsewhere.open().await;
    assert_eq!(standing(&other, first).await, Standing::Foreign);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_that_were_taken_away_are_noticed() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    fill(&index, &rows_of(Noise::new(62).clustered(60, SMALL)), 10).await;
    let head = index.head().await.unwrap();
    drop(index);
    for manifest in &manifests(&home.path())[..3] {
        fs::remove_file(manifest).unwrap();
    }
    let opened = home.try_open_at(&home.path()).await.unwrap();
    assert!(!opened.healed, "every manifest that is left verifies");
    assert_eq!(standing(&opened.index, head).await, Standing::Behind);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_an_older_manifest_in_the_place_of_the_head_are_put_aside() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    fill(&index, &rows_of(Noise::new(63).clustered(60, SMALL)), 10).await;
    let head = index.head().await.unwrap();
    drop(index);
    let manifests = manifests(&home.path());
    fs::copy(&manifests[1], &manifests[0]).unwrap();
    let opened = home.try_open_at(&home.path()).await.unwrap();
    assert!(opened.healed);
    assert_eq!(standing(&opened.index, head).await, Standing::Behind);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_any_sealed_file_is_found_by_verify() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    let mut noise = Noise::new(64);
    fill(&index, &rows_of(noise.clustered(60, SMALL)), 20).await;
    index.delete(&items([2, 5])).await.unwrap();
    let all = files(&home.path());
    assert_eq!(index.verify().await.unwrap(), all.len() as u64);
    for file in &all {
        let whole = fs::read(file).unwrap();
        let mut damaged = whole.clone();
        damaged[noise.below(whole.len())] ^= 1 << noise.below(8);
        fs::write(file, damaged).unwrap();
        assert!(matches!(index.verify().await, Err(Error::Corrupt { .. })), "{}", file.display());
        fs::write(file, whole).unwrap();
    }
    assert_eq!(index.verify().await.unwrap(), all.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_that_nothing_needs_goes_with_maintenance() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    fill(&index, &rows_of(Noise::new(65).clustered(60, SMALL)), 10).await;
    let oldest = manifests(&home.path()).pop().unwrap();
    fs::write(&oldest, b"").unwrap();
    assert!(matches!(index.verify().await, Err(Error::Corrupt { .. })));
    let before = pairs(&index).await;
    assert_eq!(index.put_aside_damaged().await.unwrap(), 1);
    index.maintain().await.unwrap();
    index.verify().await.unwrap();
    assert_eq!(pairs(&index).await, before);
    assert_eq!(index.put_aside_damaged().await.unwrap(), 0);
}
