//! Another embedding model: every query is answered while its vectors are made, and a kill in the midst loses nothing.

use super::place::{Place, files_below, finish, names};
use atom_testkit::model::write_small_model;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

const SMALL: &str = "small";
const BUILT_IN: &str = "all-minilm-l6-v2";
const QUERIES: [&str; 3] = ["tomatoes in a sunny bed", "the balance of the ledger", "violin rehearsal"];
const TOPICS: [&str; 3] = [
    "Tomatoes and cucumbers thrive in a sunny bed, and the harvest begins in July.",
    "The ledger lists every invoice, every payment and the balance at the end of the month.",
    "The violin section rehearses the slow movement twice before the concert.",
];
/// More passages than one batch of the worker that embeds takes, and than the built-in model embeds in its time.
const FILES: usize = 50;
const NOTES: usize = 150;

/// A vault whose texts were embedded by the small model, which is fast: changing to the built-in one takes seconds.
fn with_small_model(files: usize) -> Place {
    let place = Place::with_vault();
    write_small_model(&place.at(SMALL), &place.assets(), 64);
    place.run(&["model", "import", place.at(SMALL).to_str().unwrap()]).well();
    place.run(&["model", "use", SMALL]).well();
    for index in 0..files {
        let note = format!("Note {index}. {}\n\n", TOPICS[index % TOPICS.len()]);
        place.write(&format!("{index}.txt"), note.repeat(NOTES));
    }
    place.index();
    place
}

fn state_of(place: &Place, id: &str) -> String {
    let models = place.run(&["model", "list", "--json"]).well().json();
    let models = models["models"].as_array().unwrap();
    models.iter().find(|model| model["id"] == id).map_or_else(String::new, |m| m["state"].as_str().unwrap().to_owned())
}

/// Names and similarities of what each query finds by meaning, in an order that does not depend on equal scores.
fn found(place: &Place) -> Vec<Vec<(String, Value)>> {
    place.answers("meaning", &QUERIES).iter().map(by_name).collect()
}

fn by_name(answer: &Value) -> Vec<(String, Value)> {
    assert!(answer["notices"].as_array().unwrap().iter().all(|notice| notice["code"] != "meaning-off"), "{answer}");
    let boosts = answer["hits"].as_array().unwrap().iter().map(|hit| hit["explain"]["boosts"].clone());
    let mut found: Vec<_> = names(answer).into_iter().zip(boosts).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// A change to the built-in model that has made some vectors and not all, in a process of its own.
fn half_changed(place: &Place) -> Child {
    let mut child = place.command(&["model", "use", BUILT_IN]).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains("passages"), "{line}");
    // Somebody has to read what it says.
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    loop {
        let status = place.run(&["status", "--json"]).well().json();
        let change = &status["model"]["change"];
        assert!(!change.is_null(), "it was over before it was looked at");
        if change["done"].as_u64().unwrap() > 0 {
            return child;
        }
    }
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn every_query_is_answered_as_before_until_the_new_model_answers() {
    let place = with_small_model(FILES);
    let before = found(&place);
    assert_eq!(state_of(&place, SMALL), "in-use");
    let mut changing = half_changed(&place);

    // One process that asks on and on: by the socket, of the one that changes the model.
    let mut answers = Vec::new();
    while changing.try_wait().unwrap().is_none() {
        answers.extend(found(&place).into_iter().enumerate());
    }
    assert!(changing.wait().unwrap().success());
    let after = found(&place);
    for (query, (before, after)) in before.iter().zip(&after).enumerate() {
        assert!(before != after && !after.is_empty(), "{}", QUERIES[query]);
    }
    assert!(answers.iter().any(|(query, hits)| *hits == before[*query]), "no query came while the old model answered");
    for (query, hits) in answers {
        assert!(hits == before[query] || hits == after[query], "{}: answered by neither: {hits:?}", QUERIES[query]);
    }
    assert_eq!((state_of(&place, SMALL).as_str(), state_of(&place, BUILT_IN).as_str()), ("installed", "in-use"));
    place.assert_sound();
    let tables = std::fs::read_dir(place.data().join("vectors")).unwrap();
    let tables = tables.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "lance"));
    assert_eq!(tables.count(), 1, "the old vectors are gone");
    place.run(&["model", "remove", SMALL]).well();
    assert_eq!(state_of(&place, SMALL), "");
    let log = place.run(&["audit", "--json"]).well();
    assert!(log.out.contains("embeddingModel") && log.out.contains("installedModels"), "{}", log.out);
}

