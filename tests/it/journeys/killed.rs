//! A process that is killed at any moment loses nothing and leaves nothing behind that hinders the next.

use super::place::{PICTURE, Place, names, wait_for};
use serde_json::Value;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often to kill; a long run sets more.
const KILLS: &str = "ATOM_TEST_KILLS";
const QUERIES: [&str; 6] = ["harvest", "note 17", "ledger", "vegetables growing", "money", "music"];

const TOPICS: [&str; 6] = [
    "Tomatoes and cucumbers thrive in a sunny bed, and the harvest begins in July.",
    "The ledger lists every invoice, every payment and the balance at the end of the month.",
    "The violin section rehearses the slow movement twice before the concert.",
    "A process reads the configuration, opens its sockets and waits for the first connection.",
    "The path climbs through the pines to the hut below the glacier, four hours from the valley.",
    "Flour, water, salt and a spoon of yeast rest overnight before the loaf is shaped and baked.",
];

fn filled() -> Place {
    let place = Place::with_vault();
    for index in 0..60 {
        let topic = TOPICS[index % TOPICS.len()];
        let name = match index % 4 {
            0 => format!("plain/{index}.txt"),
            1 => format!("marked/{index}.md"),
            2 => format!("deep/er/{index}.html"),
            _ => format!("{index}.rs"),
        };
        let text = format!("Note {index}. {topic}\n\n").repeat(1 + index % 5 * 6);
        place.write(&name, &text);
    }
    place.write("empty.txt", "");
    place.write("picture.png", PICTURE);
    place
}

/// What has to be the same however often a run was killed.
#[derive(Debug, PartialEq)]
struct Facts {
    states: Vec<(String, String, String)>,
    counts: Vec<Value>,
    words: Vec<Vec<(String, Value)>>,
    meaning: Vec<Vec<(String, Value)>>,
}

fn facts(place: &Place) -> Facts {
    let status = place.run(&["status", "--json"]).well().json();
    assert_eq!(status["chunks"], status["vectors"], "{status}");
    Facts {
        states: place.states(),
        counts: ["items", "chunks", "vectors", "counts"].map(|key| status[key].clone()).to_vec(),
        words: found(place, "words", |hit| hit["snippet"]["text"].clone()),
        // A text has the same vector whenever it is embedded, so the similarities are the same, too.
        meaning: found(place, "meaning", |hit| hit["explain"]["boosts"].clone()),
    }
}

/// File name and what `part` takes of every hit, for each query.
fn found(place: &Place, mode: &str, part: impl Fn(&Value) -> Value) -> Vec<Vec<(String, Value)>> {
    let answers = place.answers(mode, &QUERIES).into_iter();
    answers
        .map(|answer| {
            let parts = answer["hits"].as_array().unwrap().iter().map(&part);
            let mut found: Vec<_> = names(&answer).into_iter().zip(parts).collect();
            // Equal scores are in the order of ids, which depend on which reader was first.
            found.sort_by(|a, b| a.0.cmp(&b.0));
            found
        })
        .collect()
}

/// A moment between now and `longest`, from the clock's own noise.
fn moment(longest: Duration) -> Duration {
    let noise = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mixed = (noise ^ (noise >> 7)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    longest.mul_f64(mixed as f64 / (1u64 << 24) as f64)
}

#[test]
fn killed_at_random_moments_it_completes_all_the_same() {
    let kills: u32 = std::env::var(KILLS).map_or(6, |count| count.parse().unwrap());
    let undisturbed = filled();
    let begun = Instant::now();
    undisturbed.index();
    let whole_run = begun.elapsed();
    let expect = facts(&undisturbed);
    assert!(expect.words[..3].iter().all(|found| !found.is_empty()), "{expect:?}");
    assert!(expect.meaning.iter().filter(|found| !found.is_empty()).count() > 3, "{expect:?}");

    let (mut killed, mut rounds) = (0, 0);
    while killed < kills {
        rounds += 1;
        let place = filled();
        while killed < kills {
            let mut child = place.command(&["index", &place.docs_text(), "--json"]).spawn().unwrap();
            match wait_for(&mut child, moment(whole_run)) {
                None => killed += 1,
                Some(outcome) => {
                    outcome.well();
                    break;
                }
            }
        }
        place.index();
        let found = facts(&place);
        assert_eq!(found.states, expect.states, "after {killed} kills");
        assert_eq!(found, expect, "after {killed} kills");
        place.assert_sound();
    }
    eprintln!("kills indexing: {killed} kills in {rounds} rounds, within {whole_run:?} of the start each");
}
