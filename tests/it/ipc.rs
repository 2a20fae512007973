//! The IPC contract on Tauri's mock runtime: real permissions and real adapters, no window and no desktop.

use atom_api::{ApiResult, App, AppConfig, ItemFile};
use atom_app::desktop::{Desktop, ProgramView};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{WebviewWindow, WebviewWindowBuilder};
use tauri_specta::{BuilderConfiguration, LanguageExt};
use tokio::sync::oneshot;

/// A desktop that notes what it was asked.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }
}

impl Desktop for Notes {
    fn open(&self, path: &Path) -> ApiResult<()> {
        self.note(format!("open {}", path.display()));
        Ok(())
    }
    fn reveal(&self, path: &Path) -> ApiResult<()> {
        self.note(format!("reveal {}", path.display()));
        Ok(())
    }
    fn copy(&self, text: &str) -> ApiResult<()> {
        self.note(format!("copy {text}"));
        Ok(())
    }
    fn programs(&self) -> Vec<ProgramView> {
        vec![ProgramView {
            id: "one".to_owned(),
            name: "One".to_owned(),
            detail: String::new(),
            keywords: Vec::new(),
            is_default: false,
        }]
    }
    fn launch(&self, program: &str) -> ApiResult<()> {
        self.note(format!("launch {program}"));
        Ok(())
    }
    fn programs_for(&self, file: &ItemFile) -> Vec<ProgramView> {
        self.note(format!("programs for {}", file.path.display()));
        self.programs()
    }
    fn open_with(&self, file: &ItemFile, program: &str) -> ApiResult<()> {
        self.note(format!("open {} with {program}", file.path.display()));
        Ok(())
    }
    fn share(&self, path: &Path) -> oneshot::Receiver<ApiResult<()>> {
        self.note(format!("share {}", path.display()));
        let (answer, answered) = oneshot::channel();
        answer.send(Ok(())).unwrap();
        answered
    }
    fn pick_folder(&self) -> oneshot::Receiver<Option<PathBuf>> {
        let (answer, answered) = oneshot::channel();
        answer.send(Some("/picked".into())).unwrap();
        answered
    }
    fn pick_save(&self, name: &str) -> oneshot::Receiver<Option<PathBuf>> {
        self.note(format!("save {name}"));
        let (answer, answered) = oneshot::channel();
        answer.send(None).unwrap();
        answered
    }
    fn bind_hotkey(&self, hotkey: &str) -> ApiResult<String> {
        self.note(format!("bind {hotkey}"));
        Ok("Alt+Space".to_owned())
    }
    fn hide_quick(&self) {
        self.note("hide");
    }
    fn show_main(&self, route: &str) {
        self.note(format!("show {route}"));
    }
}

/// Names of all commands, as the bindings are made from them.
struct Names(Arc<Mutex<Vec<String>>>);

impl LanguageExt for Names {
    type Error = std::io::Error;
    fn export(self, cfg: &BuilderConfiguration, _: &Path) -> Result<(), Self::Error> {
        *self.0.lock().unwrap() = cfg.commands.iter().map(|command| command.name().to_string()).collect();
        Ok(())
    }
}

fn commands() -> BTreeSet<String> {
    let names = Arc::default();
    atom_app::ipc::builder::<MockRuntime>().export(Names(Arc::clone(&names)), "").unwrap();
    let names = names.lock().unwrap().iter().cloned().collect::<BTreeSet<_>>();
    assert!(names.contains("search_query"), "the list of commands was read");
    names
}

/// Every command that is in a permission file, with the permission and how often it is there.
fn permitted() -> BTreeMap<String, Vec<String>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/permissions");
    let mut found = BTreeMap::<String, Vec<String>>::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let file: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        for permission in file["permission"].as_array().unwrap() {
            for command in permission["commands"]["allow"].as_array().unwrap() {
                let identifier = permission["identifier"].as_str().unwrap().to_owned();
                found.entry(command.as_str().unwrap().to_owned()).or_default().push(identifier);
            }
        }
    }
    found
}

