//! What was searched before: for going on where one was, and for insights. All of it lies in the vault and goes nowhere.

use super::{App, blocking, settings_of};
use crate::dto::{
    HistoryEntryView, HistoryForgetRequest, HistoryListRequest, HistoryNoteRequest, InsightsView, Settings,
};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_store::{LoggedSearch, NotedSearch, PastSearch};
use chrono::{DateTime, Local, NaiveDate};

/// Past searches in one answer.
const MAX_LIMIT: u32 = 10_000;
/// What is longer was pasted, and is looked up nowhere again.
const MAX_QUERY_BYTES: usize = 1_000;
/// Queries in each list of the insights.
const LISTED: usize = 10;
/// Days that insights count one by one.
const DAYS: usize = 30;

impl App {
    /// Notes a search that was meant; nothing where past searches are not to be remembered.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`]; [`ErrorCode::InvalidInput`] for a time that is none.
    pub async fn history_note(&self, request: HistoryNoteRequest) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        let data_dir = self.config.data_dir.clone();
        if !request.took_ms.is_finite() {
            return Err(ApiError::new(ErrorCode::InvalidInput, "this is no time that a search takes"));
        }
        let query = request.query.trim().to_owned();
        if query.is_empty() || query.len() > MAX_QUERY_BYTES {
            return Ok(());
        }
        blocking(move || {
            let Settings { remember_searches, .. } = settings_of(&session.store, &data_dir)?;
            if !remember_searches {
                return Ok(());
            }
            let search = NotedSearch {
                query,
                took_ms: request.took_ms.into(),
                total: request.total.into(),
                opened: request.opened.is_some(),
                rank: request.rank.filter(|_| request.opened.is_some()),
            };
            Ok(session.store.note_search(&search, session.clock.now_ms())?)
        })
        .await
    }

    /// Past searches, the last one first.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn history_list(&self, request: HistoryListRequest) -> ApiResult<Vec<HistoryEntryView>> {
        let session = self.session().await?;
        blocking(move || {
            let limit = request.limit.clamp(1, MAX_LIMIT) as usize;
            Ok(session.store.past_searches(&request.prefix, limit)?.into_iter().map(entry).collect())
        })
        .await
    }

    /// Forgets one past search, or all of them, with their times.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`]. One that is gone already is no error.
    pub async fn history_forget(&self, request: HistoryForgetRequest) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            session.store.forget_searches(request.query.as_deref().map(str::trim))?;
            Ok(())
        })
        .await
    }

    /// What was searched, how often in vain, and how fast.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn insights_get(&self) -> ApiResult<InsightsView> {
        let session = self.session().await?;
        blocking(move || {
            let store = &session.store;
            let (log, vain) = (store.search_log()?, store.frequent_searches(true, LISTED)?);
            let frequent = store.frequent_searches(false, LISTED)?;
            Ok(InsightsView {
                vain: vain.into_iter().map(entry).collect(),
                frequent: frequent.into_iter().map(entry).collect(),
                ..counted(&log, day_of(session.clock.now_ms()))
            })
        })
        .await
    }

    /// Forgets past searches, their times, and how often items were opened.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn insights_clear(&self) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        blocking(move || Ok(session.store.forget_use()?)).await
    }
}

fn entry(past: PastSearch) -> HistoryEntryView {
    HistoryEntryView { query: past.query, at: past.last_ms, count: narrow(past.times), total: narrow(past.total) }
}

/// What the log alone says.
fn counted(log: &[LoggedSearch], today: NaiveDate) -> InsightsView {
    let mut ranks: Vec<u32> = log.iter().filter_map(|search| search.rank).collect();
    ranks.sort_unstable();
    let mut times: Vec<f64> = log.iter().map(|search| search.took_ms).collect();
    times.sort_by(f64::total_cmp);
    let mut days = vec![0; DAYS];
    for search in log {
        let age = today.signed_duration_since(day_of(search.at_ms)).num_days();
        if let Some(count) = usize::try_from(age).ok().and_then(|age| days.iter_mut().rev().nth(age)) {
            *count += 1;
        }
    }
    InsightsView {
        searches: narrow(log.len() as u64),
        since: log.iter().map(|search| search.at_ms).min(),
        opened: narrow(log.iter().filter(|search| search.opened).count() as u64),
        median_rank: percentile(&ranks, 50),
        median_ms: percentile(&times, 50).map(|time| time as f32),
        p95_ms: percentile(&times, 95).map(|time| time as f32),
        vain: Vec::new(),
        frequent: Vec::new(),
        days,
    }
}

/// The least value that so many percent of the sorted ones do not pass.
fn percentile<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied()
}

/// The day on this computer's calendar.
fn day_of(at_ms: i64) -> NaiveDate {
    DateTime::from_timestamp_millis(at_ms).unwrap_or_default().with_timezone(&Local).date_naive()
}

fn narrow(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
