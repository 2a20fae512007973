//! Making and opening the vault from a terminal or a script.

use super::backend::Backend;
use super::print_line;
use atom_api::dto::{VaultCreateRequest, VaultState, VaultUnlockRequest, VaultView};
use atom_api::{ApiError, ApiResult, App, AppConfig, Call, ErrorCode, Indexing};
use std::io::{BufRead, IsTerminal, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

/// Names a file with the passphrase, for scripts and tests: never an argument, never the environment itself.
const PASSPHRASE_FILE: &str = "ATOM_PASSPHRASE_FILE";
/// A passphrase file longer than this is none.
const MAX_PASSPHRASE: u64 = 4_096;

pub(super) async fn init(config: AppConfig, from_stdin: bool, keychain: bool) -> ApiResult<ExitCode> {
    let app = App::start(AppConfig { indexing: Indexing::Off, ..config }).map_err(|error| match error.code {
        ErrorCode::Busy => {
            ApiError::new(ErrorCode::VaultExists, "Atom is running with this data folder: make the vault there")
        }
        _ => error,
    })?;
    if app.vault_status().await?.state != VaultState::Absent {
        return Err(ApiError::new(ErrorCode::VaultExists, "there is a vault here already; nothing was changed"));
    }
    let passphrase = if from_stdin {
        read_line()?
    } else if let Some(passphrase) = from_file()? {
        passphrase
    } else if keychain && !std::io::stdin().is_terminal() {
        String::new()
    } else {
        ask_twice("nothing was made")?
    };
    let made = app.vault_create(VaultCreateRequest { passphrase, keychain }).await?;
    app.stop().await?;
    eprintln!(
        "The vault is made. Write down the recovery code: it opens the vault when the passphrase is lost, and is shown only now."
    );
    print_line(&made.recovery_code);
    Ok(ExitCode::SUCCESS)
}

/// Opens the vault if it is locked: with the passphrase file, the keychain, or by asking.
pub(super) async fn unlock(backend: &mut Backend) -> ApiResult<()> {
    let view: VaultView = backend.call(Call::VaultStatus).await?;
    match view.state {
        VaultState::Open => return Ok(()),
        VaultState::Absent => {
            // The core knows whether there never was one or only its key slots are gone.
            if let Err(error) = backend.call::<serde_json::Value>(Call::StatusGet).await
                && error.code == ErrorCode::DataDamaged
            {
                return Err(error);
            }
            return Err(ApiError::new(
                ErrorCode::VaultAbsent,
                format!("there is no vault in {}: make one with `atom init`", view.data_dir),
            ));
        }
        VaultState::Locked => {}
    }
    if let Some(passphrase) = from_file()? {
        return with_passphrase(backend, passphrase).await;
    }
    if view.has_keychain_slot
        && let Backend::Local(app) = &*backend
    {
        match app.vault_unlock_keychain().await {
            Ok(_) => return Ok(()),
            Err(error) => eprintln!("atom: {}", error.message),
        }
    }
    if !std::io::stdin().is_terminal() {
        return Err(ApiError::new(
            ErrorCode::VaultLocked,
            format!(
                "the vault is locked: unlock it in the app, or name a file with the passphrase in {PASSPHRASE_FILE}"
            ),
        ));
    }
    let passphrase = ask("Passphrase (or recovery code): ")?;
    with_passphrase(backend, passphrase).await
}

/// The passphrase, or the recovery code: from the file that a script names, or by asking.
pub(super) fn passphrase() -> ApiResult<String> {
    if let Some(passphrase) = from_file()? {
        return Ok(passphrase);
    }
    if !std::io::stdin().is_terminal() {
        return Err(ApiError::new(
            ErrorCode::VaultLocked,
            format!("a passphrase or recovery code is needed: name a file with it in {PASSPHRASE_FILE}"),
        ));
    }
    rpassword::prompt_password("Passphrase (or recovery code): ").map_err(|error| unreadable(&error))
}

/// Whether a script named a file with the passphrase.
pub(super) fn has_file() -> bool {
    std::env::var_os(PASSPHRASE_FILE).is_some_and(|name| !name.is_empty())
}

async fn with_passphrase(backend: &mut Backend, passphrase: String) -> ApiResult<()> {
    let _: VaultView = backend.call(Call::VaultUnlock(VaultUnlockRequest { passphrase })).await?;
    Ok(())
}

/// Asks in the terminal, without showing what is typed.
pub(super) fn ask(prompt: &str) -> ApiResult<String> {
    rpassword::prompt_password(prompt).map_err(|error| unreadable(&error))
}

/// Asks for a new passphrase; `outcome` says what it comes to when the two differ.
pub(super) fn ask_twice(outcome: &str) -> ApiResult<String> {
    let first = ask("New passphrase: ")?;
    let second = ask("The same again: ")?;
    if first == second {
        Ok(first)
    } else {
        Err(ApiError::new(ErrorCode::InvalidInput, format!("the two passphrases differ; {outcome}")))
    }
}

/// The same, where typing nothing keeps the present one.
pub(super) fn ask_twice_or_nothing(outcome: &str) -> ApiResult<Option<String>> {
    let first = ask("New passphrase (empty to keep the present one): ")?;
    if first.is_empty() {
        return Ok(None);
    }
    match ask("The same again: ")? == first {
        true => Ok(Some(first)),
        false => Err(ApiError::new(ErrorCode::InvalidInput, format!("the two passphrases differ; {outcome}"))),
    }
}

/// The next line of standard input, without its end.
pub(super) fn read_line() -> ApiResult<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| unreadable(&error))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn unreadable(error: &std::io::Error) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, format!("no passphrase could be read: {error}"))
}

/// The passphrase from the file that the environment names, if it names one.
pub(super) fn from_file() -> ApiResult<Option<String>> {
    match std::env::var_os(PASSPHRASE_FILE).filter(|name| !name.is_empty()) {
        Some(name) => read_file(Path::new(&name)).map(Some),
        None => Ok(None),
    }
}

/// The first line of a file that nobody else can read.
fn read_file(path: &Path) -> ApiResult<String> {
    let problem = |what: String| {
        ApiError::new(ErrorCode::WrongPassphrase, format!("the passphrase file {} {what}", path.display()))
    };
    let file = std::fs::File::open(path).map_err(|error| problem(format!("cannot be read: {error}")))?;
    let facts = file.metadata().map_err(|error| problem(format!("cannot be read: {error}")))?;
    if facts.permissions().mode() & 0o077 != 0 {
        return Err(problem("can be read by others: set its mode to 0600".to_owned()));
    }
    let mut text = String::new();
    file.take(MAX_PASSPHRASE).read_to_string(&mut text).map_err(|error| problem(format!("cannot be read: {error}")))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::read_file;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_passphrase_file_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passphrase");
        std::fs::write(&path, "correct horse\nsecond line\n").unwrap();
        for (mode, accepted) in [(0o644, false), (0o640, false), (0o600, true), (0o400, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(read_file(&path).is_ok(), accepted, "{mode:o}");
        }
        assert_eq!(read_file(&path).unwrap(), "correct horse");
    }
}