/// A request that each command can read.
fn arguments(command: &str) -> Value {
    let id = json!({ "request": { "id": "1" } });
    match command {
        "vault_create" => json!({ "request": { "passphrase": "", "keychain": false } }),
        "vault_unlock" => json!({ "request": { "passphrase": "wrong" } }),
        "vault_change_passphrase" => {
            json!({ "request": { "proof": { "secret": "wrong" }, "passphrase": "another quiet place" } })
        }
        "vault_renew_recovery" | "vault_add_keychain" | "vault_remove_keychain" => {
            json!({ "request": { "secret": "wrong" } })
        }
        "vault_rotate" => json!({ "request": { "proof": { "secret": "wrong" }, "passphrase": null } }),
        "vault_confirm_recovery" | "vault_confirm_rotation" => json!({ "request": { "groups": ["AAAA", "BBBB"] } }),
        "search_query" => {
            json!({ "request": { "query": "a", "mode": "hybrid", "limit": 1, "offset": 0, "explain": false } })
        }
        "search_preview" | "search_passages" => json!({ "request": { "id": "1", "query": "a" } }),
        "search_similar" => json!({ "request": { "id": "1", "text": null, "limit": 5 } }),
        "search_complete" => json!({ "request": { "query": "ty", "cursor": 2 } }),
        "preview_page" => json!({ "request": { "id": "1", "page": null, "width": 600, "query": "a" } }),
        "item_open" | "item_reveal" | "item_copy_path" | "item_copy_all" | "item_apps" | "item_share"
        | "apps_launch" | "saved_remove" | "saved_seen" | "sources_remove" | "sources_rescan" | "sources_forget"
        | "sources_index_now" | "activity_cancel" | "clients_remove" => id,
        "clients_add" => json!({ "request": { "name": "a", "all": true, "sources": [] } }),
        "item_open_with" => json!({ "request": { "id": "1", "program": "one" } }),
        "history_note" => {
            json!({ "request": { "query": "a", "total": 1, "tookMs": 2.5, "opened": "1", "rank": 1 } })
        }
        "history_list" => json!({ "request": { "prefix": "", "limit": 10 } }),
        "history_forget" => json!({ "request": { "query": null } }),
        "saved_put" => json!({ "request": { "id": null, "name": "a", "query": "a", "notify": false } }),
        "item_copy_text" => json!({ "request": { "text": "a" } }),
        "sources_add" => json!({ "request": { "path": "/nowhere" } }),
        "files_list" => {
            json!({ "request": { "source": null, "states": [], "query": "", "offset": 0, "limit": 1 } })
        }
        "audit_list" => json!({ "request": { "actions": [], "since": null, "before": null, "limit": 1 } }),
        "model_use" | "model_download" | "model_remove" => json!({ "request": { "id": "no-such-model" } }),
        "model_import" => json!({ "request": { "path": "/nowhere", "id": null } }),
        "files_explain" => json!({ "request": { "path": "/nowhere" } }),
        "files_retry" => json!({ "request": { "source": null, "states": [], "id": null } }),
        "settings_set" => json!({ "settings": {
            "hotkey": "Alt+K", "theme": "dark", "ignoreRules": "", "indexBudget": "half",
            "notifyWhenDone": true, "lockAfterMinutes": null, "airGap": false,
            "backup": {
                "folder": null, "everyHours": 24, "indexes": true, "keepLast": 3, "keepDaily": 7, "keepWeekly": 4,
            },
            "batteryFloor": 30, "waitForPerson": false, "followHeat": true, "ocr": { "enabled": true, "languages": [] },
            "rememberSearches": true,
        } }),
        "backup_start" => json!({ "request": {
            "folder": "/nowhere/at/all", "verify": false, "indexes": true, "keepLast": 0, "keepDaily": 0, "keepWeekly": 0,
        } }),
        "backup_check" | "backup_list" | "export_start" | "import_run" => {
            json!({ "request": { "folder": "/nowhere/at/all" } })
        }
        "restore_list" => json!({ "request": { "folder": "/nowhere/at/all", "secret": "wrong" } }),
        "restore_start" => {
            json!({ "request": { "folder": "/nowhere/at/all", "snapshot": null, "secret": "wrong" } })
        }
        "window_open_main" => json!({ "request": { "route": "/sources" } }),
        _ => json!({}),
    }
}

/// The app with the windows that it has, and one that it never has.
struct Shell {
    _dir: tempfile::TempDir,
    _app: tauri::App<MockRuntime>,
    notes: Arc<Notes>,
    windows: BTreeMap<&'static str, WebviewWindow<MockRuntime>>,
}

fn shell() -> Shell {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tauri::async_runtime::handle();
    let _entered = runtime.inner().enter();
    let api = App::start(AppConfig {
        data_dir: dir.path().join("data"),
        assets_dir: dir.path().join("assets"),
        worker_program: "/nonexistent/worker".into(),
        worker_args: Vec::new(),
        indexing: atom_api::Indexing::AsSet,
        at_rest: || {},
    })
    .unwrap();
    let notes = Arc::new(Notes::default());
    let ipc = atom_app::ipc::builder();
    let app = mock_builder()
        .invoke_handler(ipc.invoke_handler())
        .manage(api)
        .manage::<Arc<dyn Desktop>>(Arc::clone(&notes) as Arc<dyn Desktop>)
        .build(atom_app::context())
        .unwrap();
    ipc.mount_events(&app);
    let windows = ["main", "quick-search", "other"]
        .map(|label| (label, WebviewWindowBuilder::new(&app, label, Default::default()).build().unwrap()))
        .into();
    Shell { _dir: dir, _app: app, notes, windows }
}

/// What came of a call.
#[derive(Debug)]
enum Outcome {
    Answered(Value),
    Failed(Value),
    Denied(String),
}

