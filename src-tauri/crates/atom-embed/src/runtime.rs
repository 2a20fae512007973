//! ONNX Runtime, loaded once per process.
//!
//! The library is opened by path and its environment kept for the life of the
//! process, because the runtime allows only one. It is asked to print errors only.
//!
//! Releases after 1.28 contain telemetry, on by default on Linux too: a device id and a log below `~/.cache`, a session
//! file in the temporary folder, and connections to its makers. `DisableTelemetryEvents` comes too late for the
//! first of them. The project installs a release without; for others only the environment stops it before it begins,
//! so a process that does not have `ORT_DISABLE_TELEMETRY` set does not get the runtime at all.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::logging::LogLevel;

use crate::error::{Error, Result};

/// Keeps the runtime from starting its telemetry.
const NO_TELEMETRY: &str = "ORT_DISABLE_TELEMETRY";

static LOADED: Mutex<Option<Environment>> = Mutex::new(None);

/// The process's environment, made from the library at `path` by whoever asks first.
pub(crate) fn environment(path: &Path) -> Result<Environment> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = loaded.as_ref() {
        return Ok(environment.clone());
    }
    let failed = |reason: String| Error::Runtime { path: PathBuf::from(path), reason };
    if std::env::var_os(NO_TELEMETRY).is_none_or(|value| value != "1") {
        return Err(failed(format!("this process was started without {NO_TELEMETRY}=1, so it would send telemetry")));
    }
    let environment = ort::init_from(path)
        .map_err(|error| failed(error.to_string()))?
        .with_name("atom")
        .with_telemetry(false)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    environment.set_log_level(LogLevel::Error);
    tracing::debug!(path = %path.display(), "inference runtime loaded");
    Ok(loaded.insert(environment).clone())
}
