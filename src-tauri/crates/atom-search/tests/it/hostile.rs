//! Whatever is typed is answered.

use crate::desk::{Desk, Shelf};
use atom_search::{Mode, Request};
use atom_testkit::fuzz::hammer;

#[test]
fn no_text_fails_a_search() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut shelf = Shelf::default();
    shelf.add("/home/ann/budget 2024.pdf", &["the budget of the kitchen", "an invoice for rice, paid"]);
    shelf.add(
        "/work/ship-it/naïve_Parser.rs",
        &["fn parse(text: &str) -> Vec<Token> { }", "日本語の図書館 \u{202e}كتاب"],
    );
    shelf.add("/home/ann/(1) [old] \"quoted\".txt", &["regex:/a b/ -type:pdf OR NOT AND", "\u{0}\u{1f600}"]);
    let desk = runtime.block_on(Desk::open(&shelf, &[], true));
    hammer("query", 300, |data| {
        let text = String::from_utf8_lossy(data);
        for (typing, mode) in [(false, Mode::Hybrid), (true, Mode::Words)] {
            let request = Request { mode, typing, facets: true, ..Request::new(&*text, 10) };
            let answer = runtime.block_on(desk.searcher.search(request)).expect("a search never fails");
            for snippet in answer.hits.iter().filter_map(|hit| hit.snippet.as_ref()) {
                assert!(snippet.highlights.iter().all(|range| snippet.text.get(range.clone()).is_some()));
            }
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_is_left_out_wherever_it_is() {
    let mut shelf = Shelf::default();
    shelf.add("/home/ann/first.txt", &["rice, an invoice"]);
    shelf.add("/home/ann/second.txt", &["rice and an unpaid invoice for rice"]);
    shelf.add("/home/ann/third.txt", &["an invoice for rice"]);
    let desk = Desk::open(&shelf, &[], false).await;
    for (query, left) in
        [("rice -\"rice unpaid\"", 3), ("rice -\"invoice for rice\"", 1), ("rice -\"rice invoice\"", 3)]
    {
        assert_eq!(desk.names(query, Mode::Words).await.len(), left, "{query}");
    }
}
