//! Creating, unlocking and changing a vault.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use atom_vault::{Error, KdfCost, Keychain, Keys, MemoryKeychain, NewSlots, Result, SlotCopy, SlotKind, Unlock, Vault};
use serde_json::{Value, json};
use zeroize::Zeroizing;

const PASSPHRASE: &str = "a quiet place";

struct Fixture {
    folder: tempfile::TempDir,
    keychain: MemoryKeychain,
    keys: Keys,
    code: String,
}

/// A vault with all three slots.
fn vault() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let keychain = MemoryKeychain::default();
    let new = NewSlots { keychain: Some(&keychain), ..passphrase_and_recovery() };
    let (keys, code) = Vault::create(&folder.path().join("atom"), new).unwrap();
    let code = code.unwrap().reveal().to_string();
    Fixture { folder, keychain, keys, code }
}

fn passphrase_and_recovery() -> NewSlots<'static> {
    NewSlots { passphrase: Some(secret(PASSPHRASE)), cost: KdfCost::MINIMUM, keychain: None, recovery: true }
}

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

fn typed(text: &str) -> Unlock<'static> {
    Unlock::Passphrase(secret(text))
}

impl Fixture {
    fn dir(&self) -> PathBuf {
        self.folder.path().join("atom")
    }

    fn unlock(&self, with: Unlock<'_>) -> Result<()> {
        let keys = Vault::unlock(&self.dir(), with)?;
        assert!(*keys.derive("test") == *self.keys.derive("test"), "unlocked other keys");
        Ok(())
    }

    fn unlocks_in_every_way(&self) {
        self.unlock(typed(PASSPHRASE)).unwrap();
        self.unlock(Unlock::Keychain(&self.keychain)).unwrap();
        self.unlock(Unlock::Recovery(&self.code)).unwrap();
    }

    fn main(&self) -> PathBuf {
        self.dir().join("keyslots.v1")
    }

    fn backup(&self) -> PathBuf {
        self.dir().join("keyslots.v1.bak")
    }

    /// Changes the JSON of both copies, as an attacker would.
    fn tamper(&self, change: impl Fn(&mut Value)) {
        for path in [self.main(), self.backup()] {
            let mut json: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            change(&mut json);
            fs::write(&path, serde_json::to_vec(&json).unwrap()).unwrap();
        }
    }
}

fn error<T>(result: Result<T>) -> Error {
    result.err().expect("an error")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn every_slot_opens_the_same_vault() {
    let vault = vault();
    assert!(Vault::exists(&vault.dir()));
    vault.unlocks_in_every_way();
    let kinds: Vec<_> = Vault::slots(&vault.dir()).unwrap().into_iter().map(|slot| slot.kind).collect();
    assert_eq!(kinds, [SlotKind::Passphrase, SlotKind::Recovery, SlotKind::Keychain]);
}

#[test]
fn files_are_for_the_owner_only_and_hold_no_secret() {
    let vault = vault();
    assert_eq!(mode(&vault.dir()), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(vault.dir()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{path:?}");
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(PASSPHRASE) && !text.contains(&vault.code));
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["keyslots.v1", "keyslots.v1.bak"]);
}

#[test]
fn wrong_secrets_are_named() {
    let vault = vault();
    assert!(matches!(error(vault.unlock(typed("a quiet plaza"))), Error::WrongPassphrase));
    assert!(matches!(error(vault.unlock(typed(""))), Error::WrongPassphrase));
    let other = self::vault();
    let foreign = error(vault.unlock(Unlock::Recovery(&other.code)));
    assert!(matches!(foreign, Error::WrongRecoveryCode));
    let typo = error(vault.unlock(Unlock::Recovery("0000")));
    assert!(matches!(typo, Error::MalformedRecoveryCode { .. }));
    let empty = error(Vault::unlock(vault.folder.path(), typed(PASSPHRASE)));
    assert!(matches!(empty, Error::NoVault));
}

#[test]
fn fewer_than_two_slots_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = MemoryKeychain::default();
    for new in [
        NewSlots::default(),
        NewSlots { recovery: false, ..passphrase_and_recovery() },
        NewSlots { passphrase: None, ..passphrase_and_recovery() },
        NewSlots { keychain: Some(&keychain), ..NewSlots::default() },
    ] {
        assert!(matches!(error(Vault::create(folder.path(), new)), Error::TooFewSlots));
    }
    assert!(!Vault::exists(folder.path()));
    assert!(keychain.is_empty());
}

