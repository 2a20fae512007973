use super::{ChunkSpan, MAX_BYTES, MIN_PASSAGE, WITH_TAIL, chunk, cost, embedding_text};
use atom_core::Kind;
use proptest::prelude::*;

fn words(count: usize) -> String {
    (0..count).map(|i| format!("word{i}")).collect::<Vec<_>>().join(" ")
}

fn sentence(count: usize) -> String {
    format!("The {} end. ", "quick brown fox jumps ".repeat(count))
}

fn texts<'a>(text: &'a str, chunks: &[ChunkSpan]) -> Vec<&'a str> {
    chunks.iter().map(|chunk| &text[chunk.start..chunk.end]).collect()
}

fn price(text: &str) -> usize {
    text.chars().fold((0, '\n'), |(sum, previous), c| (sum + cost(c, previous), c)).0
}

#[test]
fn a_short_text_is_one_passage_and_an_empty_one_none() {
    assert_eq!(chunk("", &[], Kind::Text), []);
    assert_eq!(chunk("hello world\n", &[], Kind::Text), [ChunkSpan { start: 0, end: 12, heading: None }]);
}

#[test]
fn prose_is_cut_where_paragraphs_end() {
    let paragraph = sentence(25);
    let text = [paragraph.trim(); 6].join("\n\n");
    let chunks = chunk(&text, &[], Kind::Text);
    assert!(chunks.len() > 2);
    for passage in texts(&text, &chunks) {
        assert!(passage.starts_with("The quick"), "{passage}");
        assert!(passage.trim_end().ends_with("end."));
    }
}

#[test]
fn one_long_paragraph_is_cut_between_sentences() {
    let text = sentence(4).repeat(40);
    let chunks = chunk(&text, &[], Kind::Text);
    assert!(chunks.len() > 3);
    assert!(texts(&text, &chunks).iter().all(|passage| passage.starts_with("The ") && passage.ends_with("end. ")));
}

#[test]
fn abbreviations_do_not_end_sentences() {
    let text = format!("{} e.g. {}", words(60), words(60));
    let chunks = chunk(&text, &[], Kind::Text);
    assert!(texts(&text, &chunks).iter().skip(1).all(|passage| !passage.starts_with("word0 ")));
}

#[test]
fn words_stay_whole_where_there_is_nothing_better() {
    let text = words(2_000);
    let chunks = chunk(&text, &[], Kind::Text);
    assert!(texts(&text, &chunks).iter().all(|passage| passage.starts_with("word")));
}

#[test]
fn a_heading_begins_a_passage_and_names_it() {
    let (first, second) = (format!("Intro\n{}\n", sentence(20)), format!("Usage\n{}", sentence(20)));
    let text = format!("{first}{second}");
    let sections = [(0, "Intro".to_owned()), (first.len(), "Usage".to_owned())];
    let chunks = chunk(&text, &sections, Kind::Markdown);
    let shape: Vec<_> = chunks.iter().map(|chunk| (chunk.start, chunk.heading.as_deref())).collect();
    assert_eq!(shape, [(0, Some("Intro")), (first.len(), Some("Usage"))]);
}

#[test]
fn tiny_sections_share_a_passage() {
    let mut text = String::new();
    let mut sections = Vec::new();
    for i in 0..40 {
        sections.push((text.len(), format!("Heading {i}")));
        text.push_str(&format!("Heading {i}\nOne line.\n"));
    }
    let chunks = chunk(&text, &sections, Kind::Markdown);
    assert!(chunks.len() < 10, "{}", chunks.len());
    assert!(texts(&text, &chunks).iter().all(|passage| passage.starts_with("Heading")));
}

#[test]
fn code_is_cut_between_definitions() {
    let function = |i: usize| {
        format!("/// Adds {i}.\nfn add_{i}(a: u32) -> u32 {{\n    let b = a + {i};\n\n    b * b - a\n}}\n\n")
    };
    let text: String = (0..60).map(function).collect();
    let chunks = chunk(&text, &[], Kind::Code);
    assert!(chunks.len() > 3);
    assert!(texts(&text, &chunks).iter().all(|passage| passage.starts_with("/// Adds")));
}

#[test]
fn text_without_spaces_is_cut_between_characters() {
    let text = "東京都は日本の首都である".repeat(200);
    let chunks = chunk(&text, &[], Kind::Text);
    assert!(texts(&text, &chunks).iter().all(|passage| passage.chars().count() <= 250));
    let text = "x".repeat(10_000);
    assert!(chunk(&text, &[], Kind::Text).iter().all(|chunk| chunk.end - chunk.start <= 1_000));
}

