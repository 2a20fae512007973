//! Past searches and insights, on a real vault in a temporary folder.

use super::*;
use crate::app::fixture::vault;

const DAY: i64 = 86_400_000;

fn note(query: &str, total: u32, rank: Option<u32>) -> HistoryNoteRequest {
    HistoryNoteRequest {
        query: query.to_owned(),
        total,
        took_ms: 12.0,
        opened: rank.map(|rank| rank.to_string()),
        rank,
    }
}

async fn listed(app: &App, prefix: &str) -> Vec<String> {
    let request = HistoryListRequest { prefix: prefix.to_owned(), limit: 10 };
    app.history_list(request).await.unwrap().into_iter().map(|past| past.query).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_searched_is_listed_counted_and_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let app = vault(dir.path()).await;
    for request in [note(" lease ", 3, Some(2)), note("rent", 0, None), note("  ", 9, None), note("oak", 4, Some(1))] {
        app.history_note(request).await.unwrap();
    }
    assert_eq!(listed(&app, "").await, ["oak", "rent", "lease"]);
    assert_eq!(listed(&app, "LE").await, ["lease"]);

    let insights = app.insights_get().await.unwrap();
    assert_eq!((insights.searches, insights.opened, insights.median_rank), (3, 2, Some(1)));
    assert_eq!((insights.median_ms, insights.p95_ms), (Some(12.0), Some(12.0)));
    assert_eq!(insights.vain.iter().map(|past| past.query.as_str()).collect::<Vec<_>>(), ["rent"]);
    assert_eq!((insights.frequent.len(), insights.days.len(), insights.days[29]), (3, 30, 3));

    app.history_forget(HistoryForgetRequest { query: Some("rent".to_owned()) }).await.unwrap();
    assert_eq!(listed(&app, "").await, ["oak", "lease"]);
    app.insights_clear().await.unwrap();
    let nothing = app.insights_get().await.unwrap();
    assert_eq!((nothing.searches, nothing.since, nothing.median_ms, nothing.vain.len()), (0, None, None, 0));
    assert!(listed(&app, "").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_noted_where_searches_are_not_to_be_remembered_and_what_was_stays() {
    let dir = tempfile::tempdir().unwrap();
    let app = vault(dir.path()).await;
    app.history_note(note("lease", 3, None)).await.unwrap();
    let settings = app.settings_get().await.unwrap();
    assert!(settings.remember_searches, "they are, unless somebody says otherwise");
    app.settings_set(Settings { remember_searches: false, ..settings }).await.unwrap();
    app.history_note(note("rent", 3, Some(1))).await.unwrap();
    assert_eq!(listed(&app, "").await, ["lease"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_vault_tells_and_notes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let app = vault(dir.path()).await;
    app.vault_lock().await.unwrap();
    let code = |error: ApiError| error.code;
    assert_eq!(app.history_note(note("lease", 3, None)).await.map_err(code), Err(ErrorCode::VaultLocked));
    assert_eq!(app.insights_get().await.map(drop).map_err(code), Err(ErrorCode::VaultLocked));
}

#[test]
fn figures_are_of_all_searches_and_days_of_the_last_thirty() {
    // Noon, so that no change of clocks moves a day.
    let now = 1_700_049_600_000;
    let search = |age: i64, took_ms: f64, rank: Option<u32>| LoggedSearch {
        at_ms: now - age * DAY,
        took_ms,
        total: 1,
        opened: rank.is_some(),
        rank,
    };
    let log: Vec<_> = (1..=20).map(|n| search(40 - n, n as f64, (n % 2 == 0).then_some(n as u32))).collect();
    let view = counted(&log, day_of(now));
    assert_eq!((view.median_ms, view.p95_ms, view.median_rank), (Some(10.0), Some(19.0), Some(10)));
    assert_eq!((view.searches, view.opened, view.since), (20, 10, Some(now - 39 * DAY)));
    assert_eq!(view.days.iter().sum::<u32>(), 10, "ten are older, and one day has one each");
    assert_eq!((view.days[0], view.days[9], view.days[10]), (1, 1, 0));
    // A clock that was set back.
    assert_eq!(counted(&[search(-3, 1.0, None)], day_of(now)).days.iter().sum::<u32>(), 0);
}
