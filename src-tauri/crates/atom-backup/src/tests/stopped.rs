//! Stopped at any moment: killed, cancelled, out of space. What was there stays whole.

use super::*;
use proptest::prelude::*;

/// Runs `work` once for every moment at which it can be killed, on a fresh copy of the same world each time.
fn killed_everywhere(make: impl Fn() -> World, work: impl Fn(&World) -> bool, after: impl Fn(&World, u64)) -> u64 {
    for moment in 0.. {
        let world = make();
        let (done, struck) = faults::with(Fault::KilledAfter(moment), || work(&world));
        after(&world, moment);
        if !struck {
            assert!(done);
            return moment;
        }
    }
    unreachable!("some number of changes is enough");
}

/// A copy of a world, quicker to make than a world.
fn copied(world: &World) -> World {
    let root = tempfile::tempdir().unwrap();
    for (path, bytes) in tree(world.root.path()) {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    for folder in ["disk/tmp", "disk/chunks", "disk/snapshots"] {
        if world.disk().exists() {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
    }
    World { root, keys: world.keys.clone(), code: world.code.clone() }
}

/// Three snapshots of different states, and what each was.
fn with_three() -> (World, BTreeMap<String, State>) {
    let world = World::new(30);
    let mut states = BTreeMap::new();
    for day in 0..3 {
        world.edit(&format!("day {day}"));
        world.index_file(&format!("keyword/{day}.idx"), &[day as u8; 9_000]);
        let written = world.backup(NOW + day * DAY);
        states.insert(written.snapshot.id, world.state(&world.data()));
    }
    (world, states)
}

#[test]
fn a_backup_that_is_killed_at_any_moment_costs_nothing() {
    let (world, states) = with_three();
    world.edit("unsaved");
    world.index_file("vectors/new", &[9; 100_000]);
    let expect = world.state(&world.data());
    let moments = killed_everywhere(
        || copied(&world),
        |world| world.try_backup(NOW + 5 * DAY).is_ok(),
        |world, moment| {
            world.assert_all_restore(&states);
            assert!(world.ids().len() >= 3, "{moment}");
            // The next one takes nothing on trust that was left.
            let next = world.backup(NOW + 6 * DAY);
            let mut states = states.clone();
            states.insert(next.snapshot.id, expect.clone());
            world.assert_all_restore(&states);
            assert!(!world.data().join("backup.tmp").exists());
        },
    );
    assert!(moments > 15, "{moments}");
}

#[test]
fn a_first_backup_that_is_killed_at_any_moment_can_be_made_again() {
    let world = World::new(5);
    let expect = world.state(&world.data());
    killed_everywhere(
        || copied(&world),
        |world| world.try_backup(NOW).is_ok(),
        |world, _| {
            let next = world.backup(NOW + 1);
            world.assert_all_restore(&BTreeMap::from([(next.snapshot.id, expect.clone())]));
        },
    );
}

#[test]
fn what_a_power_cut_left_under_the_right_name_and_length_is_not_trusted() {
    let world = World::new(20);
    world.backup(NOW);
    let before = tree(&world.disk());
    world.edit("new");
    world.index_file("keyword/new", &[1; 5_000]);
    // Killed just before the list: all chunks have their names.
    let full = copied(&world);
    full.backup(NOW + 1);
    for (path, bytes) in tree(&full.disk()) {
        if path.starts_with("chunks/") && !before.contains_key(&path) {
            let path = world.disk().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, vec![0; bytes.len()]).unwrap();
        }
    }
    let written = world.backup(NOW + 2);
    assert_eq!(written.new_chunks, 2 + 1);
    world.assert_all_restore(&BTreeMap::from([(written.snapshot.id, world.state(&world.data()))]));
}

#[test]
fn a_clean_up_that_is_killed_at_any_moment_keeps_what_it_keeps() {
    let (world, states) = with_three();
    // More to remove, so that there are many moments.
    for count in 0..60 {
        world.index_file(&format!("vectors/{count}"), format!("{count}").repeat(100).as_bytes());
    }
    world.backup(NOW + 3 * DAY);
    for count in 0..60 {
        fs::remove_file(world.data().join(format!("vectors/{count}"))).unwrap();
    }
    world.edit("last");
    let last = world.backup(NOW + 4 * DAY);
    let keep = Keep { last: 2, ..Keep::default() };
    let mut kept = states.clone();
    kept.insert(last.snapshot.id.clone(), world.state(&world.data()));
    let moments = killed_everywhere(
        || copied(&world),
        |world| world.try_prune(keep).is_ok(),
        |world, moment| {
            world.assert_all_restore(&kept);
            assert!(world.ids().contains(&last.snapshot.id), "{moment}");
            // A backup in between, then the rest goes.
            world.backup(NOW + 5 * DAY);
            world.try_prune(Keep { last: 1, ..Keep::default() }).unwrap();
            let repository = world.open(Access::Read).unwrap();
            let found = check(&repository, go_on).unwrap();
            assert_eq!((found.snapshots, found.unused_chunks, found.is_whole()), (1, 0, true), "{moment}");
        },
    );
    assert!(moments > 8, "{moments}");
    // The other order: everything of the three oldest goes, one change at a time.
    let moments = killed_everywhere(
        || copied(&world),
        |world| world.try_prune(Keep { last: 1, ..Keep::default() }).is_ok(),
        |world, _| world.assert_all_restore(&kept),
    );
    assert!(moments > 60, "{moments}");
}

#[test]
fn a_restore_that_is_killed_at_any_moment_leaves_the_old_data_or_the_new() {
    let (world, states) = with_three();
    world.edit("unsaved");
    let (id, restored) = states.iter().next_back().unwrap();
    let unsaved = world.state(&world.data());
    let moments = killed_everywhere(
        || copied(&world),
        |world| world.try_restore(Some(id), &world.data()).is_ok(),
        |world, moment| {
            let now = world.state(&world.data());
            assert!(now == unsaved || now == *restored, "{moment}");
            // The old data is somewhere, also after another restore has tidied up.
            world.try_restore(Some(id), &world.data()).unwrap();
            assert!(world.state(&world.data()) == *restored);
            let kept = fs::read_dir(world.root.path()).unwrap().map(|entry| entry.unwrap().path());
            let kept: Vec<_> = kept.filter(|path| path.join("vault.db").exists()).collect();
            assert!(kept.iter().any(|path| world.state(path) == unsaved), "{moment}: {kept:?}");
            assert!(!world.root.path().join(".data.restoring").exists());
            assert!(!world.data().join("restoring").exists());
        },
    );
    assert!(moments > 10, "{moments}");
}

#[test]
fn a_full_disk_is_named_and_leaves_everything_as_it_was() {
    let (world, states) = with_three();
    world.index_file("vectors/large", &[3; 300_000]);
    world.edit("unsaved");
    let before = tree(&world.disk());
    let total: u64 = 310_000;
    for room in (0..30).map(|part| part * total / 30) {
        let (full, _) = faults::with(Fault::Room(room), || world.try_backup(NOW + 9 * DAY));
        assert!(matches!(full, Err(Error::DiskFull { .. })), "{room}: {full:?}");
        assert!(tree(&world.disk()) == before, "{room}");
    }
    world.assert_all_restore(&states);
    let live = tree(&world.data());
    for room in [0, 1_000, 20_000] {
        let (full, _) = faults::with(Fault::Room(room), || world.try_restore(None, &world.data()));
        assert!(matches!(full, Err(Error::DiskFull { .. })), "{room}: {full:?}");
        assert!(tree(&world.data()) == live, "{room}");
        assert!(!world.root.path().join(".data.restoring").exists());
    }
}

/// Ends the operation at the n-th time it tells how far it is.
fn stop_at(moment: &mut u64) -> impl FnMut(Progress) -> ControlFlow<()> + '_ {
    move |progress| {
        assert!(progress.done <= progress.total);
        if *moment == 0 {
            return ControlFlow::Break(());
        }
        *moment -= 1;
        ControlFlow::Continue(())
    }
}

