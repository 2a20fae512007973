//! Measures what one guess at a passphrase costs on this machine.
//!
//! `cargo run --release -p atom-vault --example passphrase_cost`
#![allow(clippy::print_stdout, reason = "its output is the measurement")]

use std::time::{Duration, Instant};

use atom_vault::{KdfCost, Result};

fn main() -> Result<()> {
    let start = Instant::now();
    let cost = KdfCost::calibrate(Duration::from_millis(750))?;
    println!("calibrated for 750 ms in {:?}: {cost:?}", start.elapsed());
    for cost in [KdfCost::MINIMUM, KdfCost::default(), cost] {
        println!("{cost:?}: {:?}", cost.measure()?);
    }
    Ok(())
}
