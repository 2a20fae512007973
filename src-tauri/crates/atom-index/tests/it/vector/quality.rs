use std::collections::HashSet;

use super::home::{Home, Noise, fill, items, nearest, row, rows_of, truth};

const DIMS: usize = 32;

fn recall(found: &[i64], expected: &[i64]) -> f64 {
    let found: HashSet<_> = found.iter().collect();
    let hits = expected.iter().filter(|chunk| found.contains(chunk)).count();
    hits as f64 / expected.len() as f64
}

#[tokio::test(flavor = "multi_thread")]
async fn index_finds_what_a_scan_finds() {
    let home = Home::new(DIMS);
    let index = home.open().await;
    let mut noise = Noise::new(11);
    let mut rows = rows_of(noise.clustered(20_000, DIMS));
    fill(&index, &rows, 5_000).await;
    let queries: Vec<_> = (0..30)
        .map(|_| {
            let near = noise.below(rows.len());
            noise.near(&rows[near].vector, 0.5)
        })
        .collect();
    for query in queries.iter().take(3) {
        assert_eq!(recall(&nearest(&index, query, 20, None).await, &truth(&rows, query, 20)), 1.0);
    }

    assert!(index.maintain().await.unwrap().indexed);
    assert!(!index.maintain().await.unwrap().indexed, "nothing new to index");
    let mut sum = 0.0;
    for query in &queries {
        sum += recall(&nearest(&index, query, 20, None).await, &truth(&rows, query, 20));
    }
    let mean = sum / queries.len() as f64;
    assert!(mean >= 0.95, "recall at 20 is {mean}");

    // Rows written after the index was built are found, deleted ones are not.
    let new = row(900_001, 900_001, noise.vector(DIMS));
    index.replace(&items([900_001]), vec![new.clone()]).await.unwrap();
    assert_eq!(nearest(&index, &new.vector, 1, None).await, [900_001]);
    let gone = rows[0].item;
    index.delete(&[gone]).await.unwrap();
    rows.retain(|row| row.item != gone);
    rows.push(new);
    assert!(!nearest(&index, &queries[0], 200, None).await.contains(&1));

    // Few items are compared one by one, many go through the index.
    for count in [50, 2_500] {
        let among = items((0..count).map(|i| 1 + i * 2));
        let set: HashSet<_> = among.iter().copied().collect();
        let some: Vec<_> = rows.iter().filter(|row| set.contains(&row.item)).cloned().collect();
        let mut sum = 0.0;
        for query in queries.iter().take(10) {
            let found = nearest(&index, query, 20, Some(&among)).await;
            assert_eq!(found.len(), 20);
            sum += recall(&found, &truth(&some, query, 20));
        }
        assert!(sum / 10.0 >= 0.95, "recall at 20 among {count} items is {}", sum / 10.0);
    }
}