impl Shell {
    fn call(&self, window: &str, command: &str, from: &str) -> Outcome {
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: tauri::ipc::CallbackFn(0),
            error: tauri::ipc::CallbackFn(1),
            url: from.parse().unwrap(),
            body: tauri::ipc::InvokeBody::Json(arguments(command)),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        match get_ipc_response(&self.windows[window], request) {
            Ok(body) => Outcome::Answered(body.deserialize().unwrap()),
            Err(Value::String(refused)) => Outcome::Denied(refused),
            Err(error) => Outcome::Failed(error),
        }
    }

    fn noted(&self) -> Vec<String> {
        self.notes.0.lock().unwrap().clone()
    }
}

const OWN: &str = "tauri://localhost";

#[test]
fn every_command_is_in_exactly_one_permission() {
    let permitted = permitted();
    for command in commands() {
        assert_eq!(permitted.get(&command).map(Vec::len), Some(1), "{command}");
    }
    let known = commands();
    let stale = permitted.keys().filter(|command| !known.contains(*command)).collect::<Vec<_>>();
    assert!(stale.is_empty(), "permissions for commands that are gone: {stale:?}");
}

#[test]
fn main_window_may_call_every_command() {
    let shell = shell();
    for command in commands() {
        match shell.call("main", &command, OWN) {
            Outcome::Answered(_) => {}
            Outcome::Failed(error) => {
                assert!(error["code"].is_string() && error["message"].is_string(), "{command}: {error}")
            }
            Outcome::Denied(why) => panic!("{command}: {why}"),
        }
    }
}

#[test]
fn quick_search_may_call_what_is_listed_here_and_nothing_else() {
    let shell = shell();
    let may = [
        "vault-read",
        "vault-lock",
        "search",
        "item",
        "programs",
        "history",
        "history-forget",
        "saved-read",
        "saved-change",
        "activity-pause",
        "status",
        "settings-read",
        "window",
    ];
    let permitted = permitted();
    for command in commands() {
        let expected = may.contains(&permitted[&command][0].as_str());
        let denied = matches!(shell.call("quick-search", &command, OWN), Outcome::Denied(_));
        assert_eq!(denied, !expected, "{command}");
    }
}

#[test]
fn unknown_windows_and_foreign_pages_may_call_nothing() {
    let shell = shell();
    for command in commands() {
        for (window, from) in [
            ("other", OWN),
            ("main", "https://example.com"),
            ("main", "http://localhost:1420"),
            ("quick-search", "file:///tmp/page.html"),
        ] {
            let outcome = shell.call(window, &command, from);
            assert!(matches!(outcome, Outcome::Denied(_)), "{command} from {window} at {from}: {outcome:?}");
        }
    }
}

#[test]
fn no_window_may_call_a_plugin() {
    let shell = shell();
    for command in [
        "plugin:clipboard-manager|read_text",
        "plugin:dialog|open",
        "plugin:opener|open_path",
        "plugin:global-shortcut|register",
        "plugin:notification|notify",
        "plugin:window|create",
        "plugin:webview|create_webview_window",
        "plugin:event|emit",
        "plugin:path|resolve_directory",
        "plugin:app|version",
    ] {
        for window in ["main", "quick-search"] {
            let outcome = shell.call(window, command, OWN);
            assert!(matches!(outcome, Outcome::Denied(_)), "{command} from {window}: {outcome:?}");
        }
    }
}

#[test]
fn commands_reach_the_desktop() {
    let shell = shell();
    for command in ["item_copy_text", "quick_hide", "window_open_main"] {
        assert!(matches!(shell.call("quick-search", command, OWN), Outcome::Answered(Value::Null)), "{command}");
    }
    assert_eq!(shell.noted(), ["copy a", "hide", "show /sources"]);
    assert!(matches!(shell.call("quick-search", "apps_launch", OWN), Outcome::Answered(Value::Null)));
    assert_eq!(shell.noted().last().unwrap(), "launch 1");
    let programs = shell.call("quick-search", "apps_list", OWN);
    assert!(matches!(&programs, Outcome::Answered(list) if list[0]["isDefault"] == false), "{programs:?}");
    assert!(matches!(shell.call("main", "sources_pick", OWN), Outcome::Answered(path) if path == "/picked"));
}

#[test]
fn a_hotkey_that_could_not_be_stored_is_given_back() {
    let shell = shell();
    assert!(matches!(shell.call("main", "settings_set", OWN), Outcome::Failed(_)), "there is no vault to store it in");
    assert_eq!(shell.noted(), ["bind Alt+K", "bind Alt+Space"]);
}

#[test]
fn an_item_that_is_not_there_is_not_opened() {
    let shell = shell();
    for command in
        ["item_open", "item_reveal", "item_copy_path", "item_copy_all", "item_apps", "item_open_with", "item_share"]
    {
        assert!(matches!(shell.call("quick-search", command, OWN), Outcome::Failed(_)), "{command}");
    }
    assert!(shell.noted().is_empty());
}
