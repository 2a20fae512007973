//! Nothing that was indexed is found on disk: not its words, not its names, not its vectors.

use super::place::{PASSPHRASE, Place, files_below, finish, names, wait_for};
use atom_embed::{Embedder, ModelFiles};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Starts every sealed file.
const SEALED: &[u8] = b"ATL1";
/// Ends every data file of Lance that is not sealed.
const LANCE_FOOTER: &[u8] = b"LANC";

/// Fifty words that are nowhere else, from this moment and a counter.
fn words() -> Vec<String> {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    (0..50u64)
        .map(|index| {
            // SplitMix64: good enough for words that do not repeat.
            let mut value = seed.wrapping_add((index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            value ^= value >> 31;
            (0..12).map(|place| char::from(b'a' + ((value >> (place * 5)) % 26) as u8)).collect()
        })
        .collect()
}

/// What must not be found: each as UTF-8 and as UTF-16.
fn needles(words: &[String]) -> Vec<Vec<u8>> {
    let wide = |word: &String| word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    words.iter().map(|word| word.clone().into_bytes()).chain(words.iter().map(wide)).collect()
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    // The first byte is rare enough to make this fast.
    let Some((&first, rest)) = needle.split_first() else { return true };
    let ends = bytes.len().saturating_sub(rest.len());
    bytes[..ends].iter().enumerate().any(|(at, &byte)| byte == first && bytes[at + 1..].starts_with(rest))
}

/// Paths of files that hold, or are named by, what must not be found.
fn hits(folders: &[PathBuf], needles: &[Vec<u8>]) -> (BTreeSet<String>, u64) {
    let (mut found, mut bytes_read) = (BTreeSet::new(), 0);
    for path in folders.iter().flat_map(|folder| files_below(folder)) {
        // Files vanish while the program works.
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes_read += bytes.len() as u64;
        let name = path.as_os_str().as_encoded_bytes();
        if needles.iter().any(|needle| contains(&bytes, needle) || contains(name, needle)) {
            found.insert(path.display().to_string());
        }
    }
    (found, bytes_read)
}

/// Reads everything again and again until the child ended; returns how often, and what was found.
fn hits_while_running(child: &mut Child, folders: &[PathBuf], needles: &[Vec<u8>]) -> (u64, BTreeSet<String>, String) {
    let (over, rounds) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let scanner = scope.spawn(|| {
            let mut found = BTreeSet::new();
            while !over.load(Ordering::Relaxed) {
                found.extend(hits(folders, needles).0);
                rounds.fetch_add(1, Ordering::Relaxed);
            }
            found
        });
        let outcome = wait_for(child, Duration::from_secs(240));
        over.store(true, Ordering::Relaxed);
        let found = scanner.join().unwrap();
        let outcome = outcome.expect("indexing did not end").well();
        (rounds.load(Ordering::Relaxed), found, outcome.out + &outcome.err)
    })
}

/// What a file of the data folder is; none when it is something that should not be there.
fn class(data: &Path, path: &Path) -> Option<&'static str> {
    let bytes = std::fs::read(path).unwrap();
    let name = path.strip_prefix(data).unwrap().to_str().unwrap();
    let entropy_like = |bytes: &[u8]| bytes.iter().collect::<BTreeSet<_>>().len() > 200;
    match name {
        _ if bytes.starts_with(SEALED) => Some("sealed"),
        "vault.db" | "vault.db-wal" if bytes.is_empty() => Some("empty"),
        "vault.db" if !bytes.starts_with(b"SQLite") && entropy_like(&bytes) => Some("database"),
        "vault.db-wal" => Some("database log"),
        "vault.db-shm" => Some("index of the database log"),
        "keyslots.v1" | "keyslots.v1.bak" => {
            serde_json::from_slice::<serde_json::Value>(&bytes).is_ok().then_some("slots")
        }
        // Two slots of numbers and codes, and nothing beside them.
        "anchor.bin" => {
            let is_slot = |block: &[u8]| block.starts_with(b"ATAN") && block[256..].iter().all(|byte| *byte == 0);
            (bytes.len() == 8192 && bytes.chunks(4096).all(is_slot)).then_some("anchor")
        }
        // Room that is kept for opening on a full disk: nothing but zeroes.
        "reserve" => bytes.iter().all(|byte| *byte == 0).then_some("reserve"),
        _ if bytes.is_empty() => Some("lock"),
        // Names of segments, which are random.
        "keyword/.managed.json" => serde_json::from_slice::<Vec<String>>(&bytes).is_ok().then_some("list of segments"),
        _ => None,
    }
}

