use std::collections::BTreeSet;

use atom_core::ChunkId;
use atom_index::Error;

use super::home::{Home, Noise, SMALL, fill, items, nearest, pairs, row, rows_of, truth};

#[tokio::test(flavor = "multi_thread")]
async fn replaced_rows_are_found_and_survive_reopening() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    let mut noise = Noise::new(1);
    let rows: Vec<_> = (1..=40).map(|i| row((i + 3) / 4, i, noise.vector(SMALL))).collect();
    fill(&index, &rows, 12).await;
    let hits = index.search(&rows[7].vector, 5, None).await.unwrap();
    assert_eq!(hits[0].chunk, ChunkId::new(8));
    assert_eq!(hits[0].item.get(), 2);
    assert!((hits[0].similarity - 1.0).abs() < 1e-5);
    assert!(hits.is_sorted_by(|a, b| a.similarity >= b.similarity));
    drop(index);
    let index = home.open().await;
    assert_eq!(nearest(&index, &rows[7].vector, 10, None).await, truth(&rows, &rows[7].vector, 10));
    assert_eq!(pairs(&index).await.len(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn replacing_twice_changes_nothing_and_old_chunks_go() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    let mut noise = Noise::new(2);
    fill(&index, &rows_of(noise.clustered(20, SMALL)), 20).await;
    let new = vec![row(2, 101, noise.vector(SMALL)), row(9, 102, noise.vector(SMALL))];
    let mut expected: BTreeSet<_> = pairs(&index).await;
    expected.retain(|(item, _)| *item != 2);
    expected.extend([(2, 101), (9, 102)]);
    for _ in 0..2 {
        index.replace(&items([2, 9]), new.clone()).await.unwrap();
        assert_eq!(pairs(&index).await, expected);
    }
    // Another instance does not know which items are there, and must look.
    drop(index);
    let index = home.open().await;
    index.replace(&items([2, 9]), new).await.unwrap();
    assert_eq!(pairs(&index).await, expected);
    index.delete(&items([2, 9, 77])).await.unwrap();
    expected.retain(|(item, _)| ![2, 9].contains(item));
    assert_eq!(pairs(&index).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn search_stays_among_the_given_items() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    let mut noise = Noise::new(3);
    let rows = rows_of(noise.clustered(400, SMALL));
    fill(&index, &rows, 400).await;
    let query = noise.vector(SMALL);
    let among = items([3, 50, 90, 12345]);
    let some: Vec<_> = rows.iter().filter(|row| among.contains(&row.item)).cloned().collect();
    assert_eq!(some.len(), 12);
    assert_eq!(nearest(&index, &query, 20, Some(&among)).await, truth(&some, &query, 20));
    assert!(nearest(&index, &query, 20, Some(&[])).await.is_empty());
    assert!(nearest(&index, &query, 0, None).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_that_cannot_be_compared_are_refused() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    for vector in [vec![1.0; SMALL - 1], vec![0.0; SMALL], vec![f32::NAN; SMALL]] {
        let written = index.replace(&items([1]), vec![row(1, 1, vector.clone())]).await;
        assert!(matches!(written, Err(Error::Engine { .. })));
        let found = index.search(&vector, 5, None).await;
        assert!(matches!(found, Err(Error::Engine { .. })));
    }
    let foreign = index.replace(&items([1]), vec![row(2, 1, vec![1.0; SMALL])]).await;
    assert!(matches!(foreign, Err(Error::Engine { .. })));
    assert_eq!(index.rows().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn folder_can_move_and_have_any_name() {
    let home = Home::new(SMALL);
    let from = home.beside("Größe & 100% #1/été [x] 漢字");
    let to = home.beside("moved elsewhere?");
    let rows = rows_of(Noise::new(4).clustered(20, SMALL));
    let index = home.open_at(&from).await;
    fill(&index, &rows, 12).await;
    drop(index);
    std::fs::rename(&from, &to).unwrap();
    let index = home.open_at(&to).await;
    assert_eq!(nearest(&index, &rows[3].vector, 1, None).await, [4]);
    index.delete(&items([1])).await.unwrap();
    index.maintain().await.unwrap();
    assert_eq!(index.rows().await.unwrap(), 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_of_another_length_are_another_index() {
    let home = Home::new(SMALL);
    drop(home.open().await);
    let other = home.with_dims(SMALL + 1);
    let opened = other.try_open_at(&home.path()).await;
    assert!(matches!(opened, Err(Error::Corrupt { .. })));
}