#[test]
fn weak_passphrases_and_unsafe_costs_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let weak = NewSlots { passphrase: Some(secret("short")), ..passphrase_and_recovery() };
    assert!(matches!(error(Vault::create(folder.path(), weak)), Error::WeakPassphrase { .. }));
    let cost = KdfCost { memory_kib: 1024, ..KdfCost::MINIMUM };
    let cheap = NewSlots { cost, ..passphrase_and_recovery() };
    assert!(matches!(error(Vault::create(folder.path(), cheap)), Error::UnsafeKdf { .. }));
    assert!(!Vault::exists(folder.path()));
}

#[test]
fn nothing_that_exists_is_overwritten() {
    let vault = vault();
    let before = fs::read(vault.main()).unwrap();
    let again = error(Vault::create(&vault.dir(), passphrase_and_recovery()));
    assert!(matches!(again, Error::AlreadyExists));
    // Even with one of the two copies gone.
    fs::remove_file(vault.main()).unwrap();
    let again = error(Vault::create(&vault.dir(), passphrase_and_recovery()));
    assert!(matches!(again, Error::AlreadyExists));
    vault.unlocks_in_every_way();
    assert_eq!(fs::read(vault.main()).unwrap(), before);

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vault.db"), b"data").unwrap();
    let orphaned = error(Vault::create(folder.path(), passphrase_and_recovery()));
    assert!(matches!(orphaned, Error::DamagedSlots { .. }));
}

#[test]
fn a_vanished_keychain_entry_leaves_the_other_ways() {
    let vault = vault();
    vault.keychain.clear();
    let gone = error(vault.unlock(Unlock::Keychain(&vault.keychain)));
    assert!(matches!(gone, Error::KeychainUnavailable { .. }));
    vault.unlock(Unlock::Recovery(&vault.code)).unwrap();
    vault.unlock(typed(PASSPHRASE)).unwrap();

    Vault::add_keychain(&vault.dir(), Unlock::Recovery(&vault.code), &vault.keychain).unwrap();
    vault.unlocks_in_every_way();
    assert_eq!(vault.keychain.len(), 1);
}

/// A keychain with one fault.
struct Faulty {
    inner: MemoryKeychain,
    backend: &'static str,
    forgets: bool,
}

impl Keychain for Faulty {
    fn backend(&self) -> &str {
        self.backend
    }
    fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        if self.forgets { Ok(None) } else { self.inner.get(account) }
    }
    fn set(&self, account: &str, secret: &[u8]) -> Result<()> {
        self.inner.set(account, secret)
    }
    fn delete(&self, account: &str) -> Result<()> {
        self.inner.delete(account)
    }
}

#[test]
fn a_keychain_that_forgets_is_noticed_before_it_matters() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = Faulty { inner: MemoryKeychain::default(), backend: "memory", forgets: true };
    let new = NewSlots { keychain: Some(&keychain), ..passphrase_and_recovery() };
    let refused = error(Vault::create(folder.path(), new));
    assert!(matches!(refused, Error::KeychainUnavailable { .. }));
    assert!(!Vault::exists(folder.path()));
}

