//! Orders, counts, labels, traits, patterns and values.

use super::{and, document, fill, found, matches, word};
use atom_core::Kind;
use atom_index::keyword::{Document, Facets, KeywordIndex, KeywordQuery, Sort, Values};

fn labelled(item: i64, path: &str, labels: &[&str], author: &str) -> Document {
    Document {
        labels: labels.iter().map(|&label| label.to_owned()).collect(),
        author: Some(author.to_owned()),
        traits: vec!["file", "text"],
        language: Some("en".to_owned()),
        ..document(item, path, &"garden lease ".repeat(usize::try_from(10 - item).unwrap()))
    }
}

fn index() -> KeywordIndex {
    let index = KeywordIndex::in_memory().unwrap();
    fill(
        &index,
        &[
            labelled(1, "/home/ann/docs/Zebra.pdf", &["Work/Taxes", "été"], "Ann Lee"),
            labelled(2, "/home/ann/docs/apple.txt", &["work"], "ANN LEE"),
            labelled(3, "/home/ann/mail/m.eml", &["Workshop"], "Bob"),
        ],
    );
    // Another segment.
    fill(
        &index,
        &[labelled(4, "/home/ann/docs/old/Mango.txt", &[], "Ann Lee"), document(5, "/home/ann/x.bin", "else")],
    );
    index
}

fn ordered(index: &KeywordIndex, sort: Sort) -> Vec<i64> {
    let hits = index.search_sorted(&word("garden"), sort, 100).unwrap();
    assert_eq!(hits.total, 4);
    hits.hits.iter().map(|hit| hit.item.get()).collect()
}

#[test]
fn matches_come_in_the_order_asked_for() {
    let index = index();
    assert_eq!(ordered(&index, Sort::Newest), [4, 3, 2, 1]);
    assert_eq!(ordered(&index, Sort::Oldest), [1, 2, 3, 4]);
    assert_eq!(ordered(&index, Sort::Largest), [1, 2, 3, 4]);
    assert_eq!(ordered(&index, Sort::Smallest), [4, 3, 2, 1]);
    assert_eq!(ordered(&index, Sort::Name), [2, 3, 4, 1]);
}

#[test]
fn matches_are_counted_by_what_they_are() {
    let index = index();
    let Facets { total, kinds, sources, folders, people, labels, since } =
        index.facets(&word("garden"), &[], &[4_000, 2_000, 0]).unwrap();
    assert_eq!(total, 4);
    assert_eq!(kinds, [(Kind::Text, 2), (Kind::Email, 1), (Kind::Pdf, 1)]);
    assert_eq!(sources.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [4]);
    let shown = |of: &[(String, u64)]| of.iter().map(|(value, count)| format!("{value} {count}")).collect::<Vec<_>>();
    assert_eq!(shown(&folders), ["/home/ann/docs 3", "/home/ann/docs/old 1", "/home/ann/mail 1"]);
    assert_eq!(shown(&people), ["Ann Lee 3", "Bob 1"]);
    assert_eq!(shown(&labels), ["Work/Taxes 1", "Workshop 1", "work 1", "été 1"]);
    assert_eq!(since, [1, 3, 4]);
    let beside = index.facets(&word("garden"), &[atom_core::ItemId::new(5), atom_core::ItemId::new(1)], &[]).unwrap();
    assert_eq!(beside.total, 5);
    assert_eq!(index.facets(&word("nowhere"), &[], &[]).unwrap(), Facets::default());
}

#[test]
fn what_is_deleted_is_not_counted() {
    let index = index();
    let mut writer = index.writer().unwrap();
    writer.delete(atom_core::ItemId::new(1)).unwrap();
    writer.commit().unwrap();
    assert_eq!(index.facets(&word("garden"), &[], &[]).unwrap().total, 3);
}

#[test]
fn labels_are_found_in_any_case_with_those_below_them() {
    let index = index();
    let label = |value: &str, prefix| KeywordQuery::Label { value: value.to_owned(), prefix };
    assert_eq!(matches(&index, &label("WORK", false)), [1, 2]);
    assert_eq!(matches(&index, &label("work/taxes", false)), [1]);
    assert_eq!(matches(&index, &label("work", true)), [1, 2, 3]);
    assert_eq!(matches(&index, &label("ete", false)), [1]);
    assert_eq!(matches(&index, &label("tax", false)), [0; 0]);
    let named = KeywordQuery::Trait(vec!["folder".to_owned(), "text".to_owned()]);
    assert_eq!(matches(&index, &and([word("garden"), named])), [1, 2, 3, 4]);
}

#[test]
fn patterns_match_inside_names_and_words() {
    let index = index();
    let pattern = |text: &str| KeywordQuery::Regex(text.to_owned());
    assert_eq!(matches(&index, &pattern("^z.*pdf$")), [1]);
    assert_eq!(matches(&index, &pattern("[AM]p?pl|mang")), [2, 4]);
    assert_eq!(matches(&index, &pattern("ard.n")), [1, 2, 3, 4]);
    assert_eq!(found(&index, &pattern("^arden$")), [0; 0]);
    assert_eq!(matches(&index, &pattern("^zebra|txt$")), [1, 2, 4], "each alternative has its own ends");
    assert_eq!(matches(&index, &pattern("(^zebra|txt)$")), [0; 0]);
    for broken in ["[", "a)(b", "(a", "a|)"] {
        assert!(!atom_index::keyword::is_regex(broken), "{broken}");
    }
    assert!(!atom_index::keyword::is_regex(""));
}

#[test]
fn values_are_completed_as_they_were_written() {
    let index = index();
    assert_eq!(index.values(Values::People, "an", 5).unwrap(), ["Ann Lee"]);
    assert_eq!(index.values(Values::Labels, "WORK", 5).unwrap(), ["Work/Taxes", "Workshop", "work"]);
    assert_eq!(index.values(Values::Languages, "", 5).unwrap(), ["en"]);
    assert_eq!(index.values(Values::Extensions, "p", 5).unwrap(), ["pdf"]);
}
