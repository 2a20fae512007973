//! JSON-RPC 2.0 for other programs, on the socket that the command line uses: one object a line, reading only.
//!
//! The first line of a connection says which of the two protocols it speaks, and that stays so: whoever speaks this one shows
//! the token of a client first, and never reaches a [`crate::Call`].
//! What can be asked is in `src-tauri/docs/api.schema.json`, which [`schema`] reads, and in `src-tauri/docs/api.md`.
//! To add a method: what it takes and answers in that file, a variant of `Ask`, a line in `Program::call`, its answer in
//! `app/clients/answers.rs`.

use crate::app::App;
use crate::app::clients::{Ask, Refusal, TokenHash};
use crate::error::ErrorCode;
use crate::socket;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::OwnedSemaphorePermit;

/// What came is no JSON.
pub const PARSE_ERROR: i64 = -32_700;
/// What came is no request.
pub const INVALID_REQUEST: i64 = -32_600;
/// There is no such method.
pub const METHOD_NOT_FOUND: i64 = -32_601;
/// The method does not take these parameters.
pub const INVALID_PARAMS: i64 = -32_602;
/// It failed here.
pub const INTERNAL_ERROR: i64 = -32_603;
/// No token, or one that does not count.
pub const UNAUTHORISED: i64 = -32_001;
/// The vault is locked.
pub const LOCKED: i64 = -32_002;
/// What was asked for is not there.
pub const NOT_FOUND: i64 = -32_003;
/// Too much at once; try again in a moment.
pub const BUSY: i64 = -32_004;
/// Nobody answered. Comes from [`Client`], never over the socket.
pub const SILENT: i64 = -32_099;

/// Tokens that do not count, before the connection ends.
const MAX_WRONG: u32 = 3;
const WRONG_DELAY: Duration = Duration::from_millis(300);
/// Longer answers are not read.
const MAX_ANSWER: u64 = 16 << 20;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct RpcError {
    /// One of the codes of this module.
    pub code: i64,
    /// What happened, and what to do.
    pub message: String,
}

impl RpcError {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Refusal> for RpcError {
    fn from(refusal: Refusal) -> Self {
        let error = match refusal {
            Refusal::Off => {
                return Self::new(UNAUTHORISED, "no program may ask Atom: add one with `atom client add`");
            }
            Refusal::Unknown => {
                let message = "this token does not count: the program was removed, or never added (`atom client list`)";
                return Self::new(UNAUTHORISED, message);
            }
            Refusal::Failed(error) => error,
        };
        let code = match error.code {
            ErrorCode::VaultLocked | ErrorCode::VaultAbsent => {
                return Self::new(LOCKED, "Atom is locked: open it, then try again");
            }
            ErrorCode::NotFound => NOT_FOUND,
            ErrorCode::InvalidInput => INVALID_PARAMS,
            ErrorCode::Busy => BUSY,
            _ => INTERNAL_ERROR,
        };
        Self::new(code, error.message)
    }
}

/// Everything that can be asked and answered, as JSON Schema: `METHOD.params` and `METHOD.result` under `$defs`.
pub fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/api.schema.json")).unwrap_or_default()
}

/// Whether a first line begins a connection of this protocol: requests of the other one are objects without `jsonrpc`.
pub(crate) fn is_meant(line: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Envelope {
        jsonrpc: Option<IgnoredAny>,
    }
    // Looks without keeping anything: a line of the other protocol may hold a passphrase.
    serde_json::from_slice::<Envelope>(line).map_or(true, |envelope| envelope.jsonrpc.is_some())
}

/// One request.
pub(crate) struct Request {
    /// None where no answer is wanted.
    id: Option<Value>,
    method: String,
    params: Value,
}

/// Reads a line.
pub(crate) fn read(line: &[u8]) -> Result<Request, RpcError> {
    let invalid = |message: &str| RpcError::new(INVALID_REQUEST, message);
    if socket::is_cut(line) {
        return Err(invalid("a request is one line of at most 1 MiB"));
    }
    let value: Value = serde_json::from_slice(line)
        .map_err(|_| RpcError::new(PARSE_ERROR, "this line is no JSON, or is nested too deeply"))?;
    let Value::Object(mut object) = value else {
        return Err(invalid("a request is an object; batches are not taken"));
    };
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(invalid("a request has \"jsonrpc\": \"2.0\""));
    }
    let id = object.remove("id");
    if !matches!(id, None | Some(Value::Null | Value::Number(_) | Value::String(_))) {
        return Err(invalid("an id is a string or a number"));
    }
    let Some(Value::String(method)) = object.remove("method") else {
        return Err(invalid("a request names a method"));
    };
    Ok(Request { id, method, params: object.remove("params").unwrap_or_else(|| Value::Object(Map::new())) })
}

