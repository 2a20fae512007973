//! The global key of quick search.
//!
//! A key that another program has is told, not fatal: quick search is then still in the tray and behind `atom toggle`.
//! Wayland gives no program a global key: there, a person binds `atom toggle` in the desktop's own keyboard settings.

use super::{notify, quick_search};
use atom_api::{ApiError, ApiResult, ErrorCode};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_global_shortcut::{Builder, Code, GlobalShortcutExt, Modifiers, Shortcut, ShortcutState};

/// The key until the person chooses one (settings are in the vault, which may be locked), and where many desktops have
/// that key already, the next best.
const AT_START: [&str; 2] = ["Alt+Space", "Ctrl+Alt+Space"];

/// Which key quick search should have and which it has, both as a person writes them; empty for none.
#[derive(Debug, Clone, Default)]
struct Keys {
    wanted: String,
    bound: String,
    /// The key that the person was told cannot be had, so as not to say it twice.
    refused: String,
}

#[derive(Default)]
struct State(Mutex<Keys>);

/// Listens for the key.
pub(super) fn plugin() -> TauriPlugin<Wry> {
    Builder::new()
        .with_handler(|app, _, event| {
            if event.state == ShortcutState::Pressed {
                quick_search::toggle(app);
            }
        })
        .build()
}

/// Binds the first key that can be had.
pub(super) fn bind_at_start(app: &AppHandle) {
    let [usual, _] = AT_START;
    app.manage(State(Mutex::new(Keys { wanted: usual.to_owned(), ..Keys::default() })));
    if on_wayland() {
        tracing::info!("Wayland gives no program a global key: bind the command `atom toggle` to one");
        return;
    }
    match AT_START.into_iter().find(|key| take(app, key).is_ok()) {
        None => tracing::warn!("no key for quick search could be had"),
        Some(key) if key != usual => tracing::warn!(key, "another program has the usual key of quick search"),
        Some(_) => {}
    }
}

/// Binds the key that the settings say; when it cannot be had, the old one stays and the person is told, once.
pub(super) fn follow_settings(app: &AppHandle, key: &str) {
    update(app, |keys| key.clone_into(&mut keys.wanted));
    if on_wayland() {
        return;
    }
    let Err(error) = take(app, key) else { return };
    tracing::warn!(%error, "cannot bind the key of quick search");
    let keys = keys(app);
    if keys.refused != key {
        update(app, |keys| key.clone_into(&mut keys.refused));
        let now = if keys.bound.is_empty() {
            "Until then it is in the tray, and behind the command `atom toggle`.".to_owned()
        } else {
            format!("Until then it is {}.", keys.bound)
        };
        notify::trouble(app, "The key of quick search is taken", &format!("{} {now}", error.message));
    }
}

/// Makes `key` the key of quick search (none, when empty) and returns the one that was wanted before.
///
/// # Errors
/// [`ErrorCode::InvalidInput`] when it is no key or cannot be had; the one before then stays.
pub(super) fn bind(app: &AppHandle, key: &str) -> ApiResult<String> {
    let before = keys(app).wanted;
    // A key that is wanted already is no reason to refuse whatever else is being set.
    if before != key {
        if on_wayland() {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                "On Wayland no program can take a global key. Bind the command `atom toggle` to a key in the keyboard \
                 settings of your desktop instead.",
            ));
        }
        take(app, key)?;
        update(app, |keys| key.clone_into(&mut keys.wanted));
    }
    Ok(before)
}

/// Takes `key` from the system, and gives back the one before.
fn take(app: &AppHandle, key: &str) -> ApiResult<()> {
    let before = parse(&keys(app).bound)?;
    let next = parse(key)?;
    if before != next {
        if let Some(next) = next {
            app.global_shortcut().register(next).map_err(|error| {
                let message = format!(
                    "{key} cannot be the key of quick search: another program has it. Choose another in the settings."
                );
                ApiError::new(ErrorCode::InvalidInput, message).with_details(error.to_string())
            })?;
        }
        if let Some(before) = before
            && let Err(error) = app.global_shortcut().unregister(before)
        {
            tracing::warn!(%error, "cannot give back the old key of quick search");
        }
    }
    update(app, |keys| key.clone_into(&mut keys.bound));
    Ok(())
}

fn keys(app: &AppHandle) -> Keys {
    app.state::<State>().0.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn update(app: &AppHandle, change: impl FnOnce(&mut Keys)) {
    change(&mut app.state::<State>().0.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Reads a key as `Alt+Space`; one without a modifier would be lost to every other program, unless it is a function key.
fn parse(key: &str) -> ApiResult<Option<Shortcut>> {
    if key.is_empty() {
        return Ok(None);
    }
    let shortcut = Shortcut::from_str(key).map_err(|_| {
        ApiError::new(ErrorCode::InvalidInput, format!("{key} is not a key. Write it as Alt+Space or Ctrl+Shift+K."))
    })?;
    let typed = shortcut.mods.difference(Modifiers::SHIFT).is_empty() && !is_function_key(shortcut.key);
    if typed {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("{key} would no longer reach other programs. Add Ctrl, Alt or Super."),
        ));
    }
    Ok(Some(shortcut))
}

fn is_function_key(code: Code) -> bool {
    let name = code.to_string();
    name.strip_prefix('F').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a global key is out of reach here.
fn on_wayland() -> bool {
    cfg!(target_os = "linux") && std::env::var_os("XDG_SESSION_TYPE").is_some_and(|session| session == "wayland")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_take_nothing_from_typing_are_keys() {
        for key in ["Alt+Space", "Ctrl+Alt+Space", "Ctrl+Shift+K", "Super+F", "F9", "Shift+F12"] {
            assert!(parse(key).unwrap().is_some(), "{key}");
        }
        assert!(parse("").unwrap().is_none());
    }

    #[test]
    fn keys_that_people_type_with_are_refused() {
        for key in ["A", "Space", "Shift+A", "Enter"] {
            assert_eq!(parse(key).unwrap_err().code, ErrorCode::InvalidInput, "{key}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_by_name() {
        for key in ["Alt+", "Alt+Nothing", "+", "Alt Space"] {
            let error = parse(key).unwrap_err();
            assert!(error.message.contains(key), "{}", error.message);
        }
    }
}
