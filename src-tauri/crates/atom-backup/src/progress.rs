//! How far a long operation is, and whether to go on.

use crate::{Error, Result};
use std::ops::ControlFlow;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reading the vault and writing what is new.
    Writing,
    /// Reading back what was written, or all of it.
    Verifying,
    /// Putting a snapshot together beside the data folder.
    Restoring,
    /// Removing what no snapshot needs.
    Pruning,
    /// Sealing files for another master key.
    Sealing,
    /// Copying the database for another master key; counted in rows.
    Copying,
}

/// How far it is, in bytes of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Done so far.
    pub done: u64,
    /// To do in all; an estimate while [`Phase::Writing`].
    pub total: u64,
}

/// Told how far it is, often; [`ControlFlow::Break`] ends the operation with [`Error::Cancelled`].
pub(crate) type Observer<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// Counts up one phase.
pub(crate) struct Meter<'a, 'b> {
    observer: &'a mut Observer<'b>,
    progress: Progress,
}

impl<'a, 'b> Meter<'a, 'b> {
    pub(crate) fn new(observer: &'a mut Observer<'b>, phase: Phase, total: u64) -> Result<Self> {
        let mut meter = Self { observer, progress: Progress { phase, done: 0, total } };
        meter.set(0)?;
        Ok(meter)
    }

    pub(crate) fn add(&mut self, bytes: u64) -> Result<()> {
        self.set(self.progress.done.saturating_add(bytes))
    }

    pub(crate) fn set(&mut self, done: u64) -> Result<()> {
        self.progress.done = done.min(self.progress.total);
        match (self.observer)(self.progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }
}
