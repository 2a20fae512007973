//! When a backup begins by itself.

use super::{HOUR_MS, Last};
use crate::app::session::Session;
use crate::app::{App, Indexing, activity, blocking, settings_of};
use crate::caller::Caller;
use crate::dto::{BackupRequest, BackupSettings};
use crate::error::ApiResult;
use crate::event::Event;
use atom_backup::Repository;
use atom_store::{JobKind, JobState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How often it is looked whether a backup is due.
const DUE_CHECK: Duration = Duration::from_secs(20);
/// A backup that failed by itself is not tried again before.
const RETRY_AFTER: Duration = Duration::from_secs(15 * 60);

/// Backs up when it is time to, as long as the app is there.
pub(in crate::app) async fn back_up_when_due(app: Weak<App>) {
    let mut told = false;
    loop {
        tokio::time::sleep(DUE_CHECK).await;
        let Some(app) = app.upgrade() else { return };
        if app.config.indexing != Indexing::AsSet {
            return;
        }
        let Ok(session) = app.session().await else { continue };
        if let Err(error) = Caller::Atom.asks(app.back_up_if_due(session, &mut told)).await {
            tracing::warn!(%error, "a scheduled backup cannot start");
        }
    }
}

impl App {
    async fn back_up_if_due(self: &Arc<Self>, session: Arc<Session>, told: &mut bool) -> ApiResult<()> {
        let (runs, data_dir) = (Arc::clone(&session), self.config.data_dir.clone());
        let due = blocking(move || due(&runs, &data_dir)).await?;
        let (settings, folder, may_create) = match due {
            Due::No => return Ok(()),
            Due::Ok => {
                *told = false;
                return Ok(());
            }
            Due::Trouble(message) => {
                if !std::mem::replace(told, true) {
                    self.emit(Event::BackupFailed { message });
                }
                return Ok(());
            }
            Due::Now { settings, folder, may_create } => (settings, folder, may_create),
        };
        session.runs.note_try();
        let request = BackupRequest {
            folder: folder.to_string_lossy().into_owned(),
            verify: false,
            indexes: settings.indexes,
            keep_last: settings.keep_last,
            keep_daily: settings.keep_daily,
            keep_weekly: settings.keep_weekly,
        };
        self.begin_backup(session, folder, request, may_create).await.map(drop)
    }
}

/// Whether a backup has to begin by itself.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    /// Nothing to do, nothing to say.
    No,
    /// The last one went well and is not too old.
    Ok,
    /// It should have been made and cannot be.
    Trouble(String),
    /// Begin.
    Now { settings: BackupSettings, folder: PathBuf, may_create: bool },
}

/// What the decision needs to know besides what is set and how the last one went.
#[derive(Debug, Clone, Copy)]
struct Facts {
    now_ms: i64,
    /// One was cut off by a crash or a lock.
    interrupted: bool,
    /// There are backups in the folder.
    has_backups: bool,
    /// The folder is there.
    is_folder: bool,
    /// One that began by itself failed a moment ago.
    tried_lately: bool,
}

fn decide(settings: BackupSettings, last: &Last, facts: Facts) -> Due {
    let Some(folder) = settings.folder.as_deref().map(PathBuf::from) else { return Due::No };
    let is_due = due_at(&settings, last, facts.now_ms).is_some_and(|at| at <= facts.now_ms) || facts.interrupted;
    if !is_due {
        return if last.error.is_none() { Due::Ok } else { Due::No };
    }
    let first = last.folder.as_deref().map(Path::new) != Some(&*folder);
    // After the first one only where there are backups already: an empty folder may be where a disk belongs.
    if !(facts.has_backups || first && facts.is_folder) {
        return Due::Trouble(atom_backup::Error::Absent { folder }.to_string());
    }
    if facts.tried_lately {
        return last.error.clone().map_or(Due::No, Due::Trouble);
    }
    Due::Now { settings, folder, may_create: first }
}

fn due(session: &Session, data_dir: &Path) -> ApiResult<Due> {
    let store = &session.store;
    let settings = settings_of(store, data_dir)?.backup;
    let interrupted: Vec<_> = store.queued_jobs()?.into_iter().filter(|job| job.kind == JobKind::Backup).collect();
    let now_ms = session.clock.now_ms();
    let Some(folder) = settings.folder.as_deref().map(Path::new) else {
        for job in interrupted {
            store.set_job(job.id, JobState::Cancelled, job.done, job.total, None, now_ms)?;
        }
        return Ok(Due::No);
    };
    if session.runs.refuse_while_busy().is_err() || activity::is_paused(session)? {
        return Ok(Due::No);
    }
    let facts = Facts {
        now_ms,
        interrupted: !interrupted.is_empty(),
        has_backups: Repository::exists(folder),
        is_folder: folder.is_dir(),
        tried_lately: session.runs.was_tried_within(RETRY_AFTER),
    };
    let last = Last::load(store)?;
    let due = decide(settings, &last, facts);
    if let Due::Trouble(message) = &due
        && last.error.as_ref() != Some(message)
    {
        Last { error: Some(message.clone()), ..last }.store(store)?;
    }
    Ok(due)
}