#[test]
fn twenty_megabytes_in_one_line_are_read_in_linear_time() {
    // Quadratic work would be 10^14 steps: this test would not end.
    let text = "a few words and 1,234 numbers; ".repeat(20_000_000 / 31);
    let chunks = chunk(&text, &[], Kind::Text);
    assert!(chunks.len() > 10_000);
    let spaces = " ".repeat(2_000_000);
    assert_eq!(chunk(&spaces, &[], Kind::Code).len(), 1_250);
}

#[test]
fn embedding_adds_title_heading_and_the_tail_of_the_passage_before() {
    let text = words(300);
    let chunks = chunk(&text, &[(0, "Numbers".to_owned())], Kind::Text);
    let second = embedding_text(&text, &chunks, 1, Some("Report"));
    let before = &text[chunks[0].start..chunks[0].end];
    let tail: Vec<&str> = before.split_whitespace().rev().take(20).collect();
    let expected: Vec<&str> = tail.into_iter().rev().collect();
    assert!(second.starts_with("Report\nNumbers\n"), "{second}");
    assert!(
        second.contains(&format!("{} {}", expected.join(" "), text[chunks[1].start..chunks[1].end].trim())),
        "{second}"
    );
    let first = embedding_text(&text, &chunks, 0, None);
    assert_eq!(first, format!("Numbers\n{}", before.trim()));
}

#[test]
fn embedding_repeats_nothing_and_crosses_no_heading() {
    let text = format!("Intro\n{}\nUsage\n{}", sentence(30), sentence(30));
    let usage = text.find("Usage").unwrap();
    let chunks = chunk(&text, &[(0, "Intro".to_owned()), (usage, "Usage".to_owned())], Kind::Markdown);
    let at = chunks.iter().position(|chunk| chunk.start == usage).unwrap();
    assert!(embedding_text(&text, &chunks, at, Some("Usage")).starts_with("Usage\nThe quick"));
    assert_eq!(embedding_text(&text, &chunks, 99, None), "");
}

fn document() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "word ",
        "Another sentence. ",
        "\n",
        "\n\n",
        "\r\n\r\n",
        "    ",
        "fn main() {\n",
        "}\n",
        "# Heading\n",
        "東京都。",
        "é",
        "🦀",
        "\u{301}",
        "12345 ",
        "averyveryverylongwordwithoutend",
        "! Next ",
        "\u{c}",
        "\t",
        "(a, b);",
    ]);
    prop::collection::vec((pieces, 1_usize..40), 0..60)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, count)| piece.repeat(count)).collect())
}

proptest! {
    #[test]
    fn passages_cover_the_text_in_order_and_within_bounds(
        text in document(),
        cuts in prop::collection::vec((0_usize..5_000, "[a-z]{0,5}"), 0..8),
        code in any::<bool>(),
    ) {
        let kind = if code { Kind::Code } else { Kind::Markdown };
        let chunks = chunk(&text, &cuts, kind);
        let mut at = 0;
        for (i, span) in chunks.iter().enumerate() {
            prop_assert_eq!(span.start, at);
            prop_assert!(span.end > span.start && span.end - span.start <= MAX_BYTES);
            let passage = text.get(span.start..span.end);
            prop_assert!(passage.is_some());
            prop_assert!(price(passage.unwrap_or_default()) <= WITH_TAIL + 4);
            prop_assert!(embedding_text(&text, &chunks, i, Some("title")).len() <= MAX_BYTES + 1_000);
            at = span.end;
        }
        prop_assert_eq!(at, text.len());
        prop_assert_eq!(chunk(&text, &cuts, kind), chunks);
    }

    #[test]
    fn without_headings_only_long_words_make_small_passages(text in "([a-zA-Z]{1,12}[ .\n]){200,900}") {
        let chunks = chunk(&text, &[], Kind::Text);
        for span in chunks.iter().rev().skip(1) {
            prop_assert!(price(&text[span.start..span.end]) + 12 >= MIN_PASSAGE);
        }
    }

    #[test]
    fn any_string_is_covered(text in any::<String>()) {
        let chunks = chunk(&text, &[], Kind::Text);
        prop_assert_eq!(texts(&text, &chunks).concat(), text);
    }
}
