//! Several processes that write to one folder, as the lock of the data folder never lets them: even then nothing that was
//! acknowledged is lost.

use super::home::{Noise, SMALL, items, row};
use crate::kill::Shared;
use atom_index::vector::VectorIndex;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};

const WRITERS: i64 = 4;
const APPENDS: i64 = 25;

async fn open(folder: &std::path::Path, keys: &atom_vault::Keys) -> VectorIndex {
    VectorIndex::open(&folder.join("vectors"), keys.seal_root("lance/root"), SMALL).await.unwrap().index
}

async fn append(index: &VectorIndex, item: i64) {
    let vector = Noise::new(item as u64).vector(SMALL);
    index.replace(&items([item]), vec![row(item, item, vector)]).await.unwrap();
}

/// Also the children that write.
#[tokio::test(flavor = "multi_thread")]
async fn what_four_processes_wrote_at_once_is_all_there() {
    const TEST: &str = "vector::writers::what_four_processes_wrote_at_once_is_all_there";
    if let Some((folder, keys)) = Shared::of_child() {
        let index = open(&folder, &keys).await;
        println!("say ready");
        std::io::stdin().read_line(&mut String::new()).unwrap();
        for number in 0..APPENDS {
            let item = 1_000 * (Shared::number_of_child() + 1) + number;
            append(&index, item).await;
            println!("say done {item}");
        }
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let shared = Shared::new(&folder.path().join("vault"));
    append(&open(&shared.folder, &shared.keys).await, 1).await;
    let mut children: Vec<_> = (0..WRITERS).map(|number| shared.start(TEST, number)).collect();
    // Nobody writes before everybody has opened: opening sweeps what others are about to write.
    let mut said: Vec<_> = children
        .iter_mut()
        .map(|child| BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok))
        .collect();
    for lines in &mut said {
        assert!(lines.any(|line| line == "say ready"), "a writer could not open the index");
    }
    for child in &mut children {
        child.stdin.take().unwrap().write_all(b"\n").unwrap();
    }
    let readers: Vec<_> = said
        .into_iter()
        .map(|lines| {
            let done = |line: String| line.strip_prefix("say done ")?.parse::<i64>().ok();
            std::thread::spawn(move || lines.filter_map(done).collect::<Vec<_>>())
        })
        .collect();
    let mut acknowledged = BTreeSet::from([1]);
    acknowledged.extend(readers.into_iter().flat_map(|reader| reader.join().unwrap()));
    let ended: Vec<_> = children.iter_mut().map(|child| child.wait().unwrap().success()).collect();
    let index = open(&shared.folder, &shared.keys).await;
    let there: BTreeSet<i64> = index.all_pairs().await.unwrap().iter().map(|(item, _)| item.get()).collect();
    assert!(there.is_superset(&acknowledged), "lost: {:?}", acknowledged.difference(&there).collect::<Vec<_>>());
    assert_eq!(ended, [true; WRITERS as usize], "{} appends were acknowledged", acknowledged.len() - 1);
    assert_eq!(there.len() as i64, 1 + WRITERS * APPENDS);
    index.verify().await.unwrap();
}
