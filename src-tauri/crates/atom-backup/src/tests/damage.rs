//! Damaged repositories: refused, named, and mended where that is possible.

use super::*;
use atom_testkit::damage::copy_folder;

/// A few numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// As on a new machine: everything from the repository itself.
fn restore_with_code(world: &World, to: &Path) -> Result<Restored> {
    let keys = Repository::slots(&world.disk())?.unlock(Unlock::Recovery(&world.code))?;
    let repository = Repository::open(&world.disk(), &keys, Access::Read)?;
    restore(&repository, &keys, None, to, go_on)
}

/// Files whose every byte matters. The lock is empty, the note for people is not read.
fn files_that_count(world: &World) -> Vec<PathBuf> {
    let names = tree(&world.disk()).into_keys().filter(|name| name != "README.txt" && name != "lock");
    names.map(|name| world.disk().join(name)).collect()
}

#[test]
fn any_changed_byte_is_refused_before_the_data_is_touched() {
    let world = World::new(60);
    world.backup(NOW);
    world.edit("unsaved");
    let live = tree(&world.data());
    let files = files_that_count(&world);
    let mut numbers = Numbers(23);
    for round in 0..240 {
        let path = &files[round % files.len()];
        let sound = fs::read(path).unwrap();
        let mut bytes = sound.clone();
        let (at, bit) = (numbers.below(bytes.len()), numbers.below(8));
        bytes[at] ^= 1 << bit;
        fs::write(path, &bytes).unwrap();
        let refused = restore_with_code(&world, &world.data());
        assert!(refused.is_err(), "byte {at}, bit {bit} of {}", path.display());
        assert!(tree(&world.data()) == live, "{}", path.display());
        fs::write(path, sound).unwrap();
    }
    assert_eq!(fs::read_dir(world.root.path()).unwrap().count(), 2, "nothing is left beside");
    assert!(restore_with_code(&world, &world.data()).is_ok());
    eprintln!("damage flipped bits of a repository: 240 cases, 240 refused");
}

#[test]
fn cut_missing_swapped_and_lengthened_files_are_refused() {
    let world = World::new(60);
    world.backup(NOW);
    let live = tree(&world.data());
    let files = files_that_count(&world);
    let harms: [fn(&mut Vec<u8>); 4] =
        [|bytes| bytes.truncate(bytes.len() / 2), |bytes| bytes.clear(), |bytes| bytes.push(0), |bytes| bytes.fill(0)];
    for path in &files {
        let sound = fs::read(path).unwrap();
        for harm in harms {
            let mut bytes = sound.clone();
            harm(&mut bytes);
            fs::write(path, bytes).unwrap();
            assert!(restore_with_code(&world, &world.data()).is_err(), "{}", path.display());
        }
        fs::remove_file(path).unwrap();
        let missing = restore_with_code(&world, &world.data());
        assert!(missing.is_err(), "{}", path.display());
        fs::write(path, sound).unwrap();
    }
    let chunks: Vec<_> = files.iter().filter(|path| path.starts_with(world.disk().join("chunks"))).collect();
    let (one, other) = (fs::read(chunks[0]).unwrap(), fs::read(chunks[1]).unwrap());
    fs::write(chunks[0], &other).unwrap();
    fs::write(chunks[1], &one).unwrap();
    assert!(restore_with_code(&world, &world.data()).is_err());
    assert!(tree(&world.data()) == live);
}

#[test]
fn a_check_names_what_is_damaged_and_which_snapshots_are_lost() {
    let world = World::new(10);
    let first = world.backup(NOW).snapshot.id;
    world.edit("x");
    let second = world.backup(NOW + 1).snapshot.id;
    let found = |world: &World| check(&world.open(Access::Read).unwrap(), go_on).unwrap();
    assert!(found(&world).is_whole());
    assert_eq!(found(&world).snapshots, 2);

    let repository = world.open(Access::Read).unwrap();
    let of_first: Vec<_> = repository.manifest(&first).unwrap().chunks().collect();
    let of_second: Vec<_> = repository.manifest(&second).unwrap().chunks().collect();
    let only_first = of_first.iter().find(|chunk| !of_second.contains(chunk)).unwrap().0.object();
    drop(repository);
    let path = world.disk().join(&only_first);
    let sound = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let report = found(&world);
    assert_eq!(report.lost_snapshots, [first.as_str()]);
    assert!(report.damage[0].to_string().contains(&only_first), "{:?}", report.damage);
    assert!(world.try_restore(Some(&first), &world.root.path().join("a")).is_err());
    world.try_restore(Some(&second), &world.root.path().join("b")).unwrap();
    fs::write(&path, sound).unwrap();
    assert!(found(&world).is_whole());

    // A list that is damaged: the newest is not silently replaced by an older one, and nothing is cleaned up.
    let list = world.disk().join("snapshots").join(&second);
    let sound = fs::read(&list).unwrap();
    fs::write(&list, [sound.as_slice(), b"x"].concat()).unwrap();
    assert_eq!(found(&world).lost_snapshots, [second.as_str()]);
    let refused = world.try_restore(None, &world.root.path().join("c"));
    assert!(matches!(&refused, Err(Error::Damaged { problem, .. }) if problem.contains("--snapshot")), "{refused:?}");
    world.try_restore(Some(&first), &world.root.path().join("c")).unwrap();
    let before = tree(&world.disk());
    let refused = world.try_prune(Keep { last: 1, ..Keep::default() });
    assert!(matches!(&refused, Err(Error::Damaged { problem, .. }) if problem.contains("delete")), "{refused:?}");
    assert!(tree(&world.disk()) == before);
    // A new backup is possible all the same.
    let third = world.backup(NOW + 2);
    assert_eq!(third.damaged.len(), 1);
    world.try_restore(Some(&third.snapshot.id), &world.root.path().join("d")).unwrap();
}

