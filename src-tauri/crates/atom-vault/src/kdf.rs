//! From a passphrase to a key: Argon2id with bounded costs.
//!
//! The costs of a stored slot are read before anything is authenticated, so both ends are limits: too low would let an attacker make guessing cheap, too high would let one exhaust the machine.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::{Error, Result};

const MIN_MEMORY_KIB: u32 = 19 * 1024;
const MAX_MEMORY_KIB: u32 = 2 * 1024 * 1024;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 16;
const CALIBRATION_FLOOR_KIB: u32 = 64 * 1024;
/// A guess is to take at least this long, by more passes where the machine is fast…
const SHORTEST: Duration = Duration::from_millis(500);
/// …and at most this long, by less memory where it is slow.
const LONGEST: Duration = Duration::from_secs(1);
/// Probes are repeated within this time: the fastest one is what the machine can do when it is not busy with other things.
const PROBING: Duration = Duration::from_millis(300);
const MAX_PROBES: u32 = 3;

/// Shortest passphrase that is accepted, in characters.
pub const MIN_PASSPHRASE_CHARS: usize = 8;
const MIN_DISTINCT_CHARS: usize = 4;

/// What one guess at a passphrase costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfCost {
    /// Memory in KiB, 19 MiB to 2 GiB.
    pub memory_kib: u32,
    /// Passes over the memory, 1 to 16.
    pub passes: u32,
    /// Lanes, 1 to 16.
    pub lanes: u32,
}

impl Default for KdfCost {
    /// 256 MiB, three passes, four lanes.
    fn default() -> Self {
        Self { memory_kib: 256 * 1024, passes: 3, lanes: 4 }
    }
}

impl KdfCost {
    /// The least that is ever accepted: 19 MiB, two passes, one lane. For tests.
    pub const MINIMUM: Self = Self { memory_kib: MIN_MEMORY_KIB, passes: 2, lanes: 1 };

    /// Costs at which one guess takes 0.5 to 1.0 s on this machine: the default ones wherever they do.
    ///
    /// A fast machine gets more passes and not more memory, so that the vault also opens on a smaller one. A slow machine gets less memory, never below 64 MiB and three passes; measuring takes one pass over 64 MiB there, a twelfth of the default costs.
    ///
    /// # Errors
    /// [`Error::NoMemory`] if there is not enough memory to measure.
    pub fn calibrate() -> Result<Self> {
        let probe = Self { memory_kib: CALIBRATION_FLOOR_KIB, passes: 1, ..Self::default() };
        let start = Instant::now();
        let mut fastest = probe.measure()?;
        for _ in 1..MAX_PROBES {
            if start.elapsed() + fastest > PROBING {
                break;
            }
            fastest = fastest.min(probe.measure()?);
        }
        Ok(Self::for_speed(fastest))
    }

    /// Costs for a machine that takes `probe` for one pass over 64 MiB.
    fn for_speed(probe: Duration) -> Self {
        let default = Self::default();
        let pass = probe.as_secs_f64().max(1e-6) * f64::from(default.memory_kib / CALIBRATION_FLOOR_KIB);
        let guess = pass * f64::from(default.passes);
        if guess > LONGEST.as_secs_f64() {
            let kib = f64::from(default.memory_kib) * LONGEST.as_secs_f64() / guess;
            // Positive and smaller than the default; the cast saturates in any case.
            let mib = kib as u32 / 1024;
            Self { memory_kib: (mib * 1024).max(CALIBRATION_FLOOR_KIB), ..default }
        } else {
            let passes = (SHORTEST.as_secs_f64() / pass).ceil() as u32;
            Self { passes: passes.clamp(default.passes, MAX_PASSES), ..default }
        }
    }

    /// How long one guess takes on this machine now.
    ///
    /// # Errors
    /// [`Error::UnsafeKdf`] if the costs are outside their limits, [`Error::NoMemory`].
    pub fn measure(self) -> Result<Duration> {
        let start = Instant::now();
        derive_kek(&normalize("calibration"), &[0; 16], self)?;
        Ok(start.elapsed())
    }

    /// Refuses costs that are too cheap to protect or too expensive to run.
    pub(crate) fn validate(self) -> Result<()> {
        let refuse = |reason| Err(Error::UnsafeKdf { reason });
        match self {
            Self { memory_kib: ..MIN_MEMORY_KIB, .. } => refuse("less than 19 MiB of memory"),
            Self { memory_kib, .. } if memory_kib > MAX_MEMORY_KIB => refuse("more than 2 GiB of memory"),
            Self { passes: 0, .. } => refuse("no passes"),
            Self { passes, .. } if passes > MAX_PASSES => refuse("more than 16 passes"),
            Self { lanes: 0, .. } => refuse("no lanes"),
            Self { lanes, .. } if lanes > MAX_LANES => refuse("more than 16 lanes"),
            _ => Ok(()),
        }
    }
}

/// The same passphrase typed on another keyboard or system must be the same bytes.
pub(crate) fn normalize(passphrase: &str) -> Zeroizing<String> {
    // Reserved ahead, so that no partial copy is left behind by growing.
    let mut normal = Zeroizing::new(String::with_capacity(passphrase.len().saturating_mul(3)));
    normal.extend(passphrase.nfc());
    normal
}

