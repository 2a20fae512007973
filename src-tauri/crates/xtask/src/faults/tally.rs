//! What a part found.

use std::fmt;

/// Cases of one part: how many passed, and what went wrong in the others.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    passed: usize,
    failures: Vec<String>,
    notes: Vec<String>,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A part that could not be carried through counts as one failed case.
    pub(crate) fn broken(why: &impl fmt::Display) -> Self {
        Self { failures: vec![why.to_string()], ..Self::default() }
    }

    pub(crate) fn pass(&mut self) {
        self.passed += 1;
    }

    pub(crate) fn fail(&mut self, what: impl Into<String>) {
        self.failures.push(what.into());
    }

    /// Something that is neither passed nor failed: a figure, or what was skipped and why.
    pub(crate) fn note(&mut self, what: impl Into<String>) {
        self.notes.push(what.into());
    }

    pub(crate) fn failed(&self) -> usize {
        self.failures.len()
    }

    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }

    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// The columns `cases`, `passed` and `failed` of the table at the end.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.failures.len();
        write!(f, "{:>8} {:>8} {failed:>8}", self.passed + failed, self.passed)
    }
}