#[test]
fn another_keychain_is_not_asked() {
    let vault = vault();
    let other = Faulty { inner: MemoryKeychain::default(), backend: "other", forgets: false };
    match error(vault.unlock(Unlock::Keychain(&other))) {
        Error::KeychainUnavailable { reason } => {
            assert!(reason.contains("memory") && reason.contains("other"), "{reason}");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_changed_passphrase_replaces_the_old_one_everywhere() {
    let vault = vault();
    let new = secret("another quiet place");
    let wrong = typed("not the passphrase");
    let refused = error(Vault::change_passphrase(&vault.dir(), wrong, &new, KdfCost::MINIMUM));
    assert!(matches!(refused, Error::WrongPassphrase));
    vault.unlocks_in_every_way();

    Vault::change_passphrase(&vault.dir(), typed(PASSPHRASE), &new, KdfCost::MINIMUM).unwrap();
    assert!(matches!(error(vault.unlock(typed(PASSPHRASE))), Error::WrongPassphrase));
    vault.unlock(Unlock::Passphrase(new.clone())).unwrap();
    vault.unlock(Unlock::Recovery(&vault.code)).unwrap();
    vault.unlock(Unlock::Keychain(&vault.keychain)).unwrap();

    // Not even the second copy opens with the old one.
    fs::remove_file(vault.main()).unwrap();
    assert!(matches!(error(vault.unlock(typed(PASSPHRASE))), Error::WrongPassphrase));
    vault.unlock(Unlock::Passphrase(new)).unwrap();
}

#[test]
fn a_forgotten_passphrase_is_reset_with_the_recovery_code() {
    let vault = vault();
    let new = secret("remember this");
    let code = Unlock::Recovery(&vault.code);
    Vault::change_passphrase(&vault.dir(), code, &new, KdfCost::MINIMUM).unwrap();
    vault.unlock(Unlock::Passphrase(new)).unwrap();
}

#[test]
fn a_new_recovery_code_replaces_the_old_one_once_it_was_typed_again() {
    let vault = vault();
    let before = fs::read(vault.main()).unwrap();
    let renewal = Vault::renew_recovery(&vault.dir(), Unlock::Keychain(&vault.keychain)).unwrap();
    let code = renewal.unconfirmed().code().reveal();
    let groups: Vec<&str> = code.split('-').collect();
    let [first, second] = renewal.unconfirmed().asked().map(|group| groups[group]);

    // Not confirmed: the old code is in force and nothing is on the disk.
    assert_eq!(fs::read(vault.main()).unwrap(), before);
    for wrong in [[first, "ZZZZ"], ["", ""], [second, first]] {
        assert!(matches!(error(renewal.confirm(&vault.dir(), wrong)), Error::CodeNotConfirmed), "{wrong:?}");
    }
    assert!(matches!(error(vault.unlock(Unlock::Recovery(&code))), Error::WrongRecoveryCode));
    vault.unlocks_in_every_way();

    renewal.confirm(&vault.dir(), [&first.to_lowercase(), second]).unwrap();
    assert!(matches!(error(vault.unlock(Unlock::Recovery(&vault.code))), Error::WrongRecoveryCode));
    vault.unlock(Unlock::Recovery(&code)).unwrap();
    vault.unlock(typed(PASSPHRASE)).unwrap();
    vault.unlock(Unlock::Keychain(&vault.keychain)).unwrap();
    fs::remove_file(vault.main()).unwrap();
    assert!(matches!(error(vault.unlock(Unlock::Recovery(&vault.code))), Error::WrongRecoveryCode));
}

#[test]
fn a_new_recovery_code_keeps_what_changed_before_it_was_confirmed() {
    let vault = vault();
    let renewal = Vault::renew_recovery(&vault.dir(), typed(PASSPHRASE)).unwrap();
    let new = secret("another quiet place");
    Vault::change_passphrase(&vault.dir(), typed(PASSPHRASE), &new, KdfCost::MINIMUM).unwrap();
    Vault::remove_keychain(&vault.dir(), Unlock::Passphrase(new.clone()), &vault.keychain).unwrap();
    let code = renewal.unconfirmed().code().reveal();
    let groups: Vec<&str> = code.split('-').collect();
    renewal.confirm(&vault.dir(), renewal.unconfirmed().asked().map(|group| groups[group])).unwrap();
    vault.unlock(Unlock::Passphrase(new)).unwrap();
    vault.unlock(Unlock::Recovery(&code)).unwrap();
    assert!(matches!(error(vault.unlock(typed(PASSPHRASE))), Error::WrongPassphrase));
    assert_eq!(Vault::slots(&vault.dir()).unwrap().len(), 2);
}

#[test]
fn a_new_recovery_code_does_not_get_into_another_vault() {
    let (vault, other) = (vault(), self::vault());
    let renewal = Vault::renew_recovery(&vault.dir(), typed(PASSPHRASE)).unwrap();
    let code = renewal.unconfirmed().code().reveal();
    let groups: Vec<&str> = code.split('-').collect();
    let refused = renewal.confirm(&other.dir(), renewal.unconfirmed().asked().map(|group| groups[group]));
    assert!(matches!(error(refused), Error::DamagedSlots { .. }));
    other.unlocks_in_every_way();
}

#[test]
fn the_keychain_can_be_removed_but_never_the_second_last_slot() {
    let vault = vault();
    Vault::remove_keychain(&vault.dir(), typed(PASSPHRASE), &vault.keychain).unwrap();
    assert!(vault.keychain.is_empty());
    let gone = error(vault.unlock(Unlock::Keychain(&vault.keychain)));
    assert!(matches!(gone, Error::NoSlot { kind: SlotKind::Keychain }));

    let folder = tempfile::tempdir().unwrap();
    let keychain = MemoryKeychain::default();
    let new = NewSlots { keychain: Some(&keychain), recovery: false, ..passphrase_and_recovery() };
    Vault::create(folder.path(), new).unwrap();
    let refused = Vault::remove_keychain(folder.path(), typed(PASSPHRASE), &keychain);
    assert!(matches!(error(refused), Error::TooFewSlots));
    Vault::unlock(folder.path(), Unlock::Keychain(&keychain)).unwrap();
}

#[test]
fn one_damaged_copy_is_healed_from_the_other() {
    let vault = vault();
    let good = fs::read(vault.main()).unwrap();
    for path in [vault.main(), vault.backup()] {
        for damage in [&b""[..], &[0; 700], &good[..good.len() / 2], b"null"] {
            fs::write(&path, damage).unwrap();
            vault.unlock(typed(PASSPHRASE)).unwrap();
            assert_eq!(fs::read(&path).unwrap(), good);
        }
        fs::remove_file(&path).unwrap();
        vault.unlock(Unlock::Recovery(&vault.code)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), good);
    }
}

/// Damage that still parses: every hexadecimal digit and number of one copy, one at a time.
#[test]
fn one_copy_that_was_changed_is_healed_from_the_other() {
    let vault = vault();
    let good = fs::read(vault.main()).unwrap();
    let text = String::from_utf8(good.clone()).unwrap();
    let places: Vec<usize> = text.char_indices().filter(|(_, c)| c.is_ascii_hexdigit()).map(|(at, _)| at).collect();
    for path in [vault.main(), vault.backup()] {
        for at in places.iter().step_by(37) {
            let mut damaged = good.clone();
            damaged[*at] = if damaged[*at] == b'1' { b'2' } else { b'1' };
            fs::write(&path, &damaged).unwrap();
            let opened = vault.unlock(Unlock::Recovery(&vault.code));
            // A version digit makes it a newer vault, which is left alone.
            if !matches!(opened, Err(Error::NewerVault { .. })) {
                opened.unwrap();
                assert_eq!(fs::read(&path).unwrap(), good, "byte {at}");
            }
            fs::write(&path, &good).unwrap();
        }
    }
}

#[test]
fn a_slot_stripped_from_one_copy_comes_back() {
    let vault = vault();
    let good = fs::read(vault.main()).unwrap();
    let mut json: Value = serde_json::from_slice(&good).unwrap();
    json["slots"].as_array_mut().unwrap().remove(0);
    fs::write(vault.main(), serde_json::to_vec(&json).unwrap()).unwrap();
    vault.unlock(typed(PASSPHRASE)).unwrap();
    assert_eq!(fs::read(vault.main()).unwrap(), good);
}

/// Killed between the two writes of a change, the new secret is in force and the old one is not.
#[test]
fn an_interrupted_change_does_not_bring_the_old_secret_back() {
    let vault = vault();
    let before = fs::read(vault.backup()).unwrap();
    let new = secret("another quiet place");
    Vault::change_passphrase(&vault.dir(), typed(PASSPHRASE), &new, KdfCost::MINIMUM).unwrap();
    fs::write(vault.backup(), &before).unwrap();
    assert!(matches!(error(vault.unlock(typed(PASSPHRASE))), Error::WrongPassphrase));
    vault.unlock(Unlock::Passphrase(new)).unwrap();
    assert_eq!(fs::read(vault.backup()).unwrap(), fs::read(vault.main()).unwrap());

    Vault::remove_keychain(&vault.dir(), Unlock::Recovery(&vault.code), &MemoryKeychain::default()).unwrap();
    fs::write(vault.backup(), &before).unwrap();
    let gone = error(vault.unlock(Unlock::Keychain(&vault.keychain)));
    assert!(matches!(gone, Error::NoSlot { kind: SlotKind::Keychain }), "{gone}");
}

/// Where the file cannot be written the old slots stay, in both copies.
#[test]
fn a_change_that_cannot_be_written_changes_nothing() {
    let vault = vault();
    let before = fs::read(vault.main()).unwrap();
    // In the way of the temporary file, and not empty.
    fs::create_dir(vault.dir().join("keyslots.v1.tmp")).unwrap();
    fs::write(vault.dir().join("keyslots.v1.tmp/full"), b"").unwrap();
    let new = secret("another quiet place");
    let refused = error(Vault::change_passphrase(&vault.dir(), typed(PASSPHRASE), &new, KdfCost::MINIMUM));
    assert!(matches!(refused, Error::Io { .. }), "{refused}");
    assert!(matches!(error(Vault::add_keychain(&vault.dir(), typed(PASSPHRASE), &vault.keychain)), Error::Io { .. }));
    assert_eq!(fs::read(vault.main()).unwrap(), before);
    assert_eq!(vault.keychain.len(), 1, "the key of a slot that was not made is left behind");
    vault.unlocks_in_every_way();
}

#[test]
fn a_wrong_passphrase_heals_nothing() {
    let vault = vault();
    fs::write(vault.main(), b"junk").unwrap();
    assert!(vault.unlock(typed("a quiet plaza")).is_err());
    assert_eq!(fs::read(vault.main()).unwrap(), b"junk");
}

#[test]
fn two_damaged_copies_are_reported() {
    let vault = vault();
    fs::write(vault.main(), b"junk").unwrap();
    fs::write(vault.backup(), b"").unwrap();
    assert!(matches!(error(vault.unlock(typed(PASSPHRASE))), Error::DamagedSlots { .. }));
    assert!(Vault::exists(&vault.dir()));
}

#[test]
fn any_change_of_the_slots_is_refused() {
    let check = |what: &str, change: &dyn Fn(&mut Value)| {
        let vault = vault();
        vault.tamper(change);
        let refused = error(vault.unlock(typed(PASSPHRASE)));
        assert!(
            matches!(
                refused,
                Error::DamagedSlots { .. }
                    | Error::UnsafeKdf { .. }
                    | Error::WrongPassphrase
                    | Error::NewerVault { .. }
            ),
            "{what}: {refused}"
        );
    };
    check("slot stripped", &|json| drop(json["slots"].as_array_mut().unwrap().pop()));
    check("slot added", &|json| {
        let copy = json["slots"][1].clone();
        json["slots"].as_array_mut().unwrap().push(copy);
    });
    check("all but one slot stripped", &|json| json["slots"].as_array_mut().unwrap().truncate(1));
    check("all slots stripped", &|json| json["slots"].as_array_mut().unwrap().clear());
    check("a hundred slots added", &|json| {
        let copy = json["slots"][1].clone();
        json["slots"].as_array_mut().unwrap().extend(std::iter::repeat_n(copy, 100));
    });
    check("slot of another vault", &|json| {
        let other = self::vault();
        let other: Value = serde_json::from_slice(&fs::read(other.main()).unwrap()).unwrap();
        json["slots"][1] = other["slots"][1].clone();
    });
    check("slots reordered", &|json| json["slots"].as_array_mut().unwrap().swap(0, 1));
    check("generation", &|json| json["generation"] = json!(7));
    check("date", &|json| json["slots"][1]["createdMs"] = json!(0));
    check("mac", &|json| json["mac"] = json!("00".repeat(32)));
    check("vault id", &|json| json["vaultId"] = json!("00".repeat(16)));
    check("salt", &|json| json["slots"][0]["method"]["salt"] = json!("00".repeat(16)));
    check("other slot's nonce", &|json| json["slots"][1]["wrapped"]["nonce"] = json!("00".repeat(12)));
    check("passes", &|json| json["slots"][0]["method"]["passes"] = json!(3));
    check("no hex", &|json| json["mac"] = json!("zz".repeat(32)));
    check("unknown field", &|json| json["extra"] = json!(1));
}

#[test]
fn hostile_costs_are_refused_before_they_are_paid() {
    let check = |field: &str, value: u64| {
        let vault = vault();
        vault.tamper(|json| json["slots"][0]["method"][field] = json!(value));
        let refused = error(vault.unlock(typed(PASSPHRASE)));
        assert!(matches!(refused, Error::UnsafeKdf { .. }), "{field} {value}: {refused}");
    };
    check("memoryKib", 8 * 1024);
    check("memoryKib", 19 * 1024 - 1);
    check("memoryKib", 2 * 1024 * 1024 + 1);
    check("memoryKib", 64 * 1024 * 1024);
    check("passes", 17);
    check("passes", 0);
    check("passes", 1 << 30);
    check("lanes", 0);
    check("lanes", 1 << 20);
}

#[test]
fn a_newer_format_is_left_alone() {
    let vault = vault();
    let newer = br#"{"version": 2, "something": "else"}"#;
    fs::write(vault.main(), newer).unwrap();
    let refused = error(vault.unlock(typed(PASSPHRASE)));
    assert!(matches!(refused, Error::NewerVault { version: 2 }));
    let new = secret("another quiet place");
    let refused = error(Vault::change_passphrase(&vault.dir(), typed(PASSPHRASE), &new, KdfCost::MINIMUM));
    assert!(matches!(refused, Error::NewerVault { version: 2 }));
    assert_eq!(fs::read(vault.main()).unwrap(), newer);
}

#[test]
fn a_leftover_of_an_interrupted_write_is_no_obstacle() {
    let vault = vault();
    fs::write(vault.dir().join("keyslots.v1.tmp"), b"half").unwrap();
    let new = secret("another quiet place");
    Vault::change_passphrase(&vault.dir(), typed(PASSPHRASE), &new, KdfCost::MINIMUM).unwrap();
    vault.unlock(Unlock::Passphrase(new)).unwrap();
}

#[test]
fn a_copy_that_cannot_be_healed_keeps_nobody_out() {
    let vault = vault();
    fs::remove_file(vault.backup()).unwrap();
    fs::create_dir(vault.backup()).unwrap();
    vault.unlocks_in_every_way();
    assert!(vault.backup().is_dir());
}

/// The format of released vaults, written by an independent implementation (Python): it must open for ever.
#[test]
fn the_first_format_opens() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("keyslots.v1"), include_bytes!("../fixtures/keyslots.v1")).unwrap();
    let keys = Vault::unlock(folder.path(), typed("fixture passphrase")).unwrap();
    let key: String = keys.derive("sqlcipher/key").iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(key, include_str!("../fixtures/keyslots.v1.key").trim());
}