/// The settings of the vault, as an export writes them to the folder of that name.
fn exported_settings(place: &Place, folder: &str) -> String {
    place.run(&["export", place.at(folder).to_str().unwrap()]).well();
    std::fs::read_to_string(place.at(folder).join("settings.json")).unwrap()
}

/// Sets ignore rules that name the words.
fn plant_in_settings(place: &Place, words: &[String]) {
    let mut settings: serde_json::Value = serde_json::from_str(&exported_settings(place, "exported")).unwrap();
    settings["ignoreRules"] = words.iter().map(|word| format!("{word}/**\n")).collect::<String>().into();
    std::fs::write(place.at("exported/settings.json"), settings.to_string()).unwrap();
    place.run(&["import", place.at("exported").to_str().unwrap()]).well();
}

#[test]
fn nothing_planted_is_found_on_disk() {
    let place = Place::with_vault();
    let words = words();
    assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), 50);
    let needles = needles(&words);
    // Twenty in contents, ten in titles and tables, ten in file names, five in folder names, five in settings; each far
    // from the others.
    for (index, chunk) in words[..20].chunks(2).enumerate() {
        let filler = "The quick brown fox jumps over the lazy dog near the river bank. ".repeat(12);
        place.write(
            &format!("notes/{index}.txt"),
            format!("{filler}\n\nThe word is {} here.\n{filler}\nAnd {}.", chunk[0], chunk[1]),
        );
    }
    for (index, word) in words[20..25].iter().enumerate() {
        place.write(&format!("pages/{index}.html"), format!("<title>{word}</title><p>page</p>"));
    }
    for (index, word) in words[25..30].iter().enumerate() {
        place.write(&format!("tables/{index}.csv"), format!("name,count\n{word},3\n"));
    }
    for word in &words[30..40] {
        place.write(&format!("named/{word}.md"), "# Plain\n\nNothing special.\n");
    }
    for word in &words[40..45] {
        place.write(&format!("{word}/plain.txt"), "Nothing special either.");
    }
    let (indexed, in_settings) = words.split_at(45);
    plant_in_settings(&place, in_settings);
    let everywhere = [place.data(), place.temporary(), place.at("home")];

    let mut child = place.command(&["index", &place.docs_text(), "--json"]).env("ATOM_LOG", "debug").spawn().unwrap();
    let (rounds, during, log) = hits_while_running(&mut child, &everywhere, &needles);
    assert!(rounds > 0, "nothing was scanned while indexing");
    assert_eq!(during, BTreeSet::new(), "found while indexing, in {rounds} rounds");
    let logged: Vec<_> = words.iter().filter(|word| log.contains(*word)).collect();
    assert_eq!(logged, Vec::<&String>::new(), "in progress or log");

    let mut asked: Vec<&str> = indexed.iter().map(String::as_str).collect();
    asked.push("something special");
    for mode in ["words", "hybrid"] {
        let mut search = place.command(&["search", "--stdin", "--json", "--mode", mode]);
        search.env("ATOM_LOG", "debug").stdin(std::process::Stdio::piped());
        let outcome = finish(&mut search, &format!("{}\n", asked.join("\n"))).well();
        for (answer, word) in outcome.lines().iter().zip(indexed) {
            assert!(!names(answer).is_empty(), "{word} was not indexed, so its absence says nothing: {answer}");
        }
        let logged: Vec<_> = words.iter().filter(|word| outcome.err.contains(*word)).collect();
        assert_eq!(logged, Vec::<&String>::new(), "in the log of a search by {mode}");
    }
    place.run(&["doctor", "--rebuild", "words"]).well();
    place.run(&["doctor", "--rebuild", "meaning"]).well();
    let (after, bytes) = hits(&everywhere, &needles);
    assert!(bytes > 50_000, "only {bytes} bytes were looked at");
    assert_eq!(after, BTreeSet::new(), "found afterwards");

    // The search itself finds: the documents hold those that were indexed, and an export is plain text on purpose.
    assert_eq!(hits(&[place.docs()], &needles).0.len(), 35);
    let settings = exported_settings(&place, "exported after");
    assert!(in_settings.iter().all(|word| settings.contains(word)), "the settings were not kept: {settings}");
    assert!(hits(&[place.data()], &[PASSPHRASE.as_bytes().to_vec()]).0.is_empty());
}

