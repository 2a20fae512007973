//! Keys are locked into memory while they live, and no longer.
//!
//! Each test is a process of its own: what is locked is counted for the whole process, and limits stay once they are lowered.

use std::process::Command;

use atom_vault::{Keys, LockedKey, is_locking_refused};
use rustix::param::page_size;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

/// Set in the process that does what the test is about.
const INSIDE: &str = "ATOM_TEST_LOCKED_INSIDE";

/// Runs `test` in a process of its own and returns whether this is that process.
fn is_inside(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let mut alone = Command::new(std::env::current_exe().unwrap());
    alone.args(["--exact", &format!("locked::{test}"), "--nocapture", "--test-threads=1"]).env(INSIDE, "1");
    let output = alone.output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

/// Bytes of this process that are locked.
fn locked() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
}

/// Whether this process may lock so much.
fn may_lock(bytes: u64) -> bool {
    getrlimit(Resource::Memlock).current.is_none_or(|limit| limit >= bytes)
}

#[test]
fn keys_are_locked_while_they_live_and_not_after() {
    if !is_inside("keys_are_locked_while_they_live_and_not_after") {
        return;
    }
    if !may_lock(64 * 1024) {
        eprintln!("skipped: this process may lock less than 64 KiB");
        return;
    }
    let before = locked();
    let keys = Keys::ephemeral().unwrap();
    assert_eq!(locked() - before, page_size(), "the master key");
    let clone = keys.clone();
    let roots = [keys.seal_root("tantivy/root"), keys.seal_root("lance/root")];
    let secrets = keys.secrets();
    assert_eq!(locked() - before, 4 * page_size(), "and three more; a clone shares its pages");
    drop(keys);
    assert_eq!(locked() - before, 4 * page_size(), "the clone still needs the master key");
    drop(clone);
    drop(roots);
    assert_eq!(locked() - before, page_size(), "unlocking one leaves the others locked");
    drop(secrets);
    assert_eq!(locked(), before);
    assert!(!is_locking_refused());
}

#[test]
fn keys_are_left_out_of_core_dumps() {
    if !is_inside("keys_are_left_out_of_core_dumps") {
        return;
    }
    let key = LockedKey::from(&[1; 32]);
    let at = key.as_ptr().addr();
    let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let mut is_its_own = false;
    let mut flags = None;
    for line in maps.lines() {
        let range = line.split(' ').next().and_then(|range| range.split_once('-'));
        let range = range
            .and_then(|(from, to)| Some(usize::from_str_radix(from, 16).ok()?..usize::from_str_radix(to, 16).ok()?));
        match range {
            Some(range) => is_its_own = range.contains(&at),
            None if is_its_own && line.starts_with("VmFlags:") => flags = Some(line.to_owned()),
            None => {}
        }
    }
    let flags = flags.unwrap();
    assert!(flags.contains(" dd"), "no core dump has them: {flags}");
    assert!(flags.contains(" lo") || is_locking_refused(), "locked: {flags}");
}

#[test]
fn where_nothing_can_be_locked_keys_work_and_it_is_told() {
    if !is_inside("where_nothing_can_be_locked_keys_work_and_it_is_told") {
        return;
    }
    setrlimit(Resource::Memlock, Rlimit { current: Some(0), maximum: Some(0) }).unwrap();
    // The limit does not hold for root, unless it gives this right up.
    let mut rights = capabilities(None).unwrap();
    rights.effective.remove(CapabilitySet::IPC_LOCK);
    set_capabilities(None, rights).unwrap();
    let before = locked();
    let key = LockedKey::from(&[7; 32]);
    assert_eq!((*key, locked()), ([7; 32], before));
    assert!(is_locking_refused());
    let keys = Keys::ephemeral().unwrap();
    let sealed = keys.seal_root("test/root").seal_bytes("name", b"text").unwrap();
    assert_eq!(keys.seal_root("test/root").open_bytes("name", &sealed).unwrap(), b"text");
}