#[test]
fn a_copy_of_the_slots_opens_and_makes_a_vault_elsewhere() {
    let here = vault();
    let copy = SlotCopy::parse(SlotCopy::of_vault(&here.dir()).unwrap().bytes()).unwrap();
    assert_eq!(copy.vault_id(), here.keys.vault_id());
    copy.verify(&here.keys).unwrap();
    assert!(copy.verify(&Keys::ephemeral().unwrap()).is_err());
    for with in [typed(PASSPHRASE), Unlock::Recovery(&here.code)] {
        assert_eq!(*copy.unlock(with).unwrap().derive("test"), *here.keys.derive("test"));
    }
    assert!(matches!(copy.unlock(typed("another one")), Err(Error::WrongPassphrase)));
    let there = here.folder.path().join("there");
    copy.place(&there).unwrap();
    assert!(Vault::unlock(&there, Unlock::Recovery(&here.code)).is_ok());
    assert!(matches!(copy.place(&there), Err(Error::AlreadyExists)));
    Vault::change_passphrase(&there, Unlock::Recovery(&here.code), &secret("a louder place"), KdfCost::MINIMUM)
        .unwrap();
    assert!(SlotCopy::of_vault(&there).unwrap().generation() > copy.generation());
}

#[test]
fn any_changed_byte_of_a_copy_of_the_slots_is_noticed() {
    let here = vault();
    let bytes = SlotCopy::of_vault(&here.dir()).unwrap().bytes().to_vec();
    for at in 0..bytes.len() {
        for bit in [0x01, 0x20] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            let opened = SlotCopy::parse(&changed).and_then(|copy| copy.unlock(Unlock::Recovery(&here.code)));
            assert!(opened.is_err(), "{at} {bit:x}");
        }
    }
}

