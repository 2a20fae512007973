//! ONNX Runtime, loaded once per process.
//!
//! The library is opened by path and its environment kept for the life of the
//! process, because the runtime allows only one. It is asked to send no telemetry
//! and to print errors only.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::logging::LogLevel;

use crate::error::{Error, Result};

static LOADED: Mutex<Option<Environment>> = Mutex::new(None);

/// The process's environment, made from the library at `path` by whoever asks first.
pub(crate) fn environment(path: &Path) -> Result<Environment> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = loaded.as_ref() {
        return Ok(environment.clone());
    }
    let failed = |reason: String| Error::Runtime { path: PathBuf::from(path), reason };
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
