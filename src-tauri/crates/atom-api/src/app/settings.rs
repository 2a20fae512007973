//! What a person can set.

use super::session::budget;
use super::{App, blocking, governor, ocr, settings_of};
use crate::dto::{BackupSettings, Settings};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_vault::Vault;
use atom_watch::Rules;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// Setting: all of them, as JSON.
pub(super) const KEY: &str = "settings";
/// The setting whose default depends on the vault, as it is stored.
const LOCK: &str = "lockAfterMinutes";
const MAX_LOCK_MINUTES: u32 = 24 * 60;
const MAX_BACKUP_HOURS: u32 = 24 * 31;
const MAX_KEPT: u32 = 1_000;

impl App {
    /// What is set.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn settings_get(&self) -> ApiResult<Settings> {
        let session = self.session().await?;
        let data_dir = self.config.data_dir.clone();
        blocking(move || settings_of(&session.store, &data_dir)).await
    }

    /// Sets it; what it changes takes effect at once.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`] names the setting that makes no sense; nothing is changed then.
    pub async fn settings_set(&self, settings: Settings) -> ApiResult<Settings> {
        self.touch();
        let session = self.session().await?;
        let (open, data_dir) = (Arc::clone(&session), self.config.data_dir.clone());
        let (before, settings) = blocking(move || {
            check(&settings)?;
            let before = settings_of(&session.store, &data_dir)?;
            let text = to_store(&settings, &before, session.store.setting(KEY)?.as_deref())?;
            if settings.air_gap {
                // Before it is stored: no connection is made between the two.
                session.gate.set_air_gap(true);
            }
            let stored = session.store.set_setting(KEY, &text);
            session.gate.set_air_gap(if stored.is_ok() { settings.air_gap } else { before.air_gap });
            stored?;
            if let Some(ingest) = session.ingest() {
                ingest.set_budget(budget(settings.index_budget));
                ingest.set_manners(governor::manners(&settings));
                ingest.set_ocr(ocr::choice(&settings.ocr));
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

/// What is set before a person set anything. A vault that opens from the keychain does not lock by itself: whoever sits there opens it with a click.
pub(super) fn defaults(data_dir: &Path) -> Settings {
    let has_keychain =
        Vault::slots(data_dir).is_ok_and(|slots| slots.iter().any(|slot| slot.kind == atom_vault::SlotKind::Keychain));
    let defaults = Settings::default();
    let lock_after_minutes = defaults.lock_after_minutes.filter(|_| !has_keychain);
    Settings { lock_after_minutes, ..defaults }
}

/// The text to store. The idle time is part of it once a person chose one; until then it follows the ways into the vault.
fn to_store(settings: &Settings, before: &Settings, stored: Option<&str>) -> ApiResult<String> {
    let failed = |error| ApiError::new(ErrorCode::Internal, format!("writing the settings: {error}"));
    let chosen = |text| serde_json::from_str::<Value>(text).is_ok_and(|stored| stored.get(LOCK).is_some());
    let mut fields = serde_json::to_value(settings).map_err(failed)?;
    if settings.lock_after_minutes == before.lock_after_minutes
        && !stored.is_some_and(chosen)
        && let Some(fields) = fields.as_object_mut()
    {
        fields.remove(LOCK);
    }
    Ok(fields.to_string())
}

/// The stored settings over the defaults: one that is new, or of no use, does not take the others with it.
pub(super) fn merge(stored: &str, defaults: Settings) -> Settings {
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
    check_backup(&settings.backup)?;
    if settings.battery_floor.is_some_and(|percent| !(1..=100).contains(&percent)) {
        return invalid("let meaning rest below 1 to 100 percent of charge, or never".to_owned());
    }
    if let Some(odd) = settings.ocr.languages.iter().find(|language| !is_language(language)) {
        return invalid(format!("{odd} is no language of Tesseract; they have codes such as eng or chi_sim"));
    }
    match settings.lock_after_minutes {
        Some(minutes) if !(1..=MAX_LOCK_MINUTES).contains(&minutes) => {
            invalid(format!("lock after 1 to {MAX_LOCK_MINUTES} minutes, or never"))
        }
        _ => Ok(()),
    }
}

/// As Tesseract names them, also those of a script: `script/Latin`.
fn is_language(name: &str) -> bool {
    (1..64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/".contains(&byte))
}

fn check_backup(backup: &BackupSettings) -> ApiResult<()> {
    let invalid = |message: String| Err(ApiError::new(ErrorCode::InvalidInput, message));
    if backup.folder.as_deref().is_some_and(|folder| !Path::new(folder).is_absolute()) {
        return invalid("the backup folder has to be an absolute path".to_owned());
    }
    if backup.every_hours.is_some_and(|hours| !(1..=MAX_BACKUP_HOURS).contains(&hours)) {
        return invalid(format!("back up every 1 to {MAX_BACKUP_HOURS} hours, or never"));
    }
    match [backup.keep_last, backup.keep_daily, backup.keep_weekly].iter().any(|count| *count > MAX_KEPT) {
        true => invalid(format!("keep at most {MAX_KEPT} backups of a kind")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_settings_lie_over_the_defaults_one_by_one() {
        let merged =
            merge(r#"{"hotkey":"F9","indexBudget":"enormous","notifyWhenDone":false,"gone":1}"#, Settings::default());
        assert_eq!(merged, Settings { hotkey: "F9".to_owned(), notify_when_done: false, ..Settings::default() });
        assert_eq!(merge("no JSON", Settings::default()), Settings::default());
        let whole = Settings { lock_after_minutes: Some(5), ..Settings::default() };
        assert_eq!(merge(&serde_json::to_string(&whole).unwrap(), Settings::default()), whole);
    }

    #[test]
    fn the_idle_time_follows_the_vault_until_it_is_chosen() {
        let passphrase = Settings::default();
        let keychain = Settings { lock_after_minutes: None, ..Settings::default() };
        assert_eq!(passphrase.lock_after_minutes, Some(15));

        let other = Settings { hotkey: "F9".to_owned(), ..passphrase.clone() };
        let text = to_store(&other, &passphrase, None).unwrap();
        assert_eq!(merge(&text, keychain.clone()), Settings { lock_after_minutes: None, ..other.clone() });
        assert_eq!(merge(&text, passphrase.clone()), other);

        let never = to_store(&keychain, &passphrase, Some(&text)).unwrap();
        assert_eq!(merge(&never, passphrase.clone()).lock_after_minutes, None);
        // Once chosen, it is kept with every later change.
        let later = to_store(&Settings { hotkey: "F8".to_owned(), ..keychain.clone() }, &keychain, Some(&never));
        assert_eq!(merge(&later.unwrap(), passphrase).lock_after_minutes, None);
    }

    #[test]
    fn a_vault_that_opens_from_the_keychain_does_not_lock_by_itself() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(defaults(dir.path()).lock_after_minutes, Some(15));
        let keychain = atom_vault::MemoryKeychain::default();
        let new = atom_vault::NewSlots { keychain: Some(&keychain), recovery: true, ..Default::default() };
        Vault::create(dir.path(), new).unwrap();
        assert_eq!(defaults(dir.path()).lock_after_minutes, None);
    }
}