/// Refuses passphrases that no password hash can protect.
pub(crate) fn check_strength(passphrase: &str) -> Result<()> {
    let weak = |reason| Err(Error::WeakPassphrase { reason });
    if passphrase.trim().is_empty() {
        return weak("it is empty");
    }
    if passphrase.chars().count() < MIN_PASSPHRASE_CHARS {
        return weak("it is shorter than 8 characters");
    }
    let distinct = passphrase
        .char_indices()
        .filter(|(at, char)| passphrase.find(*char) == Some(*at))
        .take(MIN_DISTINCT_CHARS)
        .count();
    if distinct < MIN_DISTINCT_CHARS {
        return weak("it repeats the same few characters");
    }
    Ok(())
}

/// Key-encryption key of a normalized passphrase.
pub(crate) fn derive_kek(
    passphrase: &Zeroizing<String>,
    salt: &[u8; 16],
    cost: KdfCost,
) -> Result<Zeroizing<[u8; 32]>> {
    cost.validate()?;
    let failed = |_| Error::UnsafeKdf { reason: "costs that Argon2id does not accept" };
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(failed)?;
    let mut memory: Vec<Block> = Vec::new();
    memory
        .try_reserve_exact(params.block_count())
        .map_err(|_| Error::NoMemory { mib: cost.memory_kib.div_ceil(1024) })?;
    memory.resize(params.block_count(), Block::new());
    let mut key = Zeroizing::new([0; 32]);
    let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
        passphrase.as_bytes(),
        salt,
        &mut key[..],
        &mut memory,
    );
    memory.fill(Block::new());
    std::hint::black_box(&memory);
    derived.map_err(failed)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argon2id_matches_the_known_answer() {
        let cost = KdfCost { memory_kib: MIN_MEMORY_KIB, passes: 2, lanes: 1 };
        let key = derive_kek(&normalize("correct horse"), &[7; 16], cost).unwrap();
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "7132e6a6028b7abb94eb36beb767146777cd7c75426211a827c8a7a5c50d7307");
    }

    #[test]
    fn composed_and_decomposed_letters_are_one_passphrase() {
        assert_eq!(*normalize("Zu\u{308}rich"), *normalize("Z\u{fc}rich"));
    }

    #[test]
    fn costs_outside_the_limits_are_refused() {
        let good = KdfCost::default();
        assert!(good.validate().is_ok());
        assert!(KdfCost::MINIMUM.validate().is_ok());
        for bad in [
            KdfCost { memory_kib: 8 * 1024, ..good },
            KdfCost { memory_kib: 64 * 1024 * 1024, ..good },
            KdfCost { memory_kib: u32::MAX, ..good },
            KdfCost { passes: 0, ..good },
            KdfCost { passes: 17, ..good },
            KdfCost { lanes: 0, ..good },
            KdfCost { lanes: 17, ..good },
        ] {
            assert!(matches!(bad.validate(), Err(Error::UnsafeKdf { .. })), "{bad:?}");
            assert!(derive_kek(&normalize("x"), &[0; 16], bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn weak_passphrases_are_refused() {
        for weak in ["", "        ", "seven77", "aaaaaaaaaaaa", "abcabcabc"] {
            assert!(matches!(check_strength(weak), Err(Error::WeakPassphrase { .. })), "{weak:?}");
        }
        assert!(check_strength("eight ch").is_ok());
        assert!(check_strength("пароль-дня").is_ok());
    }

    #[test]
    fn calibration_keeps_to_the_default_where_it_takes_long_enough() {
        // The default is three passes over four times the memory of a probe.
        for (probe_ms, expect) in [(42, (256, 3)), (60, (256, 3)), (83, (256, 3))] {
            let KdfCost { memory_kib, passes, lanes } = KdfCost::for_speed(Duration::from_millis(probe_ms));
            assert_eq!((memory_kib / 1024, passes, lanes), (expect.0, expect.1, 4), "{probe_ms} ms");
        }
    }

    #[test]
    fn calibration_takes_less_memory_where_it_is_slow_and_more_passes_where_it_is_fast() {
        for (probe_ms, expect) in [(100, (213, 3)), (166, (128, 3)), (400, (64, 3)), (60_000, (64, 3))] {
            let KdfCost { memory_kib, passes, lanes } = KdfCost::for_speed(Duration::from_millis(probe_ms));
            assert_eq!((memory_kib / 1024, passes, lanes), (expect.0, expect.1, 4), "{probe_ms} ms");
        }
        for (probe_ms, passes) in [(20, 7), (10, 13), (1, 16), (0, 16)] {
            let cost = KdfCost::for_speed(Duration::from_millis(probe_ms));
            assert_eq!((cost.memory_kib, cost.passes), (256 * 1024, passes), "{probe_ms} ms");
        }
    }

    #[test]
    fn a_calibrated_cost_is_one_that_slots_may_have() {
        let cost = KdfCost::calibrate().unwrap();
        assert!(cost.validate().is_ok());
        assert!(cost.memory_kib >= 64 * 1024 && cost.passes >= 3 && cost.lanes == 4, "{cost:?}");
    }
}
