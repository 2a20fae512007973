//! Programs that are installed, by way of GIO: it knows desktop entries, their translations, which of them a desktop shows,
//! what opens which type of file, and how to start one without a shell, detached, in the person's session.
//!
//! An id is looked up among what GIO lists; it is never a path.

use crate::desktop::ProgramView;
use atom_api::{ApiError, ApiResult, ErrorCode};
use gtk::gio::prelude::*;
use gtk::gio::{AppInfo, AppLaunchContext, Cancellable, DesktopAppInfo, File, FileQueryInfoFlags};
use std::path::Path;

/// What GIO says of a file that it does not know.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Programs that the desktop shows, by name.
pub(super) fn all() -> Vec<ProgramView> {
    let mut programs: Vec<_> = shown().iter().filter_map(|program| view(program, None)).collect();
    programs.sort_by_cached_key(|program| program.name.to_lowercase());
    programs
}

/// Starts one of them.
pub(super) fn launch(id: &str) -> ApiResult<()> {
    start(&find(shown(), id)?, &[])
}

/// Programs that open a file of this kind, the default one first. `mime` counts where the system does not know the file.
pub(super) fn of_file(path: &Path, mime: &str) -> Vec<ProgramView> {
    let content_type = content_type(path, mime);
    let default = AppInfo::default_for_type(&content_type, false).and_then(|program| program.id());
    let programs = openers(&content_type);
    let mut views: Vec<_> = programs.iter().filter_map(|program| view(program, default.as_deref())).collect();
    // Stable: behind the default one they stay in the order of the system.
    views.sort_by_key(|program| !program.is_default);
    views
}

/// Opens a file with one of them.
pub(super) fn open_with(path: &Path, mime: &str, id: &str) -> ApiResult<()> {
    start(&find(openers(&content_type(path, mime)), id)?, &[File::for_path(path)])
}

fn shown() -> Vec<AppInfo> {
    AppInfo::all().into_iter().filter(AppInfoExt::should_show).collect()
}

/// Also those that no menu shows: to open files is what such an entry is for.
fn openers(content_type: &str) -> Vec<AppInfo> {
    let mut programs = AppInfo::all_for_type(content_type);
    if let Some(default) = AppInfo::default_for_type(content_type, false)
        && programs.iter().all(|program| program.id() != default.id())
    {
        programs.push(default);
    }
    programs
}

fn content_type(path: &Path, mime: &str) -> String {
    let found = File::for_path(path)
        .query_info("standard::content-type", FileQueryInfoFlags::NONE, Cancellable::NONE)
        .ok()
        .and_then(|facts| facts.content_type())
        .filter(|found| found != UNKNOWN_TYPE);
    match found {
        Some(found) => found.into(),
        None if mime.is_empty() => UNKNOWN_TYPE.to_owned(),
        None => mime.to_owned(),
    }
}

fn find(programs: Vec<AppInfo>, id: &str) -> ApiResult<AppInfo> {
    let found = programs.into_iter().find(|program| program.id().is_some_and(|known| known == id));
    found.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "This program is not installed any more."))
}

fn start(program: &AppInfo, files: &[File]) -> ApiResult<()> {
    program.launch(files, AppLaunchContext::NONE).map_err(|error| {
        let message = format!("{} cannot be started.", program.name());
        ApiError::new(ErrorCode::Internal, message).with_details(error.to_string())
    })
}

/// None for what has no id, which the window could not name.
fn view(program: &AppInfo, default: Option<&str>) -> Option<ProgramView> {
    let id = program.id()?;
    let entry = program.downcast_ref::<DesktopAppInfo>();
    let detail = entry.and_then(DesktopAppInfo::generic_name).or_else(|| program.description());
    let keywords = entry.map(DesktopAppInfo::keywords).unwrap_or_default();
    Some(ProgramView {
        is_default: default == Some(id.as_str()),
        id: id.into(),
        name: program.name().into(),
        detail: detail.map(String::from).unwrap_or_default(),
        keywords: keywords.into_iter().map(String::from).collect(),
    })
}

#[cfg(test)]
mod tests;
