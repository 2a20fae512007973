//! From a folder to an answer, and the answers follow the folder.

use super::place::{PICTURE, Place, finish, names};
use serde_json::Value;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

const TOMATOES: &str =
    "Tomatoes and cucumbers thrive in a sunny bed when they are watered every morning and tied to a stake.";
const TAX: &str = "# Annual tax return\n\nThe deadline is the end of May. Keep every receipt for the accountant.\n";
const MEETING: &str = "<html><head><title>Minutes of the board</title></head><body><p>The board approved the budget for the new \
                       bicycle workshop.</p><script>var hidden = 'scriptword';</script></body></html>";
const STOCK: &str = "part,count,shelf\nsprocket,41,upper\nderailleur,7,lower\n";
const LETTER: &str = r"{\rtf1\ansi {\b Dear neighbour}, the violin lessons begin on Thursday evening.\par}";

fn mixed() -> Place {
    let place = Place::with_vault();
    place.write("garden/tomatoes.txt", TOMATOES);
    place.write("taxes.md", TAX);
    place.write("minutes.html", MEETING);
    place.write("stock.csv", STOCK);
    place.write("letter.rtf", LETTER);
    place.write("empty.txt", "");
    place.write("picture.png", PICTURE);
    place
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_folder_answers_by_word_and_by_meaning_and_the_answers_follow_it() {
    let place = mixed();
    let done = place.index();
    assert_eq!((&done["files_seen"], &done["files_indexed"], &done["files_failed"]), (&7.into(), &5.into(), &0.into()));
    assert!(
        done["words_seconds"].as_f64() > Some(0.0)
            && done["meaning_seconds"].as_f64() >= done["words_seconds"].as_f64()
    );

    let queries = [
        ("receipt", vec!["taxes.md"]),
        ("derailleur", vec!["stock.csv"]),
        ("violin", vec!["letter.rtf"]),
        ("\"bicycle workshop\"", vec!["minutes.html"]),
        ("\"workshop bicycle\"", vec![]),
        ("scriptword", vec![]),
        ("the -tax -violin -tomatoes", vec!["minutes.html"]),
        ("type:markdown deadline", vec!["taxes.md"]),
        ("type:markdown tomatoes", vec![]),
        ("path:garden sunny", vec!["tomatoes.txt"]),
        ("path:garden deadline", vec![]),
        ("name:minutes", vec!["minutes.html"]),
        ("pictu", vec!["picture.png"]),
        ("tomat", vec!["tomatoes.txt"]),
    ];
    let asked: Vec<&str> = queries.iter().map(|(query, _)| *query).collect();
    for (answer, (query, expect)) in place.answers("words", &asked).iter().zip(&queries) {
        let mut found = names(answer);
        // A folder may be found by its name too.
        found.retain(|name| name.contains('.'));
        assert_eq!(&found, expect, "{query}: {answer}");
    }
    for mode in ["hybrid", "meaning"] {
        let meant = ["vegetables growing", "music teacher"];
        let firsts: Vec<_> = place.answers(mode, &meant).iter().map(|answer| names(answer).first().cloned()).collect();
        let expect = ["tomatoes.txt", "letter.rtf"].map(|name| Some(name.to_owned()));
        assert_eq!(firsts, expect, "{mode}");
    }

    place.write("taxes.md", "# Annual tax return\n\nIt was postponed to September.\n");
    std::fs::remove_file(place.docs().join("stock.csv")).unwrap();
    std::fs::rename(place.docs().join("letter.rtf"), place.docs().join("garden/neighbour.rtf")).unwrap();
    place.index();
    let follow = ["receipt", "september", "derailleur", "violin", "letter", "path:garden violin"];
    let found: Vec<_> = place.answers("words", &follow).iter().map(names).collect();
    let expect: [&[&str]; 6] = [&[], &["taxes.md"], &[], &["neighbour.rtf"], &[], &["neighbour.rtf"]];
    assert_eq!(found, expect);
    let states = place.states();
    let states: Vec<_> =
        states.iter().map(|(path, state, stage)| (path.as_str(), state.as_str(), stage.as_str())).collect();
    let expect = [
        ("empty.txt", "empty", "words"),
        ("garden/neighbour.rtf", "indexed", "meaning"),
        ("garden/tomatoes.txt", "indexed", "meaning"),
        ("minutes.html", "indexed", "meaning"),
        ("picture.png", "name-only", "words"),
        ("taxes.md", "indexed", "meaning"),
    ];
    assert_eq!(states, expect);
    place.assert_sound();
}

#[test]
fn json_has_exactly_the_documented_fields() {
    let place = mixed();
    let index = place.run(&["index", &place.docs_text(), "--json"]).well().lines();
    let (done, progress) = index.split_last().unwrap();
    assert!(progress.iter().all(|line| line["event"] == "progress"), "{progress:?}");
    let expect =
        ["bytes", "chunks", "event", "files_failed", "files_indexed", "files_seen", "meaning_seconds", "words_seconds"];
    assert_eq!(keys(done), expect.into());

    let answer = place.run(&["search", "sunny bed", "--mode", "words", "--explain", "--json"]).well().json();
    assert_eq!(keys(&answer), ["facets", "hits", "mode", "notices", "query", "took_ms", "total"].into());
    assert_eq!((answer["query"].as_str(), answer["mode"].as_str()), (Some("sunny bed"), Some("words")));
    let hit = &answer["hits"][0];
    let expect = [
        "explain",
        "id",
        "kind",
        "archive",
        "locations",
        "mime",
        "modified",
        "path",
        "rank",
        "score",
        "size",
        "snippet",
        "source",
        "state",
        "title",
        "uri",
    ];
    assert_eq!(keys(hit), expect.into());
    assert_eq!(keys(&hit["explain"]), ["boosts", "meaning_rank", "words_rank"].into());
    assert_eq!((&hit["rank"], &hit["size"]), (&1.into(), &TOMATOES.len().into()));
    assert_eq!(
        (hit["kind"].as_str(), hit["mime"].as_str(), hit["state"].as_str()),
        (Some("text"), Some("text/plain"), Some("indexed"))
    );
    let path = place.docs().canonicalize().unwrap().join("garden/tomatoes.txt");
    assert_eq!(hit["path"].as_str(), path.to_str());
    assert_eq!(hit["uri"], format!("file://{}", path.display()));
    let snippet = &hit["snippet"];
    assert_eq!(keys(snippet), ["highlights", "text"].into());
    let text: Vec<char> = snippet["text"].as_str().unwrap().chars().collect();
    let marked: Vec<String> = snippet["highlights"]
        .as_array()
        .unwrap()
        .iter()
        .map(|range| text[range[0].as_u64().unwrap() as usize..range[1].as_u64().unwrap() as usize].iter().collect())
        .collect();
    assert_eq!(marked, ["sunny", "bed"], "{snippet}");

    let quiet = place.run(&["search", "picture", "--mode", "words", "--json"]).well().json();
    assert!(quiet["hits"][0]["snippet"].is_null() && quiet["hits"][0]["explain"].is_null(), "{quiet}");
    for file in place.run(&["files", "--json"]).well().lines() {
        let mut fields = keys(&file);
        // Of pictures and scans besides: how far the text in them is.
        assert!(!fields.remove("ocr") || file["path"].as_str().unwrap().ends_with(".png"), "{file}");
        assert_eq!(fields, ["mime", "path", "reason", "stage", "state"].into());
    }
    let status = place.run(&["status", "--json"]).well().json();
    for key in ["items", "chunks", "vectors", "counts", "sizes", "model", "sources", "version", "message", "progress"] {
        assert!(keys(&status).contains(key), "{key} is missing: {status}");
    }
    assert_eq!(status["chunks"], status["vectors"]);
}

#[test]
fn exit_codes_say_what_kind_of_failure_it_was() {
    let place = Place::bare();
    let none = place.run(&["search", "x"]);
    assert_eq!(none.code, Some(1));
    assert!(none.err.contains("atom init"), "{}", none.err);

    place.run(&["init"]).well();
    let again = place.run(&["init"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("nothing was changed"), "{}", again.err);
    for usage in [&["search"][..], &["index"], &["fly"], &["search", "x", "--mode", "loud"]] {
        assert_eq!(place.run(usage).code, Some(2), "{usage:?}");
    }
    assert_eq!(place.run(&["--help"]).code, Some(0));
    let state = place.run(&["files", "--state", "nonsense"]);
    assert_eq!(state.code, Some(1));
    assert!(state.err.contains("name-only"), "{}", state.err);

    let passphrase = place.at("passphrase");
    std::fs::set_permissions(&passphrase, std::fs::Permissions::from_mode(0o644)).unwrap();
    let shared = place.run(&["status"]);
    assert_eq!(shared.code, Some(3));
    assert!(shared.err.contains("0600"), "{}", shared.err);

    place.private("passphrase", "incorrect horse battery staple");
    let wrong = place.run(&["status"]);
    assert_eq!(wrong.code, Some(3));
    assert!(wrong.err.contains("wrong passphrase"), "{}", wrong.err);

    let unattended = finish(place.command(&["status"]).env_remove("ATOM_PASSPHRASE_FILE"), "");
    assert_eq!(unattended.code, Some(3));
    assert!(unattended.err.contains("ATOM_PASSPHRASE_FILE"), "{}", unattended.err);
}

#[test]
fn for_every_file_it_is_said_why_it_is_found_or_not() {
    let place = mixed();
    place.write("drafts/.gitignore", "*.draft");
    place.write("drafts/a.draft", "Left out.");
    place.write("node_modules/a.js", "Left out.");
    std::os::unix::fs::symlink(place.docs().join("drafts"), place.docs().join("way")).unwrap();
    place.index();
    let why = |path: &std::path::Path| {
        let done = place.run(&["files", "--why", path.to_str().unwrap(), "--json"]);
        done.well().json()
    };
    let docs = place.docs().canonicalize().unwrap();
    let known = place.run(&["files", "--state", "indexed", "--json"]).well().lines();
    let found = why(known[0]["path"].as_str().unwrap().as_ref());
    assert_eq!((&found["state"], &found["stage"]), (&Value::from("indexed"), &Value::from("meaning")), "{found}");
    for (path, expect) in [
        (docs.join("drafts/a.draft"), "the rule *.draft in"),
        (docs.join("node_modules/a.js"), "Its folder"),
        (docs.join("way/a.draft"), "links are not followed"),
        (docs.join("nowhere.txt"), "nothing at this path"),
        (place.at("passphrase"), "none of the folders that Atom searches"),
    ] {
        let answer = why(&path);
        assert!(answer["state"].is_null() && answer["message"].as_str().unwrap().contains(expect), "{answer}");
    }
    // What the answer says brings it back.
    let message = why(&docs.join("node_modules/a.js"))["message"].as_str().unwrap().to_owned();
    assert!(message.contains("add the ignore rule !/node_modules/ in the settings"), "{message}");
    assert!(place.run(&["files", "--why", "drafts/a.draft"]).well().out.contains("nothing at this path"));
}
