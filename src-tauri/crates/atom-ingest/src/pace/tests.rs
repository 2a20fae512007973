use super::*;
use crate::machine::Battery;

/// A machine that is told more and more of.
struct Story {
    limits: Limits,
    manners: Manners,
    anyway: bool,
}

impl Story {
    fn new(manners: Manners) -> Self {
        Self { limits: Limits::default(), manners, anyway: false }
    }

    fn pace(&mut self, facts: Facts) -> Pace {
        self.limits = self.limits.next(&facts, &self.manners);
        self.limits.pace(&facts, &self.manners, Budget::Full, self.anyway)
    }

    /// What holds meaning, in words; empty if nothing does.
    fn held(&mut self, facts: Facts) -> String {
        self.pace(facts).held().map(|reason| reason.to_string()).unwrap_or_default()
    }

    fn slowed(&mut self, facts: Facts) -> String {
        match self.pace(facts).brake {
            Some(Brake::Slowed(reason)) => reason.to_string(),
            _ => String::new(),
        }
    }
}

fn battery(charge: u8, discharging: bool) -> Facts {
    Facts { battery: Some(Battery { charge, discharging }), ..Facts::default() }
}

fn heat(celsius: i32) -> Facts {
    Facts { heat: Some(Heat { celsius, limit: 100 }), ..Facts::default() }
}

fn memory(available_mb: u64, own_mb: u64) -> Facts {
    let memory = Memory { available: available_mb << 20, total: 8 << 30, own: own_mb * 1_000_000 };
    Facts { memory: Some(memory), ..Facts::default() }
}

fn idle(seconds: u64) -> Facts {
    Facts { idle: Some(Duration::from_secs(seconds)), ..Facts::default() }
}

#[test]
fn a_machine_that_tells_nothing_gives_the_whole_budget() {
    let mut story = Story::new(Manners::default());
    assert_eq!(story.pace(Facts::default()), Pace::free(Budget::Full));
    let gentle = story.limits.pace(&Facts::default(), &story.manners, Budget::Gentle, false);
    assert_eq!((gentle.threads, gentle.rests), (1, true));
}

#[test]
fn meaning_rests_below_the_charge_that_is_set_and_names_and_words_go_on_gently() {
    let mut story = Story::new(Manners::default());
    let pace = story.pace(battery(29, true));
    assert_eq!(pace.held(), Some(Reason::LowBattery { charge: 29, floor: 30 }));
    assert_eq!((pace.threads, pace.rests), (1, true));
    assert_eq!(story.held(battery(22, true)), "on battery at 22 %, below 30 %");
}

#[test]
fn a_charge_around_the_floor_does_not_flap() {
    let mut story = Story::new(Manners::default());
    assert_eq!(story.held(battery(30, true)), "");
    assert_ne!(story.held(battery(29, true)), "");
    assert_ne!(story.held(battery(31, true)), "", "not back far enough");
    assert_eq!(story.held(battery(35, true)), "");
    assert_eq!(story.held(battery(31, true)), "");
    assert_ne!(story.held(battery(10, true)), "");
    assert_eq!(story.held(battery(10, false)), "", "the plug counts at once");
}

#[test]
fn above_the_floor_a_battery_gets_one_core_with_rests() {
    let mut story = Story::new(Manners::default());
    assert_eq!(story.slowed(battery(64, true)), "on battery at 64 %");
    assert_eq!(story.slowed(battery(64, false)), "");
}

#[test]
fn a_person_may_not_care_about_battery_and_heat() {
    let manners = Manners { battery_floor: None, follows_heat: false, ..Manners::default() };
    let mut story = Story::new(manners);
    assert_eq!(story.pace(battery(3, true)), Pace::free(Budget::Full));
    assert_eq!(story.pace(heat(99)), Pace::free(Budget::Full));
}

#[test]
fn warm_slows_and_hot_holds_until_it_is_cool_again() {
    let mut story = Story::new(Manners::default());
    assert_eq!(story.pace(heat(70)), Pace::free(Budget::Full));
    assert_eq!(story.slowed(heat(84)), "this computer is warm (84 °C of 100 °C)");
    assert_eq!(story.held(heat(94)), "this computer is hot (94 °C of 100 °C)");
    assert_ne!(story.held(heat(80)), "", "not cool enough");
    assert_eq!(story.held(heat(74)), "");
    assert_ne!(story.slowed(heat(74)), "");
    assert_eq!(story.pace(heat(71)), Pace::free(Budget::Full));
}

#[test]
fn little_free_memory_holds_meaning_and_gives_the_model_back() {
    let mut story = Story::new(Manners::default());
    assert_eq!(story.pace(memory(600, 200)), Pace::free(Budget::Full));
    let pace = story.pace(memory(500, 200));
    assert!(pace.lean, "{pace:?}");
    assert_eq!(story.held(memory(500, 200)), "little memory is free (524 MB)");
    assert_ne!(story.held(memory(700, 200)), "", "not back far enough");
    assert_eq!(story.pace(memory(800, 200)), Pace::free(Budget::Full));
}

#[test]
fn beyond_its_own_memory_atom_goes_on_with_less() {
    let mut story = Story::new(Manners::default());
    let pace = story.pace(memory(4_000, 640));
    assert_eq!((pace.threads, pace.lean, pace.held()), (1, true, None));
    assert_eq!(story.slowed(memory(4_000, 640)), "Atom has 640 MB of memory already");
    assert!(story.pace(memory(4_000, 550)).lean);
    assert!(!story.pace(memory(4_000, 450)).lean);
}

#[test]
fn meaning_waits_for_a_person_only_if_asked() {
    let mut story = Story::new(Manners::default());
    assert_eq!(story.held(idle(1)), "");
    let mut story = Story::new(Manners { waits_for_person: true, ..Manners::default() });
    assert_eq!(story.held(idle(60)), "");
    assert_eq!(story.held(idle(1)), "you are using this computer");
    assert_ne!(story.held(idle(60)), "", "may only be thinking");
    assert_eq!(story.held(idle(121)), "");
}

#[test]
fn other_programs_are_given_way() {
    let mut story = Story::new(Manners::default());
    let others = |share| Facts { others: Some(share), ..Facts::default() };
    assert_eq!(story.slowed(others(0.45)), "");
    assert_eq!(story.slowed(others(0.8)), "other programs are using the processor");
    assert_ne!(story.slowed(others(0.45)), "");
    assert_eq!(story.slowed(others(0.2)), "");
}

#[test]
fn anyway_is_stronger_than_battery_heat_and_people_but_not_than_memory() {
    let mut story = Story::new(Manners { waits_for_person: true, ..Manners::default() });
    story.anyway = true;
    let all = Facts { idle: idle(0).idle, heat: heat(98).heat, others: Some(0.9), ..battery(5, true) };
    assert_eq!(story.pace(all), Pace::free(Budget::Full));
    let pace = story.pace(Facts { memory: memory(100, 700).memory, ..all });
    assert_eq!((pace.threads, pace.rests, pace.lean, pace.held()), (1, false, true, None));
}

#[test]
fn paces_are_alike_that_differ_in_figures_only() {
    let mut story = Story::new(Manners::default());
    let (low, lower, hot) = (story.pace(battery(29, true)), story.pace(battery(28, true)), story.pace(heat(95)));
    assert!(low.is_like(&lower) && low != lower);
    assert!(!low.is_like(&hot));
}
