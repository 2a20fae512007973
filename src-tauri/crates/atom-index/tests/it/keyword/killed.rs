//! Killed while documents are written, segments merged and old ones removed.

use super::{document, found, matches, word};
use crate::kill::{Shared, kills};
use atom_core::ItemId;
use atom_index::keyword;
use std::fs;
use std::time::Duration;

/// Documents in a commit.
const BATCH: i64 = 20;

/// Also the child that is killed.
#[test]
fn merging_that_is_killed_at_random_moments_loses_nothing() {
    if let Some((folder, keys)) = Shared::of_child() {
        let index = keyword::open(&folder.join("keyword"), keys.seal_root("tantivy/root")).unwrap();
        let from = fs::read_to_string(folder.join("round")).map_or(0, |text| text.parse().unwrap());
        let mut writer = index.writer().unwrap();
        println!("say ready");
        for round in from.. {
            for n in 0..BATCH {
                writer.upsert(&document(n, &format!("/a/{n}.txt"), &format!("always round{round}"))).unwrap();
            }
            writer.upsert(&document(1_000 + round, &format!("/b/{round}.txt"), &format!("once{round} kept"))).unwrap();
            writer.delete(ItemId::new(1_000 + round - 10)).unwrap();
            writer.commit().unwrap();
            println!("say {round}");
            if round % 6 == 5 {
                // Waits for the merges.
                writer.close().unwrap();
                writer = index.writer().unwrap();
            }
        }
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut shared = Shared::new(&folder.path().join("vault"));
    let (count, mut last, mut most) = (kills(8), -1, 0);
    for kill in 0..count {
        let test = "keyword::killed::merging_that_is_killed_at_random_moments_loses_nothing";
        let said = shared.kill(test, Duration::from_millis(400));
        last = said.iter().rev().find_map(|line| line.parse::<i64>().ok()).unwrap_or(last);
        let folder = shared.folder.join("keyword");
        let index = keyword::open(&folder, shared.keys.seal_root("tantivy/root")).unwrap();
        index.verify().unwrap();
        // A commit that was not acknowledged is whole or not there.
        let next = matches(&index, &word(&format!("round{}", last + 1))).len();
        assert!([0, BATCH as usize].contains(&next), "kill {kill}: {next} of a commit");
        last += i64::from(next > 0);
        if last >= 0 {
            assert_eq!(matches(&index, &word(&format!("round{last}"))).len(), BATCH as usize, "kill {kill}");
            assert_eq!(matches(&index, &word("always")).len(), BATCH as usize, "kill {kill}");
            let kept: Vec<i64> = (0.max(last - 9)..=last).map(|round| 1_000 + round).collect();
            let mut there = found(&index, &word("kept"));
            there.sort_unstable();
            assert_eq!(there, kept, "kill {kill}");
        }
        most = most.max(fs::read_dir(&folder).unwrap().count());
        fs::write(shared.folder.join("round"), (last + 1).to_string()).unwrap();
    }
    assert!(most < 120, "{most} files: a kill leaves litter");
    eprintln!("kills keyword merging: {count} kills, {last} commits, at most {most} files after a kill");
}