/// When the next backup is due, Unix milliseconds; none when nothing is scheduled.
pub(super) fn due_at(settings: &BackupSettings, last: &Last, now_ms: i64) -> Option<i64> {
    let folder = settings.folder.as_ref()?;
    let hours = settings.every_hours?;
    let pause = i64::from(hours) * HOUR_MS;
    match last.at.filter(|_| last.folder.as_ref() == Some(folder)) {
        // A clock that was wrong must not put backups off for years; one that is set back a little makes none in between.
        Some(at) if at <= now_ms.saturating_add(pause) => Some(at.saturating_add(pause)),
        _ => Some(now_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: Facts =
        Facts { now_ms: 1_000, interrupted: false, has_backups: true, is_folder: true, tried_lately: false };

    fn to_disk() -> BackupSettings {
        BackupSettings { folder: Some("/disk".to_owned()), ..BackupSettings::default() }
    }

    fn made(at: i64, error: Option<&str>) -> Last {
        Last { folder: Some("/disk".to_owned()), at: Some(at), error: error.map(str::to_owned) }
    }

    #[test]
    fn an_empty_folder_is_taken_the_first_time_only() {
        let empty = Facts { has_backups: false, ..READY };
        assert!(matches!(decide(to_disk(), &Last::default(), empty), Due::Now { may_create: true, .. }));
        // Where the disk belongs, and is not plugged in: nothing is written into the empty place.
        let overdue = Facts { now_ms: 100 * HOUR_MS, ..empty };
        let absent = decide(to_disk(), &made(1, None), overdue);
        assert!(matches!(&absent, Due::Trouble(message) if message.contains("/disk") && message.contains("plug in")));
        let gone = Facts { is_folder: false, ..empty };
        assert!(matches!(decide(to_disk(), &Last::default(), gone), Due::Trouble(_)));
        let back = Facts { has_backups: true, ..overdue };
        assert!(matches!(decide(to_disk(), &made(1, None), back), Due::Now { may_create: false, .. }));
    }

    #[test]
    fn what_was_cut_off_begins_again_and_what_failed_waits() {
        assert_eq!(decide(BackupSettings::default(), &Last::default(), READY), Due::No);
        assert_eq!(decide(to_disk(), &made(999, None), READY), Due::Ok);
        assert_eq!(decide(to_disk(), &made(999, Some("full")), READY), Due::No);
        let cut_off = Facts { interrupted: true, ..READY };
        assert!(matches!(decide(to_disk(), &made(999, None), cut_off), Due::Now { .. }));
        let failed = Facts { now_ms: 100 * HOUR_MS, tried_lately: true, ..READY };
        assert_eq!(decide(to_disk(), &made(1, Some("full")), failed), Due::Trouble("full".to_owned()));
        let later = Facts { tried_lately: false, ..failed };
        assert!(matches!(decide(to_disk(), &made(1, Some("full")), later), Due::Now { .. }));
    }

    #[test]
    fn a_backup_is_due_after_its_hours_and_at_once_for_a_new_folder() {
        let settings = |folder: Option<&str>, every_hours| BackupSettings {
            folder: folder.map(str::to_owned),
            every_hours,
            ..BackupSettings::default()
        };
        let last = |folder: &str, at| Last { folder: Some(folder.to_owned()), at: Some(at), error: None };
        let check = |settings: &BackupSettings, last: &Last, expect| assert_eq!(due_at(settings, last, 1_000), expect);
        check(&settings(None, Some(1)), &Last::default(), None);
        check(&settings(Some("/b"), None), &Last::default(), None);
        check(&settings(Some("/b"), Some(1)), &Last::default(), Some(1_000));
        check(&settings(Some("/b"), Some(2)), &last("/b", 500), Some(500 + 2 * HOUR_MS));
        check(&settings(Some("/b"), Some(2)), &last("/a", 500), Some(1_000));
        check(&settings(Some("/b"), Some(2)), &last("/b", 1_001), Some(1_001 + 2 * HOUR_MS));
        check(&settings(Some("/b"), Some(2)), &last("/b", 1_001 + 2 * HOUR_MS), Some(1_000));
    }

    #[test]
    fn however_the_clock_jumps_a_backup_is_made_within_twice_its_time() {
        const YEARS: i64 = 3_653 * 24 * HOUR_MS;
        let settings = BackupSettings { every_hours: Some(24), ..to_disk() };
        for jump in [0, 5_000, -5_000, HOUR_MS, -HOUR_MS, YEARS, -YEARS] {
            let mut last = made(20 * YEARS, None);
            let mut gaps = Vec::new();
            let mut since = 0;
            // Two weeks by the hour, in which the clock is as far off as the jump.
            for hour in 1..=14 * 24 {
                since += 1;
                let now_ms = 20 * YEARS + hour * HOUR_MS + jump;
                if matches!(decide(settings.clone(), &last, Facts { now_ms, ..READY }), Due::Now { .. }) {
                    gaps.push(since);
                    (last, since) = (made(now_ms, None), 0);
                }
            }
            assert!(gaps.iter().all(|gap| *gap <= 48) && since <= 48, "{jump}: {gaps:?}, then {since}");
            assert!(gaps.iter().skip(1).all(|gap| *gap >= 24), "{jump}: more than asked for, {gaps:?}");
        }
    }
}
