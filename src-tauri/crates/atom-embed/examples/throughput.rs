//! Measures the embedder: `throughput ASSETS TEXTS THREADS [MODEL]`, with one text a line in TEXTS; MODEL is the folder of a
//! model that was brought in (`models/<id>` in a data folder), without it the built-in one is measured.
//!
//! Prints one JSON line: texts per second, milliseconds of a single query, peak memory.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant;
use std::{env, fs, path::Path};

use atom_embed::{Embedder, ModelFiles};

fn main() {
    let mut args = env::args().skip(1);
    let assets = args.next().unwrap();
    let texts = fs::read_to_string(args.next().unwrap()).unwrap();
    let texts: Vec<&str> = texts.lines().collect();
    let threads = args.next().unwrap().parse().unwrap();

    let files = match args.next() {
        Some(model) => ModelFiles::installed(Path::new(&model), Path::new(&assets)).unwrap(),
        None => ModelFiles::locate(Path::new(&assets)).unwrap(),
    };

    let start = Instant::now();
    let mut embedder = Embedder::load(&files, threads).unwrap();
    let load_ms = start.elapsed().as_millis();
    let rss_loaded = status("VmRSS");

    embedder.embed("warm up").unwrap();
    let start = Instant::now();
    for text in &texts {
        embedder.embed(text).unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();

    let mut singles: Vec<f64> = (0..50)
        .map(|_| {
            let start = Instant::now();
            embedder.embed("how to read a file line by line").unwrap();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    singles.sort_by(f64::total_cmp);
    let rss_used = status("VmRSS");
    drop(embedder);
    println!(
        "{}",
        serde_json::json!({
            "threads": threads, "texts": texts.len(), "texts_per_s": texts.len() as f64 / seconds,
            "load_ms": load_ms as u64, "query_ms_p50": singles.get(25), "rss_loaded_mb": rss_loaded,
            "rss_used_mb": rss_used, "rss_dropped_mb": status("VmRSS"), "peak_mb": status("VmHWM"),
        })
    );
}

/// A memory figure of this process in MB.
fn status(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1024)
}
