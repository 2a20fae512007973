//! Reading everything.

use crate::chunks::ChunkRef;
use crate::error::{Error, Result};
use crate::progress::{Meter, Phase, Progress};
use crate::repository::Repository;
use atom_vault::seal::ciphertext_len;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    /// Snapshots that were looked at.
    pub snapshots: u64,
    /// Chunks that they need, each counted once.
    pub chunks: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Chunks that no snapshot needs; the next clean-up removes them.
    pub unused_chunks: u64,
    /// What is wrong, one by one; nothing if empty.
    pub damage: Vec<Error>,
    /// Snapshots that cannot be restored because of it.
    pub lost_snapshots: Vec<String>,
}

/// Reads every chunk that any snapshot needs, and every list, from the disk.
///
/// Damage is not an error of the check: it is what it finds.
///
/// # Errors
/// [`Error::Cancelled`], [`Error::Io`] if the disk fails as a whole.
pub fn check(repository: &Repository, mut observer: impl FnMut(Progress) -> ControlFlow<()>) -> Result<Checked> {
    let snapshots = repository.snapshots()?;
    let mut damage = snapshots.damaged;
    let mut lost: Vec<String> = damage
        .iter()
        .filter_map(|error| match error {
            Error::Damaged { object, .. } => Some(object.rsplit('/').next().unwrap_or(object).to_owned()),
            _ => None,
        })
        .collect();
    // The copy of the key slots is needed on a new machine only, which is when it has to be whole.
    if let Err(error) = Repository::slots(repository.dir()) {
        damage.push(error);
    }
    let mut needed: BTreeMap<_, (u64, Vec<usize>)> = BTreeMap::new();
    for (index, (_, manifest)) in snapshots.whole.iter().enumerate() {
        for ChunkRef(id, len) in manifest.chunks() {
            let (_, users) = needed.entry(id).or_insert((len, Vec::new()));
            if users.last() != Some(&index) {
                users.push(index);
            }
        }
    }
    let total = needed.values().map(|(len, _)| ciphertext_len(*len)).sum();
    let mut meter = Meter::new(&mut observer, Phase::Verifying, total)?;
    let mut broken = vec![false; snapshots.whole.len()];
    for (id, (len, users)) in &needed {
        match repository.chunks.verify(ChunkRef(*id, *len)) {
            Ok(()) => {}
            Err(error @ (Error::Damaged { .. } | Error::Io { .. })) => {
                damage.push(error);
                for user in users {
                    if let Some(broken) = broken.get_mut(*user) {
                        *broken = true;
                    }
                }
            }
            Err(error) => return Err(error),
        }
        meter.add(ciphertext_len(*len))?;
    }
    let broken = snapshots.whole.iter().zip(&broken).filter(|(_, broken)| **broken);
    lost.extend(broken.map(|((id, _), _)| id.clone()));
    let unused = repository.chunks.list()?.iter().filter(|(id, _)| !needed.contains_key(id)).count();
    Ok(Checked {
        snapshots: u64::try_from(snapshots.whole.len()).unwrap_or(u64::MAX),
        chunks: u64::try_from(needed.len()).unwrap_or(u64::MAX),
        bytes: total,
        unused_chunks: u64::try_from(unused).unwrap_or(u64::MAX),
        damage,
        lost_snapshots: lost,
    })
}

impl Checked {
    /// Whether everything can be restored.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.damage.is_empty()
    }
}