#[test]
fn what_is_cancelled_leaves_nothing_half() {
    let (world, states) = with_three();
    world.edit("unsaved");
    world.index_file("vectors/large", &[3; 200_000]);
    let (disk, data) = (tree(&world.disk()), tree(&world.data()));
    let mut ends = [0; 3];
    for moment in 0..12 {
        let repository = world.open(Access::Write).unwrap();
        let capture = world.capture(true).unwrap();
        let mut left = moment;
        let stopped = backup(&repository, capture, &options(NOW + 7 * DAY), stop_at(&mut left));
        assert!(matches!(stopped, Err(Error::Cancelled)), "{moment}: {stopped:?}");
        assert!(tree(&world.disk()) == disk, "{moment}");
        let mut left = moment;
        let stopped = restore(&repository, &world.keys, None, &world.data(), stop_at(&mut left));
        assert!(matches!(stopped, Err(Error::Cancelled)), "{moment}: {stopped:?}");
        assert!(tree(&world.data()) == data, "{moment}");
        assert!(!world.root.path().join(".data.restoring").exists());
        let mut left = moment;
        ends[0] += u32::from(matches!(check(&repository, stop_at(&mut left)), Err(Error::Cancelled)));
    }
    assert!(ends[0] > 0);
    world.assert_all_restore(&states);
}

