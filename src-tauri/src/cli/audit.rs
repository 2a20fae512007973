//! `atom audit`: the activity log in the terminal.

use super::args::Audit;
use super::backend::Backend;
use super::{json, print_line};
use atom_api::dto::{AuditEntryView, AuditListRequest, AuditListResponse, AuditVerifyResponse};
use atom_api::{ApiResult, Call};
use chrono::{Local, NaiveDate, NaiveTime, TimeZone};
use std::process::ExitCode;

/// Entries asked for at once.
const PAGE: u32 = 1_000;

pub(super) async fn run(backend: &mut Backend, request: Audit) -> ApiResult<ExitCode> {
    if request.verify {
        return verify(backend, request.json).await;
    }
    for entry in entries(backend, request.since.map(start_of)).await?.iter().rev() {
        print_line(&if request.json { json::snake(entry)?.to_string() } else { line(entry) });
    }
    Ok(ExitCode::SUCCESS)
}

/// All of them, newest first; the log is bounded.
async fn entries(backend: &mut Backend, since: Option<i64>) -> ApiResult<Vec<AuditEntryView>> {
    let mut entries: Vec<AuditEntryView> = Vec::new();
    loop {
        let before = entries.last().map(|entry| entry.seq);
        let request = AuditListRequest { since, before, limit: PAGE, ..AuditListRequest::default() };
        let page: AuditListResponse = backend.call(Call::AuditList(request)).await?;
        let is_last = page.entries.len() < PAGE as usize;
        entries.extend(page.entries);
        if is_last {
            return Ok(entries);
        }
    }
}

async fn verify(backend: &mut Backend, json: bool) -> ApiResult<ExitCode> {
    let found: AuditVerifyResponse = backend.call(Call::AuditVerify).await?;
    print_line(&if json { json::snake(&found)?.to_string() } else { found.message });
    Ok(if found.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An entry as a line: when, who, what, to what, how often.
fn line(entry: &AuditEntryView) -> String {
    let at = Local.timestamp_millis_opt(entry.at).single();
    let at = at.map_or_else(|| entry.at.to_string(), |at| at.format("%Y-%m-%d %H:%M:%S").to_string());
    let times = if entry.times == 1 { String::new() } else { format!(" ({} times)", entry.times) };
    let line = format!("{at}  {:<9} {:<22} {}{times}", entry.actor, entry.action, json::printable(&entry.subject));
    line.trim_end().to_owned()
}

/// The first moment of that day here, in Unix milliseconds. Where clocks skip midnight, the UTC one.
fn start_of(day: NaiveDate) -> i64 {
    let midnight = day.and_time(NaiveTime::MIN);
    Local
        .from_local_datetime(&midnight)
        .earliest()
        .map_or(midnight.and_utc().timestamp_millis(), |at| at.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(subject: &str, times: u64) -> AuditEntryView {
        AuditEntryView {
            seq: 7,
            at: 1_763_690_000_000,
            actor: "cli".into(),
            action: "unlock-refused".into(),
            subject: subject.into(),
            times,
        }
    }

    #[test]
    fn a_line_says_when_who_what_and_how_often() {
        let text = line(&entry("passphrase", 3));
        assert!(text.starts_with("2025-11-2"), "{text}");
        assert!(text.ends_with("  cli       unlock-refused         passphrase (3 times)"), "{text}");
        assert!(line(&entry("", 1)).ends_with("unlock-refused"));
        assert!(!line(&entry("a\u{1b}[2J", 1)).contains('\u{1b}'), "a name cannot act on the terminal");
    }

    #[test]
    fn a_day_begins_at_its_own_midnight() {
        let day = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
        let start = Local.timestamp_millis_opt(start_of(day)).unwrap();
        assert_eq!(start.naive_local(), day.and_time(NaiveTime::MIN));
    }
}
