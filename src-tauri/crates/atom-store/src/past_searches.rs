//! What a person searched: each text once, for going on where one was, and each time, for insights.
//!
//! Only searches that were meant are noted; the caller decides which those are. Both are bounded, and forgetting a search
//! forgets its times too.

use crate::connection::Store;
use crate::error::{During, Result};
use rusqlite::{OptionalExtension, Row, Transaction, params};

/// Texts that are kept, and times that are: the oldest go first.
const KEPT: i64 = 10_000;
/// Times are kept so long: a year.
const KEPT_MS: i64 = 365 * 86_400_000;
/// A search that goes on from the one before within this time was its beginning, or is the same one.
const GOES_ON_MS: i64 = 30_000;
const NOTING: &str = "noting a search";
const LISTING: &str = "listing past searches";
const FORGETTING: &str = "forgetting past searches";

/// A search that was meant.
#[derive(Debug, Clone, PartialEq)]
pub struct NotedSearch {
    /// The query as typed.
    pub query: String,
    /// How long it took, milliseconds.
    pub took_ms: f64,
    /// How many hits there were.
    pub total: u64,
    /// Whether something was done with one of them.
    pub opened: bool,
    /// The place of that one, from 1.
    pub rank: Option<u32>,
}

/// A text that was searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastSearch {
    /// The query as typed.
    pub query: String,
    /// When first, Unix milliseconds.
    pub first_ms: i64,
    /// When last, Unix milliseconds.
    pub last_ms: i64,
    /// How often.
    pub times: u64,
    /// How many hits there were last.
    pub total: u64,
}

/// One time that something was searched.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedSearch {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// How long it took, milliseconds.
    pub took_ms: f64,
    /// How many hits there were.
    pub total: u64,
    /// Whether something was done with one of them.
    pub opened: bool,
    /// The place of that one, from 1.
    pub rank: Option<u32>,
}

const PAST: &str = "SELECT query, first_ms, last_ms, times, total FROM past_search";

fn past(row: &Row<'_>) -> rusqlite::Result<PastSearch> {
    Ok(PastSearch {
        query: row.get(0)?,
        first_ms: row.get(1)?,
        last_ms: row.get(2)?,
        times: row.get::<_, i64>(3)?.cast_unsigned(),
        total: row.get::<_, i64>(4)?.cast_unsigned(),
    })
}

/// The search that was noted last.
struct Last {
    log_id: i64,
    past_id: i64,
    at_ms: i64,
    opened: bool,
    query: String,
}

impl Store {
    /// Notes a search. The one before is taken back if it was a mere beginning of this one, and completed if it was this one.
    ///
    /// # Errors
    /// As every write.
    pub fn note_search(&self, search: &NotedSearch, now_ms: i64) -> Result<()> {
        self.write(NOTING, |tx| {
            if let Some(last) = last(tx)?
                && !last.opened
                && (0..=GOES_ON_MS).contains(&now_ms.saturating_sub(last.at_ms))
            {
                if search.opened && last.query == search.query {
                    return complete(tx, &last, search, now_ms);
                }
                if is_beginning(&last.query, &search.query) {
                    take_back(tx, &last)?;
                }
            }
            add(tx, search, now_ms)?;
            prune(tx, now_ms)
        })
    }

    /// Texts that were searched and begin with `prefix`, or have a word that does, in any case; the last one first.
    ///
    /// # Errors
    /// As every read.
    pub fn past_searches(&self, prefix: &str, limit: usize) -> Result<Vec<PastSearch>> {
        let prefix = prefix.trim_start().to_lowercase();
        self.read(LISTING, |tx| {
            let mut statement = tx.prepare_cached(&format!("{PAST} ORDER BY last_ms DESC, id DESC")).during(LISTING)?;
            let mut found = Vec::new();
            for row in statement.query_map([], past).during(LISTING)? {
                if found.len() >= limit {
                    break;
                }
                let row = row.during(LISTING)?;
                if has_word(&row.query.to_lowercase(), &prefix) {
                    found.push(row);
                }
            }
            Ok(found)
        })
    }

