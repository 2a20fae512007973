//! What one way of doing something costs beside another, measured in turns in one run: for examples, never for tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The two ways, as they are printed.
pub const SIDES: [&str; 2] = ["plain", "sealed"];

/// What is searched for in documentation.
pub const QUERIES: [&str; 20] = [
    "error",
    "iterator",
    "hash map",
    "read file",
    "thread spawn join",
    "convert string to number",
    "buffer lines",
    "unsafe pointer",
    "sort by key",
    "how to read a file line by line",
    "lifetime of a borrow",
    "closures that capture",
    "trait objects",
    "pattern matching",
    "run tests in parallel",
    "memory layout of a struct",
    "send and sync between threads",
    "install a package",
    "command line arguments",
    "what happens on overflow",
];

/// Milliseconds of each measurement, by what was measured and by [`SIDES`].
#[derive(Default)]
pub struct Costs {
    times: BTreeMap<(String, &'static str), Vec<f64>>,
    order: Vec<String>,
}

impl Costs {
    /// Adds the time since `begun`.
    pub fn add(&mut self, what: &str, side: &'static str, begun: Instant) {
        self.add_ms(what, side, begun.elapsed().as_secs_f64() * 1e3);
    }

    /// Adds a time.
    pub fn add_ms(&mut self, what: &str, side: &'static str, ms: f64) {
        if !self.order.iter().any(|known| known == what) {
            self.order.push(what.to_owned());
        }
        self.times.entry((what.to_owned(), side)).or_default().push(ms);
    }

    /// The medians of both sides in milliseconds, in the order in which they were measured first.
    #[must_use]
    pub fn table(mut self) -> String {
        let [plain, sealed] = SIDES;
        let mut lines = vec![format!("{:<44} {plain:>12} {sealed:>12} {:>8}", "median, ms", "cost")];
        for what in std::mem::take(&mut self.order) {
            let (plain, sealed) = (self.median(&what, plain), self.median(&what, sealed));
            lines.push(format!("{what:<44} {plain:>12.2} {sealed:>12.2} {:>6.1} %", (sealed / plain - 1.0) * 100.0));
        }
        lines.join("\n")
    }

    fn median(&mut self, what: &str, side: &'static str) -> f64 {
        let times = self.times.entry((what.to_owned(), side)).or_default();
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// Which side is first in a round: each as often as the other.
#[must_use]
pub const fn turns(round: usize) -> [&'static str; 2] {
    let [plain, sealed] = SIDES;
    if round.is_multiple_of(2) { [plain, sealed] } else { [sealed, plain] }
}

/// Every file below `folder` whose name ends in `extension`, sorted.
#[must_use]
pub fn files_with(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be listed").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_both_sides_stand_beside_each_other_in_the_order_of_measuring() {
        let mut costs = Costs::default();
        for (plain, sealed) in [(1.0, 9.0), (2.0, 3.0), (30.0, 2.0)] {
            costs.add_ms("write", "plain", plain);
            costs.add_ms("write", "sealed", sealed);
        }
        costs.add_ms("read", "plain", 1.0);
        costs.add_ms("read", "sealed", 1.0);
        let table = costs.table();
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[1].starts_with("write") && lines[1].ends_with("2.00         3.00   50.0 %"), "{table}");
        assert!(lines[2].starts_with("read") && lines[2].ends_with("0.0 %"), "{table}");
    }
}
