//! Other programs: the official client of MCP, the real `atom mcp`, and a running Atom, with what a program may see.

use super::place::{PASSPHRASE, Place, finish};
use atom_api::dto::{
    AuditListRequest, Progress, SearchMode, SearchRequest, SourcesAddRequest, StatusView, VaultUnlockRequest,
};
use atom_api::{App, AppConfig, Indexing};
use rmcp::model::{CallToolRequestParams, CallToolResult};
use rmcp::service::RunningService;
use rmcp::{RoleClient, ServiceExt};
use serde_json::{Value, json};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(240);
const HARVEST: &str = "The marigold harvest begins in July, when the beds are dry.";

async fn start(place: &Place, indexing: Indexing) -> Arc<App> {
    let app = App::start(AppConfig {
        data_dir: place.data(),
        assets_dir: place.assets(),
        worker_program: env!("CARGO_BIN_EXE_atom").into(),
        worker_args: vec!["--extract-worker".into()],
        indexing,
        at_rest: || {},
    })
    .unwrap();
    unlock(&app).await;
    app
}

async fn unlock(app: &Arc<App>) {
    app.vault_unlock(VaultUnlockRequest { passphrase: PASSPHRASE.to_owned() }).await.unwrap();
}

/// Waits until so many files are findable by word and by meaning.
async fn wait_for(app: &Arc<App>, files: u64) {
    let mut events = app.subscribe();
    let done = |progress: Progress| progress.done == progress.total;
    let is_done = |status: StatusView| {
        status.items >= files && done(status.progress.words) && done(status.progress.meaning) && status.vectors > 0
    };
    let waited = timeout(PATIENCE, async {
        while !is_done(app.status_get().await.unwrap()) {
            let _ = timeout(Duration::from_secs(1), events.recv()).await;
        }
    });
    waited.await.expect("indexing did not end");
}

/// An assistant with an `atom mcp` of its own.
struct Assistant {
    client: RunningService<RoleClient, ()>,
    server: Child,
}

impl Assistant {
    async fn new(place: &Place, token: &str) -> Self {
        let mut command = place.command(&["mcp", "--client", "one"]);
        command.env("ATOM_TOKEN", token).stdin(Stdio::piped());
        let mut server = Command::from(command).kill_on_drop(true).spawn().unwrap();
        let pipes = (server.stdout.take().unwrap(), server.stdin.take().unwrap());
        let client = timeout(PATIENCE, ().serve(pipes)).await.expect("it does not begin").unwrap();
        Self { client, server }
    }

    async fn call(&self, tool: &'static str, arguments: Value) -> CallToolResult {
        let arguments = arguments.as_object().unwrap().clone();
        let call = self.client.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments));
        timeout(PATIENCE, call).await.expect("no answer").unwrap()
    }

    /// What a tool answers well, as data and as the same in text.
    async fn well(&self, tool: &'static str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_eq!(result.is_error, Some(false), "{result:?}");
        let answer = result.structured_content.clone().unwrap();
        assert_eq!(serde_json::from_str::<Value>(text(&result)).unwrap(), answer);
        answer
    }

    /// Why a tool does not answer.
    async fn refused(&self, tool: &'static str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_eq!((result.is_error, &result.structured_content), (Some(true), &None), "{result:?}");
        text(&result).to_owned()
    }

    /// Closes the input of `atom mcp`; what it said on standard error by its end.
    async fn end(self) -> String {
        let Self { client, mut server } = self;
        client.cancel().await.unwrap();
        let ended = timeout(PATIENCE, server.wait()).await.expect("it does not end with its input").unwrap();
        assert!(ended.success(), "{ended}");
        let mut said = String::new();
        server.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
        said
    }
}

