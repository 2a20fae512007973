//! The official client on one side, a socket on which somebody plays Atom on the other.

use super::*;
use rmcp::RoleClient;
use rmcp::service::RunningService;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixListener;

/// An assistant whose Atom would be in `data_dir`.
async fn assistant(data_dir: &Path) -> RunningService<RoleClient, ()> {
    let link = Link { data_dir: data_dir.to_owned(), token: "atom_x".to_owned(), connected: Mutex::new(None) };
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let (input, output) = tokio::io::split(theirs);
    tokio::spawn(answer(Server { link, tools: tools() }, input, output));
    ().serve(ours).await.unwrap()
}

async fn call(assistant: &RunningService<RoleClient, ()>, tool: &'static str, arguments: Value) -> CallToolResult {
    let arguments = arguments.as_object().unwrap().clone();
    assistant.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments)).await.unwrap()
}

fn text(result: &CallToolResult) -> &str {
    &result.content[0].as_text().unwrap().text
}

/// Plays Atom: gives each connection these answers, a line each, and ends it.
async fn play(listener: &UnixListener, answers: &[Value]) {
    let mut stream = BufReader::new(listener.accept().await.unwrap().0);
    for answer in answers {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        stream.get_mut().write_all(format!("{answer}\n").as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn tools_say_what_they_take_and_give_and_that_they_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let assistant = assistant(dir.path()).await;
    let tools = assistant.list_all_tools().await.unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
    assert_eq!(names, ["search", "fetch"]);
    for (tool, required) in tools.iter().zip(["query", "id"]) {
        assert_eq!(tool.input_schema["required"], json!([required]));
        assert_eq!(tool.input_schema["type"], "object");
        assert!(tool.output_schema.as_ref().unwrap()["properties"].is_object());
        assert!(tool.description.as_ref().unwrap().len() > 20);
        let annotations = tool.annotations.as_ref().unwrap();
        assert_eq!((annotations.read_only_hint, annotations.open_world_hint), (Some(true), Some(false)));
    }
    let unknown = assistant.call_tool(CallToolRequestParams::new("vault_lock")).await;
    assert!(unknown.is_err());
}

#[tokio::test]
async fn an_atom_that_is_not_there_or_locked_is_said_and_asked_again() {
    let dir = tempfile::tempdir().unwrap();
    let assistant = assistant(dir.path()).await;
    let query = || json!({ "query": "marigold" });
    let silent = call(&assistant, "search", query()).await;
    assert_eq!(silent.is_error, Some(true));
    assert!(text(&silent).contains("not running"), "{}", text(&silent));

    let listener = UnixListener::bind(dir.path().join("atom.sock")).unwrap();
    let found = json!({ "total": 0, "notices": [], "results": [] });
    let admitted = json!({ "jsonrpc": "2.0", "id": 1, "result": { "client": "one" } });
    let locked = json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": rpc::LOCKED, "message": "Atom is locked" } });
    let answered = json!({ "jsonrpc": "2.0", "id": 2, "result": found });
    let atom = async {
        play(&listener, std::slice::from_ref(&locked)).await;
        // It locks under a connection, which goes on; then it is started anew.
        play(&listener, &[admitted.clone(), locked.clone(), answered.clone()]).await;
        play(&listener, &[admitted.clone(), answered.clone()]).await;
    };
    let asking = async {
        for expect in [false, false, true, true] {
            let result = call(&assistant, "search", query()).await;
            if expect {
                assert_eq!((result.is_error, result.structured_content.as_ref()), (Some(false), Some(&found)));
                assert_eq!(text(&result), found.to_string());
            } else {
                assert_eq!((result.is_error, text(&result)), (Some(true), "Atom is locked"));
            }
        }
    };
    tokio::join!(atom, asking);
}
