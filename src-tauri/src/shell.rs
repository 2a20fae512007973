//! The desktop app: windows, tray, hotkey, notifications, and the life of the process.
//!
//! Nothing here knows how Atom works; it shows what `atom-api` says and passes on what a person does.
//! Whatever the desktop lacks (a tray, a notification service, global keys) is missed, logged and lived without.

mod events;
mod host;
mod hotkey;
#[cfg(target_os = "linux")]
mod leaving;
mod notify;
#[cfg(target_os = "linux")]
mod person;
#[cfg(target_os = "linux")]
mod programs;
mod quick_search;
#[cfg(target_os = "linux")]
mod share;
mod tray;
mod window;

use crate::desktop::Desktop;
use crate::{ipc, places, start};
use atom_api::{App, AppConfig, Call, ErrorCode};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tauri::{AppHandle, Manager, RunEvent, Runtime};
use tracing_subscriber::filter::LevelFilter;

/// The compiled configuration, permissions and pages of the app.
pub fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// Runs the desktop app until the person quits it.
pub(crate) fn run(data_dir: Option<PathBuf>, hidden: bool) -> ExitCode {
    if !start::has_display(|name| std::env::var_os(name)) || !window::toolkit_starts() {
        eprintln!("atom: there is no display to open a window on; `atom --help` shows what the terminal can do");
        return ExitCode::FAILURE;
    }
    crate::logging::to_stderr(LevelFilter::WARN);
    if !atom_api::no_core_dumps() {
        tracing::warn!("core dumps cannot be turned off: a crash may write keys to the disk");
    }
    let config = match places::config(data_dir) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("atom: {error}");
            return ExitCode::FAILURE;
        }
    };
    let runtime = tauri::async_runtime::handle();
    let entered = runtime.inner().enter();
    let app = match App::start(config.clone()) {
        Ok(app) => app,
        Err(error) if error.code == ErrorCode::Busy => return join_running(&config, hidden),
        Err(error) => {
            eprintln!("atom: {error}");
            return ExitCode::FAILURE;
        }
    };
    app.lock_by_itself();
    drop(entered);
    match build(app, hidden) {
        Ok(tauri) => {
            tauri.run(on_run_event);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("atom: cannot open the desktop app: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Another Atom has the data folder: have it show itself, and leave.
fn join_running(config: &AppConfig, hidden: bool) -> ExitCode {
    if hidden {
        return ExitCode::SUCCESS;
    }
    match tauri::async_runtime::block_on(atom_api::socket::call(&config.data_dir, Call::Show)) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("atom: another Atom has {} but does not answer: {error}", config.data_dir.display());
            ExitCode::FAILURE
        }
    }
}

fn build(api: Arc<App>, hidden: bool) -> tauri::Result<tauri::App> {
    let ipc = ipc::builder();
    tauri::Builder::default()
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(hotkey::plugin())
        .invoke_handler(ipc.invoke_handler())
        .manage(Arc::clone(&api))
        .setup(move |app| {
            ipc.mount_events(app);
            let handle = app.handle();
            app.manage::<Arc<dyn Desktop>>(Arc::new(host::Host::new(handle.clone())));
            window::create_main(handle, hidden)?;
            quick_search::create(handle)?;
            tray::create(handle);
            hotkey::bind_at_start(handle);
            #[cfg(target_os = "linux")]
            {
                leaving::follow(Arc::clone(&api));
                person::follow(Arc::clone(&api));
            }
            events::follow(handle.clone(), api);
            end_on_signals(handle.clone());
            Ok(())
        })
        .on_window_event(|window, event| {
            window::on_event(window, event);
            quick_search::on_event(window, event);
        })
        .build(context())
}

fn on_run_event(app: &AppHandle, event: RunEvent) {
    match event {
        // No window is not the end: Atom lives in the tray until it is told to quit.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::Exit => {
            let api = Arc::clone(&app.state::<Arc<App>>());
            if let Err(error) = tauri::async_runtime::block_on(api.stop()) {
                tracing::error!(%error, "cannot stop in order");
            }
            app.cleanup_before_exit();
            #[cfg(target_os = "linux")]
            leave();
        }
        _ => {}
    }
}

/// Ends the process, once everything was ended in order, without what libraries registered to be done at its end.
///
/// OpenSSL, which the database has in it, takes itself down there, and a call of a window that still lets go of a
/// connection at that moment crashes.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "there is no safe way to leave without exit handlers")]
fn leave() -> ! {
    // SAFETY: it only ends the process.
    unsafe { libc::_exit(0) }
}

/// A session that ends sends a signal: close the store in order.
fn end_on_signals(app: AppHandle) {
    #[cfg(unix)]
    tauri::async_runtime::spawn(async move {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        app.exit(0);
    });
    #[cfg(not(unix))]
    drop(app);
}
