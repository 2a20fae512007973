//! Programs over a real vault with two folders, into which the tests put documents themselves, and over its socket.

use super::*;
use crate::app::fixture::{self, PASSPHRASE};
use crate::dto::{AuditListRequest, VaultUnlockRequest};
use crate::rpc::{self, BUSY, INVALID_PARAMS, INVALID_REQUEST, LOCKED, METHOD_NOT_FOUND, PARSE_ERROR, UNAUTHORISED};
use crate::socket;
use atom_core::{ItemId, ItemState, Kind};
use atom_index::keyword::Document;
use atom_store::{NewChunk, SourceStatus, TextOutcome};
use serde_json::json;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

const NOW: i64 = 1_700_000_000_000;

struct Fixture {
    app: Arc<App>,
    home: SourceId,
    work: SourceId,
    _dir: tempfile::TempDir,
}

async fn vault() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let app = fixture::vault(dir.path()).await;
    let session = app.session().await.unwrap();
    let [home, work] = ["/home/me", "/work"].map(|path| session.store.add_source(Path::new(path), NOW).unwrap());
    Fixture { app, home, work, _dir: dir }
}

impl Fixture {
    /// A file of these passages.
    async fn add(&self, source: SourceId, path: &str, passages: &[&str]) -> ItemId {
        let session = self.app.session().await.unwrap();
        let path = PathBuf::from(path);
        let body = passages.concat();
        let entry = fixture::entry(&path, session.store.newest_item().unwrap().get().cast_unsigned() + 1);
        session.store.apply_scan(source, &[entry], NOW, &|_| true).unwrap();
        let item = session.store.newest_item().unwrap();
        let read = TextOutcome::Read {
            state: ItemState::Indexed,
            reason: None,
            mime: "text/plain".to_owned(),
            title: None,
            author: None,
            people: None,
            language: None,
            labels: None,
            content_hash: Some(blake3::hash(body.as_bytes()).as_bytes().to_vec()),
            parser_version: 1,
            crashes: 0,
            truncated: false,
            chunks: passages
                .iter()
                .map(|text| NewChunk { start: 0, heading: None, text: (*text).to_owned() })
                .collect(),
            shows_text: false,
            members: Vec::new(),
        };
        let task = session.store.read_tasks(10, NOW).unwrap().remove(0);
        assert_eq!(task.item, item);
        session.store.store_texts(&[(task, read)]).unwrap();
        let document = Document {
            item,
            source,
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            title: None,
            author: None,
            people: None,
            language: None,
            labels: Vec::new(),
            traits: Vec::new(),
            path: path.to_string_lossy().into_owned(),
            body,
            kind: Kind::Text,
            ext: "txt".to_owned(),
            mime: "text/plain".to_owned(),
            modified_ms: 5,
            size: 10,
        };
        let mut writer = session.keyword.writer().unwrap();
        writer.upsert(&document).unwrap();
        writer.commit().unwrap();
        item
    }

    /// Lets a program ask; its token.
    async fn allow(&self, name: &str, sees: Option<&[SourceId]>) -> String {
        let sources = sees.unwrap_or_default().iter().map(ToString::to_string).collect();
        let request = ClientAddRequest { name: name.to_owned(), all: sees.is_none(), sources };
        self.app.clients_add(request).await.unwrap().token
    }

    async fn ask(&self, token: &str, ask: Ask) -> Result<Value, Refusal> {
        self.app.client_call(TokenHash::of(token), ask).await
    }

    /// Paths of what a program finds, and how much it is said to be.
    async fn finds(&self, token: &str, query: &str) -> (Vec<String>, u64) {
        let answer = self.ask(token, search(query)).await.unwrap();
        let results = answer["results"].as_array().unwrap().iter();
        (results.map(|hit| hit["path"].as_str().unwrap().to_owned()).collect(), answer["total"].as_u64().unwrap())
    }

    async fn wire(&self) -> Wire {
        Wire(BufReader::new(socket::connect(&self.app.config().data_dir).await.unwrap()))
    }

