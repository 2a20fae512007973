//! On machines made of files.

use super::*;

/// A machine of which only what is written is told.
pub(crate) struct Made(tempfile::TempDir);

impl Made {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn machine(&self) -> Machine {
        Machine::at(self.0.path(), Box::new(|| None))
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn battery(&self, charge: u8, status: &str) {
        let file = |name: &str, text: &str| self.write(&format!("sys/class/power_supply/BAT0/{name}"), text);
        file("type", "Battery\n");
        file("capacity", &format!("{charge}\n"));
        file("status", &format!("{status}\n"));
    }

    fn zone(&self, index: u8, kind: &str, millidegrees: i32, trips: &[(&str, i32)]) {
        let file = |name: &str, text: &str| self.write(&format!("sys/class/thermal/thermal_zone{index}/{name}"), text);
        file("type", kind);
        file("temp", &format!("{millidegrees}\n"));
        for (index, (kind, millidegrees)) in trips.iter().enumerate() {
            file(&format!("trip_point_{index}_type"), &format!("{kind}\n"));
            file(&format!("trip_point_{index}_temp"), &format!("{millidegrees}\n"));
        }
    }

    fn ticks(&self, cpu: &str, own: u64, reader: u64) {
        self.write("proc/stat", &format!("cpu  {cpu}\ncpu0 {cpu}\n"));
        self.write("proc/self/stat", &format!("7 (a (b) c) S 1 1 1 0 -1 4194560 9 0 0 0 {own} 0 0 0 20 0 1 0\n"));
        self.write("proc/self/task/7/children", "8 ");
        self.write("proc/8/stat", &format!("8 (atom) R 7 1 1 0 -1 4194560 9 0 0 0 {reader} 0 50 50 20 0 1 0\n"));
    }
}

#[test]
fn a_machine_that_tells_nothing_is_no_error() {
    assert_eq!(Made::new().machine().sample(), Facts::default());
}

#[test]
fn a_desktop_without_a_battery_is_not_on_battery() {
    let made = Made::new();
    made.write("sys/class/power_supply/hidpp_battery_0/type", "Battery\n");
    made.write("sys/class/power_supply/hidpp_battery_0/scope", "Device\n");
    made.write("sys/class/power_supply/hidpp_battery_0/capacity", "10\n");
    made.write("sys/class/power_supply/hidpp_battery_0/status", "Discharging\n");
    assert_eq!(made.machine().sample().battery, None);
}

#[test]
fn a_battery_that_drains_is_told_from_one_at_the_plug() {
    let made = Made::new();
    made.battery(42, "Discharging");
    assert_eq!(made.machine().sample().battery, Some(Battery { charge: 42, discharging: true }));
    made.write("sys/class/power_supply/AC/type", "Mains\n");
    made.write("sys/class/power_supply/AC/online", "1\n");
    assert_eq!(made.machine().sample().battery, Some(Battery { charge: 42, discharging: false }));
    made.write("sys/class/power_supply/AC/online", "0\n");
    assert!(made.machine().sample().battery.unwrap().discharging);
}

#[test]
fn two_batteries_count_by_their_size() {
    let made = Made::new();
    made.battery(100, "Full");
    made.write("sys/class/power_supply/BAT0/energy_full", "10000000\n");
    for (name, text) in
        [("type", "Battery"), ("capacity", "20"), ("status", "Discharging"), ("energy_full", "30000000")]
    {
        made.write(&format!("sys/class/power_supply/BAT1/{name}"), text);
    }
    assert_eq!(made.machine().sample().battery, Some(Battery { charge: 40, discharging: true }));
}

#[test]
fn heat_is_that_of_the_sensor_nearest_to_its_limit() {
    let made = Made::new();
    made.zone(0, "acpitz", 61_000, &[("critical", 119_000), ("active", 55_000)]);
    made.zone(1, "x86_pkg_temp", 94_000, &[("passive", -274_000)]);
    assert_eq!(made.machine().sample().heat, Some(Heat { celsius: 61, limit: 119 }), "a placeholder is no limit");
    made.write("sys/class/hwmon/hwmon3/name", "coretemp\n");
    made.write("sys/class/hwmon/hwmon3/temp1_input", "94000\n");
    made.write("sys/class/hwmon/hwmon3/temp1_crit", "100000\n");
    assert_eq!(made.machine().sample().heat, Some(Heat { celsius: 94, limit: 100 }));
    made.zone(2, "soc", 84_000, &[("critical", 110_000), ("passive", 85_000)]);
    assert_eq!(made.machine().sample().heat, Some(Heat { celsius: 84, limit: 85 }));
}

#[test]
fn memory_is_read_in_bytes() {
    let made = Made::new();
    made.write("proc/meminfo", "MemTotal:       8000000 kB\nMemFree: 1 kB\nMemAvailable:   500000 kB\n");
    made.write("proc/self/status", "Name:\tatom\nVmHWM:\t  900 kB\nVmRSS:\t  300000 kB\n");
    let expected = Memory { available: 512_000_000, total: 8_192_000_000, own: 307_200_000 };
    assert_eq!(made.machine().sample().memory, Some(expected));
}

#[test]
fn load_of_others_is_without_that_of_atom_and_its_readers() {
    let made = Made::new();
    let mut machine = made.machine();
    made.ticks("1000 0 0 5000 0 0 0 0 0 0", 100, 10);
    assert_eq!(machine.sample().others, None, "one look is no time");
    // 400 ticks went by, of which 300 were busy: 100 here, 40 in the reader, 160 elsewhere.
    made.ticks("1200 50 40 5080 20 5 5 0 0 0", 200, 50);
    let others = machine.sample().others.unwrap();
    assert!((others - 0.4).abs() < 0.01, "{others}");
}

#[test]
fn this_machine_can_be_sampled() {
    let facts = Machine::here(Box::new(|| Some(Duration::from_secs(7)))).sample();
    assert_eq!(facts.idle, Some(Duration::from_secs(7)));
    if cfg!(target_os = "linux") {
        let memory = facts.memory.unwrap();
        assert!(memory.own > 1 << 20 && memory.total > memory.own, "{memory:?}");
    }
}
