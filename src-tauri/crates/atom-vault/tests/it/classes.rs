//! Every kind of damage to the key slots: healed from the other copy, or an error; never other keys.

use atom_testkit::damage::{HARMS, Results, cases, copy_folder, files_below};
use atom_testkit::noise::Noise;
use atom_vault::{Error, KdfCost, NewSlots, Unlock, Vault};
use std::fs;
use zeroize::Zeroizing;

const CLASSES: [(&str, &[&str]); 3] = [
    ("key slots", &["keyslots.v1"]),
    ("copy of the key slots", &["keyslots.v1.bak"]),
    ("key slots and their copy", &["keyslots.v1", "keyslots.v1.bak"]),
];

#[test]
fn every_damage_to_the_key_slots_is_healed_or_refused() {
    let root = tempfile::tempdir().unwrap();
    let [live, older, dir] = ["live", "older", "case"].map(|name| root.path().join(name));
    let passphrase = |text: &str| Zeroizing::new(text.to_owned());
    let slots = NewSlots {
        passphrase: Some(passphrase("a quiet place")),
        cost: KdfCost::MINIMUM,
        keychain: None,
        recovery: true,
    };
    let (keys, code) = Vault::create(&live, slots).unwrap();
    let code = code.unwrap().reveal();
    copy_folder(&live, &older);
    let newer = passphrase("a louder place");
    Vault::change_passphrase(&live, Unlock::Recovery(&code), &newer, KdfCost::MINIMUM).unwrap();
    let sound = fs::read(live.join("keyslots.v1")).unwrap();
    let foreign = root.path().join("foreign");
    fs::write(&foreign, vec![0x5a; 8192]).unwrap();
    let (mut noise, mut results) = (Noise::new(3), Results::default());
    for (class, names) in CLASSES {
        let mut done = 0;
        for turn in 0.. {
            if done == cases(48) {
                break;
            }
            copy_folder(&live, &dir);
            let harm = HARMS[turn % HARMS.len()];
            fs::copy(&foreign, dir.join("vault.db")).unwrap();
            let others = [dir.join("vault.db")];
            let harmed = names
                .iter()
                .filter_map(|name| harm.done_to(&dir.join(name), &others, Some(&older.join(name)), &mut noise));
            let harmed: Vec<_> = harmed.collect();
            if harmed.len() < names.len() {
                continue;
            }
            done += 1;
            let what = harmed.join(", ");
            let before: Vec<_> = files_below(&dir).iter().map(|path| fs::read(path).unwrap()).collect();
            match Vault::unlock(&dir, Unlock::Recovery(&code)) {
                Ok(opened) => {
                    assert!(opened.vault_id() == keys.vault_id(), "{what}");
                    assert!(opened.derive("x") == keys.derive("x"), "other keys: {what}");
                    let both = ["keyslots.v1", "keyslots.v1.bak"].map(|name| fs::read(dir.join(name)).unwrap());
                    assert!(both[0] == both[1], "not healed: {what}");
                    assert!(Vault::verify(&dir, &keys).is_ok(), "{what}");
                    results.add(class, if both[0] == sound { "healed" } else { "an older copy opened" });
                }
                Err(error) => {
                    let named = matches!(
                        error,
                        Error::DamagedSlots { .. }
                            | Error::UnsafeKdf { .. }
                            | Error::NoVault
                            | Error::NewerVault { .. }
                            | Error::WrongRecoveryCode
                            | Error::NoSlot { .. }
                    );
                    assert!(named, "{what}: {error}");
                    let after: Vec<_> = files_below(&dir).iter().map(|path| fs::read(path).unwrap()).collect();
                    assert!(before == after, "refused slots were changed: {what}");
                    results.add(class, "refused");
                }
            }
        }
    }
    results.print();
    assert!(results.of("healed") > 50, "{results:?}");
}
