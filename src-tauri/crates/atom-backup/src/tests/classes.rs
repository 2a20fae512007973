//! Every kind of damage to every class of file of a repository: refused before anything is touched, or harmless.

use super::*;
use atom_testkit::damage::{HARMS, Harm, Results, cases, copy_folder};
use atom_testkit::noise::Noise;

const CLASSES: [(&str, &str); 4] = [
    ("backup chunk", "chunks/"),
    ("backup list", "snapshots/"),
    ("backup public file", "atom-backup.json"),
    ("backup key slots", "keyslots.v1"),
];

#[test]
fn every_damage_to_a_repository_is_refused_or_harmless() {
    let world = World::new(40);
    let first = world.backup(NOW).snapshot.id;
    let of_first = world.state(&world.data());
    let older = world.root.path().join("older");
    copy_folder(&world.disk(), &older);
    let new = Zeroizing::new("a louder place".to_owned());
    Vault::change_passphrase(&world.data(), Unlock::Recovery(&world.code), &new, KdfCost::MINIMUM).unwrap();
    world.edit("later");
    world.backup(NOW + DAY);
    let expect = world.state(&world.data());
    let sound = world.root.path().join("sound");
    copy_folder(&world.disk(), &sound);
    let to = world.root.path().join("to");
    let (mut noise, mut results) = (Noise::new(11), Results::default());
    for (class, prefix) in CLASSES {
        let mut done = 0;
        for turn in 0.. {
            if done == cases(24) {
                break;
            }
            copy_folder(&sound, &world.disk());
            let files: Vec<PathBuf> = tree(&world.disk())
                .into_keys()
                .filter(|name| name.starts_with(prefix))
                .map(|name| world.disk().join(name))
                .collect();
            let path = noise.one_of(&files).unwrap();
            let inner = path.strip_prefix(world.disk()).unwrap();
            let others = if files.len() > 1 { files.clone() } else { vec![world.disk().join("README.txt")] };
            let harm = HARMS[turn % HARMS.len()];
            let Some(what) = harm.done_to(path, &others, Some(&older.join(inner)), &mut noise) else { continue };
            done += 1;
            let restored = Repository::slots(&world.disk())
                .and_then(|slots| Ok(slots.unlock(Unlock::Recovery(&world.code))?))
                .and_then(|keys| {
                    let repository = Repository::open(&world.disk(), &keys, Access::Read)?;
                    restore(&repository, &keys, None, &to, go_on)
                });
            match restored {
                Err(
                    Error::Damaged { .. } | Error::Vault(_) | Error::NoSnapshot { .. } | Error::NoRepository { .. },
                ) => {
                    results.add(class, "refused");
                    assert!(!to.exists(), "{what}");
                }
                Err(Error::NewerFormat { .. } | Error::OtherVault { .. }) => {
                    results.add(class, "refused");
                    assert!(!to.exists(), "{what}");
                }
                Err(error) => panic!("{what}: {error}"),
                Ok(restored) => {
                    // Nothing in a repository says that there was a newer backup; the result names the one that came back.
                    let is_older = restored.snapshot.id == first;
                    assert!(!is_older || harm == Harm::Delete && class == "backup list", "wrong backup: {what}");
                    let expect = if is_older { &of_first } else { &expect };
                    assert!(world.state(&to) == *expect, "wrong data: {what}");
                    fs::remove_dir_all(&to).unwrap();
                    results.add(class, if is_older { "the backup before it restored, and named" } else { "harmless" });
                }
            }
        }
    }
    results.print();
    assert!(results.of("refused") > 3 * results.of("harmless"), "{results:?}");
}
