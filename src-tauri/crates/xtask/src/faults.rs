//! `cargo xtask faults`: what happens to a vault when the machine under it fails.
//!
//! Every part damages, misleads or kills the real thing and then asks it what is left. The short
//! form takes a sample and belongs to the test suites; `--long` takes everything. To add a part, write a module here and
//! a line in `PARTS`.

mod campaigns;
mod tally;

use std::time::Instant;

use crate::Options;
use crate::process::{Failure, failed, run as run_command, say};
use crate::project::Project;
use crate::setup::{self, For};

pub(crate) use tally::Tally;

/// What a part works with.
pub(crate) struct Bench<'a> {
    /// The checkout, and with it the programs that were built from it.
    pub(crate) project: &'a Project,
    /// Everything instead of a sample.
    pub(crate) long: bool,
    /// An empty folder of the part's own, removed afterwards unless something failed.
    pub(crate) folder: std::path::PathBuf,
}

type Part = (&'static str, &'static str, fn(&Bench) -> Result<Tally, Failure>);

/// Name, what is done, and the part itself.
const PARTS: &[Part] = &[
    ("damage", "files are damaged", campaigns::damage),
    ("fuzz", "parsers get hostile bytes", campaigns::fuzz),
    ("kills", "processes are killed", campaigns::kills),
    ("power", "the power goes at every sync", campaigns::power),
    ("syncs", "syncs fail", campaigns::syncs),
    ("full", "the disk is full", campaigns::full),
    ("clock", "the clock jumps or stands still", campaigns::clock),
    ("instances", "processes start at once", campaigns::instances),
];

/// Runs the parts that `args` want.
pub(crate) fn run(project: &Project, args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args, &["--long", "--list", "--no-build"])?;
    let names: Vec<&str> = PARTS.iter().map(|(name, ..)| *name).collect();
    if options.has("--list") {
        for (name, what, _) in PARTS {
            println!("{name:<12} {what}");
        }
        return Ok(());
    }
    options.check_names(&names)?;
    if !cfg!(target_os = "linux") {
        return Err(Failure::new("the fault tests run on Linux only"));
    }
    if !options.has("--no-build") {
        setup::run(project, For::Test)?;
        run_command(project.cargo().args(["build", "--workspace", "--bins", "--examples", "--locked"]))?;
    }
    let wanted = PARTS.iter().filter(|(name, ..)| options.wants(name));
    let mut lines = Vec::new();
    let mut failures = Vec::new();
    for (name, what, part) in wanted {
        say(format_args!("faults: {name}, {what}"));
        let folder = std::env::temp_dir().join(format!("atom-faults-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(failed(format_args!("make {}", folder.display())))?;
        let bench = Bench { project, long: options.has("--long"), folder };
        let start = Instant::now();
        let tally = part(&bench).unwrap_or_else(|failure| Tally::broken(&failure));
        let seconds = start.elapsed().as_secs_f64();
        lines.push(format!("{name:<12} {tally} {seconds:>8.1} s"));
        for failure in tally.failures() {
            say(format_args!("{name}: {failure}"));
        }
        for note in tally.notes() {
            say(format_args!("{name}: {note}"));
        }
        if tally.failed() == 0 {
            std::fs::remove_dir_all(&bench.folder)
                .map_err(failed(format_args!("remove {}", bench.folder.display())))?;
        } else {
            say(format_args!("{name}: kept {}", bench.folder.display()));
            failures.push(*name);
        }
    }
    println!("\n{:<12} {:>8} {:>8} {:>8} {:>10}\n{}", "part", "cases", "passed", "failed", "time", lines.join("\n"));
    if failures.is_empty() { Ok(()) } else { Err(Failure::new(format!("failed: {}", failures.join(", ")))) }
}
