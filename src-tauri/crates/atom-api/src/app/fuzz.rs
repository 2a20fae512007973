//! What a use case reads from files, with any bytes in them.

use super::{export, refusals, settings};
use std::path::Path;

/// The record of refused attempts.
pub fn refused(data: &[u8]) {
    let _ = refusals::entries_of(data);
}

/// An export that is taken in: its own description, folders line by line, settings.
///
/// # Panics
/// When settings do not read as they are written.
pub fn import(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    export::parse_any(text);
    let merged = settings::merge(text, settings::defaults(Path::new("/data")));
    let written = serde_json::to_string(&merged).unwrap_or_default();
    let again = settings::merge(&written, settings::defaults(Path::new("/data")));
    assert!(serde_json::to_string(&again).is_ok_and(|again| again == written), "settings do not read as written");
}
