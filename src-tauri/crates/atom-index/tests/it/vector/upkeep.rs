use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::home::{Home, Noise, SMALL, copy_folder, files, fill, items, manifests, nearest, pairs, row, rows_of};

#[tokio::test(flavor = "multi_thread")]
async fn many_small_writes_leave_few_files() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    let mut noise = Noise::new(31);
    for i in 0..200 {
        let item = i % 50 + 1;
        index.replace(&items([item]), vec![row(item, 1_000 + i, noise.vector(SMALL))]).await.unwrap();
    }
    assert!(index.wants_maintenance());
    let before = pairs(&index).await;
    assert_eq!(before, (1..=50).map(|item| (item, 1_149 + item)).collect());
    let done = index.maintain().await.unwrap();
    assert!(done.compacted && done.bytes_removed > 0);
    assert_eq!(pairs(&index).await, before);
    let count = files(&home.path()).len();
    assert!(count <= 10, "{count} files");
    assert!(!index.wants_maintenance());

    // Again and again: it does not grow, and it is never one version only.
    for i in 0..3 {
        index.delete(&items([i + 1])).await.unwrap();
        index.maintain().await.unwrap();
        assert!(files(&home.path()).len() <= count + 2);
        assert_eq!(manifests(&home.path()).len(), 2);
    }
    drop(index);
    assert_eq!(pairs(&home.open().await).await.len(), 47);
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_without_changes_changes_nothing() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    fill(&index, &rows_of(Noise::new(32).clustered(20, SMALL)), 5).await;
    index.maintain().await.unwrap();
    let before = files(&home.path());
    let done = index.maintain().await.unwrap();
    assert_eq!(done, Default::default());
    assert_eq!(files(&home.path()), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_go_on_during_maintenance() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    let rows = rows_of(Noise::new(33).clustered(20_000, SMALL));
    fill(&index, &rows, 4_000).await;
    let stop = Arc::new(AtomicBool::new(false));
    let searching: Vec<_> = (0..2)
        .map(|worker| {
            let (index, stop) = (index.clone(), Arc::clone(&stop));
            let rows = rows.clone();
            tokio::spawn(async move {
                let mut done = 0;
                while !stop.load(Ordering::Relaxed) || done == 0 {
                    let row = &rows[(worker * 997 + done * 31) % 9_000 + 8_000];
                    let found = nearest(&index, &row.vector, 3, None).await;
                    assert!(found.contains(&row.chunk.get()));
                    done += 1;
                }
                done
            })
        })
        .collect();
    for i in 0..5 {
        index.delete(&items(i * 10 + 1..i * 10 + 9)).await.unwrap();
        index.replace(&items([1]), vec![row(1, 1, rows[0].vector.clone())]).await.unwrap();
        index.maintain().await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    for worker in searching {
        assert!(worker.await.unwrap() > 0);
    }
    assert_eq!(pairs(&index).await.len(), 20_000 - 5 * 8 * 4 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn write_that_was_cut_short_is_completed_by_writing_again() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    let mut noise = Noise::new(34);
    fill(&index, &rows_of(noise.clustered(40, SMALL)), 20).await;
    let mut expected = pairs(&index).await;
    let new = vec![row(3, 201, noise.vector(SMALL)), row(3, 202, noise.vector(SMALL))];
    expected.retain(|(item, _)| *item != 3);
    expected.extend([(3, 201), (3, 202)]);

    // A replacement that the process does not survive is a deletion, and perhaps files without a version.
    index.delete(&items([3])).await.unwrap();
    let copy = home.beside("copy");
    copy_folder(&home.path(), &copy);
    let data = files(&copy).into_iter().find(|p| p.to_string_lossy().contains("data")).unwrap();
    fs::copy(&data, data.with_file_name("orphan.lance")).unwrap();
    fs::write(data.with_file_name("staged.lance#1"), b"ATL1 half").unwrap();
    drop(index);

    let index = home.open_at(&copy).await;
    assert!(!data.with_file_name("staged.lance#1").exists());
    index.replace(&items([3]), new.clone()).await.unwrap();
    assert_eq!(pairs(&index).await, expected);
    index.replace(&items([3]), new).await.unwrap();
    assert_eq!(pairs(&index).await, expected);
    index.maintain().await.unwrap();
    assert!(!data.with_file_name("orphan.lance").exists());
    assert_eq!(pairs(&index).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn table_that_was_never_finished_is_made_again() {
    let home = Home::new(SMALL);
    let half = home.path().join("t_half.lance");
    fs::create_dir_all(half.join("_transactions")).unwrap();
    let index = home.open().await;
    assert_eq!(index.rows().await.unwrap(), 0);
    assert!(!half.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_many_tasks_are_all_there() {
    let home = Home::new(SMALL);
    let index = home.open().await;
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let index = index.clone();
            tokio::spawn(async move {
                let mut noise = Noise::new(40 + task as u64);
                for i in 0..5 {
                    let item = task * 100 + i;
                    index.replace(&items([item]), vec![row(item, item, noise.vector(SMALL))]).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let expected = (0..8).flat_map(|task| (0..5).map(move |i| (task * 100 + i, task * 100 + i)));
    assert_eq!(pairs(&index).await, expected.collect());
}