/// The connection of a program.
pub(crate) struct Program {
    /// Its place among those that are connected; none where there was no more.
    place: Option<OwnedSemaphorePermit>,
    token: Option<TokenHash>,
    wrong: u32,
}

impl Program {
    pub(crate) const fn new(place: Option<OwnedSemaphorePermit>) -> Self {
        Self { place, token: None, wrong: 0 }
    }

    /// The answer to a line, if one is wanted, and whether the connection ends with it.
    pub(crate) async fn answer(&mut self, app: &App, line: &[u8]) -> (Option<Value>, bool) {
        if self.place.is_none() {
            let error = RpcError::new(BUSY, "too many programs are connected; try again in a moment");
            return (Some(answer_of(Value::Null, Err(error))), true);
        }
        let request = match read(line) {
            Ok(request) => request,
            Err(error) => return (Some(answer_of(Value::Null, Err(error))), socket::is_cut(line)),
        };
        // Nothing here is done for its own sake.
        let Some(id) = request.id else { return (None, false) };
        let outcome = self.call(app, &request.method, request.params).await;
        (Some(answer_of(id, outcome)), self.wrong >= MAX_WRONG)
    }

    async fn call(&mut self, app: &App, method: &str, params: Value) -> Result<Value, RpcError> {
        if method == "authenticate" {
            return self.authenticate(app, parse(params)?).await;
        }
        let token = self.token.ok_or_else(|| RpcError::new(UNAUTHORISED, "authenticate first, with a token"))?;
        let ask = match method {
            "search" => Ask::Search(parse(params)?),
            "fetch" => Ask::Fetch(parse(params)?),
            "sources" => Ask::Sources(parse(params)?),
            "schema" => return Ok(schema()),
            _ => {
                return Err(RpcError::new(METHOD_NOT_FOUND, "there is no such method; `schema` tells which there are"));
            }
        };
        let outcome = app.client_call(token, ask).await;
        if matches!(outcome, Err(Refusal::Unknown | Refusal::Off)) {
            self.token = None;
        }
        Ok(outcome?)
    }

    async fn authenticate(&mut self, app: &App, shown: Shown) -> Result<Value, RpcError> {
        let token = TokenHash::of(&shown.token);
        self.token = None;
        match app.client_admit(token).await {
            Ok(name) => {
                self.token = Some(token);
                Ok(json!({ "client": name }))
            }
            Err(refusal) => {
                if matches!(refusal, Refusal::Unknown | Refusal::Off) {
                    self.wrong += 1;
                    tokio::time::sleep(WRONG_DELAY).await;
                }
                Err(refusal.into())
            }
        }
    }
}

/// Shows who asks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    token: String,
}

fn parse<T: DeserializeOwned>(params: Value) -> Result<T, RpcError> {
    if !params.is_object() {
        return Err(RpcError::new(INVALID_PARAMS, "parameters are an object, by name"));
    }
    serde_json::from_value(params).map_err(|error| RpcError::new(INVALID_PARAMS, error.to_string()))
}

fn answer_of(id: Value, outcome: Result<Value, RpcError>) -> Value {
    match outcome {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => json!({ "jsonrpc": "2.0", "id": id, "error": error }),
    }
}

/// The side of a program.
pub struct Client {
    stream: BufReader<UnixStream>,
    asked: u64,
}

impl Client {
    /// Connects to the Atom that has `data_dir`, and shows it a token; returns the program's name, too.
    ///
    /// # Errors
    /// [`SILENT`] when no Atom runs, [`UNAUTHORISED`], [`LOCKED`], [`BUSY`].
    pub async fn connect(data_dir: &Path, token: &str) -> Result<(Self, String), RpcError> {
        let stream = socket::connect(data_dir).await.map_err(|_| silent())?;
        let mut client = Self { stream: BufReader::new(stream), asked: 0 };
        let admitted = client.call("authenticate", json!({ "token": token })).await?;
        let name = admitted.get("client").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok((client, name))
    }