fn groups(code: &str, asked: [usize; 2]) -> [String; 2] {
    asked.map(|group| code.split('-').nth(group).unwrap().to_owned())
}

#[test]
fn another_master_key_has_ways_in_of_the_same_kinds_and_the_vault_is_untouched() {
    let vault = vault();
    let staging = vault.folder.path().join("rotation");
    let before = [fs::read(vault.main()).unwrap(), fs::read(vault.backup()).unwrap()];
    let rekey = Vault::rekey(&vault.dir(), typed(PASSPHRASE), None, KdfCost::MINIMUM).unwrap();
    let code = rekey.unconfirmed().code().reveal().to_string();
    let [first, second] = groups(&code, rekey.unconfirmed().asked());
    let wrong = rekey.place(&staging, [&first, "AAAA"], &vault.keychain);
    assert!(matches!(wrong, Err(Error::CodeNotConfirmed)));
    assert!(!staging.exists() && vault.keychain.len() == 1, "nothing was begun");
    let keys = rekey.place(&staging, [&first, &second], &vault.keychain).unwrap();
    assert_eq!(keys.vault_id(), vault.keys.vault_id());
    assert_ne!(*keys.derive("test"), *vault.keys.derive("test"));
    for with in [typed(PASSPHRASE), Unlock::Keychain(&vault.keychain), Unlock::Recovery(&code)] {
        assert_eq!(*Vault::unlock(&staging, with).unwrap().derive("test"), *keys.derive("test"));
    }
    assert!(matches!(Vault::unlock(&staging, Unlock::Recovery(&vault.code)), Err(Error::WrongRecoveryCode)));
    assert!([fs::read(vault.main()).unwrap(), fs::read(vault.backup()).unwrap()] == before);
    vault.unlocks_in_every_way();
    let generations = [vault.dir(), staging.clone()].map(|dir| SlotCopy::of_vault(&dir).unwrap().generation());
    assert!(generations[0] < generations[1], "{generations:?}");
    assert!(matches!(rekey.place(&staging, [&first, &second], &vault.keychain), Err(Error::AlreadyExists)));

    // Given up: what the keychain got goes, and what opens the vault stays.
    Vault::keychain_entries(&staging).forget(&vault.keychain, &Vault::keychain_entries(&vault.dir()));
    assert_eq!(vault.keychain.len(), 1);
    vault.unlocks_in_every_way();
}

