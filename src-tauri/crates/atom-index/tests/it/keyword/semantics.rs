//! What matches, and what comes first.

use atom_core::{ItemId, Kind, SourceId};
use atom_index::keyword::{Document, Field, KeywordIndex, KeywordQuery};
use proptest::prelude::*;

use super::{and, document, fill, found, fuzzy, matches, not, or, phrase, prefix, wildcard, word, word_in};

/// A small home folder.
fn library() -> KeywordIndex {
    let index = KeywordIndex::in_memory().unwrap();
    let mut documents = vec![
        document(1, "/home/ann/notes/shopping list.md", "Buy milk, coffee and two cafés worth of beans."),
        document(2, "/home/ann/notes/meeting.md", "Quarterly budget: the coffee machine is broken. Budget again."),
        document(
            3,
            "/home/ann/code/map.rs",
            "let map: HashMap<String, u32> = HashMap::new(); file.read_to_string(&mut text)",
        ),
        document(4, "/home/ann/code/lib.cpp", "C++ templates over std::vector, parse the queries"),
        document(5, "/home/ann/work/Budget_2024-final.xlsx", "income and expenses of the year"),
        document(6, "/home/ann/work/archive/report.pdf", "annual report with the budget of the year 2024 and a query"),
        document(7, "/home/bob/Résumé.docx", "Curriculum vitae of Bob; speaks Zürich German"),
        document(8, "/home/bob/日本語.txt", "全文検索エンジンの入門"),
        document(9, "/home/bob/photo.jpg", ""),
        document(10, "/home/bob/empty notes.txt", "milk"),
    ];
    documents[5].title = Some("Yearly Figures".to_owned());
    documents[6].source = SourceId::new(2);
    documents[6].mime = "application/msword".to_owned();
    fill(&index, &documents);
    index
}

