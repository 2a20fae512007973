//! The child's side of a recogniser: lock oneself in, then become Tesseract.
//!
//! Tesseract loads some sixty libraries and the data of its languages after it was started, so it cannot be given a world
//! without files as a reader is. It can read the folders of the system in which programs, libraries and languages lie, and run
//! what lies there; nothing of a person's is in them. It can write no file, open no socket, start no process beside itself,
//! and take no more memory and time than the limits allow. Where Landlock or seccomp cannot be had it is not started.

use super::{DATA_ENV, LAUNCH_ENV};
use crate::sandbox;
use serde::{Deserialize, Serialize};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Exit code: it cannot be locked in.
pub(super) const NO_BOX: i32 = 121;
/// Exit code: the program did not start.
pub(super) const NO_PROGRAM: i32 = 122;

/// Where programs, libraries and languages of a system lie.
const SYSTEM: [&str; 9] = [
    "/usr",
    "/bin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/nix/store",
    "/gnu/store",
    "/home/linuxbrew/.linuxbrew",
];
/// Where they lie beside the folder of a program that is installed elsewhere.
const BESIDE: [&str; 5] = ["lib", "lib64", "share/tessdata", "share/tesseract-ocr", "tessdata"];

/// What to start, and within which limits.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Launch {
    pub(super) program: PathBuf,
    pub(super) args: Vec<String>,
    pub(super) memory: u64,
    pub(super) cpu_seconds: u64,
}

/// Becomes the recogniser that the environment describes; none where it describes none. Call it on the only thread.
pub(crate) fn main() -> Option<ExitCode> {
    let launch = std::env::var(LAUNCH_ENV).ok()?;
    let code = serde_json::from_str(&launch).map_or(NO_PROGRAM, |launch| become_program(&launch));
    Some(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)))
}

/// Returns only where that fails.
fn become_program(launch: &Launch) -> i32 {
    let data = std::env::var_os(DATA_ENV).map(PathBuf::from);
    let mut program = Command::new(&launch.program);
    program.args(&launch.args).env_clear().env("LC_ALL", "C").env("OMP_THREAD_LIMIT", "1");
    program.envs(data.as_ref().map(|data| (DATA_ENV, data)));
    if !sandbox::limit_process(launch.memory).is_on() {
        return NO_BOX;
    }
    sandbox::allow_cpu(launch.cpu_seconds);
    if !sandbox::open_only(&readable(&launch.program, data.as_deref())) || !sandbox::close_calls_of_program() {
        return NO_BOX;
    }
    drop(program.exec());
    NO_PROGRAM
}

/// Everything that the program may read and run.
fn readable(program: &Path, data: Option<&Path>) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
    let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    for prefix in real.parent().into_iter().flat_map(|folder| [Some(folder), folder.parent()]).flatten() {
        paths.extend(BESIDE.iter().map(|name| prefix.join(name)));
    }
    paths.push(real);
    paths.extend(data.map(Path::to_owned));
    paths
}
