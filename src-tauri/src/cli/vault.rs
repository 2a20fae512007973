//! `atom vault`: seeing and changing the ways into the vault.
//!
//! Every change takes the present passphrase, the recovery code or the keychain, also where the running app has the vault open.
//! A change is one write of one small file, so Ctrl-C at any moment leaves what was in force or what came after it.

use super::args::{KeychainChange, VaultAction};
use super::backend::Backend;
use super::rotate::rotate;
use super::unlock::{ask, ask_twice, from_file, read_line};
use super::{json, print_line};
use atom_api::dto::{
    SlotKind, SlotsView, VaultPassphraseRequest, VaultProof, VaultRecoveryConfirmRequest, VaultRecoveryView,
};
use atom_api::{ApiError, ApiResult, Call, ErrorCode};
use serde::de::DeserializeOwned;
use std::io::IsTerminal;
use std::process::ExitCode;

/// How often the groups of a new recovery code are asked for in a terminal.
const ATTEMPTS: usize = 3;

pub(super) async fn run(backend: &mut Backend, action: VaultAction) -> ApiResult<ExitCode> {
    match action {
        VaultAction::Slots { json } => slots(backend, json).await?,
        VaultAction::Passphrase { new_passphrase_stdin } => passphrase(backend, new_passphrase_stdin).await?,
        VaultAction::Recovery => recovery(backend).await?,
        VaultAction::Keychain { change } => keychain(backend, change).await?,
        VaultAction::Rotate(args) => return rotate(backend, args).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn slots(backend: &mut Backend, as_json: bool) -> ApiResult<()> {
    let view: SlotsView = backend.call(Call::VaultSlots).await?;
    if as_json {
        print_line(&json::snake(&view)?.to_string());
        return Ok(());
    }
    for slot in &view.slots {
        let name = match slot.kind {
            SlotKind::Passphrase => "passphrase",
            SlotKind::Keychain => "keychain",
            SlotKind::Recovery => "recovery code",
        };
        let backend = slot.backend.as_deref().map(|backend| format!("  {backend}")).unwrap_or_default();
        print_line(&format!("{name:<14} since {}{}", json::date(slot.created_at), json::printable(&backend)));
    }
    if let Some(seconds) = view.locks_in_seconds {
        print_line(&format!("Locks in {} min unless it is used", seconds.div_ceil(60)));
    }
    Ok(())
}

async fn passphrase(backend: &mut Backend, from_stdin: bool) -> ApiResult<()> {
    let proof = proof(backend).await?;
    let passphrase = if from_stdin {
        read_line()?
    } else if std::io::stdin().is_terminal() {
        ask_twice("nothing was changed")?
    } else {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            "no new passphrase: write it to standard input and say so with --new-passphrase-stdin",
        ));
    };
    let _: SlotsView = backend.call(Call::VaultChangePassphrase(VaultPassphraseRequest { proof, passphrase })).await?;
    eprintln!(
        "The passphrase is changed. The old one opens only copies of the key file that were made before, such as backups."
    );
    Ok(())
}

async fn recovery(backend: &mut Backend) -> ApiResult<()> {
    let proof = proof(backend).await?;
    let new: VaultRecoveryView = backend.call(Call::VaultRenewRecovery(proof)).await?;
    eprintln!(
        "Write down the new recovery code; it is shown only now. The old one works until groups {} and {} are typed again.",
        new.groups.0, new.groups.1
    );
    print_line(&new.code);
    let _: SlotsView = typed_again(
        backend,
        new.groups,
        "so the new recovery code does not count; the old one still works",
        Call::VaultConfirmRecovery,
    )
    .await?;
    eprintln!("The new recovery code works now, and the old one no longer does.");
    Ok(())
}

/// Asks for two groups of a new recovery code and hands them to `confirm`; in a terminal more than once. `outcome` says what
/// it comes to when nothing is typed.
pub(super) async fn typed_again<T: DeserializeOwned>(
    backend: &mut Backend,
    groups: (u32, u32),
    outcome: &str,
    confirm: impl Fn(VaultRecoveryConfirmRequest) -> Call,
) -> ApiResult<T> {
    let asks = std::io::stdin().is_terminal();
    let mut attempt = 1;
    loop {
        let groups = (group(asks, groups.0, outcome)?, group(asks, groups.1, outcome)?);
        match backend.call(confirm(VaultRecoveryConfirmRequest { groups })).await {
            Err(error) if error.code == ErrorCode::WrongPassphrase && asks && attempt < ATTEMPTS => {
                eprintln!("atom: {}", error.message);
                attempt += 1;
            }
            done => return done,
        }
    }
}

/// One group of the code as typed; seen while typing, for it is read from paper.
fn group(asks: bool, number: u32, outcome: &str) -> ApiResult<String> {
    if asks {
        eprint!("Group {number}: ");
    }
    let typed = read_line()?;
    if typed.trim().is_empty() {
        return Err(ApiError::new(ErrorCode::InvalidInput, format!("group {number} was not typed, {outcome}")));
    }
    Ok(typed)
}

async fn keychain(backend: &mut Backend, change: KeychainChange) -> ApiResult<()> {
    let proof = proof(backend).await?;
    match change {
        KeychainChange::Add => {
            let _: SlotsView = backend.call(Call::VaultAddKeychain(proof)).await?;
            eprintln!("This computer's keychain opens the vault now.");
        }
        KeychainChange::Remove => {
            let _: SlotsView = backend.call(Call::VaultRemoveKeychain(proof)).await?;
            eprintln!("The keychain no longer opens the vault.");
        }
    }
    Ok(())
}

/// What shows that the change is allowed: the passphrase file, what is typed, or the keychain.
pub(super) async fn proof(backend: &mut Backend) -> ApiResult<VaultProof> {
    if let Some(secret) = from_file()? {
        return Ok(VaultProof { secret: Some(secret) });
    }
    let view: SlotsView = backend.call(Call::VaultSlots).await?;
    let has_keychain = view.slots.iter().any(|slot| slot.kind == SlotKind::Keychain);
    if std::io::stdin().is_terminal() {
        let prompt = if has_keychain {
            "Present passphrase or recovery code (empty to ask the keychain): "
        } else {
            "Present passphrase or recovery code: "
        };
        let typed = ask(prompt)?;
        return Ok(VaultProof { secret: Some(typed).filter(|typed| !(typed.is_empty() && has_keychain)) });
    }
    if has_keychain {
        return Ok(VaultProof { secret: None });
    }
    Err(ApiError::new(
        ErrorCode::VaultLocked,
        "the change takes the present passphrase or the recovery code: name a file with it in ATOM_PASSPHRASE_FILE",
    ))
}
