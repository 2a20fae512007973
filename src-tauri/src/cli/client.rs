//! `atom client`: which other programs may ask, and what each of them sees.

use super::args::ClientAction;
use super::backend::Backend;
use super::{index, json, print_line};
use atom_api::dto::{ClientAddRequest, ClientAddResponse, ClientView, IdRequest, SourceView};
use atom_api::{ApiError, ApiResult, Call, ErrorCode};
use std::path::Path;
use std::process::ExitCode;

pub(super) async fn run(backend: &mut Backend, action: ClientAction) -> ApiResult<ExitCode> {
    match action {
        ClientAction::Add { name, source, all } => {
            let known: Vec<SourceView> = backend.call(Call::SourcesList).await?;
            let sources = source.iter().map(|path| id_of(&known, path)).collect::<ApiResult<_>>()?;
            let request = ClientAddRequest { name, all, sources };
            let added: ClientAddResponse = backend.call(Call::ClientsAdd(request)).await?;
            eprintln!("{}", usage(&added.client.name, &added.command));
            print_line(&added.token);
        }
        ClientAction::List { json } => {
            let clients: Vec<ClientView> = backend.call(Call::ClientsList).await?;
            if clients.is_empty() {
                eprintln!("no program may ask");
            }
            for client in clients {
                print_line(&if json { json::snake(&client)?.to_string() } else { line(&client) });
            }
        }
        ClientAction::Remove { name } => {
            let clients: Vec<ClientView> = backend.call(Call::ClientsList).await?;
            let client = clients.into_iter().find(|client| client.name == name).ok_or_else(|| {
                ApiError::new(ErrorCode::NotFound, format!("no program is called {name}; `atom client list` has them"))
            })?;
            let () = backend.call(Call::ClientsRemove(IdRequest { id: client.id })).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The id of the folder at `path`.
fn id_of(known: &[SourceView], path: &Path) -> ApiResult<String> {
    let whole = index::absolute(&path.canonicalize().unwrap_or_else(|_| path.to_owned()))?;
    let source = known.iter().find(|source| source.path == whole).ok_or_else(|| {
        let message = format!("{whole} is none of the folders that Atom searches; `atom status` lists them");
        ApiError::new(ErrorCode::NotFound, message)
    })?;
    Ok(source.id.clone())
}

/// What to do with a token.
fn usage(name: &str, command: &[String]) -> String {
    let server = serde_json::json!({
        "command": command.first(),
        "args": command.get(1..),
        "env": { "ATOM_TOKEN": "the token" },
    });
    let configuration = serde_json::json!({ "mcpServers": { "atom": server } });
    format!(
        "The token below is shown only now; who has it may ask as {}.\n\
         A program that speaks MCP takes it with a configuration like\n{configuration}",
        json::printable(name)
    )
}

/// Its name, what it sees, and when it last asked.
fn line(client: &ClientView) -> String {
    let sees = match (client.all, client.sources.as_slice()) {
        (true, _) => "all folders".to_owned(),
        (false, []) => "nothing any more".to_owned(),
        (false, paths) => paths.join(", "),
    };
    let used = client.used_at.map_or_else(|| "never asked".to_owned(), |at| format!("asked last {}", json::date(at)));
    json::printable(&format!("{:<16} {sees}; {used}", client.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_a_program_sees_and_cannot_act_on_the_terminal() {
        let client = |all: bool, sources: &[&str], used_at: Option<i64>| ClientView {
            id: "1".to_owned(),
            name: "one\u{1b}".to_owned(),
            all,
            sources: sources.iter().map(|&path| path.to_owned()).collect(),
            created_at: 0,
            used_at,
        };
        assert!(line(&client(true, &[], None)).ends_with(" all folders; never asked"));
        assert!(line(&client(false, &[], None)).contains(" nothing any more; "));
        let some = line(&client(false, &["/a", "/b"], Some(0)));
        assert!(some.ends_with(" /a, /b; asked last 1970-01-01") && !some.contains('\u{1b}'), "{some}");
    }

    #[test]
    fn a_token_comes_with_a_configuration_that_can_be_read() {
        let command = ["/opt/atom", "mcp", "--client", "my \"own\""].map(str::to_owned);
        let said = usage("my \"own\"", &command);
        let configuration: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        let server = &configuration["mcpServers"]["atom"];
        assert_eq!(server["command"], "/opt/atom");
        assert_eq!(server["args"], serde_json::json!(["mcp", "--client", "my \"own\""]));
    }
}