#[test]
fn a_change_that_is_killed_goes_on_and_one_that_is_given_up_leaves_no_trace() {
    let place = with_small_model(FILES);
    place.write("planted.txt", "marigoldconspiracy and nothing else");
    place.index();
    let before = found(&place);
    kill(half_changed(&place));
    assert_nothing_in_plain(&place, "marigoldconspiracy");
    let status = place.run(&["status", "--json"]).well().json();
    let change = &status["model"]["change"];
    assert!(change["id"] == BUILT_IN && change["done"].as_u64().unwrap() > 0, "{change}");
    assert_eq!(found(&place), before, "the old model answers");

    // A new file is found by the old model while the change waits.
    place.write("late.txt", "A late note: cherries ripen in June.");
    place.run(&["index", &place.docs_text()]).well();
    let late = place.answers("meaning", &["cherries ripen in June"]);
    assert_eq!(names(&late[0])[0], "late.txt");

    place.run(&["model", "use", BUILT_IN]).well();
    assert_eq!(state_of(&place, BUILT_IN), "in-use");
    let late = place.answers("meaning", &["cherries ripen in June"]);
    assert_eq!(names(&late[0])[0], "late.txt");
    place.assert_sound();

    // And back, given up half-way: nobody asks the half-made vectors, and their files go.
    place.run(&["model", "use", SMALL]).well();
    let before = found(&place);
    kill(half_changed(&place));
    place.run(&["model", "cancel"]).well();
    assert_eq!((state_of(&place, SMALL).as_str(), state_of(&place, BUILT_IN).as_str()), ("in-use", "installed"));
    assert_eq!(found(&place), before);
    place.assert_sound();
}

/// What NetworkManager says of the network.
struct Manager;

#[zbus::interface(name = "org.freedesktop.NetworkManager")]
impl Manager {
    #[zbus(property)]
    fn metered(&self) -> u32 {
        1
    }
}

/// A bus of its own, with a NetworkManager on it.
struct Bus {
    daemon: Child,
    address: String,
    _manager: zbus::blocking::Connection,
}

impl Bus {
    /// None where this machine has no bus to start.
    fn start() -> Option<Self> {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut address = String::new();
        BufReader::new(daemon.stdout.take()?).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let manager = zbus::blocking::connection::Builder::address(&*address)
            .and_then(|builder| builder.name("org.freedesktop.NetworkManager"))
            .and_then(|builder| builder.serve_at("/org/freedesktop/NetworkManager", Manager))
            .and_then(zbus::blocking::connection::Builder::build)
            .unwrap();
        Some(Self { daemon, address, _manager: manager })
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.daemon.kill().unwrap();
        self.daemon.wait().unwrap();
    }
}

#[test]
fn over_a_metered_network_nothing_is_downloaded_until_a_person_says_so() {
    const MODEL: &str = "multilingual-e5-small";
    let Some(bus) = Bus::start() else {
        eprintln!("skipped: there is no dbus-daemon");
        return;
    };
    let place = Place::with_vault();
    let download = |args: &[&str]| {
        let mut command = place.command(&[&["model", "download", MODEL], args].concat());
        // Nobody answers there.
        command.env("DBUS_SYSTEM_BUS_ADDRESS", &bus.address).env("ATOM_MODEL_HUB", "http://127.0.0.1:9");
        finish(&mut command, "")
    };
    let refused = download(&[]);
    assert!(refused.code == Some(1) && refused.err.contains("metered, and"), "{refused:?}");
    assert!(refused.err.contains(&format!("`atom model download {MODEL} --metered`")), "{refused:?}");
    let told = download(&["--metered"]);
    assert!(told.code == Some(1) && !told.err.contains("metered"), "{told:?}");
}

