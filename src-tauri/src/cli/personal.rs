//! `atom history` and `atom saved`: what is remembered of a person, in the terminal.

use super::args::{History, Saved, SavedAction};
use super::backend::Backend;
use super::{json, print_line};
use atom_api::dto::{
    HistoryEntryView, HistoryForgetRequest, HistoryListRequest, IdRequest, SavedPutRequest, SavedSearchView,
};
use atom_api::{ApiResult, Call};
use chrono::{Local, TimeZone};
use std::process::ExitCode;

/// Past searches that are listed.
const LISTED: u32 = 1_000;

pub(super) async fn history(backend: &mut Backend, request: History) -> ApiResult<ExitCode> {
    if request.clear {
        let () = backend.call(Call::InsightsClear).await?;
        return Ok(ExitCode::SUCCESS);
    }
    if request.forget.is_some() {
        let () = backend.call(Call::HistoryForget(HistoryForgetRequest { query: request.forget })).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let all = HistoryListRequest { prefix: String::new(), limit: LISTED };
    let past: Vec<HistoryEntryView> = backend.call(Call::HistoryList(all)).await?;
    if past.is_empty() {
        eprintln!("no search is remembered");
    }
    for entry in past {
        print_line(&if request.json { json::snake(&entry)?.to_string() } else { past_line(&entry) });
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn saved(backend: &mut Backend, request: Saved) -> ApiResult<ExitCode> {
    let kept: Vec<SavedSearchView> = match request.action {
        None => {
            let kept: Vec<_> = backend.call(Call::SavedList).await?;
            if kept.is_empty() {
                eprintln!("no search is kept");
            }
            kept
        }
        Some(SavedAction::Add { name, query, notify }) => {
            vec![backend.call(Call::SavedPut(SavedPutRequest { id: None, name, query, notify })).await?]
        }
        Some(SavedAction::Remove { id }) => {
            let () = backend.call(Call::SavedRemove(IdRequest { id })).await?;
            Vec::new()
        }
    };
    for search in kept {
        print_line(&if request.json { json::snake(&search)?.to_string() } else { kept_line(&search) });
    }
    Ok(ExitCode::SUCCESS)
}

/// When last, how often, what.
fn past_line(entry: &HistoryEntryView) -> String {
    let at = Local.timestamp_millis_opt(entry.at).single();
    let at = at.map_or_else(|| entry.at.to_string(), |at| at.format("%Y-%m-%d %H:%M").to_string());
    let often = json::counted(entry.count.into(), "time");
    format!("{at}  {often:<9} {}", json::printable(&entry.query))
}

/// Its id, its name, what is new and what it searches.
fn kept_line(search: &SavedSearchView) -> String {
    let notify = if search.notify { ", notifies" } else { "" };
    let line = format!("{:<4} {} ({} new{notify}): {}", search.id, search.name, search.fresh, search.query);
    json::printable(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_when_how_often_and_what_and_cannot_act_on_the_terminal() {
        let query = "lease\u{1b}[2J".to_owned();
        let past = HistoryEntryView { query: query.clone(), at: 1_763_690_000_000, count: 2, total: 3 };
        let line = past_line(&past);
        assert!(line.starts_with("2025-11-2") && line.contains("  2 times   lease"), "{line}");
        let kept = SavedSearchView {
            id: "7".into(),
            name: "Leases".into(),
            query,
            notify: true,
            fresh: 2,
            at: 1_763_690_000_000,
        };
        let kept = kept_line(&kept);
        assert!(kept.starts_with("7    Leases (2 new, notifies): lease"), "{kept}");
        assert!(!line.contains('\u{1b}') && !kept.contains('\u{1b}'));
    }
}
