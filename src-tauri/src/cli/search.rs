//! `atom search`.

use super::args::{Mode, Search, Sort};
use super::backend::Backend;
use super::{json, print_line};
use atom_api::dto::{FacetView, HitView, SearchMode, SearchRequest, SearchResponse, SearchSort};
use atom_api::{ApiError, ApiResult, Call, ErrorCode};
use serde_json::{Value, json};
use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

pub(super) async fn run(backend: &mut Backend, search: Search) -> ApiResult<ExitCode> {
    if let Some(query) = &search.query {
        one(backend, &search, query).await?;
        return Ok(ExitCode::SUCCESS);
    }
    // Standard input blocks: read it elsewhere, one line ahead at most.
    let (sender, mut lines) = tokio::sync::mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        for line in std::io::stdin().lock().lines() {
            let ended = line.is_err();
            if sender.blocking_send(line).is_err() || ended {
                return;
            }
        }
    });
    while let Some(line) = lines.recv().await {
        let line = line.map_err(|error| ApiError::new(ErrorCode::InvalidInput, format!("reading queries: {error}")))?;
        one(backend, &search, &line).await?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn one(backend: &mut Backend, search: &Search, query: &str) -> ApiResult<()> {
    let request = SearchRequest {
        query: query.to_owned(),
        mode: match search.mode {
            Mode::Hybrid => SearchMode::Hybrid,
            Mode::Words => SearchMode::Words,
            Mode::Meaning => SearchMode::Meaning,
        },
        limit: search.limit,
        offset: search.offset,
        explain: search.explain,
        sort: match search.sort {
            Sort::Best => SearchSort::Best,
            Sort::Newest => SearchSort::Newest,
            Sort::Oldest => SearchSort::Oldest,
            Sort::Largest => SearchSort::Largest,
            Sort::Smallest => SearchSort::Smallest,
            Sort::Name => SearchSort::Name,
        },
        facets: search.facets,
    };
    let answer: SearchResponse = backend.call(Call::SearchQuery(request)).await?;
    if search.json {
        print_line(&document(&answer).to_string())
    } else {
        print(&answer)
    }
    Ok(())
}

fn document(answer: &SearchResponse) -> Value {
    json!({
        "query": answer.query,
        "mode": answer.mode,
        "took_ms": answer.took_ms,
        "total": answer.total,
        "hits": answer.hits.iter().map(hit).collect::<Vec<_>>(),
        "notices": answer.notices.iter().map(|notice| json!({"code": notice.code, "message": notice.message})).collect::<Vec<_>>(),
        "facets": answer.facets,
    })
}

fn hit(hit: &HitView) -> Value {
    let snippet = hit.snippet.as_ref().map(
        |snippet| json!({"text": snippet.text, "highlights": json::characters(&snippet.text, &snippet.highlights)}),
    );
    let explain = hit.explain.as_ref().map(|explain| {
        json!({"words_rank": explain.words_rank, "meaning_rank": explain.meaning_rank, "boosts": explain.boosts})
    });
    json!({
        "rank": hit.rank, "id": hit.id, "title": hit.title, "uri": hit.uri, "path": hit.path, "source": hit.source,
        "kind": hit.kind, "mime": hit.mime, "modified": hit.modified, "size": hit.size, "score": hit.score,
        "state": hit.state, "snippet": snippet, "locations": hit.locations, "archive": hit.archive, "explain": explain,
    })
}

fn print(answer: &SearchResponse) {
    let color = std::io::stdout().is_terminal();
    for hit in &answer.hits {
        print_line(&format!("{:>3}  {}", hit.rank, json::printable(&hit.title)));
        print_line(&format!("     {}", json::printable(&hit.path)));
        if let Some(snippet) = &hit.snippet {
            let ranges = json::characters(&snippet.text, &snippet.highlights);
            print_line(&format!("     {}", marked(&snippet.text, &ranges, color)));
        }
        if let Some(explain) = &hit.explain {
            let rank = |rank: Option<u32>| rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string());
            print_line(&format!(
                "     words {} · meaning {} · {}",
                rank(explain.words_rank),
                rank(explain.meaning_rank),
                explain.boosts.join(", ")
            ));
        }
    }
    if let Some(facets) = &answer.facets {
        let groups = [
            ("kinds", &facets.kinds),
            ("folders", &facets.folders),
            ("people", &facets.people),
            ("labels", &facets.labels),
            ("changed", &facets.times),
        ];
        for (name, values) in groups.into_iter().filter(|(_, values)| !values.is_empty()) {
            print_line(&format!("{name}: {}", values.iter().map(counted).collect::<Vec<_>>().join(" · ")));
        }
    }
    if answer.hits.is_empty() {
        eprintln!("nothing found for this query");
    }
    for notice in &answer.notices {
        eprintln!("note: {}", notice.message);
    }
    eprintln!("{} found in {:.1} ms", answer.total, answer.took_ms);
}

fn counted(facet: &FacetView) -> String {
    format!("{} {}", json::printable(&facet.label), facet.count)
}

fn marked(text: &str, ranges: &[(usize, usize)], color: bool) -> String {
    let mut out = String::with_capacity(text.len() + 16 * ranges.len());
    for (index, c) in text.chars().enumerate() {
        if color && ranges.iter().any(|&(start, _)| start == index) {
            out.push_str("\u{1b}[1m");
        }
        out.push_str(&json::printable(c.encode_utf8(&mut [0; 4])));
        if color && ranges.iter().any(|&(_, end)| end == index + 1) {
            out.push_str("\u{1b}[0m");
        }
    }
    out
}
