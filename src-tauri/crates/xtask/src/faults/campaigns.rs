//! Campaigns that are tests with a count: damage, hostile bytes, kills, power cuts, failing syncs, a full disk, clocks,
//! several processes. Here they run with a larger one.

use super::{Bench, Tally};
use crate::process::{Failure, failed, say};

/// Tests of one kind, and the variable that says how many cases they take.
struct Campaign {
    variable: &'static str,
    /// Cases of each in the long form; the tests know the short one.
    long: u32,
    /// How a line begins that says how many cases a test has passed: `WORD WHAT: NUMBER …`.
    word: &'static str,
    tests: &'static [&'static str],
}

/// Every damage to every class of file.
pub(super) fn damage(bench: &Bench) -> Result<Tally, Failure> {
    Campaign {
        variable: "ATOM_TEST_DAMAGE",
        long: 200,
        word: "damage ",
        tests: &[
            "every_damage_to_the_data_folder_is_refused_healed_or_harmless",
            "every_damage_to_the_model_is_refused_or_harmless",
            "every_damage_to_the_database_is_named_or_harmless",
            "every_damage_to_the_key_slots_is_healed_or_refused",
            "every_damage_to_a_repository_is_refused_or_harmless",
            "damaged_index_files_never_change_an_answer",
            "flipped_bits_never_change_an_answer",
            "a_flipped_bit_anywhere_is_an_error_or_changes_nothing",
            "every_flipped_bit_in_the_database_is_found",
            "every_flipped_bit_in_the_log_is_a_loss_that_is_named_to_the_commit_or_harmless",
            "any_changed_byte_is_refused_before_the_data_is_touched",
        ],
    }
    .run(bench)
}

/// Hostile bytes for every parser.
pub(super) fn fuzz(bench: &Bench) -> Result<Tally, Failure> {
    Campaign { variable: "ATOM_TEST_FUZZ", long: 500_000, word: "fuzz ", tests: &["no_bytes_break", "no_text_breaks"] }
        .run(bench)
}

/// Kills while indexing, upgrading, backing up, cleaning up and changing the master key.
pub(super) fn kills(bench: &Bench) -> Result<Tally, Failure> {
    Campaign {
        variable: "ATOM_TEST_KILLS",
        long: 200,
        word: "kills ",
        tests: &[
            "killed_at_random_moments_it_completes_all_the_same",
            "backups_that_are_killed_leave_every_older_one_whole",
            "a_migration_that_is_killed_at_random_moments_loses_nothing",
            "upkeep_that_is_killed_at_random_moments_loses_nothing",
            "merging_that_is_killed_at_random_moments_loses_nothing",
            "a_rotation_that_is_killed_at_random_moments_loses_nothing",
            "a_rotation_that_is_killed_at_any_moment_leaves_the_old_key_or_the_new",
        ],
    }
    .run(bench)
}

/// The power goes at every sync: of a hundred syncs, so many are looked at.
pub(super) fn power(bench: &Bench) -> Result<Tally, Failure> {
    Campaign { variable: "ATOM_TEST_POWER", long: 100, word: "power ", tests: &["whenever_the_power_goes"] }.run(bench)
}

/// Syncs that fail, one in each run.
pub(super) fn syncs(bench: &Bench) -> Result<Tally, Failure> {
    Campaign { variable: "ATOM_TEST_SYNCS", long: 1_000, word: "syncs ", tests: &["when_a_sync_fails", "when_a_write"] }
        .run(bench)
}

/// A disk that runs full, with so many different rests of room.
pub(super) fn full(bench: &Bench) -> Result<Tally, Failure> {
    Campaign { variable: "ATOM_TEST_FULL", long: 4, word: "full ", tests: &["journeys::full::"] }.run(bench)
}

