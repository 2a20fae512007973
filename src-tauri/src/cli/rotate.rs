//! `atom vault rotate`: another master key, and every way in made anew.
//!
//! It works here, or in the running app and is only watched from here. Ctrl-C leaves what was done so far: the same command
//! goes on with it, and so does the app after its next unlock.

use super::args::Rotate;
use super::backend::Backend;
use super::backup::{Teller, Unit, say};
use super::print_line;
use super::unlock::{ask_twice_or_nothing, read_line};
use super::vault::{proof, typed_again};
use atom_api::dto::{
    BackupRunView, BackupStateView, SlotsView, VaultProof, VaultRecoveryView, VaultRotateRequest, VaultState,
    VaultUnlockRequest, VaultView,
};
use atom_api::{ApiError, ApiResult, Call, ErrorCode};
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(150);
/// Exit code after Ctrl-C.
const STOPPED: u8 = 130;

pub(super) async fn rotate(backend: &mut Backend, args: Rotate) -> ApiResult<ExitCode> {
    let proof = proof(backend).await?;
    open_with(backend, &proof).await?;
    if args.cancel {
        backend.call::<()>(Call::VaultCancelRotation).await?;
        eprintln!("The change of the master key is given up; everything that opened the vault before opens it still.");
        return Ok(ExitCode::SUCCESS);
    }
    let begun = match backend.call::<Option<BackupRunView>>(Call::VaultResumeRotation).await? {
        Some(run) => {
            eprintln!(
                "Going on with the change of the master key that was begun. The recovery code that it showed counts at its end."
            );
            run
        }
        None => begin(backend, proof, args.new_passphrase_stdin).await?,
    };
    follow(backend, &begun, args.json).await
}

/// Opens the vault with the proof, where this process has it.
async fn open_with(backend: &mut Backend, proof: &VaultProof) -> ApiResult<()> {
    let view: VaultView = backend.call(Call::VaultStatus).await?;
    if view.state == VaultState::Open {
        return Ok(());
    }
    match (&proof.secret, &*backend) {
        (Some(passphrase), _) => {
            let request = VaultUnlockRequest { passphrase: passphrase.clone() };
            backend.call::<VaultView>(Call::VaultUnlock(request)).await.map(drop)
        }
        (None, Backend::Local(app)) => app.vault_unlock_keychain().await.map(drop),
        (None, Backend::Remote { .. }) => {
            Err(ApiError::new(ErrorCode::VaultLocked, "the vault is locked: unlock it in the app first"))
        }
    }
}

/// Has the new ways in made, shows the recovery code, and begins once it was typed again.
async fn begin(backend: &mut Backend, proof: VaultProof, from_stdin: bool) -> ApiResult<BackupRunView> {
    let slots: SlotsView = backend.call(Call::VaultSlots).await?;
    if slots.rotating {
        return Err(ApiError::new(
            ErrorCode::Busy,
            "a change of the master key was begun with another passphrase: give it up with `atom vault rotate --cancel` and start again",
        ));
    }
    let passphrase = if from_stdin {
        Some(read_line()?)
    } else if std::io::stdin().is_terminal() {
        ask_twice_or_nothing("nothing was changed")?
    } else {
        None
    };
    let new: VaultRecoveryView = backend.call(Call::VaultRotate(VaultRotateRequest { proof, passphrase })).await?;
    eprintln!(
        "Write down the new recovery code; it is shown only now. Nothing is begun until groups {} and {} are typed again, and the old code counts until the end.",
        new.groups.0, new.groups.1
    );
    print_line(&new.code);
    typed_again(
        backend,
        new.groups,
        "so nothing was begun; the old recovery code still works",
        Call::VaultConfirmRotation,
    )
    .await
}

async fn follow(backend: &mut Backend, begun: &BackupRunView, json: bool) -> ApiResult<ExitCode> {
    let mut teller = Teller::new(json, Unit::Bytes);
    loop {
        let state: BackupStateView = backend.call(Call::BackupState).await?;
        let run = state.run;
        if run.run != begun.run || run.state != "running" {
            teller.end();
            return ended(run, json);
        }
        teller.say(&run.phase, run.done, run.total, run.eta_seconds);
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = tokio::signal::ctrl_c() => {
                teller.end();
                let goes_on = if backend.is_remote() { "the running app goes on with it" } else { "the same command goes on from here" };
                eprintln!("\natom: stopped; the vault is as it was, and {goes_on}");
                return Ok(ExitCode::from(STOPPED));
            }
        }
    }
}

fn ended(run: BackupRunView, json: bool) -> ApiResult<ExitCode> {
    match run {
        BackupRunView { error: Some(error), .. } => Err(error),
        BackupRunView { rotation: Some(done), .. } => {
            for warning in &done.warnings {
                eprintln!("atom: {warning}");
            }
            say(json, "done", &done, || {
                vec![
                    "The vault has a new master key, and the new recovery code works now.".to_owned(),
                    "Copies that were made before still open with the old passphrase and recovery code, backups too: run `atom backup DIR` now."
                        .to_owned(),
                ]
            })?;
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprintln!("atom: stopped; the vault is as it was");
            Ok(ExitCode::from(STOPPED))
        }
    }
}