    /// Texts that were searched most often; with `in_vain` those that had no hit when they were searched last.
    ///
    /// # Errors
    /// As every read.
    pub fn frequent_searches(&self, in_vain: bool, limit: usize) -> Result<Vec<PastSearch>> {
        self.read(LISTING, |tx| {
            let mut statement = tx
                .prepare_cached(&format!(
                    "{PAST} WHERE total = 0 OR NOT ?1 ORDER BY times DESC, last_ms DESC, id DESC LIMIT ?2"
                ))
                .during(LISTING)?;
            let rows = statement
                .query_map(params![in_vain, i64::try_from(limit).unwrap_or(i64::MAX)], past)
                .during(LISTING)?;
            rows.collect::<rusqlite::Result<_>>().during(LISTING)
        })
    }

    /// Each time that something was searched, oldest first.
    ///
    /// # Errors
    /// As every read.
    pub fn search_log(&self) -> Result<Vec<LoggedSearch>> {
        self.read(LISTING, |tx| {
            let mut statement = tx
                .prepare_cached("SELECT at_ms, took_ms, total, opened, rank FROM search_log ORDER BY id")
                .during(LISTING)?;
            let rows = statement
                .query_map([], |row| {
                    Ok(LoggedSearch {
                        at_ms: row.get(0)?,
                        took_ms: row.get(1)?,
                        total: row.get::<_, i64>(2)?.cast_unsigned(),
                        opened: row.get(3)?,
                        rank: row.get(4)?,
                    })
                })
                .during(LISTING)?;
            rows.collect::<rusqlite::Result<_>>().during(LISTING)
        })
    }

    /// Forgets a text that was searched, or all of them, and each time; whether there was one.
    ///
    /// # Errors
    /// As every write.
    pub fn forget_searches(&self, query: Option<&str>) -> Result<bool> {
        self.write(FORGETTING, |tx| {
            let gone = match query {
                Some(query) => tx.execute("DELETE FROM past_search WHERE query = ?1", [query]),
                None => tx.execute("DELETE FROM past_search", []),
            };
            Ok(gone.during(FORGETTING)? > 0)
        })
    }

    /// Forgets everything that was searched, and how often and when items were opened.
    ///
    /// # Errors
    /// As every write.
    pub fn forget_use(&self) -> Result<()> {
        self.write(FORGETTING, |tx| {
            tx.execute("DELETE FROM past_search", []).during(FORGETTING)?;
            tx.execute(
                "UPDATE item SET opened_count = 0, opened_ms = NULL WHERE opened_count > 0 OR opened_ms IS NOT NULL",
                [],
            )
            .during(FORGETTING)?;
            Ok(())
        })
    }
}

fn last(tx: &Transaction<'_>) -> Result<Option<Last>> {
    tx.prepare_cached(
        "SELECT search_log.id, past_id, at_ms, opened, query FROM search_log
         JOIN past_search ON past_search.id = past_id ORDER BY search_log.id DESC LIMIT 1",
    )
    .during(NOTING)?
    .query_row([], |row| {
        Ok(Last {
            log_id: row.get(0)?,
            past_id: row.get(1)?,
            at_ms: row.get(2)?,
            opened: row.get(3)?,
            query: row.get(4)?,
        })
    })
    .optional()
    .during(NOTING)
}

/// The person stayed with the hits, and then took one.
fn complete(tx: &Transaction<'_>, last: &Last, search: &NotedSearch, now_ms: i64) -> Result<()> {
    let total = search.total.cast_signed();
    tx.execute(
        "UPDATE search_log SET opened = 1, rank = ?2, total = ?3 WHERE id = ?1",
        params![last.log_id, search.rank, total],
    )
    .during(NOTING)?;
    tx.execute("UPDATE past_search SET last_ms = ?2, total = ?3 WHERE id = ?1", params![last.past_id, now_ms, total])
        .during(NOTING)?;
    Ok(())
}