/// The first bytes of a vector and some from its middle, as they lie in memory.
fn vector_needles(vector: &[f32]) -> Vec<Vec<u8>> {
    let bytes: Vec<u8> = vector.iter().flat_map(|value| value.to_le_bytes()).collect();
    bytes.chunks(32).step_by(8).map(<[u8]>::to_vec).collect()
}

#[test]
fn no_embedding_is_found_on_disk() {
    let place = Place::with_vault();
    let text = "the beekeeper inspects each frame for brood and counts the mites under the floor of the hive";
    place.write("bees", text);
    // Enough company for data files of a real size.
    for index in 0..60 {
        place.write(&format!("{index}.txt"), format!("Page {index} tells of trains and of harbour number {index}."));
    }
    let mut embedder = Embedder::load(&ModelFiles::locate(&place.assets()).unwrap(), 1).unwrap();
    let vector = embedder.embed(&format!("bees\n{text}")).unwrap();
    let needles = vector_needles(&vector);
    let everywhere = [place.data(), place.temporary(), place.at("home")];

    let mut child = place.command(&["index", &place.docs_text(), "--json"]).spawn().unwrap();
    let (rounds, during, _) = hits_while_running(&mut child, &everywhere, &needles);
    assert!(rounds > 0, "nothing was scanned while indexing");
    assert_eq!(during, BTreeSet::new(), "found while indexing");
    // That very vector is in the index, or its absence would say nothing.
    let answer = place.answers("meaning", &[&format!("bees {text}")]).remove(0);
    assert_eq!(names(&answer)[0], "bees");
    let why = &answer["hits"][0]["explain"]["boosts"];
    assert!(why.as_array().unwrap().iter().any(|reason| reason == "similarity 1.00"), "{why}");
    place.run(&["doctor", "--rebuild", "meaning"]).well();
    assert_eq!(hits(&everywhere, &needles).0, BTreeSet::new(), "found afterwards");

    std::fs::write(place.docs().join("control"), vector.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>())
        .unwrap();
    assert_eq!(hits(&[place.docs()], &needles).0.len(), 1);
}

#[test]
fn every_file_on_disk_is_sealed_or_known_and_nothing_is_left_outside() {
    let place = Place::with_vault();
    for index in 0..40 {
        place.write(&format!("{index}.txt"), format!("Note {index}: tomatoes and cucumbers thrive in a sunny bed."));
    }
    place.index();
    place.answers("hybrid", &["vegetables growing"]);
    let data = place.data();
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    for path in files_below(&data) {
        let class = class(&data, &path).unwrap_or_else(|| panic!("{} is neither sealed nor known", path.display()));
        *classes.entry(class).or_default() += 1;
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.ends_with(LANCE_FOOTER), "{} is an open file of Lance", path.display());
    }
    let sealed = |folder: &str| {
        files_below(&data.join(folder)).iter().filter(|path| class(&data, path) == Some("sealed")).count()
    };
    assert!(
        sealed("keyword") > 3 && sealed("vectors") > 2 && classes["database"] == 1 && classes["anchor"] == 1,
        "{classes:?}"
    );
    let outside: Vec<_> = [place.temporary(), place.at("home")].iter().flat_map(|folder| files_below(folder)).collect();
    assert_eq!(outside, Vec::<PathBuf>::new(), "left outside of the data folder");
}
