//! The activity log of the real program: what was done is in it, also what was refused while the vault was locked.

use super::place::{PASSPHRASE, Place};
use serde_json::Value;

/// Actor, action and subject of every entry.
fn entries(place: &Place) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = place.run(&["audit", "--json"]).well().lines();
    let seqs: Vec<_> = lines.iter().map(|line| line["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=lines.len() as u64).collect::<Vec<_>>(), "oldest first, without gaps");
    lines.iter().map(|line| (text(&line["actor"]), text(&line["action"]), text(&line["subject"]))).collect()
}

fn cli(action: &str, subject: &str) -> (String, String, String) {
    ("cli".to_owned(), action.to_owned(), subject.to_owned())
}

#[test]
fn what_was_done_is_logged_and_what_was_refused_while_locked_as_well() {
    let place = Place::with_vault();
    place.write("note.txt", "The marigold harvest begins in July.");
    place.index();
    let docs = place.docs().canonicalize().unwrap().to_str().unwrap().to_owned();
    let so_far = vec![
        cli("vault-made", ""),
        cli("vault-unlocked", "passphrase"),
        cli("source-added", &docs),
        cli("vault-unlocked", "passphrase"),
    ];
    assert_eq!(entries(&place), so_far);

    place.private("passphrase", "wrong horse battery staple");
    for _ in 0..2 {
        assert_eq!(place.run(&["status"]).code, Some(3));
    }
    let record = std::fs::read_to_string(place.data().join("refused.v1")).unwrap();
    assert!(!record.contains("horse"), "{record}");
    place.private("passphrase", PASSPHRASE);
    let refused = vec![
        cli("unlock-refused", "passphrase"),
        cli("unlock-refused", "passphrase"),
        cli("vault-unlocked", "passphrase"),
    ];
    assert_eq!(entries(&place), [so_far, refused].concat());
    assert!(!place.data().join("refused.v1").exists(), "the log has taken it over");

    let rebuilt = place.run(&["doctor", "--rebuild", "words", "--json"]).well().json();
    let log = rebuilt["checks"].as_array().unwrap().iter().find(|check| check["name"] == "log").unwrap();
    assert_eq!(log["ok"], true, "{log}");
    assert!(entries(&place).contains(&cli("index-rebuilt", "words")));

    let verified = place.run(&["audit", "--verify", "--json"]).well().json();
    assert_eq!((&verified["ok"], &verified["broken"]), (&Value::Bool(true), &Value::Null));
    assert_eq!(place.run(&["audit", "--since", "2999-01-01"]).well().out, "");
    let shown = place.run(&["audit", "--since", "2020-01-01"]).well().out;
    assert!(shown.contains("vault-made") && shown.contains(&docs), "{shown}");
    assert!(!shown.contains("marigold"), "{shown}");
    assert_eq!(place.run(&["audit", "--since", "yesterday"]).code, Some(2));
}

#[test]
fn a_damaged_record_of_refusals_is_said_and_does_not_hinder() {
    let place = Place::with_vault();
    std::fs::write(place.data().join("refused.v1"), "{\"attempts\": [").unwrap();
    let expect = [
        cli("vault-made", ""),
        ("system".to_owned(), "unlock-record-damaged".to_owned(), String::new()),
        cli("vault-unlocked", "passphrase"),
    ];
    assert_eq!(entries(&place), expect);
}