/// Takes the last time back, and the text with it if that was the only one.
fn take_back(tx: &Transaction<'_>, last: &Last) -> Result<()> {
    tx.execute("DELETE FROM search_log WHERE id = ?1", [last.log_id]).during(NOTING)?;
    tx.execute("DELETE FROM past_search WHERE id = ?1 AND times <= 1", [last.past_id]).during(NOTING)?;
    tx.execute(
        "UPDATE past_search SET times = times - 1,
                last_ms = coalesce((SELECT max(at_ms) FROM search_log WHERE past_id = ?1), first_ms)
         WHERE id = ?1",
        [last.past_id],
    )
    .during(NOTING)?;
    Ok(())
}

fn add(tx: &Transaction<'_>, search: &NotedSearch, now_ms: i64) -> Result<()> {
    let total = search.total.cast_signed();
    let past_id: i64 = tx
        .query_row(
            "INSERT INTO past_search (query, first_ms, last_ms, times, total) VALUES (?1, ?2, ?2, 1, ?3)
             ON CONFLICT (query) DO UPDATE SET last_ms = excluded.last_ms, times = times + 1, total = excluded.total
             RETURNING id",
            params![search.query, now_ms, total],
            |row| row.get(0),
        )
        .during(NOTING)?;
    tx.execute(
        "INSERT INTO search_log (past_id, at_ms, took_ms, total, opened, rank) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![past_id, now_ms, search.took_ms, total, search.opened, search.rank],
    )
    .during(NOTING)?;
    Ok(())
}

/// Lets the oldest go. The search that was just noted stays, whatever the clock says.
fn prune(tx: &Transaction<'_>, now_ms: i64) -> Result<()> {
    let newest: i64 =
        tx.query_row("SELECT coalesce(max(id), 0) FROM search_log", [], |row| row.get(0)).during(NOTING)?;
    tx.execute(
        "DELETE FROM search_log WHERE id <= ?1 OR (at_ms < ?2 AND id < ?3)",
        params![newest - KEPT, now_ms.saturating_sub(KEPT_MS), newest],
    )
    .during(NOTING)?;
    tx.execute(
        "DELETE FROM past_search WHERE id IN
         (SELECT id FROM past_search ORDER BY last_ms DESC, id DESC LIMIT -1 OFFSET ?1)",
        [KEPT],
    )
    .during(NOTING)?;
    Ok(())
}

/// Whether somebody who typed `longer` has typed `shorter` on the way.
fn is_beginning(shorter: &str, longer: &str) -> bool {
    let (shorter, longer) = (shorter.to_lowercase(), longer.to_lowercase());
    longer.len() > shorter.len() && longer.starts_with(&shorter)
}

/// Whether `text` goes on with `prefix` at its beginning or at that of a word.
fn has_word(text: &str, prefix: &str) -> bool {
    let mut before = None;
    text.starts_with(prefix)
        || text.char_indices().any(|(at, letter)| {
            let begins = !before.replace(letter).is_some_and(char::is_alphanumeric);
            begins && text.get(at..).is_some_and(|rest| rest.starts_with(prefix))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_looked_for_where_words_begin() {
        for (text, prefix) in [("lease berlin", "lea"), ("lease berlin", "ber"), ("\"our lease\"", "lease"), ("a", "")]
        {
            assert!(has_word(text, prefix), "{text} {prefix}");
        }
        for (text, prefix) in [("release", "lease"), ("lease", "leases"), ("über", "ber")] {
            assert!(!has_word(text, prefix), "{text} {prefix}");
        }
        assert!(has_word("type:pdf größe", "grö") && has_word("type:pdf größe", "pdf gr"));
    }

    #[test]
    fn a_beginning_is_shorter_and_in_any_case() {
        assert!(is_beginning("Leas", "lease") && is_beginning("lease", "lease berlin"));
        assert!(!is_beginning("lease", "lease") && !is_beginning("ease", "lease"));
    }
}
