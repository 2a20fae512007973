//! Full disks.

use super::{Bench, Tally};
use crate::process::Failure;

pub(super) fn run(_bench: &Bench) -> Result<Tally, Failure> {
    Err(Failure::new("not written yet"))
}