fn text(result: &CallToolResult) -> &str {
    &result.content[0].as_text().unwrap().text
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assistant_finds_and_reads_what_it_may_see_until_it_may_no_longer() {
    let place = Place::with_vault();
    place.write("mine/harvest.txt", HARVEST);
    place.write("theirs/copy.txt", HARVEST);
    place.write("theirs/budget.txt", "The marigold budget is a secret of the board.");
    let folder = |name: &str| place.docs().join(name).to_str().unwrap().to_owned();
    let app = start(&place, Indexing::Full).await;
    for name in ["mine", "theirs"] {
        app.sources_add(SourcesAddRequest { path: folder(name) }).await.unwrap();
    }
    wait_for(&app, 3).await;

    // Off until a program was added; no token in an argument; not every folder by accident.
    let refused = finish(place.command(&["mcp", "--client", "one"]).env("ATOM_TOKEN", "atom_x"), "");
    assert!(refused.code == Some(1) && refused.err.contains("no program may ask"), "{refused:?}");
    let without = place.run(&["mcp", "--client", "one"]);
    assert!(without.code == Some(1) && without.err.contains("ATOM_TOKEN"), "{without:?}");
    assert_eq!(place.run(&["client", "add", "one"]).code, Some(2));
    assert_eq!(place.run(&["client", "add", "one", "--source", "/nowhere"]).code, Some(1));

    let added = place.run(&["client", "add", "one", "--source", &folder("mine")]).well();
    let token = added.out.trim();
    assert!(token.starts_with("atom_") && !added.err.contains(token), "{added:?}");
    let listed = place.run(&["client", "list", "--json"]).well().json();
    assert_eq!((listed["name"].as_str(), listed["all"].as_bool()), (Some("one"), Some(false)));
    let other = finish(place.command(&["mcp", "--client", "two"]).env("ATOM_TOKEN", token), "");
    assert!(other.code == Some(1) && other.err.contains("not of two"), "{other:?}");

    let assistant = Assistant::new(&place, token).await;
    let tools = assistant.client.list_all_tools().await.unwrap();
    assert_eq!(tools.iter().map(|tool| &*tool.name).collect::<Vec<_>>(), ["search", "fetch"]);
    let found = assistant.well("search", json!({ "query": "marigold", "mode": "words" })).await;
    let results = found["results"].as_array().unwrap();
    assert_eq!((results.len(), &found["total"], &results[0]["also_at"]), (1, &json!(1), &json!([])), "{found}");
    assert!(results[0]["path"].as_str().unwrap().ends_with("/mine/harvest.txt"), "{found}");
    let by_meaning =
        assistant.well("search", json!({ "query": "gathering flowers in summer", "mode": "meaning" })).await;
    let paths: Vec<_> = by_meaning["results"].as_array().unwrap().iter().map(|hit| hit["title"].clone()).collect();
    assert_eq!(paths, ["harvest.txt"], "{by_meaning}");
    let read = assistant.well("fetch", json!({ "id": results[0]["id"] })).await;
    assert_eq!((read["text"].as_str(), read["metadata"]["next_offset"].is_null()), (Some(HARVEST), true));

    // A person sees it; the assistant is told what it is told of one that never was.
    let asked = app.search_query(SearchRequest::new("budget", SearchMode::Words, 1)).await.unwrap();
    let hidden = assistant.refused("fetch", json!({ "id": asked.hits[0].id })).await;
    assert_eq!(hidden, assistant.refused("fetch", json!({ "id": "999999" })).await);
    assert_eq!(assistant.well("search", json!({ "query": "budget secret", "mode": "words" })).await["total"], 0);

    app.vault_lock().await.unwrap();
    let locked = assistant.refused("search", json!({ "query": "marigold" })).await;
    assert!(locked.contains("locked"), "{locked}");
    unlock(&app).await;
    assert_eq!(assistant.well("search", json!({ "query": "marigold", "mode": "words" })).await["total"], 1);

    place.run(&["client", "remove", "one"]).well();
    for _ in 0..2 {
        let revoked = assistant.refused("search", json!({ "query": "marigold" })).await;
        assert!(revoked.contains("no program may ask"), "{revoked}");
    }
    let said = assistant.end().await;
    assert!(!said.contains("marigold") && !said.contains(token), "{said}");

    let all = AuditListRequest { limit: 1_000, ..AuditListRequest::default() };
    let log = app.audit_list(all).await.unwrap().entries;
    for action in ["client-added", "client-removed", "program-answered"] {
        assert!(log.iter().any(|entry| entry.action == action && entry.subject == "one"), "{action}: {log:?}");
    }
    assert!(log.iter().any(|entry| entry.action == "program-refused" && entry.actor == "program"), "{log:?}");
    let texts = format!("{log:?}");
    assert!(!texts.contains("marigold") && !texts.contains("budget") && !texts.contains("harvest"), "{texts}");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assistant_waits_for_an_atom_that_runs_later_and_opens_none() {
    let place = Place::with_vault();
    let token = place.run(&["client", "add", "one", "--all"]).well().out.trim().to_owned();
    let assistant = Assistant::new(&place, &token).await;
    let query = || json!({ "query": "marigold", "mode": "words" });
    let silent = assistant.refused("search", query()).await;
    assert!(silent.contains("not running"), "{silent}");
    for _ in 0..2 {
        let app = start(&place, Indexing::Off).await;
        assert_eq!(assistant.well("search", query()).await["total"], 0);
        app.stop().await.unwrap();
        drop(app);
        assert!(assistant.refused("search", query()).await.contains("not running"));
    }
    let said = assistant.end().await;
    assert!(said.contains("not running"), "{said}");
}