/// A clock that is wrong, jumps, or stands still.
pub(super) fn clock(bench: &Bench) -> Result<Tally, Failure> {
    Campaign {
        variable: "ATOM_TEST_CLOCKS",
        // All that the tests know: 15 between runs and 10 while one runs.
        long: 1,
        word: "clock ",
        tests: &[
            "a_clock_that_jumps_between_runs_loses_nothing_and_nothing_is_read_again",
            "a_clock_that_jumps_while_atom_watches_delays_nothing_for_long",
        ],
    }
    .run(bench)
}

/// Processes that start at once, are killed while they have the vault, or make one at once.
pub(super) fn instances(bench: &Bench) -> Result<Tally, Failure> {
    Campaign {
        variable: "ATOM_TEST_INSTANCES",
        long: 100,
        word: "instances ",
        tests: &[
            "of_processes_that_start_at_once_one_has_the_vault_and_all_are_answered",
            "what_a_killed_owner_leaves_behind_hinders_nobody",
            "of_processes_that_make_a_vault_at_once_one_does",
        ],
    }
    .run(bench)
}

impl Campaign {
    fn run(&self, bench: &Bench) -> Result<Tally, Failure> {
        let mut cargo = bench.project.cargo();
        cargo.args(["test", "--workspace", "--locked", "--no-fail-fast", "--lib", "--tests", "--"]);
        cargo.args(["--nocapture", "--test-threads=1"]).args(self.tests);
        if bench.long {
            cargo.env(self.variable, self.long.to_string());
        }
        if std::env::var_os("ATOM_ASSETS").is_none() {
            cargo.env("ATOM_ASSETS", bench.project.assets());
        }
        let output = cargo.output().map_err(failed("start the tests"))?;
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let tally = self.tally(&text);
        if !output.status.success() {
            let log = bench.folder.join("output.log");
            std::fs::write(&log, &text).map_err(failed(format_args!("write {}", log.display())))?;
            say(format_args!("the whole output is in {}", log.display()));
            if tally.failed() == 0 {
                return Err(Failure::new("the tests could not be built or run"));
            }
        }
        Ok(tally)
    }

    /// What the tests said: each case of a line that begins with the word, and each test that failed.
    fn tally(&self, text: &str) -> Tally {
        let mut tally = Tally::new();
        for line in text.lines() {
            // A test's name may stand before what it says, without an end of line.
            let said = line.find(self.word).and_then(|at| line.get(at..)).filter(|said| count(said).is_some());
            if let Some(cases) = said.and_then(count) {
                (0..cases).for_each(|_| tally.pass());
                tally.note(said.unwrap_or_default());
            } else if let Some(why) = line.find("skipped: ").and_then(|at| line.get(at..)) {
                tally.note(why);
            } else if line.starts_with("test ") && line.ends_with("FAILED") || line.contains("panicked at") {
                tally.fail(line);
            }
        }
        if tally.notes().is_empty() && tally.failed() == 0 {
            tally.fail("no test said anything: were they renamed?");
        }
        tally
    }
}

/// The number of cases in `WORD WHAT: NUMBER …`; seeds and inputs both count.
fn count(said: &str) -> Option<usize> {
    let (_, figures) = said.split_once(": ")?;
    figures.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign() -> Campaign {
        Campaign { variable: "X", long: 1, word: "damage ", tests: &[] }
    }

    #[test]
    fn cases_and_failures_are_counted() {
        let text = "running 2 tests\ntest a ... damage anchor: 12 cases, 3 refused\ndamage log: 4 cases, 4 found\nok\n";
        let tally = campaign().tally(text);
        assert_eq!((tally.to_string().split_whitespace().next(), tally.failed()), (Some("16"), 0));
        let tally = campaign().tally("test b ... FAILED\n");
        assert_eq!(tally.failed(), 1);
        assert_eq!(campaign().tally("running 0 tests\n").failed(), 1, "tests that are not there");
        let skipped = campaign().tally("test a ... skipped: this machine has no strace\nok\n");
        assert_eq!((skipped.failed(), skipped.notes().len()), (0, 1), "that is said, and no failure");
    }
}
