//! What the machine says of itself: battery, heat, memory, load, and whether a person uses it.
//!
//! Linux tells it in small files of `/proc` and `/sys`, read anew for each sample. What a system does not tell is none,
//! and nothing follows from it; other systems tell nothing so far.
//! Deliberately absent: the disk, which whoever writes asks about, and the network, which indexing does not use: whether it is metered is asked before a download (`atom_net`).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Sensors of processors and the limit of those that do not tell one, in degrees Celsius: AMD's names none to the kernel.
const PROCESSOR_SENSORS: [(&str, Option<i32>); 4] =
    [("coretemp", None), ("k10temp", Some(95)), ("zenpower", Some(95)), ("cpu_thermal", None)];
/// Limits outside of this are placeholders of the firmware, in degrees Celsius.
const LIMITS: std::ops::RangeInclusive<i32> = 50..=130;

/// The batteries of the machine, as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Battery {
    /// Charge in percent.
    pub charge: u8,
    /// Whether the machine runs on it.
    pub discharging: bool,
}

/// The sensor that is nearest to its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heat {
    /// Degrees Celsius.
    pub celsius: i32,
    /// From here on the machine slows itself down or turns itself off, in degrees Celsius.
    pub limit: i32,
}

/// Memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What programs can still get without swapping.
    pub available: u64,
    /// All there is.
    pub total: u64,
    /// What this process has resident.
    pub own: u64,
}

/// A sample. None where it is not told, or where there is no such thing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts {
    /// The batteries.
    pub battery: Option<Battery>,
    /// How hot it is.
    pub heat: Option<Heat>,
    /// Memory.
    pub memory: Option<Memory>,
    /// Share of all cores that other programs used since the last sample, 0 to 1.
    pub others: Option<f32>,
    /// Time since a person last used the machine.
    pub idle: Option<Duration>,
}

/// Says how long nobody has used the machine, if that is known.
pub type Idle = Box<dyn Fn() -> Option<Duration> + Send + Sync>;

/// Where samples are taken.
pub struct Machine {
    root: PathBuf,
    idle: Idle,
    before: Option<Ticks>,
}

/// Processor time of the machine since it started and of this process with its readers, in ticks.
#[derive(Clone, Copy)]
struct Ticks {
    busy: u64,
    all: u64,
    own: u64,
}

impl Machine {
    /// This machine.
    pub fn here(idle: Idle) -> Self {
        Self::at(Path::new("/"), idle)
    }

    /// A machine whose `proc` and `sys` lie in `root`.
    pub fn at(root: &Path, idle: Idle) -> Self {
        Self { root: root.to_owned(), idle, before: None }
    }

    /// Takes a sample; some dozens of small reads.
    pub fn sample(&mut self) -> Facts {
        Facts {
            battery: self.battery(),
            heat: self.heat(),
            memory: self.memory(),
            others: self.others(),
            idle: (self.idle)(),
        }
    }

    fn battery(&self) -> Option<Battery> {
        let (mut charge, mut weight, mut drained, mut plugged) = (0.0, 0.0, false, false);
        for supply in entries(&self.root.join("sys/class/power_supply")) {
            match text(&supply, "type").as_deref() {
                Some("Mains") => plugged |= number(&supply, "online") == Some(1),
                // That of a mouse or a headset says so.
                Some("Battery") if text(&supply, "scope").as_deref() != Some("Device") => {
                    let Some(percent) = number(&supply, "capacity") else { continue };
                    let full = number(&supply, "energy_full").or_else(|| number(&supply, "charge_full"));
                    let full = full.unwrap_or(1).max(1) as f64;
                    charge += percent.clamp(0, 100) as f64 * full;
                    weight += full;
                    drained |= text(&supply, "status").as_deref() == Some("Discharging");
                }
                _ => {}
            }
        }
        (weight > 0.0).then(|| Battery { charge: (charge / weight).round() as u8, discharging: drained && !plugged })
    }

    fn heat(&self) -> Option<Heat> {
        let zones = entries(&self.root.join("sys/class/thermal")).into_iter().filter_map(|zone| zone_heat(&zone));
        let sensors = entries(&self.root.join("sys/class/hwmon")).into_iter().flat_map(|chip| chip_heat(&chip));
        zones.chain(sensors).min_by_key(|heat| heat.limit - heat.celsius)
    }

