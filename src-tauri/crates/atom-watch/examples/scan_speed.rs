//! Measures a scan of a folder, and how long it takes to watch all of it.
//!
//! `cargo run --release -p atom-watch --example scan_speed -- FOLDER`
#![allow(clippy::print_stdout, reason = "its output is the measurement")]

use atom_core::SourceId;
use atom_watch::{Rules, Watcher, scan};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name a folder")?);
    let rules = Rules::new(&folder, "", &[])?;
    let start = Instant::now();
    let mut folders = 1;
    let scanned = scan(&rules, &AtomicBool::new(false), |entry| folders += u64::from(entry.is_folder))?;
    println!("scan: {} entries, {} problems, {:?}", scanned.entries, scanned.problems.len(), start.elapsed());

    let start = Instant::now();
    let watcher = Watcher::start(vec![(SourceId::new(1), rules)], |_| {})?;
    while watcher.state().watched + watcher.state().polled == 0 {
        std::thread::yield_now();
    }
    println!("watch: {:?} of {folders} folders, {:?}", watcher.state(), start.elapsed());
    Ok(())
}
