//! The person's desktop, by way of Tauri and its plugins. All of it runs in Rust: no window may call a plugin.

use super::{hotkey, quick_search, window};
#[cfg(target_os = "linux")]
use super::{programs, share};
use crate::desktop::{Desktop, ProgramView};
use atom_api::{ApiError, ApiResult, ErrorCode, ItemFile};
use std::path::{Path, PathBuf};
use tauri::AppHandle;
use tauri_plugin_clipboard_manager::ClipboardExt;
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

/// [`Desktop`] on the real one.
pub(super) struct Host {
    app: AppHandle,
}

impl Host {
    pub(super) fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

impl Desktop for Host {
    fn open(&self, path: &Path) -> ApiResult<()> {
        still_there(path)?;
        tauri_plugin_opener::open_path(path, None::<&str>).map_err(|error| {
            ApiError::new(ErrorCode::Internal, "The system has no program that opens this file.")
                .with_details(error.to_string())
        })
    }

    fn reveal(&self, path: &Path) -> ApiResult<()> {
        still_there(path)?;
        let folder = path.parent().unwrap_or(path);
        tauri_plugin_opener::reveal_item_in_dir(path)
            .or_else(|_| tauri_plugin_opener::open_path(folder, None::<&str>))
            .map_err(|error| {
                ApiError::new(ErrorCode::Internal, "The system has no file manager that answers.")
                    .with_details(error.to_string())
            })
    }

    fn copy(&self, text: &str) -> ApiResult<()> {
        self.app.clipboard().write_text(text).map_err(|error| {
            ApiError::new(ErrorCode::Internal, "The system's clipboard does not answer.")
                .with_details(error.to_string())
                .retryable()
        })
    }

    #[cfg(target_os = "linux")]
    fn programs(&self) -> Vec<ProgramView> {
        programs::all()
    }

    #[cfg(target_os = "linux")]
    fn launch(&self, program: &str) -> ApiResult<()> {
        programs::launch(program)
    }

    #[cfg(target_os = "linux")]
    fn programs_for(&self, file: &ItemFile) -> Vec<ProgramView> {
        programs::of_file(&file.path, &file.mime)
    }

    #[cfg(target_os = "linux")]
    fn open_with(&self, file: &ItemFile, program: &str) -> ApiResult<()> {
        still_there(&file.path)?;
        programs::open_with(&file.path, &file.mime, program)
    }

    #[cfg(target_os = "linux")]
    fn share(&self, path: &Path) -> oneshot::Receiver<ApiResult<()>> {
        share::by_mail(path)
    }

    #[cfg(not(target_os = "linux"))]
    fn programs(&self) -> Vec<ProgramView> {
        Vec::new()
    }

    #[cfg(not(target_os = "linux"))]
    fn launch(&self, _: &str) -> ApiResult<()> {
        Err(not_here())
    }

    #[cfg(not(target_os = "linux"))]
    fn programs_for(&self, _: &ItemFile) -> Vec<ProgramView> {
        Vec::new()
    }

    #[cfg(not(target_os = "linux"))]
    fn open_with(&self, _: &ItemFile, _: &str) -> ApiResult<()> {
        Err(not_here())
    }

    #[cfg(not(target_os = "linux"))]
    fn share(&self, _: &Path) -> oneshot::Receiver<ApiResult<()>> {
        let (answer, answered) = oneshot::channel();
        let _ = answer.send(Err(not_here()));
        answered
    }

    fn pick_folder(&self) -> oneshot::Receiver<Option<PathBuf>> {
        let (answer, answered) = oneshot::channel();
        let mut dialog = self.app.dialog().file().set_title("Choose a folder");
        if let Some(main) = window::main(&self.app) {
            dialog = dialog.set_parent(&main);
        }
        dialog.pick_folder(move |folder| {
            let _ = answer.send(folder.and_then(|folder| folder.into_path().ok()));
        });
        answered
    }

    fn pick_save(&self, name: &str) -> oneshot::Receiver<Option<PathBuf>> {
        let (answer, answered) = oneshot::channel();
        let mut dialog = self.app.dialog().file().set_file_name(name);
        if let Some(main) = window::main(&self.app) {
            dialog = dialog.set_parent(&main);
        }
        dialog.save_file(move |file| {
            let _ = answer.send(file.and_then(|file| file.into_path().ok()));
        });
        answered
    }

    fn bind_hotkey(&self, key: &str) -> ApiResult<String> {
        hotkey::bind(&self.app, key)
    }

    fn hide_quick(&self) {
        quick_search::hide(&self.app);
    }

    fn show_main(&self, route: &str) {
        quick_search::hide(&self.app);
        window::show_main(&self.app, route);
    }
}

#[cfg(not(target_os = "linux"))]
fn not_here() -> ApiError {
    ApiError::new(ErrorCode::Internal, "Atom knows the programs of Linux only so far.")
}

fn still_there(path: &Path) -> ApiResult<()> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(ApiError::new(ErrorCode::NotFound, "The file is no longer there.")),
        Err(error) => Err(ApiError::new(ErrorCode::NotFound, "The file cannot be reached.")
            .with_details(error.kind().to_string())
            .retryable()),
    }
}