#[test]
fn a_passphrase_that_was_not_typed_has_to_be_given_anew() {
    let vault = vault();
    let rekey = |with: Unlock<'_>, passphrase: Option<&str>| {
        let passphrase = passphrase.map(secret);
        Vault::rekey(&vault.dir(), with, passphrase.as_ref(), KdfCost::MINIMUM)
    };
    assert!(matches!(rekey(Unlock::Recovery(&vault.code), None), Err(Error::PassphraseNeeded)));
    assert!(matches!(rekey(Unlock::Keychain(&vault.keychain), None), Err(Error::PassphraseNeeded)));
    assert!(matches!(rekey(typed("not this one"), None), Err(Error::WrongPassphrase)));
    assert!(matches!(rekey(typed(PASSPHRASE), Some("short")), Err(Error::WeakPassphrase { .. })));
    let rekey = rekey(Unlock::Recovery(&vault.code), Some("another quiet place")).unwrap();
    let [first, second] = groups(&rekey.unconfirmed().code().reveal(), rekey.unconfirmed().asked());
    let staging = vault.folder.path().join("rotation");
    rekey.place(&staging, [&first, &second], &vault.keychain).unwrap();
    assert!(matches!(Vault::unlock(&staging, typed(PASSPHRASE)), Err(Error::WrongPassphrase)));
    Vault::unlock(&staging, typed("another quiet place")).unwrap();
}

#[test]
fn a_vault_without_a_passphrase_gets_none_by_itself() {
    let (folder, keychain) = (tempfile::tempdir().unwrap(), MemoryKeychain::default());
    let slots = NewSlots { keychain: Some(&keychain), recovery: true, ..NewSlots::default() };
    Vault::create(folder.path(), slots).unwrap();
    let rekey = Vault::rekey(folder.path(), Unlock::Keychain(&keychain), None, KdfCost::MINIMUM).unwrap();
    let [first, second] = groups(&rekey.unconfirmed().code().reveal(), rekey.unconfirmed().asked());
    let staging = folder.path().join("rotation");
    rekey.place(&staging, [&first, &second], &keychain).unwrap();
    let kinds: Vec<_> = Vault::slots(&staging).unwrap().into_iter().map(|slot| slot.kind).collect();
    assert_eq!(kinds, [SlotKind::Recovery, SlotKind::Keychain]);
}
