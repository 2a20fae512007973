//! `atom mcp`: the running Atom for assistants that speak MCP. It opens no vault, also where none is open.

use atom_api::{ApiError, ApiResult, ErrorCode};
use std::path::Path;
use std::process::ExitCode;

/// Holds the token: arguments are seen by everybody who lists processes.
const TOKEN: &str = "ATOM_TOKEN";

pub(super) async fn run(data_dir: &Path, client: &str) -> ApiResult<ExitCode> {
    let token = std::env::var(TOKEN).unwrap_or_default();
    if token.is_empty() {
        let message = format!("put the token of the program into the variable {TOKEN}; `atom client add` prints one");
        return Err(ApiError::new(ErrorCode::InvalidInput, message));
    }
    atom_mcp::serve(data_dir, client, token).await?;
    Ok(ExitCode::SUCCESS)
}