    fn memory(&self) -> Option<Memory> {
        let all = fs::read_to_string(self.root.join("proc/meminfo")).ok()?;
        let own = fs::read_to_string(self.root.join("proc/self/status")).ok()?;
        Some(Memory {
            available: kibibytes(&all, "MemAvailable:")?,
            total: kibibytes(&all, "MemTotal:")?,
            own: kibibytes(&own, "VmRSS:")?,
        })
    }

    fn others(&mut self) -> Option<f32> {
        let now = self.ticks()?;
        let before = self.before.replace(now)?;
        let all = now.all.saturating_sub(before.all);
        let own = now.own.saturating_sub(before.own);
        let others = now.busy.saturating_sub(before.busy).saturating_sub(own);
        (all > 0).then(|| (others as f32 / all as f32).min(1.0))
    }

    fn ticks(&self) -> Option<Ticks> {
        let proc = self.root.join("proc");
        let stat = fs::read_to_string(proc.join("stat")).ok()?;
        let spent: Vec<u64> =
            stat.lines().next()?.split_whitespace().skip(1).take(8).filter_map(|value| value.parse().ok()).collect();
        // User, nice, system, idle, waiting for a disk, and the time taken by interrupts and by other machines.
        let [user, nice, system, idle, waiting, rest @ ..] = spent.as_slice() else { return None };
        let busy = user + nice + system + rest.iter().sum::<u64>();
        let readers = entries(&proc.join("self/task"))
            .into_iter()
            .filter_map(|thread| fs::read_to_string(thread.join("children")).ok())
            .flat_map(|pids| pids.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .filter_map(|pid| spent_by(&proc.join(pid), 2));
        // What readers that have ended used is in the time of their parent.
        let own = spent_by(&proc.join("self"), 4)? + readers.sum::<u64>();
        Some(Ticks { busy, all: busy + idle + waiting, own })
    }
}

/// The first `fields` times of a process in ticks: user, system, and those two of its ended children.
fn spent_by(process: &Path, fields: usize) -> Option<u64> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    // The name before may have blanks and brackets.
    let (_, rest) = stat.rsplit_once(')')?;
    Some(rest.split_whitespace().skip(11).take(fields).filter_map(|value| value.parse::<u64>().ok()).sum())
}

/// A zone of the kernel, if it has a temperature at which the system does something about it.
fn zone_heat(zone: &Path) -> Option<Heat> {
    let celsius = celsius(zone, "temp")?;
    let limit = (0..16)
        .filter(|trip| {
            let kind = text(zone, &format!("trip_point_{trip}_type"));
            matches!(kind.as_deref(), Some("passive" | "hot" | "critical"))
        })
        .filter_map(|trip| limit(zone, &format!("trip_point_{trip}_temp")))
        .min()?;
    Some(Heat { celsius, limit })
}

/// The sensors of a processor that know their limit.
fn chip_heat(chip: &Path) -> Vec<Heat> {
    let name = text(chip, "name");
    let Some((_, known)) = PROCESSOR_SENSORS.iter().find(|(sensor, _)| Some(*sensor) == name.as_deref()) else {
        return Vec::new();
    };
    (1..=32)
        .filter_map(|index| {
            let told =
                || limit(chip, &format!("temp{index}_crit")).or_else(|| limit(chip, &format!("temp{index}_max")));
            Some(Heat { celsius: celsius(chip, &format!("temp{index}_input"))?, limit: known.or_else(told)? })
        })
        .collect()
}

fn celsius(folder: &Path, name: &str) -> Option<i32> {
    i32::try_from(number(folder, name)? / 1_000).ok()
}

fn limit(folder: &Path, name: &str) -> Option<i32> {
    celsius(folder, name).filter(|limit| LIMITS.contains(limit))
}

fn text(folder: &Path, name: &str) -> Option<String> {
    fs::read_to_string(folder.join(name)).ok().map(|text| text.trim().to_owned())
}

fn number(folder: &Path, name: &str) -> Option<i64> {
    text(folder, name)?.parse().ok()
}

/// The value of a line such as `MemTotal:  16304308 kB`, in bytes.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1_024)
}

/// What is in a folder, in order; nothing if it cannot be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = found.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[cfg(test)]
pub(crate) mod tests;