#[test]
fn queries_find_what_they_say() {
    let index = library();
    let check = |query: KeywordQuery, expect: &[i64]| assert_eq!(matches(&index, &query), expect, "{query:?}");

    // Words, in any field, in any case, with or without accents.
    check(word("coffee"), &[1, 2]);
    check(word("COFFEE"), &[1, 2]);
    check(word("cafe"), &[1]);
    check(word("café"), &[1]);
    check(word("resume"), &[7]);
    check(word("zurich"), &[7]);
    check(word("figures"), &[6]);
    check(word("absent"), &[]);
    check(word_in("milk", Field::Body), &[1, 10]);
    check(word_in("notes", Field::Name), &[10]);
    check(word_in("notes", Field::Path), &[1, 2, 10]);
    check(word_in("yearly", Field::Title), &[6]);
    check(word_in("report", Field::Title), &[]);

    // All words, although in different fields.
    check(and([word("notes"), word("milk")]), &[1, 10]);
    check(and([word("report"), word("yearly"), word("annual")]), &[6]);
    check(and([word("coffee"), word("milk")]), &[1]);
    check(or([word("coffee"), word("milk")]), &[1, 2, 10]);
    check(and([word("budget"), not(word("coffee"))]), &[5, 6]);
    check(not(word("budget")), &[1, 3, 4, 7, 8, 9, 10]);
    check(and([not(word("budget")), not(word("milk"))]), &[3, 4, 7, 8, 9]);
    check(or([word("vitae"), not(prefix("m"))]), &[4, 5, 6, 7, 8, 9]);

    // Inflections, both ways; a phrase of one word is that word.
    check(word("query"), &[4, 6]);
    check(word("queries"), &[4, 6]);
    check(phrase("query", false, 0), &[6]);
    check(phrase("queries", false, 0), &[4]);

    // Identifiers, whole and in parts.
    check(word("HashMap"), &[3]);
    check(word("hash_map"), &[3]);
    check(word("hashmap"), &[3]);
    check(word("hash"), &[3]);
    check(word("read_to_string"), &[3]);
    check(word("string"), &[3]);
    check(phrase("read to string", false, 0), &[3]);
    check(word("std::vector"), &[4]);
    check(word("vector::std"), &[]);
    check(word("C++"), &[4]);
    check(word("C#"), &[]);

    // Prefixes and misspellings.
    check(prefix("coff"), &[1, 2]);
    check(prefix("bud"), &[2, 5, 6]);
    check(prefix("quer"), &[4, 6]);
    check(word("coff"), &[]);
    check(fuzzy("cofee"), &[1, 2]);
    check(fuzzy("bugdet"), &[2, 5, 6]);
    check(word("cofee"), &[]);

    // Phrases.
    check(phrase("coffee machine", false, 0), &[2]);
    check(phrase("machine coffee", false, 0), &[]);
    check(phrase("coffee is", false, 0), &[]);
    check(phrase("coffee is", false, 1), &[2]);
    check(phrase("coffee mach", true, 0), &[2]);
    check(phrase("coffee bro", true, 2), &[2]);
    check(phrase("coffee mach", false, 0), &[]);
    check(phrase("let map", false, 0), &[3]);
    check(phrase("string u32", false, 0), &[3]);

    // Scripts without spaces: any substring, one character too.
    check(word("検索"), &[8]);
    check(word("検索エンジン"), &[8]);
    check(word("索検"), &[]);
    check(word("門"), &[8]);
    check(word("文"), &[8]);
    check(word("日本"), &[8]);

    // Wildcards.
    check(wildcard("*.md", Field::Any), &[1, 2]);
    check(wildcard("?ap.rs", Field::Name), &[3]);
    check(wildcard("budget*final*", Field::Name), &[5]);
    check(wildcard("r?sum?.docx", Field::Any), &[7]);
    check(wildcard("c?ffee", Field::Body), &[1, 2]);
    check(wildcard("*chine", Field::Any), &[2]);
    check(wildcard("notes/*.md", Field::Path), &[1, 2]);
    check(wildcard("*", Field::Any), &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

    // Nothing to look for is left out.
    check(and([word("-"), word("milk"), word("&")]), &[1, 10]);
    check(word("…"), &[]);
    check(KeywordQuery::And(vec![]), &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    check(KeywordQuery::Or(vec![]), &[]);
    check(KeywordQuery::All, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
}

#[test]
fn constraints_are_exact() {
    let index = library();
    let check = |query: KeywordQuery, expect: &[i64]| assert_eq!(matches(&index, &query), expect, "{query:?}");
    let modified = |from, to| KeywordQuery::Modified { from, to };
    let size = |from, to| KeywordQuery::Size { from, to };
    let under = |folder: &str| KeywordQuery::Under(folder.to_owned());

    check(KeywordQuery::Kind(vec![Kind::Markdown]), &[1, 2]);
    check(KeywordQuery::Kind(vec![Kind::Markdown, Kind::Pdf]), &[1, 2, 6]);
    check(KeywordQuery::Kind(vec![]), &[]);
    check(KeywordQuery::Ext(vec![".PDF".to_owned(), "rs".to_owned()]), &[3, 6]);
    check(KeywordQuery::Mime(vec!["application/msword".to_owned()]), &[7]);
    check(KeywordQuery::Source(vec![SourceId::new(2)]), &[7]);
    check(KeywordQuery::Items(vec![ItemId::new(3), ItemId::new(99), ItemId::new(1)]), &[1, 3]);
    check(modified(Some(2000), Some(4000)), &[2, 3]);
    check(modified(None, Some(2000)), &[1]);
    check(modified(Some(9000), None), &[9, 10]);
    check(modified(None, None), &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    check(size(Some(0), Some(1)), &[9]);
    check(size(Some(4), Some(5)), &[10]);
    check(under("/home/ann/work"), &[5, 6]);
    check(under("/home/ann/work/"), &[5, 6]);
    check(under("/home/ann/wor"), &[]);
    check(under("/home/Ann"), &[]);
    check(under("/home/ann/code/map.rs"), &[3]);
    check(under("/"), &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    check(and([under("/home/ann"), word("budget"), not(KeywordQuery::Kind(vec![Kind::Pdf]))]), &[2, 5]);
}

#[test]
fn constraints_alone_answer_newest_first() {
    let index = library();
    assert_eq!(found(&index, &KeywordQuery::Under("/home/ann/notes".to_owned())), [2, 1]);
    assert_eq!(found(&index, &KeywordQuery::All), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
}

#[test]
fn names_come_before_bodies_and_exact_names_first() {
    let index = KeywordIndex::in_memory().unwrap();
    let text = "budget plan ".repeat(50);
    fill(
        &index,
        &[
            document(1, "/a/long.txt", &text),
            document(2, "/a/old budget, plan B.txt", "numbers"),
            document(3, "/a/Budget-Plan.ods", "numbers"),
            document(4, "/a/plan/other.txt", "the budget"),
        ],
    );
    let query = and([word("budget"), word("plan")]);
    let hits = index.search(&query, 10).unwrap();
    let order: Vec<(i64, bool)> = hits.hits.iter().map(|hit| (hit.item.get(), hit.exact_name)).collect();
    assert_eq!(order.first(), Some(&(3, true)));
    assert_eq!(order.get(1), Some(&(2, false)));
    assert_eq!(order.len(), 4);
}

#[test]
fn words_in_a_row_come_before_words_apart() {
    let index = KeywordIndex::in_memory().unwrap();
    fill(
        &index,
        &[
            document(1, "/a/1.txt", "the river was high and the bank of it was steep and green"),
            document(2, "/a/2.txt", "we sat on it and the river bank was steep and also very green"),
            document(3, "/a/3.txt", "bank accounts and money and no river in it at all but green"),
        ],
    );
    assert_eq!(found(&index, &and([word("river"), word("bank")])).first(), Some(&2));
}

#[test]
fn the_word_itself_comes_before_rare_completions_and_misspellings() {
    let index = KeywordIndex::in_memory().unwrap();
    let mut documents: Vec<_> =
        (0..20).map(|n| document(n, &format!("/a/{n}.txt"), "some other report text")).collect();
    documents.push(document(50, "/a/x.txt", "some other reportage text"));
    documents.push(document(51, "/a/y.txt", "some other resort text"));
    fill(&index, &documents);
    let query = KeywordQuery::Word { text: "report".to_owned(), field: Field::Any, prefix: true, fuzzy: true };
    let order = found(&index, &query);
    assert_eq!(order.len(), 22);
    assert_eq!(order.get(20..), Some(&[50, 51][..]));
}

#[test]
fn every_completion_of_a_prefix_matches_however_many_there_are() {
    let index = KeywordIndex::in_memory().unwrap();
    let documents: Vec<_> =
        (0..300).map(|n| document(n, &format!("/a/{n}.txt"), &format!("token{} filler", letters(n)))).collect();
    fill(&index, &documents);
    assert_eq!(index.search(&prefix("token"), 10).unwrap().total, 300);
    assert_eq!(index.search(&phrase("toke", true, 0), 10).unwrap().total, 300);
}

fn letters(n: i64) -> String {
    n.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[test]
fn filters_keep_to_the_given_items_and_say_whether_they_are_all() {
    let index = library();
    let ids = |raw: &[i64]| raw.iter().copied().map(ItemId::new).collect::<Vec<_>>();
    let ann = KeywordQuery::Under("/home/ann".to_owned());
    let check = |among: Option<&[i64]>, limit, expect: &[i64], complete| {
        let among = among.map(ids);
        let got = index.filter(&ann, among.as_deref(), limit).unwrap();
        assert_eq!(got, (ids(expect), complete));
    };
    check(None, 100, &[1, 2, 3, 4, 5, 6], true);
    check(None, 6, &[1, 2, 3, 4, 5, 6], true);
    check(Some(&[9, 3, 1, 77]), 100, &[1, 3], true);
    check(Some(&[]), 100, &[], true);
    let (some, complete) = index.filter(&ann, None, 2).unwrap();
    assert_eq!((some.len(), complete), (2, false));
}

#[test]
fn deleted_items_are_neither_found_nor_counted_nor_filtered() {
    let index = library();
    let mut writer = index.writer().unwrap();
    writer.delete(ItemId::new(1)).unwrap();
    assert_eq!(matches(&index, &word("coffee")), [1, 2]);
    writer.commit().unwrap();
    assert_eq!(matches(&index, &word("coffee")), [2]);
    let (items, _) = index.filter(&KeywordQuery::Under("/home/ann/notes".to_owned()), None, 10).unwrap();
    assert_eq!(items, [ItemId::new(2)]);
    assert_eq!(index.doc_count(), 9);
}

#[test]
fn misspelt_words_get_suggestions_with_their_frequency() {
    let index = library();
    assert_eq!(index.similar("cofee").unwrap(), [("coffee".to_owned(), 2)]);
    assert_eq!(index.similar("curiculim").unwrap(), [("curriculum".to_owned(), 1)]);
    assert!(index.similar("zzzzzz").unwrap().is_empty());
    assert!(index.similar("two words").unwrap().is_empty());
}

#[test]
fn an_empty_index_answers_nothing() {
    let index = KeywordIndex::in_memory().unwrap();
    assert_eq!(index.search(&word("x"), 10).unwrap().total, 0);
    assert_eq!(index.search(&KeywordQuery::All, 10).unwrap().total, 0);
    assert_eq!(index.search(&KeywordQuery::All, 0).unwrap().total, 0);
    assert_eq!(index.filter(&KeywordQuery::All, None, 10).unwrap(), (vec![], true));
}

fn any_query() -> impl Strategy<Value = KeywordQuery> {
    let text = "\\PC{0,12}|[a-z検é*?_'./-]{0,10}|co[a-z]{0,3}";
    let field =
        prop_oneof![Just(Field::Any), Just(Field::Name), Just(Field::Title), Just(Field::Path), Just(Field::Body)];
    let leaf = prop_oneof![
        (text, field.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(text, field, prefix, fuzzy)| { KeywordQuery::Word { text, field, prefix, fuzzy } }),
        (prop::collection::vec(text, 0..4), field.clone(), any::<bool>(), 0..4u32)
            .prop_map(|(words, field, last_prefix, slop)| KeywordQuery::Phrase { words, field, last_prefix, slop }),
        (text, field).prop_map(|(pattern, field)| KeywordQuery::Wildcard { pattern, field }),
        (any::<Option<i64>>(), any::<Option<i64>>()).prop_map(|(from, to)| KeywordQuery::Modified { from, to }),
        (any::<Option<u64>>(), any::<Option<u64>>()).prop_map(|(from, to)| KeywordQuery::Size { from, to }),
        text.prop_map(KeywordQuery::Under),
        prop::collection::vec(any::<i64>().prop_map(ItemId::new), 0..4).prop_map(KeywordQuery::Items),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(KeywordQuery::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(KeywordQuery::Or),
            inner.prop_map(|query| KeywordQuery::Not(Box::new(query))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_query_is_answered_and_search_agrees_with_filter(queries in prop::collection::vec(any_query(), 4)) {
        let index = library();
        for query in queries {
            let hits = index.search(&query, 100).unwrap();
            prop_assert_eq!(hits.hits.len(), hits.total);
            let mut searched: Vec<ItemId> = hits.hits.iter().map(|hit| hit.item).collect();
            searched.sort_unstable();
            let (filtered, complete) = index.filter(&query, None, 100).unwrap();
            prop_assert!(complete);
            prop_assert_eq!(searched, filtered, "{:?}", query);
        }
    }
}

#[test]
fn authors_recipients_and_languages_are_looked_for_in_their_own_fields() {
    let index = KeywordIndex::in_memory().unwrap();
    let said = |item: i64, author: &str, people: &str, language: &str| Document {
        author: Some(author.to_owned()),
        people: Some(people.to_owned()),
        language: Some(language.to_owned()),
        ..document(item, &format!("/mail/{item}.eml"), "Anna and Bob talk about the garden")
    };
    fill(
        &index,
        &[
            said(1, "Anna Müller <anna@example.org>", "Bob <bob@example.org>\nEve Adams", "de"),
            said(2, "Bob <bob@example.org>", "Anna Müller <anna@example.org>", "en"),
            document(3, "/mail/3.txt", "Anna and Bob again"),
        ],
    );
    assert_eq!(matches(&index, &word_in("anna", Field::Author)), [1]);
    assert_eq!(matches(&index, &word_in("muller", Field::People)), [2]);
    assert_eq!(matches(&index, &word_in("eve", Field::People)), [1]);
    assert_eq!(matches(&index, &KeywordQuery::Language(vec!["de".to_owned(), "deu".to_owned()])), [1]);
    assert_eq!(matches(&index, &word("anna")), [1, 2, 3]);
}