    /// What the log says of programs: actor, action, subject and times.
    async fn logged(&self) -> Vec<String> {
        let all = AuditListRequest { limit: 100, ..AuditListRequest::default() };
        let entries = self.app.audit_list(all).await.unwrap().entries.into_iter().rev();
        entries
            .filter(|entry| entry.action.starts_with("client") || entry.action.starts_with("program"))
            .map(|entry| format!("{} {} {} {}", entry.actor, entry.action, entry.subject, entry.times))
            .collect()
    }
}

fn search(query: &str) -> Ask {
    Ask::Search(serde_json::from_value(json!({ "query": query, "mode": "words" })).unwrap())
}

fn fetch(id: &str) -> Ask {
    Ask::Fetch(serde_json::from_value(json!({ "id": id })).unwrap())
}

fn failed(outcome: Result<Value, Refusal>) -> ApiError {
    match outcome {
        Err(Refusal::Failed(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// The other end of the socket, line by line.
struct Wire(BufReader<UnixStream>);

impl Wire {
    async fn send(&mut self, line: &[u8]) {
        self.0.get_mut().write_all(&[line, b"\n"].concat()).await.unwrap();
    }

    /// The next answer; none when the connection has ended.
    async fn receive(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).await.unwrap_or(0);
        (read > 0).then(|| serde_json::from_str(&line).unwrap())
    }

    async fn call(&mut self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": method, "method": method, "params": params });
        self.send(request.to_string().as_bytes()).await;
        let answer = self.receive().await.unwrap();
        assert_eq!(answer["id"], method, "{answer}");
        answer
    }

    async fn code(&mut self, method: &str, params: Value) -> i64 {
        let answer = self.call(method, params).await;
        answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{answer}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_finds_and_reads_what_lies_in_its_folders_and_nothing_else() {
    let vault = vault().await;
    let mine = vault.add(vault.home, "/home/me/harvest.txt", &["marigold harvest"]).await;
    let theirs = vault.add(vault.work, "/work/budget.txt", &["marigold budget"]).await;
    vault.add(vault.work, "/work/copy.txt", &["marigold harvest"]).await;
    let one = vault.allow("one", Some(&[vault.home])).await;
    let all = vault.allow("all", None).await;
    assert_eq!(vault.finds(&one, "marigold").await, (vec!["/home/me/harvest.txt".to_owned()], 1));
    assert_eq!(vault.finds(&one, "budget").await, (Vec::new(), 0));
    assert_eq!(vault.finds(&all, "marigold").await.1, 3);
    for (token, copies) in [(&one, 0), (&all, 1)] {
        let answer = vault.ask(token, search("harvest")).await.unwrap();
        assert_eq!(answer["results"][0]["also_at"].as_array().unwrap().len(), copies, "{answer}");
    }
    let read = vault.ask(&one, fetch(&mine.to_string())).await.unwrap();
    assert_eq!((&read["text"], &read["title"]), (&json!("marigold harvest"), &json!("harvest.txt")));
    assert_eq!(vault.ask(&all, fetch(&theirs.to_string())).await.unwrap()["text"], "marigold budget");
    // An item elsewhere, one that never was, and what is no id: nothing tells them apart.
    let hidden = failed(vault.ask(&one, fetch(&theirs.to_string())).await);
    assert_eq!(hidden.code, ErrorCode::NotFound);
    for never in ["9999", "-1", "x"] {
        assert_eq!(failed(vault.ask(&one, fetch(never)).await), hidden);
    }
    let seen = |answer: Value| answer["sources"].as_array().unwrap().len();
    assert_eq!(seen(vault.ask(&one, Ask::Sources(SourcesParams {})).await.unwrap()), 1);
    assert_eq!(seen(vault.ask(&all, Ask::Sources(SourcesParams {})).await.unwrap()), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_whose_last_folder_is_removed_sees_nothing() {
    let vault = vault().await;
    let mine = vault.add(vault.home, "/home/me/a.txt", &["marigold"]).await.to_string();
    vault.add(vault.work, "/work/b.txt", &["marigold"]).await;
    let one = vault.allow("one", Some(&[vault.home])).await;
    assert_eq!(vault.finds(&one, "marigold").await.1, 1);
    let session = vault.app.session().await.unwrap();
    session.store.set_source_status(vault.home, SourceStatus::Removing, None).unwrap();
    for _ in 0..2 {
        assert_eq!(vault.finds(&one, "marigold").await, (Vec::new(), 0));
        assert_eq!(failed(vault.ask(&one, fetch(&mine)).await).code, ErrorCode::NotFound);
        assert_eq!(vault.ask(&one, Ask::Sources(SourcesParams {})).await.unwrap(), json!({ "sources": [] }));
        while session.store.remove_source_items(vault.home, 10).unwrap() > 0 {}
    }
    let listed = vault.app.clients_list().await.unwrap();
    assert_eq!((listed[0].all, &listed[0].sources), (false, &Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_is_read_in_parts() {
    let vault = vault().await;
    let id = vault.add(vault.home, "/home/me/a.txt", &["größe ", "und ", "Maß"]).await.to_string();
    let all = vault.allow("all", None).await;
    let (mut whole, mut offset) = (String::new(), Some(0));
    while let Some(at) = offset {
        let params = json!({ "id": id, "offset": at, "max_chars": 4 });
        let part = vault.ask(&all, Ask::Fetch(serde_json::from_value(params).unwrap())).await.unwrap();
        assert_eq!(part["metadata"]["total_chars"], 13);
        whole.push_str(part["text"].as_str().unwrap());
        offset = part["metadata"]["next_offset"].as_u64();
    }
    assert_eq!(whole, "größe und Maß");
    let beyond = json!({ "id": id, "offset": 99 });
    let beyond = vault.ask(&all, Ask::Fetch(serde_json::from_value(beyond).unwrap())).await.unwrap();
    assert_eq!((&beyond["text"], &beyond["metadata"]["next_offset"]), (&json!(""), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_ask_is_refused_and_all_of_it_is_logged_without_what_was_asked() {
    let vault = vault().await;
    vault.add(vault.home, "/home/me/a.txt", &["marigold"]).await;
    assert!(matches!(vault.ask("atom_x", search("marigold")).await, Err(Refusal::Off)));
    let one = vault.allow("one", None).await;
    assert!(one.starts_with("atom_") && one.len() > 40, "{one}");
    assert!(matches!(vault.ask("atom_x", search("marigold")).await, Err(Refusal::Unknown)));
    for _ in 0..3 {
        vault.finds(&one, "marigold").await;
    }
    let listed = vault.app.clients_list().await.unwrap();
    assert!(listed[0].used_at.is_some(), "{listed:?}");
    vault.app.clients_remove(IdRequest { id: listed[0].id.clone() }).await.unwrap();
    assert!(matches!(vault.ask(&one, search("marigold")).await, Err(Refusal::Off)), "at its next call");
    let gone = vault.app.clients_remove(IdRequest { id: listed[0].id.clone() }).await;
    assert_eq!(gone.unwrap_err().code, ErrorCode::NotFound);
    let mut logged = vault.logged().await;
    let at_once = [
        "program program-refused  1",
        "app client-added one 1",
        "program program-answered one 1",
        "app client-removed one 1",
    ];
    assert_eq!(logged.drain(..4).collect::<Vec<_>>(), at_once);
    // Within the minute they are only counted, until somebody looks.
    logged.sort();
    assert_eq!(logged, ["program program-answered one 2", "program program-refused  2"]);
    assert!(vault.app.audit_verify().await.unwrap().ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_needs_a_name_of_its_own_and_either_all_folders_or_some() {
    let vault = vault().await;
    let add = |name: &str, all: bool, sources: &[&str]| {
        let sources = sources.iter().map(|&id| id.to_owned()).collect();
        vault.app.clients_add(ClientAddRequest { name: name.to_owned(), all, sources })
    };
    let (home, long) = (vault.home.to_string(), "x".repeat(65));
    for (name, all, sources) in [
        ("", true, vec![]),
        ("a\nb", true, vec![]),
        (long.as_str(), true, vec![]),
        ("a", false, vec![]),
        ("a", true, vec![home.as_str()]),
        ("a", false, vec!["x"]),
    ] {
        let refused = add(name, all, &sources).await.map(drop).unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidInput, "{name} {all} {sources:?}");
    }
    assert_eq!(add("a", false, &["99"]).await.map(drop).unwrap_err().code, ErrorCode::NotFound);
    let added = add(" a ", false, &[home.as_str()]).await.unwrap().client;
    assert_eq!((added.name.as_str(), added.all, added.sources), ("a", false, vec!["/home/me".to_owned()]));
    assert_eq!(add("A", true, &[]).await.map(drop).unwrap_err().code, ErrorCode::InvalidInput);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_vault_answers_no_program_and_the_same_connection_goes_on_when_it_is_open() {
    let vault = vault().await;
    vault.add(vault.home, "/home/me/a.txt", &["marigold"]).await;
    let token = vault.allow("one", None).await;
    let (mut before, query) = (vault.wire().await, json!({ "query": "marigold" }));
    assert_eq!(before.call("authenticate", json!({ "token": token })).await["result"]["client"], "one");
    vault.app.vault_lock().await.unwrap();
    assert_eq!(before.code("search", query.clone()).await, LOCKED);
    let mut after = vault.wire().await;
    for _ in 0..4 {
        // Nobody can tell whether the token counts: it is not held against the program.
        assert_eq!(after.code("authenticate", json!({ "token": token })).await, LOCKED);
    }
    vault.app.vault_unlock(VaultUnlockRequest { passphrase: PASSPHRASE.to_owned() }).await.unwrap();
    assert_eq!(before.call("search", query).await["result"]["total"], 1);
    assert_eq!(after.call("authenticate", json!({ "token": token })).await["result"]["client"], "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_lines_are_answered_with_what_is_wrong_and_change_nothing() {
    let vault = vault().await;
    let token = vault.allow("one", None).await;
    let mut wire = vault.wire().await;
    for (line, code) in [
        (b"{".to_vec(), PARSE_ERROR),
        (b"\xff\xfe".to_vec(), PARSE_ERROR),
        (b"[".repeat(100_000), PARSE_ERROR),
        (br#"[{"jsonrpc":"2.0","id":1,"method":"sources"}]"#.to_vec(), INVALID_REQUEST),
        (br#"{"method":"vault_lock"}"#.to_vec(), INVALID_REQUEST),
        (br#"{"jsonrpc":"2.0","id":1,"method":"sources"}"#.to_vec(), UNAUTHORISED),
        (br#"{"jsonrpc":"2.0","id":1,"method":"vault_lock"}"#.to_vec(), UNAUTHORISED),
    ] {
        wire.send(&line).await;
        let answer = wire.receive().await.unwrap();
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    // What wants no answer gets none: the next line is the answer to the next call.
    wire.send(br#"{"jsonrpc":"2.0","method":"vault_lock"}"#).await;
    assert!(wire.call("authenticate", json!({ "token": token })).await["error"].is_null());
    assert_eq!(wire.code("vault_lock", json!({})).await, METHOD_NOT_FOUND);
    for params in [json!({}), json!([]), json!({ "query": 7 }), json!({ "query": "a", "within": [] })] {
        assert_eq!(wire.code("search", params).await, INVALID_PARAMS);
    }
    assert!(vault.app.session().await.is_ok(), "it is still open");

    let mut wire = vault.wire().await;
    for _ in 0..3 {
        assert_eq!(wire.code("authenticate", json!({ "token": "atom_x" })).await, UNAUTHORISED);
    }
    assert_eq!(wire.receive().await, None, "after three wrong tokens it ends");

    let Wire(mut long) = vault.wire().await;
    // It ends before all of it is sent.
    let _ = long.get_mut().write_all(&b"x".repeat(10_000_000)).await;
    let mut wire = Wire(long);
    assert_eq!(wire.receive().await.unwrap()["error"]["code"], INVALID_REQUEST);
    assert_eq!(wire.receive().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_programs_are_connected_at_once() {
    let vault = vault().await;
    let mut wires = Vec::new();
    for _ in 0..32 {
        let mut wire = vault.wire().await;
        assert_eq!(wire.code("sources", json!({})).await, UNAUTHORISED);
        wires.push(wire);
    }
    let mut late = vault.wire().await;
    late.send(br#"{"jsonrpc":"2.0","id":1,"method":"sources"}"#).await;
    assert_eq!(late.receive().await.unwrap()["error"]["code"], BUSY);
    assert_eq!(late.receive().await, None);
    // The command line is not among them.
    assert!(socket::call(&vault.app.config().data_dir, crate::Call::VaultStatus).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_what_the_schema_says_and_everything_in_it_can_be_asked() {
    let vault = vault().await;
    let item = vault.add(vault.home, "/home/me/a.txt", &["marigold"]).await.to_string();
    let token = vault.allow("one", None).await;
    let schema = rpc::schema();
    let part = |name: &str| &schema["$defs"][name];
    let mut wire = vault.wire().await;
    let mut asked = vec![
        ("authenticate", json!({ "token": token })),
        ("fetch", json!({ "id": item, "offset": 0, "max_chars": 4 })),
        ("sources", json!({})),
        ("schema", json!({})),
    ];
    for mode in part("search.params")["properties"]["mode"]["enum"].as_array().unwrap() {
        for sort in part("search.params")["properties"]["sort"]["enum"].as_array().unwrap() {
            asked.push(("search", json!({ "query": "marigold", "limit": 3, "mode": mode, "sort": sort })));
        }
    }
    for (method, params) in asked {
        assert!(conforms(part(&format!("{method}.params")), &params), "{params}");
        let answer = wire.call(method, params).await;
        assert!(conforms(part("response"), &answer), "{answer}");
        assert!(conforms(part(&format!("{method}.result")), &answer["result"]), "{answer}");
        assert!(!conforms(part(&format!("{method}.result")), &json!({})), "{method}: this says nothing");
    }
    let failed = wire.call("fetch", json!({ "id": "9999" })).await;
    assert!(conforms(part("response"), &failed) && failed["error"].is_object(), "{failed}");
}

/// Whether a value is what a schema says, as far as the schema of this API goes.
fn conforms(schema: &Value, value: &Value) -> bool {
    let is_of = |kind: &Value| match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("{other} is not checked"),
    };
    let is_typed = match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(is_of),
        kind => is_of(kind),
    };
    let is_chosen = schema["enum"].as_array().is_none_or(|choices| choices.contains(value))
        && (schema["const"].is_null() || schema["const"] == *value);
    let mut required = schema["required"].as_array().into_iter().flatten();
    let mut fields = value.as_object().into_iter().flatten();
    let mut items = value.as_array().into_iter().flatten();
    is_typed
        && is_chosen
        && required.all(|name| value.get(name.as_str().unwrap()).is_some())
        && fields.all(|(name, field)| match schema["properties"].get(name) {
            Some(schema) => conforms(schema, field),
            None => schema["additionalProperties"] != false,
        })
        && items.all(|item| conforms(&schema["items"], item))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_comes_with_what_starts_mcp_for_it() {
    let vault = vault().await;
    let request = ClientAddRequest { name: " my \"own\" ".to_owned(), all: true, sources: Vec::new() };
    let command = vault.app.clients_add(request).await.unwrap().command;
    let data_dir = vault.app.config().data_dir.to_str().unwrap();
    assert_eq!(Path::new(&command[0]), std::env::current_exe().unwrap());
    assert_eq!(command[1..], ["--data-dir", data_dir, "mcp", "--client", "my \"own\""]);
}