#[test]
fn before_there_are_vectors_another_model_begins_at_once() {
    let place = Place::with_vault();
    write_small_model(&place.at(SMALL), &place.assets(), 64);
    place.run(&["model", "import", place.at(SMALL).to_str().unwrap()]).well();
    for index in 0..FILES {
        place.write(&format!("{index}.txt"), format!("Note {index}. {}\n\n", TOPICS[1]).repeat(NOTES));
    }
    place.run(&["index", &place.docs_text(), "--wait", "words"]).well();
    let status = place.run(&["status", "--json"]).well().json();
    let [vectors, chunks] = ["vectors", "chunks"].map(|name| status[name].as_u64().unwrap());
    assert!(vectors < chunks / 4, "{vectors} of {chunks} were embedded before this could begin");
    let used = place.run(&["model", "use", SMALL]).well();
    assert!(!used.err.contains("passages"), "there is no change to wait for: {}", used.err);
    assert_eq!(state_of(&place, SMALL), "in-use");
    place.index();
    let status = place.run(&["status", "--json"]).well().json();
    assert!(status["vectors"] == status["chunks"] && !found(&place)[1].is_empty(), "{status}");
    place.assert_sound();
}

#[test]
fn a_model_that_is_missing_or_no_model_is_named_with_the_way_out() {
    let place = with_small_model(3);
    let unknown = place.run(&["model", "use", "nonsense"]);
    assert!(unknown.code == Some(1) && unknown.err.contains("atom model list"), "{unknown:?}");
    let needed = place.run(&["model", "remove", SMALL]);
    assert!(needed.code == Some(1) && needed.err.contains("in use"), "{needed:?}");
    std::fs::remove_file(place.at(SMALL).join("tokenizer.json")).unwrap();
    let incomplete = place.run(&["model", "import", place.at(SMALL).to_str().unwrap(), "--id", "other"]);
    assert!(incomplete.code == Some(1) && incomplete.err.contains("tokenizer.json"), "{incomplete:?}");

    // Without its model a vault is searched by words, and another model can be taken.
    std::fs::remove_dir_all(place.data().join("models").join(SMALL)).unwrap();
    assert_eq!(state_of(&place, SMALL), "missing");
    let words = place.answers("hybrid", &["ledger"]);
    assert_eq!(names(&words[0]), ["1.txt"]);
    place.run(&["model", "use", BUILT_IN]).well();
    place.index();
    assert_eq!(state_of(&place, BUILT_IN), "in-use");
    assert_eq!(names(&place.answers("meaning", &["account book with payments"])[0])[0], "1.txt");
    place.assert_sound();
}

/// Nothing of a text can be read in the data folder, and the vectors of both models are sealed.
#[track_caller]
fn assert_nothing_in_plain(place: &Place, needle: &str) {
    for path in files_below(&place.data()) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(needle.len()).any(|window| window == needle.as_bytes()), "{}", path.display());
    }
    let mut sealed = files_below(&place.data().join("vectors"));
    // What was being written when the process ended has no name yet.
    sealed.retain(|path| !path.to_str().unwrap().contains('#'));
    assert!(sealed.iter().all(|path| std::fs::read(path).unwrap().starts_with(b"ATL1")), "{sealed:?}");
}

#[test]
fn a_backup_in_the_midst_of_a_change_goes_on_with_it_where_it_is_restored() {
    let place = with_small_model(FILES);
    let before = found(&place);
    kill(half_changed(&place));
    let backup = place.at("backup");
    place.run(&["backup", backup.to_str().unwrap()]).well();
    let elsewhere = place.at("restored");
    place.run(&["restore", backup.to_str().unwrap(), "--to", elsewhere.to_str().unwrap()]).well();
    // Models are not in a backup: without the one that answers there are words only, until it is brought in again.
    let at = |args: &[&str]| {
        let mut command = place.command(args);
        finish(command.env("ATOM_DATA_DIR", &elsewhere).stdin(Stdio::null()), "").well()
    };
    at(&["model", "import", place.at(SMALL).to_str().unwrap()]);
    let status = at(&["status", "--json"]).json();
    let change = &status["model"]["change"];
    assert!(change["id"] == BUILT_IN && change["done"].as_u64().unwrap() > 0, "{change}");
    let answer = at(&["search", QUERIES[0], "--mode", "meaning", "--json", "--explain", "--limit", "200"]).json();
    assert_eq!(by_name(&answer), before[0]);
    at(&["model", "cancel"]);
    let doctor = at(&["doctor", "--json"]).json();
    assert_eq!(doctor["ok"], true, "{doctor}");
}