#[test]
fn damage_under_a_known_name_is_mended_by_a_backup_that_verifies_all() {
    let world = World::new(10);
    let first = world.backup(NOW).snapshot.id;
    let chunk =
        files_that_count(&world).into_iter().find(|path| path.starts_with(world.disk().join("chunks"))).unwrap();
    let sound = fs::read(&chunk).unwrap();
    for harm in [vec![0; sound.len()], Vec::new()] {
        fs::write(&chunk, harm).unwrap();
        let repository = world.open(Access::Write).unwrap();
        let options = BackupOptions { verify_all: true, ..options(NOW + 1) };
        let written = backup(&repository, world.capture(true).unwrap(), &options, go_on).unwrap();
        assert_eq!((written.mended_chunks, written.new_chunks), (1, 0));
        assert!(check(&repository, go_on).unwrap().is_whole());
        let to = world.root.path().join("to");
        restore(&repository, &world.keys, Some(&first), &to, go_on).unwrap();
        fs::remove_dir_all(to).unwrap();
    }
    // A missing chunk is noticed without reading any.
    fs::remove_file(&chunk).unwrap();
    assert_eq!(world.backup(NOW + 2).mended_chunks, 1);
}

#[test]
fn a_damaged_database_makes_no_backup_and_costs_no_older_one() {
    let world = World::new(200);
    world.store().checkpoint().unwrap();
    let expect = world.state(&world.data());
    let first = world.backup(NOW).snapshot.id;
    let before = tree(&world.disk());
    let whole = world.root.path().join("whole");
    copy_folder(&world.disk(), &whole);
    let path = world.data().join("vault.db");
    let sound = fs::read(&path).unwrap();
    let pages = sound.len() / 4096;
    assert!(pages > 20, "{pages}");
    let harm = |pages: &mut dyn Iterator<Item = usize>| {
        let mut bytes = sound.clone();
        pages.for_each(|page| bytes[page * 4096 + 100] ^= 4);
        fs::write(&path, bytes).unwrap();
    };
    // Whether Atom is started after the damage or was running before it.
    let running = world.store();
    let mut refused = 0;
    let mut check = |what: String| {
        for is_running in [false, true] {
            let captured = match is_running {
                false => world.capture(true),
                true => Capture::take(&running, &world.keys, &world.data(), true),
            };
            let repository = world.open(Access::Write).unwrap();
            match captured.and_then(|capture| backup(&repository, capture, &options(NOW + 1), go_on)) {
                Err(Error::Store(atom_store::Error::Damaged { .. } | atom_store::Error::WrongKey)) => {
                    assert!(tree(&world.disk()) == before, "{what}");
                    refused += 1;
                }
                Err(error) => panic!("{what}: {error}"),
                // What is not read, an index of a table for example, is made anew by a restore.
                Ok(written) => {
                    drop(repository);
                    let to = world.root.path().join("to");
                    world.try_restore(Some(&written.snapshot.id), &to).unwrap();
                    let restored = world.state(&to);
                    assert!(restored == expect, "{what}");
                    fs::remove_dir_all(to).unwrap();
                    copy_folder(&whole, &world.disk());
                }
            }
            assert!(!world.data().join("backup.tmp").exists(), "{what}");
        }
    };
    for page in 0..pages {
        harm(&mut std::iter::once(page));
        check(format!("page {page}"));
    }
    for (from, to) in [(0, pages), (1, pages), (pages / 2, pages), (pages * 3 / 4, pages)] {
        harm(&mut (from..to));
        check(format!("pages {from} to {to}"));
    }
    assert!(refused > pages, "{refused} of {pages} pages");
    fs::write(&path, &sound).unwrap();
    world.assert_all_restore(&BTreeMap::from([(first, expect.clone())]));
}

#[test]
fn damaged_key_slots_are_not_backed_up() {
    let world = World::new(1);
    world.backup(NOW);
    for name in ["keyslots.v1", "keyslots.v1.bak"] {
        let path = world.data().join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("\"generation\": 0", "\"generation\": 7")).unwrap();
    }
    assert!(matches!(world.try_backup(NOW + 1), Err(Error::Vault(_))));
    assert_eq!(world.ids().len(), 1);
}
