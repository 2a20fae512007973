//! From what the machine says to how fast background work goes: a pure decision.
//!
//! Names and words are light and go on, on one core if need be; meaning is what rests.
//! Each limit is let go of only some way back, so that the decision does not flap.

use crate::machine::{Facts, Heat, Memory};
use crate::pipeline::Budget;
use std::fmt;
use std::time::Duration;

/// Below its limit by so many degrees a sensor is warm, and no longer by so many.
const WARM: (i32, i32) = (20, 28);
/// The same for hot.
const HOT: (i32, i32) = (8, 25);
/// Percent of charge above the floor at which meaning goes on without a plug.
const CHARGED: u8 = 5;
/// Free memory is little below a sixteenth of all, within these bounds, in bytes.
const LITTLE_MEMORY: (u64, u64) = (300 << 20, 1 << 30);
/// What Atom wants to stay below while it indexes, in bytes.
pub const OWN_MEMORY: u64 = 600_000_000;
/// Shares of the cores from which on, and down to which, other programs need them.
const OTHERS: (f32, f32) = (0.5, 0.3);
/// A person is there who did something this short ago, and gone after so long.
const PERSON: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(120));

/// What a person set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manners {
    /// On battery: meaning rests below this charge in percent, and above it one core works. None: a battery is no reason.
    pub battery_floor: Option<u8>,
    /// Whether meaning waits while a person uses the machine.
    pub waits_for_person: bool,
    /// Whether work follows the heat.
    pub follows_heat: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self { battery_floor: Some(30), waits_for_person: false, follows_heat: true }
    }
}

/// Why work is slower than the budget allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The battery runs low; percent.
    LowBattery {
        /// What is left.
        charge: u8,
        /// What a person set.
        floor: u8,
    },
    /// On battery; percent.
    OnBattery {
        /// What is left.
        charge: u8,
    },
    /// Near the limit of a sensor.
    Hot(Heat),
    /// On the way there.
    Warm(Heat),
    /// Other programs would have to swap.
    LittleMemory(Memory),
    /// This process has more than its share.
    OwnMemory(Memory),
    /// A person uses the machine.
    Person,
    /// Other programs use the cores.
    Others,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LowBattery { charge, floor } => write!(f, "on battery at {charge} %, below {floor} %"),
            Self::OnBattery { charge } => write!(f, "on battery at {charge} %"),
            Self::Hot(Heat { celsius, limit }) => write!(f, "this computer is hot ({celsius} °C of {limit} °C)"),
            Self::Warm(Heat { celsius, limit }) => write!(f, "this computer is warm ({celsius} °C of {limit} °C)"),
            Self::LittleMemory(memory) => write!(f, "little memory is free ({} MB)", memory.available / 1_000_000),
            Self::OwnMemory(memory) => write!(f, "Atom has {} MB of memory already", memory.own / 1_000_000),
            Self::Person => f.write_str("you are using this computer"),
            Self::Others => f.write_str("other programs are using the processor"),
        }
    }
}

/// What is done about a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brake {
    /// Meaning rests; names and words go on, on one core, with rests.
    Held(Reason),
    /// Everything goes on, on one core, with rests.
    Slowed(Reason),
}

/// How fast background work goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Threads that may work at once, for reading and for meaning each.
    pub threads: usize,
    /// Whether they rest as long as they work.
    pub rests: bool,
    /// What holds them back.
    pub brake: Option<Brake>,
    /// Whether to give the model's memory back after each batch.
    pub lean: bool,
}

impl Pace {
    /// Nothing but the budget.
    pub fn free(budget: Budget) -> Self {
        Self { threads: budget.threads(), rests: budget == Budget::Gentle, brake: None, lean: false }
    }

    /// Why meaning rests, if it does.
    pub const fn held(&self) -> Option<Reason> {
        match self.brake {
            Some(Brake::Held(reason)) => Some(reason),
            _ => None,
        }
    }

