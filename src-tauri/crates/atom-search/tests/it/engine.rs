use crate::desk::{DAY_MS, Desk, NOW_MS, Shelf};
use atom_core::{ItemId, Kind, SourceId};
use atom_search::fusion::Boost;
use atom_search::query::NoticeCode;
use atom_search::{Answer, Like, Mode, Request, Sort};

fn shelf() -> Shelf {
    let mut shelf = Shelf::default();
    shelf.add("/home/garage.txt", &["The automobile stands in the garage.", "Its engine needs oil."]);
    shelf.add("/home/dinner.md", &["A recipe for brown rice.\n", "Cooking takes twenty minutes in a small kitchen."]);
    shelf.add("/work/budget.xlsx", &["The annual budget and every invoice of the year."]);
    shelf.add("/work/notes/meeting.txt", &["We talked about the annual picnic, and the budget was forgotten."]);
    shelf.add("/home/whales.pdf", &["A whale is no fish, and a ship is no whale."]);
    shelf
}

#[tokio::test(flavor = "multi_thread")]
async fn words_find_what_has_all_of_them() {
    let desk = Desk::open(&shelf(), &[], true).await;
    assert_eq!(desk.names("brown rice", Mode::Words).await, ["dinner.md"]);
    assert_eq!(desk.names("annual budget", Mode::Words).await, ["budget.xlsx", "meeting.txt"]);
    assert_eq!(desk.names("nowhere", Mode::Words).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn meaning_finds_what_has_none_of_the_words() {
    let desk = Desk::open(&shelf(), &[], true).await;
    assert_eq!(desk.names("vehicle", Mode::Words).await, [""; 0]);
    assert_eq!(desk.names("vehicle", Mode::Hybrid).await, ["garage.txt"]);
    let answer = desk.search("vehicle", Mode::Hybrid).await;
    let hit = &answer.hits[0];
    assert_eq!((hit.explanation.words_rank, hit.explanation.meaning_rank), (None, Some(1)));
    assert!(
        hit.snippet.as_ref().unwrap().text.contains("engine needs")
            || hit.snippet.as_ref().unwrap().text.contains("automobile")
    );
    assert_eq!(answer.total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn constraints_hold_for_hits_by_meaning() {
    let desk = Desk::open(&shelf(), &[], true).await;
    assert_eq!(desk.names("sea type:pdf", Mode::Hybrid).await, ["whales.pdf"]);
    assert_eq!(desk.names("sea type:text", Mode::Hybrid).await, [""; 0]);
    assert_eq!(desk.names("sea -fish", Mode::Meaning).await, [""; 0]);
    assert_eq!(desk.names("payment in:work", Mode::Hybrid).await.len(), 2);
    assert_eq!(desk.names("payment \"every invoice\"", Mode::Hybrid).await, ["budget.xlsx"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn constraints_that_leave_much_are_applied_afterwards() {
    let mut shelf = shelf();
    for i in 0..1_200 {
        shelf.add(&format!("/home/filler/{i}.log"), &["nothing of interest"]);
    }
    let desk = Desk::open(&shelf, &[], true).await;
    assert_eq!(desk.names("sea -picnic", Mode::Meaning).await[0], "whales.pdf");
    assert!(!desk.names("sea -fish", Mode::Meaning).await.contains(&"whales.pdf".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_alone_list_the_newest_first() {
    let mut shelf = shelf();
    shelf.add("/home/new.txt", &["fresh"]).modified_ms = NOW_MS - DAY_MS;
    let desk = Desk::open(&shelf, &[], true).await;
    assert_eq!(desk.names("type:text", Mode::Hybrid).await[0], "new.txt");
    assert_eq!(desk.names("after:2024-05-01", Mode::Hybrid).await, ["new.txt"]);
    let answer = desk.search("type:text", Mode::Hybrid).await;
    assert_eq!((answer.total, answer.chips.len()), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exact_name_comes_first_and_says_so() {
    let mut shelf = Shelf::default();
    for i in 0..20 {
        shelf.add(&format!("/home/about-{i}.txt"), &["invoice invoice invoice invoice"]);
    }
    shelf.add("/home/invoice.txt", &["something else"]);
    let desk = Desk::open(&shelf, &[], true).await;
    let answer = desk.search("invoice", Mode::Hybrid).await;
    assert_eq!(answer.hits[0].title, "invoice.txt");
    assert!(answer.hits[0].explanation.boosts.contains(&Boost::ExactName));
    assert_eq!(answer.hits[0].title_highlights, [0..7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_in_a_row_come_before_words_apart() {
    let mut shelf = Shelf::default();
    shelf.add("/home/a.txt", &["quarterly numbers and quarterly letters; the report, the report, the report"]);
    shelf.add(
        "/home/b.txt",
        &["this long text is about many other things, and at its end there is the one quarterly report of it all"],
    );
    let desk = Desk::open(&shelf, &[], false).await;
    assert_eq!(desk.names("quarterly report", Mode::Words).await, ["b.txt", "a.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_opened_often_rises() {
    let mut shelf = Shelf::default();
    shelf.add("/home/a.txt", &["harvest plan one"]);
    shelf.add("/home/b.txt", &["harvest plan two"]).opened_count = 9;
    shelf.add("/home/c.txt", &["harvest plan six"]);
    let facts = shelf.add("/home/d.txt", &["harvest plan ten"]);
    (facts.opened_count, facts.opened_ms) = (12, Some(NOW_MS - DAY_MS));
    let desk = Desk::open(&shelf, &[], false).await;
    assert_eq!(desk.names("harvest", Mode::Words).await[0], "d.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_content_is_one_hit_with_its_other_places() {
    let mut shelf = shelf();
    for path in ["/home/copy/whales (1).pdf", "/work/whales.pdf"] {
        shelf.add(path, &["A whale is no fish, and a ship is no whale."]).content_hash =
            Some(5_i64.to_le_bytes().to_vec());
    }
    let desk = Desk::open(&shelf, &[], true).await;
    let answer = desk.search("whale", Mode::Hybrid).await;
    assert_eq!(answer.hits.len(), 1);
    assert_eq!(answer.hits[0].locations.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn snippets_come_from_the_passage_that_matched() {
    let desk = Desk::open(&shelf(), &[], true).await;
    let answer = desk.search("engine oil", Mode::Hybrid).await;
    let snippet = answer.hits[0].snippet.as_ref().unwrap();
    assert_eq!(snippet.text, "Its engine needs oil.");
    let marked: Vec<&str> = snippet.highlights.iter().map(|range| &snippet.text[range.clone()]).collect();
    assert_eq!(marked, ["engine", "oil"]);
    let by_words = desk.search("engine oil", Mode::Words).await;
    assert_eq!(by_words.hits[0].snippet.as_ref(), Some(snippet));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_deep_in_a_long_item_is_shown() {
    let mut passages = vec!["filler without interest. "; 300];
    passages[250] = "here lies the zanzibar clause. ";
    let mut shelf = Shelf::default();
    shelf.add("/home/contract.txt", &passages);
    let desk = Desk::open(&shelf, &[], false).await;
    let answer = desk.search("zanzibar", Mode::Words).await;
    assert!(answer.hits[0].snippet.as_ref().unwrap().text.contains("zanzibar clause"));
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_errors_are_forgiven_and_said() {
    let desk = Desk::open(&shelf(), &[], true).await;
    let answer = desk.search("automobiel", Mode::Words).await;
    assert_eq!(answer.hits[0].title, "garage.txt");
    assert_eq!(answer.notices[0].code, NoticeCode::Corrected);
    assert!(answer.notices[0].message.contains("“automobile”"), "{}", answer.notices[0].message);
    assert_eq!(answer.hits[0].snippet.as_ref().unwrap().highlights.len(), 1);
    assert_eq!(desk.search("automobiel", Mode::Hybrid).await.hits[0].explanation.meaning_rank, Some(1));
    assert!(desk.search("automobile", Mode::Words).await.notices.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn some_of_the_words_are_better_than_nothing() {
    let desk = Desk::open(&shelf(), &[], false).await;
    let answer = desk.search("whale invoice", Mode::Words).await;
    let mut names: Vec<&str> = answer.hits.iter().map(|hit| hit.title.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["budget.xlsx", "whales.pdf"]);
    assert!(answer.hits.iter().all(|hit| hit.explanation.some_words));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_meaning_words_answer_and_it_is_said() {
    let desk = Desk::open(&shelf(), &[], false).await;
    let answer = desk.search("whale", Mode::Meaning).await;
    assert_eq!(answer.hits[0].title, "whales.pdf");
    assert_eq!(answer.notices[0].code, NoticeCode::MeaningOff);
    assert!(desk.search("whale", Mode::Words).await.notices.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_costs_meaning_only() {
    let desk = Desk::open(&shelf(), &[], true).await;
    let answer = desk.search("(whale OR unembeddable)", Mode::Hybrid).await;
    assert_eq!(answer.hits[0].title, "whales.pdf");
    assert_eq!(answer.notices[0].code, NoticeCode::MeaningOff);
    assert!(answer.meaning_error.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_from_the_store_is_not_shown() {
    let desk = Desk::open(&shelf(), &[5], true).await;
    assert_eq!(desk.names("whale", Mode::Hybrid).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another() {
    let mut shelf = Shelf::default();
    for i in 0..25 {
        shelf.add(&format!("/home/{i}.txt"), &["common"]);
    }
    let desk = Desk::open(&shelf, &[], false).await;
    let mut seen = Vec::new();
    for offset in [0, 10, 20] {
        let request = Request { offset, mode: Mode::Words, ..Request::new("common", 10) };
        let answer = desk.searcher.search(request).await.unwrap();
        assert_eq!(answer.total, 25);
        assert_eq!(answer.hits.first().map(|hit| hit.rank), Some(offset + 1));
        seen.extend(answer.hits.iter().map(|hit| hit.facts.id));
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_search_for_is_said() {
    let desk = Desk::open(&shelf(), &[], true).await;
    for text in ["", "  ", "type:", "\"\""] {
        let answer = desk.search(text, Mode::Hybrid).await;
        assert!(answer.hits.is_empty());
        assert_eq!(answer.notices.last().unwrap().code, NoticeCode::EmptyQuery, "{text:?}");
    }
}

fn names_of(answer: &Answer) -> Vec<String> {
    answer.hits.iter().map(|hit| hit.facts.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_come_in_the_order_asked_for_and_are_counted() {
    let mut shelf = Shelf::default();
    for (path, days, size) in [("/home/b.txt", 3, 10), ("/home/a.txt", 2, 30), ("/home/c.txt", 1, 20)] {
        let facts = shelf.add(path, &["the annual budget"]);
        (facts.modified_ms, facts.size) = (NOW_MS - days * DAY_MS, size);
    }
    shelf.add("/home/money.md", &["invoice"]).modified_ms = NOW_MS - 20 * DAY_MS;
    let desk = Desk::open(&shelf, &[], true).await;
    for (sort, expect) in [
        (Sort::Newest, ["c.txt", "a.txt", "b.txt"]),
        (Sort::Oldest, ["b.txt", "a.txt", "c.txt"]),
        (Sort::Largest, ["a.txt", "c.txt", "b.txt"]),
        (Sort::Smallest, ["b.txt", "c.txt", "a.txt"]),
        (Sort::Name, ["a.txt", "b.txt", "c.txt"]),
    ] {
        let answer = desk.searcher.search(Request { sort, ..Request::new("budget", 10) }).await.unwrap();
        assert_eq!(names_of(&answer), expect, "what is near by meaning only does not come between");
        assert!(answer.hits.iter().all(|hit| hit.explanation.words_rank.is_none()));
        assert!(answer.facets.is_none());
    }
    let by_meaning = Request { sort: Sort::Newest, ..Request::new("payment", 10) };
    assert_eq!(names_of(&desk.searcher.search(by_meaning).await.unwrap()), ["c.txt", "a.txt", "b.txt", "money.md"]);
    let counted = Request { facets: true, ..Request::new("budget", 10) };
    let facets = desk.searcher.search(counted).await.unwrap().facets.unwrap();
    assert_eq!((facets.total, facets.since), (4, vec![1, 3, 4, 4]));
    assert_eq!(facets.kinds, [(Kind::Text, 3), (Kind::Markdown, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_like_an_item_or_a_text_is_found_without_itself_and_its_copies() {
    let mut shelf = shelf();
    let copy = shelf.add("/work/copy.txt", &["The automobile stands in the garage.", "Its engine needs oil."]);
    copy.content_hash = Some(1_i64.to_le_bytes().to_vec());
    shelf.add("/home/vehicles.txt", &["Every vehicle has an engine."]);
    let desk = Desk::open(&shelf, &[], true).await;
    let like = desk.searcher.similar(Like::Item(ItemId::new(1)), 10).await.unwrap();
    assert_eq!(names_of(&like), ["vehicles.txt"]);
    let text = Like::Text("cooking and food, rice above all".to_owned());
    assert_eq!(names_of(&desk.searcher.similar(text, 10).await.unwrap()), ["dinner.md"]);
    assert!(desk.searcher.similar(Like::Item(ItemId::new(99)), 10).await.is_err());
    let nothing = desk.searcher.similar(Like::Text(" . ".to_owned()), 10).await.unwrap();
    assert_eq!((nothing.hits.len(), nothing.notices[0].code), (0, NoticeCode::EmptyQuery));
}

#[tokio::test(flavor = "multi_thread")]
async fn passages_of_an_item_are_told_in_the_order_of_its_text() {
    let desk = Desk::open(&shelf(), &[], true).await;
    let (passages, total) = desk.searcher.passages(ItemId::new(1), "engine OR automobile").await.unwrap();
    assert_eq!((passages.len(), total), (2, 2));
    assert_eq!((passages[0].start, passages[1].start), (0, "The automobile stands in the garage.".len()));
    assert_eq!(&passages[1].snippet.text[passages[1].snippet.highlights[0].clone()], "engine");
    let (by_meaning, _) = desk.searcher.passages(ItemId::new(2), "food").await.unwrap();
    assert!(!by_meaning.is_empty());
    assert_eq!(desk.searcher.passages(ItemId::new(2), "whale").await.unwrap().1, 0);
}

/// What is found in `/home`, as if there were no `/work`.
async fn at_home(desk: &Desk, text: &str, mode: Mode) -> Answer {
    let within = Some(vec![SourceId::new(1)]);
    desk.searcher.search(Request { mode, facets: true, within, ..Request::new(text, 10) }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_within_sources_tells_nothing_of_the_others() {
    let mut shelf = shelf();
    shelf.add("/work/whales.pdf", &["A whale is no fish, and a ship is no whale."]).content_hash =
        Some(5_i64.to_le_bytes().to_vec());
    for number in 0..12 {
        shelf.add(&format!("/work/{number}.txt"), &["the zanzibar clause"]);
    }
    let desk = Desk::open(&shelf, &[], true).await;
    for mode in [Mode::Hybrid, Mode::Words, Mode::Meaning] {
        let answer = at_home(&desk, "whale", mode).await;
        assert_eq!((names_of(&answer), answer.total), (vec!["whales.pdf".to_owned()], 1), "{mode:?}");
        assert!(answer.hits[0].locations.is_empty(), "the copy lies elsewhere");
        let facets = answer.facets.unwrap();
        assert_eq!((facets.total, facets.sources), (1, vec![(SourceId::new(1), 1)]));
        assert!(facets.folders.iter().all(|(path, _)| path.starts_with("/home")), "{:?}", facets.folders);
        for query in ["annual budget", "payment", "zanzibar", "zan*", "path:/work", "regex:/zanz/", "*.xlsx"] {
            let answer = at_home(&desk, query, mode).await;
            let counted = answer.facets.unwrap();
            assert_eq!((answer.hits.len(), answer.total, counted.total), (0, 0, 0), "{query} {mode:?}");
            assert_ne!(desk.search(query, Mode::Hybrid).await.total, 0, "{query} finds nothing anywhere");
        }
    }
    // A word that is often elsewhere, misspelled; a name that only a source elsewhere has.
    assert_eq!(desk.search("zanzibra", Mode::Words).await.notices[0].code, NoticeCode::Corrected);
    assert!(at_home(&desk, "zanzibra", Mode::Words).await.notices.is_empty());
    let said = |answer: Answer, name: &str| answer.notices[0].message.replace(name, "…");
    let [there, nowhere] = [at_home(&desk, "in:work", Mode::Words).await, at_home(&desk, "in:life", Mode::Words).await];
    assert_eq!(said(there, "work"), said(nowhere, "life"));
    let nothing = Request { within: Some(Vec::new()), facets: true, ..Request::new("whale", 10) };
    let nothing = desk.searcher.search(nothing).await.unwrap();
    assert_eq!((nothing.hits.len(), nothing.total, nothing.facets.unwrap().total), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_moved_to_another_source_is_not_shown_before_the_indexes_know() {
    let mut shelf = shelf();
    shelf.add("/home/moved.txt", &["a whale of a secret"]).source = SourceId::new(2);
    shelf.filed_under = Some(SourceId::new(1));
    let desk = Desk::open(&shelf, &[], true).await;
    assert_eq!(desk.search("whale", Mode::Words).await.hits.len(), 2);
    assert_eq!(names_of(&at_home(&desk, "whale", Mode::Words).await), ["whales.pdf"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nearer_in_other_sources_does_not_hide_what_is_near() {
    let mut shelf = shelf();
    for number in 0..1_200 {
        shelf.add(&format!("/home/filler/{number}.log"), &["nothing of interest"]);
    }
    for number in 0..500 {
        shelf.add(&format!("/work/sea/{number}.log"), &["ocean"]);
    }
    let desk = Desk::open(&shelf, &[], true).await;
    let answer = at_home(&desk, "sea", Mode::Meaning).await;
    assert_eq!((names_of(&answer), answer.total), (vec!["whales.pdf".to_owned()], 1));
}
