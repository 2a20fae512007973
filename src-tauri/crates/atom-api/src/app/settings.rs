//! What a person can set.

use super::session::budget;
use super::{App, blocking, settings_of};
use crate::dto::Settings;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_watch::Rules;
use serde_json::Value;
use std::sync::Arc;

/// Setting: all of them, as JSON.
pub(super) const KEY: &str = "settings";
const MAX_LOCK_MINUTES: u32 = 24 * 60;

impl App {
    /// What is set.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn settings_get(&self) -> ApiResult<Settings> {
        let session = self.session().await?;
        blocking(move || settings_of(&session.store)).await
    }

    /// Sets it; what it changes takes effect at once.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`] names the setting that makes no sense; nothing is changed then.
    pub async fn settings_set(&self, settings: Settings) -> ApiResult<Settings> {
        self.touch();
        let session = self.session().await?;
        let open = Arc::clone(&session);
        let (before, settings) = blocking(move || {
            check(&settings)?;
            let before = settings_of(&session.store)?;
            let text = serde_json::to_string(&settings)
                .map_err(|error| ApiError::new(ErrorCode::Internal, format!("writing the settings: {error}")))?;
            if settings.air_gap {
                // Before it is stored: no connection is made between the two.
                session.gate.set_air_gap(true);
            }
            let stored = session.store.set_setting(KEY, &text);
            session.gate.set_air_gap(if stored.is_ok() { settings.air_gap } else { before.air_gap });
            stored?;
            if let Some(ingest) = session.ingest() {
                ingest.set_budget(budget(settings.index_budget));
                if before.ignore_rules != settings.ignore_rules {
                    ingest.set_ignore_rules(&settings.ignore_rules);
                    for source in session.store.sources()? {
                        ingest.scan(source.id)?;
                    }
                }
            }
            Ok((before, settings))
        })
        .await?;
        self.log_settings(&open, &before, &settings).await;
        self.emit(Event::SettingsChanged(settings.clone()));
        Ok(settings)
    }
}

/// The stored settings over the defaults: one that is new, or of no use, does not take the others with it.
pub(super) fn merge(stored: &str) -> Settings {
    let defaults = Settings::default();
    let Ok(Value::Object(stored)) = serde_json::from_str(stored) else { return defaults };
    stored.into_iter().fold(defaults, |settings, (name, value)| {
        let Ok(Value::Object(mut fields)) = serde_json::to_value(&settings) else { return settings };
        fields.insert(name, value);
        serde_json::from_value(Value::Object(fields)).unwrap_or(settings)
    })
}

fn check(settings: &Settings) -> ApiResult<()> {
    let invalid = |message: String| Err(ApiError::new(ErrorCode::InvalidInput, message));
    if let Err(error) = Rules::check(&settings.ignore_rules) {
        return invalid(error.to_string());
    }
    if settings.hotkey.trim().is_empty() {
        return invalid("the hotkey needs at least one key".to_owned());
    }
    match settings.lock_after_minutes {
        Some(minutes) if !(1..=MAX_LOCK_MINUTES).contains(&minutes) => {
            invalid(format!("lock after 1 to {MAX_LOCK_MINUTES} minutes, or never"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_settings_lie_over_the_defaults_one_by_one() {
        let merged = merge(r#"{"hotkey":"F9","indexBudget":"enormous","notifyWhenDone":false,"gone":1}"#);
        assert_eq!(merged, Settings { hotkey: "F9".to_owned(), notify_when_done: false, ..Settings::default() });
        assert_eq!(merge("no JSON"), Settings::default());
        let whole = Settings { lock_after_minutes: Some(5), ..Settings::default() };
        assert_eq!(merge(&serde_json::to_string(&whole).unwrap()), whole);
    }
}
