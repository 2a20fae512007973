//! How fast background work goes: what is set of it, what is told of it, and how a person overrides it.

use super::session::Session;
use super::{App, blocking, lock};
use crate::dto::{GovernorView, IdRequest, Settings, StageProgress};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_ingest::{Brake, Ingest, Manners};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What the desktop said of the person is old news after this.
const SAID_AGE: Duration = Duration::from_secs(60);

/// When somebody last used this computer, as far as that is known.
#[derive(Default)]
pub(super) struct Person {
    /// When somebody last used Atom.
    here: Mutex<Option<Instant>>,
    /// What the desktop said last, and when.
    said: Mutex<Option<(Instant, Duration)>>,
}

impl Person {
    pub(super) fn touch(&self) {
        *lock(&self.here) = Some(Instant::now());
    }

    /// Time since then; none if neither Atom nor the desktop was ever used.
    pub(super) fn idle(&self) -> Option<Duration> {
        let here = lock(&self.here).map(|at| at.elapsed());
        let said = lock(&self.said).filter(|(at, _)| at.elapsed() < SAID_AGE);
        let elsewhere = said.map(|(at, idle)| idle + at.elapsed());
        here.into_iter().chain(elsewhere).min()
    }
}

impl App {
    /// Whether somebody has to say how long the person has not used this computer: see [`Self::person_idle`].
    pub async fn wants_to_know_the_person(&self) -> bool {
        self.settings_get().await.is_ok_and(|settings| settings.wait_for_person)
    }

    /// The desktop says how long the person has not used it; none if it does not know.
    pub fn person_idle(&self, idle: Option<Duration>) {
        *lock(&self.person.said) = idle.map(|idle| (Instant::now(), idle));
    }

    /// Goes on whatever the battery, the heat and other people say, until everything is done or the vault is locked.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn activity_go_on(&self) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        if let Some(ingest) = session.ingest() {
            ingest.go_on_anyway();
        }
        self.emit(Event::JobsChanged);
        if let Ok(status) = self.status_get().await {
            self.emit(Event::IndexProgressed(Box::new(status)));
        }
        Ok(())
    }

    /// Brings a folder in before all others, whatever the battery, the heat and other people say.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; [`ErrorCode::Busy`] while work is paused.
    pub async fn sources_index_now(&self, request: IdRequest) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            let id = super::sources::known_source(&session, &request.id)?;
            if super::activity::is_paused(&session)? {
                return Err(ApiError::new(ErrorCode::Busy, "indexing is paused: resume it first"));
            }
            if let Some(ingest) = session.ingest() {
                ingest.index_now(id)?;
            }
            Ok(())
        })
        .await?;
        self.emit(Event::SourcesChanged);
        Ok(())
    }
}

/// What of the settings the governor follows.
pub(super) fn manners(settings: &Settings) -> Manners {
    Manners {
        battery_floor: settings.battery_floor.map(|percent| u8::try_from(percent).unwrap_or(100)),
        waits_for_person: settings.wait_for_person,
        follows_heat: settings.follow_heat,
    }
}

/// What the governor does now; none if this process does not index.
pub(super) fn view(session: &Session, progress: &StageProgress) -> Option<GovernorView> {
    session.ingest().map(|ingest| view_of(&ingest, progress))
}

fn view_of(ingest: &Arc<Ingest>, progress: &StageProgress) -> GovernorView {
    let pace = ingest.pace();
    let is_done = [progress.names, progress.words, progress.meaning].iter().all(|stage| stage.done >= stage.total);
    // A battery is no news to somebody for whom nothing is left to do.
    let (state, reason) = match pace.brake.filter(|_| !is_done) {
        Some(Brake::Held(reason)) => ("held", Some(reason)),
        Some(Brake::Slowed(reason)) => ("slowed", Some(reason)),
        None => ("free", None),
    };
    GovernorView {
        state: state.to_owned(),
        reason: reason.map(|reason| reason.to_string()),
        threads: u32::try_from(pace.threads).unwrap_or(u32::MAX),
        rests: pace.rests,
        anyway: ingest.is_anyway() && !is_done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_where_something_was_used_last() {
        let person = Person::default();
        assert_eq!(person.idle(), None);
        *lock(&person.said) = Some((Instant::now(), Duration::from_secs(500)));
        assert!(person.idle().is_some_and(|idle| idle >= Duration::from_secs(500)));
        person.touch();
        assert!(person.idle().is_some_and(|idle| idle < Duration::from_secs(500)));
    }

    #[test]
    fn what_the_desktop_said_long_ago_counts_no_more() {
        let person = Person::default();
        let Some(long_ago) = Instant::now().checked_sub(SAID_AGE) else { return };
        *lock(&person.said) = Some((long_ago, Duration::ZERO));
        assert_eq!(person.idle(), None);
    }

    #[test]
    fn manners_are_those_of_the_settings() {
        assert_eq!(manners(&Settings::default()), Manners::default());
        let never = Settings { battery_floor: None, follow_heat: false, ..Settings::default() };
        assert_eq!(manners(&never), Manners { battery_floor: None, waits_for_person: false, follows_heat: false });
    }
}
