//! Measures what one guess at a passphrase costs on this machine, and what a change of the passphrase costs besides.
//!
//! `cargo run --release -p atom-vault --example passphrase_cost`
#![allow(clippy::print_stdout, reason = "its output is the measurement")]

use std::time::Instant;

use atom_vault::{KdfCost, MemoryKeychain, NewSlots, Result, Unlock, Vault};

const CHANGES: u32 = 50;

fn main() -> Result<()> {
    let start = Instant::now();
    let cost = KdfCost::calibrate()?;
    println!("calibrated in {:?}: {cost:?}", start.elapsed());
    for cost in [KdfCost::MINIMUM, KdfCost::default(), cost] {
        println!("{cost:?}: {:?}", cost.measure()?);
    }
    rewrap()
}

/// Everything of a changed slot but the password hash: read, unwrap, wrap, sign, and write both copies durably.
fn rewrap() -> Result<()> {
    let dir = std::env::temp_dir().join(format!("atom-passphrase-cost-{}", std::process::id()));
    let keychain = MemoryKeychain::default();
    let new = NewSlots { keychain: Some(&keychain), recovery: true, ..NewSlots::default() };
    let (_, code) = Vault::create(&dir, new)?;
    let code = code.map(|code| code.reveal()).unwrap_or_default();
    let start = Instant::now();
    for _ in 0..CHANGES {
        Vault::add_keychain(&dir, Unlock::Recovery(&code), &keychain)?;
    }
    println!("a slot unwrapped, wrapped again and made durable: {:?}", start.elapsed() / CHANGES);
    // Nothing in it but throw-away slots.
    let _ = std::fs::remove_dir_all(&dir);
    Ok(())
}