    /// Calls a method.
    ///
    /// # Errors
    /// What Atom answers, or [`SILENT`] when it went away; the connection is of no more use then.
    ///
    /// # Cancel safety
    /// None: connect anew.
    pub async fn call(&mut self, method: &str, params: Value) -> Result<Value, RpcError> {
        #[derive(Deserialize)]
        struct Answer {
            result: Option<Value>,
            error: Option<RpcError>,
        }
        self.asked += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params });
        let line = format!("{request}\n");
        self.stream.get_mut().write_all(line.as_bytes()).await.map_err(|_| silent())?;
        let mut line = Vec::new();
        (&mut self.stream).take(MAX_ANSWER).read_until(b'\n', &mut line).await.map_err(|_| silent())?;
        match serde_json::from_slice(&line) {
            Ok(Answer { error: Some(error), .. }) => Err(error),
            Ok(Answer { result: Some(result), .. }) => Ok(result),
            _ => Err(silent()),
        }
    }
}

fn silent() -> RpcError {
    RpcError::new(SILENT, "Atom is not running: start it, then try again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_requests_or_say_why_not() {
        let check = |line: &[u8], expect: i64| {
            let code = read(line).err().map_or(0, |error| error.code);
            assert_eq!(code, expect, "{}", String::from_utf8_lossy(line.get(..80).unwrap_or(line)));
        };
        check(br#"{"jsonrpc":"2.0","id":1,"method":"search","params":{"query":"a"}}"#, 0);
        check(br#"{"jsonrpc":"2.0","id":"one","method":"sources"}"#, 0);
        check(br#"{"jsonrpc":"2.0","method":"sources"}"#, 0);
        check(b"", PARSE_ERROR);
        check(b"search", PARSE_ERROR);
        check(br#"{"jsonrpc":"2.0","id":1,"#, PARSE_ERROR);
        check(b"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"search\"}", PARSE_ERROR);
        check(&[b"{\"jsonrpc\":\"2.0\",\"params\":".as_slice(), b"[".repeat(100_000).as_slice()].concat(), PARSE_ERROR);
        check(br#"[{"jsonrpc":"2.0","id":1,"method":"sources"}]"#, INVALID_REQUEST);
        check(b"[]", INVALID_REQUEST);
        check(b"7", INVALID_REQUEST);
        check(br#"{"id":1,"method":"sources"}"#, INVALID_REQUEST);
        check(br#"{"jsonrpc":"1.0","id":1,"method":"sources"}"#, INVALID_REQUEST);
        check(br#"{"jsonrpc":2.0,"id":1,"method":"sources"}"#, INVALID_REQUEST);
        check(br#"{"jsonrpc":"2.0","id":{},"method":"sources"}"#, INVALID_REQUEST);
        check(br#"{"jsonrpc":"2.0","id":1,"method":7}"#, INVALID_REQUEST);
        check(br#"{"jsonrpc":"2.0","id":1}"#, INVALID_REQUEST);
        check(&b"a".repeat(1 << 20), INVALID_REQUEST);
    }

    #[test]
    fn the_first_line_says_which_protocol_it_is() {
        let check = |line: &[u8], expect: bool| assert_eq!(is_meant(line), expect, "{}", String::from_utf8_lossy(line));
        check(br#"{"method":"search","jsonrpc":"2.0","id":1}"#, true);
        check(br#"{"jsonrpc":"1.0"}"#, true);
        check(br#"[{"jsonrpc":"2.0"}]"#, true);
        check(b"GET / HTTP/1.1", true);
        check(br#"{"method":"vault_lock"}"#, false);
        check(br#"{"method":"search_query","params":{"query":"jsonrpc"}}"#, false);
        for call in [crate::Call::VaultStatus, crate::Call::Show] {
            assert!(!is_meant(&serde_json::to_vec(&call).unwrap()));
        }
    }

    #[test]
    fn the_schema_has_what_every_method_takes_and_answers() {
        let schema = schema();
        for method in ["authenticate", "search", "fetch", "sources", "schema"] {
            for part in ["params", "result"] {
                assert_eq!(schema["$defs"][format!("{method}.{part}")]["type"], "object", "{method}.{part}");
            }
        }
    }
}