    /// Whether another pace is told to a person in the same words, but for the figures.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let kind = |pace: &Self| {
            pace.brake.map(|brake| match brake {
                Brake::Held(reason) => (true, std::mem::discriminant(&reason)),
                Brake::Slowed(reason) => (false, std::mem::discriminant(&reason)),
            })
        };
        (self.threads, self.rests, self.lean, kind(self)) == (other.threads, other.rests, other.lean, kind(other))
    }
}

/// Which limits are passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    low_battery: bool,
    warm: bool,
    hot: bool,
    little_memory: bool,
    own_memory: bool,
    person: bool,
    others: bool,
}

impl Limits {
    /// Which limits are passed now, when these were before.
    pub(crate) fn next(self, facts: &Facts, manners: &Manners) -> Self {
        // Passed anew, or still on the far side of the way back.
        let passed = |before: bool, enters: bool, stays: bool| if before { stays } else { enters };
        let charge = facts.battery.filter(|battery| battery.discharging).map(|battery| battery.charge);
        let (charge, floor) = (charge.unwrap_or(u8::MAX), manners.battery_floor.unwrap_or(0));
        let heat = facts.heat.filter(|_| manners.follows_heat);
        let to_limit = heat.map_or(i32::MAX, |heat| heat.limit - heat.celsius);
        let (available, own, little) = facts.memory.map_or((u64::MAX, 0, 0), |memory| {
            (memory.available, memory.own, (memory.total / 16).clamp(LITTLE_MEMORY.0, LITTLE_MEMORY.1))
        });
        let idle = facts.idle.filter(|_| manners.waits_for_person).unwrap_or(Duration::MAX);
        let others = facts.others.unwrap_or(0.0);
        Self {
            low_battery: passed(self.low_battery, charge < floor, charge < floor.saturating_add(CHARGED)),
            warm: passed(self.warm, to_limit <= WARM.0, to_limit <= WARM.1),
            hot: passed(self.hot, to_limit <= HOT.0, to_limit <= HOT.1),
            little_memory: passed(self.little_memory, available < little, available < little + little / 2),
            own_memory: passed(self.own_memory, own > OWN_MEMORY, own > OWN_MEMORY / 6 * 5),
            person: passed(self.person, idle < PERSON.0, idle < PERSON.1),
            others: passed(self.others, others > OTHERS.0, others > OTHERS.1),
        }
    }

    /// The pace within these limits; `anyway` when a person does not want to wait for battery, heat and other people.
    pub(crate) fn pace(self, facts: &Facts, manners: &Manners, budget: Budget, anyway: bool) -> Pace {
        let free = Pace { lean: self.own_memory || self.little_memory, ..Pace::free(budget) };
        let brake = self.brake(facts, manners, anyway);
        match brake {
            Some(_) => Pace { threads: 1, rests: !anyway, brake, ..free },
            None => free,
        }
    }

    fn brake(self, facts: &Facts, manners: &Manners, anyway: bool) -> Option<Brake> {
        let charge = facts.battery.filter(|battery| battery.discharging).map(|battery| battery.charge);
        let memory = |passed: bool| facts.memory.filter(|_| passed);
        if anyway {
            // Memory that is not there cannot be had by wanting.
            let little = memory(self.little_memory).map(Reason::LittleMemory);
            return little.or(memory(self.own_memory).map(Reason::OwnMemory)).map(Brake::Slowed);
        }
        let low = charge.zip(manners.battery_floor).filter(|_| self.low_battery);
        let held = low
            .map(|(charge, floor)| Reason::LowBattery { charge, floor })
            .or(facts.heat.filter(|_| self.hot).map(Reason::Hot))
            .or(memory(self.little_memory).map(Reason::LittleMemory))
            .or(self.person.then_some(Reason::Person));
        let slowed = || {
            let warm = facts.heat.filter(|_| self.warm).map(Reason::Warm);
            let on_battery = charge.filter(|_| manners.battery_floor.is_some());
            warm.or(self.others.then_some(Reason::Others))
                .or(on_battery.map(|charge| Reason::OnBattery { charge }))
                .or(memory(self.own_memory).map(Reason::OwnMemory))
        };
        held.map(Brake::Held).or_else(|| slowed().map(Brake::Slowed))
    }
}

#[cfg(test)]
mod tests;