/// Something that happens to a vault and its backups.
#[derive(Debug, Clone)]
enum Act {
    Edit(u8),
    Backup,
    KilledBackup(u64),
    Prune(Keep),
    KilledPrune(Keep, u64),
}

fn act() -> impl Strategy<Value = Act> {
    let keep = || (1u32..4, 0u32..3, 0u32..2).prop_map(|(last, daily, weekly)| Keep { last, daily, weekly });
    prop_oneof![
        3 => any::<u8>().prop_map(Act::Edit),
        3 => Just(Act::Backup),
        2 => (0u64..60).prop_map(Act::KilledBackup),
        1 => keep().prop_map(Act::Prune),
        2 => (keep(), 0u64..12).prop_map(|(keep, moment)| Act::KilledPrune(keep, moment)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn whatever_happens_every_listed_snapshot_is_as_it_was(acts in prop::collection::vec(act(), 1..14)) {
        let world = World::new(8);
        world.backup(NOW);
        let mut states = BTreeMap::new();
        for (step, act) in acts.into_iter().enumerate() {
            let now = NOW + (step as i64 + 1) * DAY / 2;
            match act {
                Act::Edit(value) => {
                    world.edit(&value.to_string());
                    world.index_file(&format!("keyword/{value}"), &[value; 3_000]);
                }
                Act::Backup => {
                    let written = world.backup(now);
                    states.insert(written.snapshot.id, world.state(&world.data()));
                }
                Act::KilledBackup(moment) => {
                    let before = world.ids();
                    let _ = faults::with(Fault::KilledAfter(moment), || world.try_backup(now));
                    // It may have come as far as its list.
                    for id in world.ids().into_iter().filter(|id| !before.contains(id)) {
                        states.insert(id, world.state(&world.data()));
                    }
                }
                Act::Prune(keep) => {
                    let pruned = world.try_prune(keep).unwrap();
                    prop_assert!(pruned.kept_snapshots >= 1);
                }
                Act::KilledPrune(keep, moment) => {
                    let _ = faults::with(Fault::KilledAfter(moment), || world.try_prune(keep));
                }
            }
            prop_assert!(!world.ids().is_empty());
        }
        world.assert_all_restore(&states);
    }
}
