//! Measures how fast sealed files are written and read, on one core, in memory.
//!
//! `cargo run --release -p atom-vault --example seal_throughput`
#![allow(clippy::print_stdout, reason = "its output is the measurement")]

use std::io::Write;
use std::time::Instant;

use atom_vault::{Keys, Result};

const LEN: usize = 64 << 20;

fn main() -> Result<()> {
    let root = Keys::ephemeral()?.seal_root("bench/root");
    let plaintext = vec![0x5a; LEN];
    for block_log2 in [12, 14, 16, 18] {
        let start = Instant::now();
        let sink = Vec::with_capacity(LEN + LEN / 128);
        let mut writer = root.writer(sink, "object", block_log2)?;
        if writer.write_all(&plaintext).is_err() {
            continue;
        }
        let sealed = writer.finish()?;
        let sealing = start.elapsed();

        let start = Instant::now();
        let reader = root.open(sealed.clone(), sealed.len() as u64, "object")?;
        let mut read = 0;
        for index in 0..reader.block_count() {
            read += reader.read_block(index)?.len();
        }
        let opening = start.elapsed();

        let rate = |elapsed: std::time::Duration| (read >> 20) as f64 / elapsed.as_secs_f64();
        println!("2^{block_log2} byte blocks: seal {:.0} MiB/s, open {:.0} MiB/s", rate(sealing), rate(opening));
    }
    Ok(())
}
