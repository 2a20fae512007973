//! Tables of queries, and properties that hold for every string.

use super::{Context, NoticeCode, Plan, parse, plan};
use atom_core::SourceId;
use atom_index::keyword::{Field, KeywordQuery};
use chrono::{DateTime, FixedOffset, TimeZone};
use proptest::prelude::*;

/// Wednesday, 15 May 2024, 12:30 in a zone two hours east of Greenwich.
fn now() -> DateTime<FixedOffset> {
    FixedOffset::east_opt(7_200).unwrap().with_ymd_and_hms(2024, 5, 15, 12, 30, 0).unwrap()
}

fn sources(name: &str) -> Vec<SourceId> {
    if name.eq_ignore_ascii_case("work") { vec![SourceId::new(7)] } else { Vec::new() }
}

fn plan_of(text: &str, typing: bool) -> Plan {
    plan(text, &Context { now: now(), typing, sources: &sources })
}

/// The tree of a keyword query in one line.
fn show(query: &KeywordQuery) -> String {
    let field = |field: &Field| match field {
        Field::Any => "",
        Field::Name => "name/",
        Field::Title => "title/",
        Field::Path => "path/",
        Field::Body => "body/",
        Field::Author => "author/",
        Field::People => "people/",
    };
    let list = |parts: &[KeywordQuery], between: &str| parts.iter().map(show).collect::<Vec<_>>().join(between);
    match query {
        KeywordQuery::All => "all".into(),
        KeywordQuery::Word { text, field: f, prefix, .. } => {
            format!("{}{text}{}", field(f), if *prefix { "…" } else { "" })
        }
        KeywordQuery::Phrase { words, field: f, last_prefix, slop } => {
            let slop = if *slop > 0 { format!("~{slop}") } else { String::new() };
            format!("{}\"{}{}\"{slop}", field(f), words.join(" "), if *last_prefix { "…" } else { "" })
        }
        KeywordQuery::Wildcard { pattern, field: f } => format!("{}<{pattern}>", field(f)),
        KeywordQuery::And(parts) => format!("({})", list(parts, " & ")),
        KeywordQuery::Or(parts) => format!("({})", list(parts, " | ")),
        KeywordQuery::Not(inner) => format!("!{}", show(inner)),
        KeywordQuery::Kind(kinds) => {
            format!("kind:{}", kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(","))
        }
        KeywordQuery::Ext(extensions) => format!("ext:{}", extensions.join(",")),
        KeywordQuery::Mime(types) => format!("mime:{}", types.join(",")),
        KeywordQuery::Language(codes) => format!("lang:{}", codes.join(",")),
        KeywordQuery::Source(ids) => {
            format!("source:{}", ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
        }
        KeywordQuery::Modified { from, to } => format!("modified:{}..{}", moment(*from), moment(*to)),
        KeywordQuery::Size { from, to } => {
            let number = |n: &Option<u64>| n.map_or(String::new(), |n| n.to_string());
            format!("size:{}..{}", number(from), number(to))
        }
        KeywordQuery::Trait(names) => format!("is:{}", names.join(",")),
        KeywordQuery::Label { value, prefix } => format!("label:{value}{}", if *prefix { "…" } else { "" }),
        KeywordQuery::Regex(pattern) => format!("/{pattern}/"),
        KeywordQuery::Items(_) => "items".into(),
        KeywordQuery::Under(folder) => format!("under:{folder}"),
    }
}

fn moment(ms: Option<i64>) -> String {
    let Some(ms) = ms else { return String::new() };
    let at = now().timezone().timestamp_millis_opt(ms).unwrap();
    let format = match at.format("%H:%M:%S%.3f").to_string().as_str() {
        "00:00:00.000" => "%Y-%m-%d",
        _ => "%Y-%m-%dT%H:%M:%S%.3f",
    };
    at.format(format).to_string()
}

fn shown(query: Option<&KeywordQuery>) -> String {
    query.map_or_else(|| "nothing".into(), show)
}

#[test]
fn queries_mean_what_people_expect() {
    let check = |text: &str, expect: &str| {
        assert_eq!(shown(plan_of(text, false).keyword.as_ref()), expect, "{text:?}");
    };
    // Words.
    check("", "nothing");
    check("   ", "nothing");
    check("budget", "budget");
    check("budget  report", "(budget & report)");
    check("naïve Straße 東京", "(naïve & Straße & 東京)");
    check("c++ c# .net", "(c++ & c# & .net)");
    check("& -> ... !", "nothing");
    check("what is this?", "(what & is & this)");
    check("really??", "really");
    check("main() foo", "(main() & foo)");
    check("5\" disk", "(5\" & disk)");
    check("e-mail", "e-mail");
    check("a - b 🎉", "(a & b & 🎉)");
    check("--verbose", "--verbose");
    check("today lastmonth", "(today & lastmonth)");
    check("error: timeout", "(error: & timeout)");
    check("std::fs::read", "std::fs::read");
    check("type::name", "type::name");
    check("https://example.org/?q=a*", "https://example.org/?q=a*");
    check("10:30", "10:30");
    check("C:\\Users", "C:\\Users");
    // Phrases.
    check("\"exact phrase\"", "\"exact phrase\"");
    check("“smart quotes”", "\"smart quotes\"");
    check("\"word\"", "\"word\"");
    check("\"\"", "nothing");
    check("\"not closed yet", "\"not closed yet\"");
    check("a \"b c\" d", "(a & \"b c\" & d)");
    check("=\"b c\"", "\"b c\"");
    // Negation.
    check("-draft", "(all & !draft)");
    check("report -draft", "(report & !draft)");
    check("report -\"first draft\"", "(report & !\"first draft\")");
    check("-a -b", "(all & !a & !b)");
    check("-(a b)", "(all & !(a & b))");
    check("a OR -b", "(a | (all & !b))");
    check("-", "nothing");
    check("a -", "a");
    // Choice and groups.
    check("a OR b", "(a | b)");
    check("a | b", "(a | b)");
    check("a|b|c", "(a | b | c)");
    check("a || b", "(a | b)");
    check("a b OR c d", "(a & (b | c) & d)");
    check("a AND b", "(a & b)");
    check("OR a", "(OR & a)");
    check("a OR", "a");
    check("a or b", "(a & or & b)");
    check("(a b) | c", "((a & b) | c)");
    check("(a | b) c", "((a | b) & c)");
    check("((a))", "a");
    check("()", "nothing");
    check("(a b", "(a & b)");
    check("a b)", "(a & b))");
    check("a ) b", "(a & b)");
    check("(main() | exit())", "(main() | exit())");
    // Patterns, forms, nearness.
    check("report*", "report…");
    check("re*rt", "<re*rt>");
    check("*port", "<*port>");
    check("r?port", "<r?port>");
    check("*.rs", "ext:rs");
    check("*", "all");
    check("=exact", "\"exact\"");
    check("a == b", "(a & b)");
    check("\"budget review\" near:5", "(\"budget review\"~5 | \"review budget\"~5)");
    check("\"annual budget review\" near:3", "\"annual budget review\"~3");
    check("budget near:2 review", "(\"budget review\"~2 | \"review budget\"~2)");
    check("budget near:x review", "(budget & review)");
    check("near:5", "nothing");
    // Meaning only.
    check("~how to cook rice", "nothing");
    check("~\"cook rice\" recipe", "recipe");
    check("pan ~cook rice type:pdf", "(pan & kind:pdf)");
    check("~ a", "a");
    // Types.
    check("type:pdf", "kind:pdf");
    check("TYPE:PDF", "kind:pdf");
    check("kind:document", "kind:document");
    check("type:docs", "kind:document");
    check("type:docx", "ext:docx");
    check("type:rs", "ext:rs");
    check("type:rust", "ext:rs");
    check("type:images", "kind:image");
    check("type:spreadsheets", "kind:spreadsheet");
    check("type:slides", "kind:presentation");
    check("type:mail", "kind:email");
    check("type:files", "(all & !kind:folder)");
    check("type:pdf,docx", "(kind:pdf | ext:docx)");
    check("type:pdf|docx a", "((kind:pdf | ext:docx) & a)");
    check("type:pdf,", "kind:pdf");
    check("type:", "nothing");
    check("ext:.TXT", "ext:txt");
    check("ext:tar.gz", "ext:gz");
    check("mime:image/*", "kind:image");
    check("mime:Application/PDF", "mime:application/pdf");
    check("-type:pdf", "(all & !kind:pdf)");
    check("budget -type:pdf,doc", "(budget & !(kind:pdf | kind:document))");
    check("(type:pdf OR budget)", "(kind:pdf | budget)");
    // Places and names.
    check("in:work", "source:7");
    check("source:Work", "source:7");
    check("in:photos", "path/photos");
    check("path:/home/me", "under:/home/me");
    check("path:\"/home/me/my files\"", "under:/home/me/my files");
    check("path:src/main", "path/\"src main\"");
    check("folder:\"my folder\"", "path/\"my folder\"");
    check("dir:*old*", "path/<*old*>");
    check("name:report", "(name/report | title/report)");
    check("title:\"annual report\"", "(name/\"annual report\" | title/\"annual report\")");
    check("filename:*.rs", "(name/<*.rs> | title/<*.rs>)");
    check("name:(draft)", "(name/(draft) | title/(draft))");
    // Sizes.
    check("size:>1mb", "size:1000001..");
    check("size:>=1mb", "size:1000000..");
    check("size:<1kib", "size:..1024");
    check("size:1mb..5mb", "size:1000000..5000001");
    check("size:1..5mb", "size:1000000..5000001");
    check("size:5mb..1mb", "size:1000000..5000001");
    check("size:1mb..", "size:1000000..");
    check("size:1mb", "size:500000..1500000");
    check("size:0", "size:0..1");
    check("size:empty", "size:..1");
    check("larger:1.5gb", "size:1500000001..");
    check("smaller:10k", "size:..10000");
    check("size:big", "nothing");
    // People and languages.
    check("from:anna report", "(author/anna & report)");
    check("author:\"Anna Karenina\"", "author/\"Anna Karenina\"");
    check("-to:bob,eve", "(all & !(people/bob | people/eve))");
    check("lang:German", "lang:de,deu,ger");
    check("language:eo", "lang:eo");
    check("lang:klingon", "nothing");
    // What it is, what it has, what it is sorted under.
    check("has:attachment", "is:attachment");
    check("has:links,photos", "(is:link | is:image)");
    check("has:anna", "nothing");
    check("is:unread from:bob", "(is:unread & author/bob)");
    check("-is:todo", "(all & !is:open)");
    check("is:pdf", "kind:pdf");
    check("label:\"to do\"", "label:to do");
    check("tag:work,home", "(label:work | label:home)");
    // Patterns.
    check("regex:/a+ (b|c)/ d", "(/a+ (b|c)/ & d)");
    check(r"regex:/a\/b\d/", r"/a/b\d/");
    check("(regex:/(a b)/ c)", "(/(a b)/ & c)");
    check("regex:inv[0-9]+ x", "(/inv[0-9]+/ & x)");
    check("regex:/[/", "nothing");
    // Unknown.
    check("foo:bar", "foo:bar");
}

#[test]
fn dates_are_days_where_the_person_is() {
    let check = |text: &str, expect: &str| {
        let shown = shown(plan_of(text, false).keyword.as_ref());
        assert_eq!(shown.strip_prefix("modified:").unwrap_or(&shown), expect, "{text:?}");
    };
    check("on:2024-05-01", "2024-05-01..2024-05-02");
    check("on:2024/5/1", "2024-05-01..2024-05-02");
    check("on:1.5.2024", "2024-05-01..2024-05-02");
    check("on:20240501", "2024-05-01..2024-05-02");
    check("date:2024", "2024-01-01..2025-01-01");
    check("date:2023-12", "2023-12-01..2024-01-01");
    check("on:today", "2024-05-15..2024-05-16");
    check("on:yesterday", "2024-05-14..2024-05-15");
    check("date:thisweek", "2024-05-13..2024-05-20");
    check("date:last-week", "2024-05-06..2024-05-13");
    check("date:lastmonth", "2024-04-01..2024-05-01");
    check("date:\"last month\"", "2024-04-01..2024-05-01");
    check("date:thisyear", "2024-01-01..2025-01-01");
    check("date:lastyear", "2023-01-01..2024-01-01");
    check("date:monday", "2024-05-13..2024-05-14");
    check("date:fri", "2024-05-10..2024-05-11");
    check("date:march", "2024-03-01..2024-04-01");
    check("date:dec", "2023-12-01..2024-01-01");
    check("date:2024-01-01..2024-03-31", "2024-01-01..2024-04-01");
    check("date:2024-03..2024-01", "2024-01-01..2024-04-01");
    check("date:2024-03..", "2024-03-01..");
    check("date:..2024-03", "..2024-04-01");
    check("date:>2024-03", "2024-04-01..");
    check("date:<=2024-03", "..2024-04-01");
    check("date:..", "nothing");
    check("after:2024-05-01", "2024-05-01..");
    check("before:2024-05-01", "..2024-05-01");
    check("newer:2024", "2024-01-01..");
    check("older:yesterday", "..2024-05-14");
    check("newer_than:7d", "2024-05-08T12:30:00.000..");
    check("newer_than:2w", "2024-05-01T12:30:00.000..");
    check("older_than:1y", "..2023-05-15T12:30:00.000");
    check("newer_than:12h", "2024-05-15T00:30:00.000..");
    check("date:3m", "2024-02-15T12:30:00.000..2024-05-15T12:30:00.001");
    check("on:2024-02-30", "nothing");
    check("after:soon", "nothing");
    check("newer_than:99999999999y", "nothing");
    check("on:2024-05-01,2024-05-03", "(modified:2024-05-01..2024-05-02 | modified:2024-05-03..2024-05-04)");
}

#[test]
fn the_constraints_are_what_a_hit_by_meaning_must_satisfy_too() {
    let check = |text: &str, expect: &str| {
        assert_eq!(shown(plan_of(text, false).constraints.as_ref()), expect, "{text:?}");
    };
    check("annual budget", "nothing");
    check("annual budget type:pdf", "kind:pdf");
    check("\"annual budget\" review", "\"annual budget\"");
    check("budget -draft after:2024", "(!draft & modified:2024-01-01..)");
    check("budget -draft", "(all & !draft)");
    check("(type:pdf OR budget) in:work", "source:7");
    check("(type:pdf OR type:docx) review", "(kind:pdf | ext:docx)");
    check("=exact loose", "\"exact\"");
    check("repo* loose", "repo…");
}

#[test]
fn the_embedder_sees_words_and_nothing_else() {
    let check = |text: &str, expect: Option<&str>| {
        assert_eq!(plan_of(text, false).meaning_text.as_deref(), expect, "{text:?}");
    };
    check("how to cook rice", Some("how to cook rice"));
    check("how to cook \"brown rice\" type:pdf -pasta after:2024", Some("how to cook brown rice"));
    check("~cook rice", Some("cook rice"));
    check("pan ~cook rice type:pdf", Some("pan cook rice"));
    check("=rice (pot | pan)", Some("rice pot pan"));
    check("type:pdf in:work", None);
    check("-pasta", None);
    check("-(pasta \"brown rice\")", None);
    check("name:recipe", None);
    check("rep*", None);
}

#[test]
fn chips_are_the_operators_that_were_understood() {
    let check = |text: &str, expect: &[(&str, &str, &str)]| {
        let plan = plan_of(text, false);
        let chips: Vec<_> = plan
            .chips
            .iter()
            .map(|chip| (&text[chip.start..chip.end], chip.operator.as_str(), chip.value.as_str()))
            .collect();
        assert_eq!(chips, expect, "{text:?}");
    };
    check("tax type:pdf,docx", &[("type:pdf,docx", "type", "pdf,docx")]);
    check(
        "-kind:image é path:\"my folder\"",
        &[("-kind:image", "-type", "image"), ("path:\"my folder\"", "path", "my folder")],
    );
    check("-(in:work on:today)", &[("in:work", "-in", "work"), ("on:today", "-date", "today")]);
    check("foo:bar has:anna after:soon size:", &[]);
    check("author:anna", &[("author:anna", "from", "anna")]);
    check("folder:a title:b", &[("folder:a", "path", "a"), ("title:b", "name", "b")]);
}

#[test]
fn what_cannot_be_read_is_said() {
    let check = |text: &str, part: &str| {
        let notices = plan_of(text, false).notices;
        assert_eq!(notices.len(), 1, "{text:?}: {notices:?}");
        assert_eq!(notices[0].code, NoticeCode::UnknownOperator);
        assert!(notices[0].message.contains(part), "{text:?}: {}", notices[0].message);
    };
    check("foo:bar", "foo: is not an operator");
    check("is:purple", "is:purple cannot be read as something that a file can be");
    check("has:anna", "cannot be read as something that a file can have");
    check("lang:klingon", "cannot be read as a language");
    check("regex:/[/", "cannot be read as a pattern");
    check("after:soon", "after:soon cannot be read as a date");
    check("size:big", "size:big cannot be read as a size");
    check("newer_than:x", "cannot be read as a length of time");
    check("mime:chemical/*", "cannot be read as a type");
    check("type:", "type: is waiting");
    check("a near:b c", "near:");
    check("in:photos", "No source is called photos");
    check(&"word ".repeat(200), "first 64");
    assert!(plan_of("plain https://example.org 10:30 note: std::fs \"a:b\"", false).notices.is_empty());
}

#[test]
fn the_last_word_is_a_beginning_only_while_it_is_being_typed() {
    let check = |text: &str, typing: bool, expect: &str| {
        let plan = plan_of(text, typing);
        assert_eq!(shown(plan.keyword.as_ref()), expect, "{text:?}");
        assert_eq!(plan.last_word_prefix, plan.words.last().is_some_and(|word| word.prefix));
    };
    check("annual bud", true, "(annual & bud…)");
    check("annual bud", false, "(annual & bud)");
    check("annual bud ", true, "(annual & bud)");
    check("b", true, "b");
    check("東", true, "東…");
    check("\"annual bud", true, "\"annual bud…\"");
    check("\"annual bud\"", true, "\"annual bud\"");
    check("=bud", true, "\"bud\"");
    check("a -bud", true, "(a & !bud)");
    check("bud type:pdf", true, "(bud & kind:pdf)");
    check("name:rep", true, "(name/rep… | title/rep…)");
    check("name:rep ", true, "(name/rep | title/rep)");
}

#[test]
fn positive_words_are_marked_once() {
    let plan = plan_of("tax \"annual report\" tax -draft name:list repo* type:pdf last", true);
    let marked: Vec<(String, bool)> =
        plan.highlight_terms.iter().map(|term| (term.words.join(" "), term.prefix)).collect();
    let expect = [("tax", false), ("annual report", false), ("list", false), ("repo", true), ("last", true)];
    assert_eq!(marked, expect.map(|(words, prefix)| (words.to_owned(), prefix)));
}

#[test]
fn any_word_will_do_when_no_item_has_all_but_constraints_stay() {
    let check = |text: &str, expect: &str| assert_eq!(shown(plan_of(text, false).relaxed.as_ref()), expect, "{text:?}");
    check("budget", "nothing");
    check("annual budget", "(annual | budget)");
    check("annual budget type:pdf -draft", "((annual | budget) & kind:pdf & !draft)");
}

#[test]
fn a_restricted_query_asks_for_its_sources_in_every_way() {
    let check = |text: &str, keyword: &str, constraints: &str, relaxed: &str| {
        let plan = plan_of(text, false).restricted(vec![SourceId::new(3)]);
        let parts = [plan.keyword.as_ref(), plan.constraints.as_ref(), plan.relaxed.as_ref()].map(shown);
        assert_eq!(parts, [keyword, constraints, relaxed], "{text:?}");
        assert!(plan.covers(SourceId::new(3)) && !plan.covers(SourceId::new(7)));
    };
    check("budget", "(budget & source:3)", "source:3", "nothing");
    check("~moving", "nothing", "source:3", "nothing");
    check("a OR in:work", "((a | source:7) & source:3)", "source:3", "nothing");
    check(
        "annual budget type:pdf",
        "((annual & budget & kind:pdf) & source:3)",
        "(kind:pdf & source:3)",
        "(((annual | budget) & kind:pdf) & source:3)",
    );
    assert!(plan_of("budget", false).covers(SourceId::new(7)));
}

#[test]
fn deep_nesting_is_read_flat_and_costs_no_stack() {
    let text = "(".repeat(100_000) + "a" + &")".repeat(100_000);
    assert_eq!(shown(plan_of(&text, false).keyword.as_ref()), "a");
    let text = "-(".repeat(100_000) + "a";
    assert!(plan_of(&text, false).keyword.is_some());
}

fn inside(text: &str, node: &super::ast::Node) -> bool {
    use super::ast::Syntax;
    let valid = text.get(node.span.clone()).is_some_and(|slice| !slice.is_empty());
    valid
        && match &node.syntax {
            Syntax::All(nodes) | Syntax::Any(nodes) => nodes.len() > 1 && nodes.iter().all(|node| inside(text, node)),
            Syntax::Not(inner) => inside(text, inner),
            _ => true,
        }
}

fn query_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "budget",
        " ",
        " ",
        "\"",
        "-",
        "(",
        ")",
        "|",
        " OR ",
        "*",
        "?",
        "~",
        "=",
        ":",
        ",",
        "type:",
        "path:",
        "near:5",
        "size:>1mb",
        "date:",
        "2024",
        "..",
        "today",
        "/",
        "\\",
        "é",
        "東",
        "“",
        "from:",
        "newer_than:7d",
        ">",
        "\u{301}",
        "\n",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_string_has_a_plan(text in any::<String>(), typing in any::<bool>()) {
        holds(&text, typing)?;
    }

    #[test]
    fn any_mix_of_the_language_has_a_plan(text in query_like(), typing in any::<bool>()) {
        holds(&text, typing)?;
    }

    #[test]
    fn words_and_spaces_are_all_searched(words in prop::collection::vec("[q-z]{1,8}", 1..10)) {
        let text = words.join(" ");
        let plan = plan_of(&text, false);
        prop_assert_eq!(plan.meaning_text.as_deref(), Some(text.as_str()));
        let found: Vec<&str> = plan.words.iter().map(|word| word.text.as_str()).collect();
        prop_assert_eq!(found, words.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert!(plan.constraints.is_none() && plan.chips.is_empty() && plan.notices.is_empty());
    }
}

#[test]
fn a_question_is_searched_without_its_fillers_and_meant_with_them() {
    let plan = plan_of("how does the borrow checker work", false);
    let words: Vec<&str> = plan.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["borrow", "checker", "work"]);
    assert_eq!(plan.meaning_text.as_deref(), Some("how does the borrow checker work"));
    let short = plan_of("to be or", false);
    assert!(!short.words.is_empty());
}

fn holds(text: &str, typing: bool) -> Result<(), TestCaseError> {
    let (tree, _) = parse::parse(text);
    if let Some(tree) = &tree {
        prop_assert!(inside(text, tree), "{:?}", tree);
    }
    let plan = plan_of(text, typing);
    for chip in &plan.chips {
        prop_assert!(text.get(chip.start..chip.end).is_some_and(|slice| slice.contains(':')));
    }
    for word in &plan.words {
        prop_assert!(text.get(word.span.clone()).is_some());
        prop_assert!(parse::has_letters(&word.text));
    }
    Ok(())
}
