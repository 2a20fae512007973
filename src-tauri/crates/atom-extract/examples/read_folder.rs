//! Reads every file under a folder and says how many have which outcome and how fast it went:
//! `cargo run -p atom-extract --example read_folder -- FOLDER [WORKERS] [MOST_FILES]`.
//! `ATOM_PDFIUM` names the PDF library.

#![allow(clippy::print_stdout, reason = "prints its findings")]

use atom_extract::{Extractor, FileHint, Limits, Outcome, PDFIUM_ENV, WorkerCommand};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let folder = args.next().ok_or("name a folder")?;
    if folder == "--worker" {
        return Ok(atom_extract::worker_main());
    }
    let mut number = || args.next().and_then(|word| word.to_str()?.parse().ok());
    let (workers, most) = (number().unwrap_or(2), number().unwrap_or(usize::MAX));
    let mut paths = Vec::new();
    collect(Path::new(&folder), &mut paths)?;
    paths.sort();
    paths.truncate(most);

    let env = std::env::var_os(PDFIUM_ENV).map(|path| (PDFIUM_ENV.into(), path));
    let command = WorkerCommand {
        program: std::env::current_exe()?,
        args: vec!["--worker".into()],
        env: env.into_iter().collect(),
    };
    let extractor = Extractor::new(command, Limits::default(), workers);
    println!("{:?}", extractor.sandbox()?);
    let queue = Mutex::new(paths.iter());
    let table: Mutex<BTreeMap<&str, (usize, usize)>> = Mutex::default();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(path) = queue.lock().ok().and_then(|mut queue| queue.next()) {
                    let outcome = read(&extractor, path);
                    let length = if let Outcome::Text(extracted) = &outcome { extracted.text.len() } else { 0 };
                    if let Ok(mut table) = table.lock() {
                        let row = table.entry(outcome.state().as_str()).or_default();
                        *row = (row.0 + 1, row.1 + length);
                    }
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    println!("{} files in {seconds:.2} s: {:.0} files/s", paths.len(), paths.len() as f64 / seconds);
    for (state, (files, bytes)) in table.into_inner().unwrap_or_default() {
        println!("{state:>12} {files:>8} files {bytes:>12} bytes of text");
    }
    Ok(ExitCode::SUCCESS)
}

fn read(extractor: &Extractor, path: &Path) -> Outcome {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    match File::open(path) {
        Ok(file) => {
            let size = file.metadata().map(|metadata| metadata.len()).unwrap_or(0);
            extractor.extract(file, &FileHint::new(&name, size))
        }
        Err(error) => Outcome::Unreadable { reason: error.to_string() },
    }
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), paths)?;
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
    Ok(())
}
