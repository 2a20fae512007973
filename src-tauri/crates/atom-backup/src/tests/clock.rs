//! Which backup is the newest one is a matter of the order in which they were made, whatever the clock said.

use super::*;

const HOUR: i64 = 3_600_000;
const YEARS: i64 = 3_653 * DAY;

/// What the clock says at four backups, one after the other.
const CLOCKS: [(&str, [i64; 4]); 5] = [
    ("ten years back", [NOW, NOW - YEARS, NOW - YEARS + DAY, NOW + DAY]),
    ("ten years ahead", [NOW, NOW + YEARS, NOW + DAY, NOW + 2 * DAY]),
    ("an hour back", [NOW, NOW - HOUR, NOW - HOUR + 1, NOW - HOUR + 2]),
    ("five seconds to and fro", [NOW, NOW - 5_000, NOW + 5_000, NOW - 5_000]),
    ("frozen", [NOW; 4]),
];

#[test]
fn the_newest_backup_is_the_one_that_was_made_last_whatever_the_clock_said() {
    for (what, times) in CLOCKS {
        let world = World::new(1);
        let mut made = Vec::new();
        for (round, now_ms) in times.into_iter().enumerate() {
            world.edit(&format!("round {round}"));
            made.push(world.backup(now_ms).snapshot.id);
        }
        let newest_first: Vec<_> = made.iter().rev().cloned().collect();
        assert_eq!(world.ids(), newest_first, "{what}");
        let expect = world.state(&world.data());
        let to = world.root.path().join("to");
        assert_eq!(world.try_restore(None, &to).unwrap().snapshot.id, newest_first[0], "{what}");
        assert!(world.state(&to) == expect, "{what}");
        let pruned = world.try_prune(Keep { last: 2, ..Keep::default() }).unwrap();
        assert_eq!(pruned.removed_snapshots, made[..2], "{what}");
        assert_eq!(world.ids(), newest_first[..2], "{what}");
    }
}

#[test]
fn backups_without_a_number_are_older_and_in_order_of_their_times() {
    let world = World::new(1);
    let first = world.backup(NOW);
    let repository = world.open(Access::Write).unwrap();
    let manifest = repository.manifest(&first.snapshot.id).unwrap();
    let unnumbered = |made_ms| Manifest { version: 1, sequence: 0, made_ms, ..manifest.clone() };
    let late = repository.write_manifest(&unnumbered(NOW + DAY)).unwrap();
    let early = repository.write_manifest(&unnumbered(NOW - DAY)).unwrap();
    drop(repository);
    let last = world.backup(NOW - YEARS).snapshot.id;
    assert_eq!(world.ids(), [last, first.snapshot.id, late, early]);
}
