//! Handing a file to the person's mail program, as an attachment of a new message. The person sends it, or does not.

use atom_api::{ApiError, ApiResult, ErrorCode};
use std::collections::HashMap;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::oneshot;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{Fd, OwnedObjectPath, Value};

/// Knows the mail programs and what each of them wants; of xdg-utils.
const XDG_EMAIL: &str = "xdg-email";
/// A failure comes within this time; what lasts longer is the mail program itself.
const FAILS_WITHIN: Duration = Duration::from_secs(5);

/// Begins a message with the file; answers when a mail program has it, or none does.
pub(super) fn by_mail(path: &Path) -> oneshot::Receiver<ApiResult<()>> {
    let (answer, answered) = oneshot::channel();
    let path = path.to_owned();
    // Waiting for other programs blocks.
    std::thread::spawn(move || {
        let _ = answer.send(share(&path));
    });
    answered
}

fn share(path: &Path) -> ApiResult<()> {
    let by_program = by_program(XDG_EMAIL, path);
    let Err(of_program) = by_program else { return Ok(()) };
    by_portal(path).map_err(|of_portal| nobody(&of_program, &of_portal))
}

/// By `program --attach FILE`.
fn by_program(program: &str, path: &Path) -> Result<(), String> {
    let mut child = Command::new(program)
        .arg("--attach")
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    let (ended, ending) = mpsc::channel();
    // Also takes leave of the process, however long it lasts.
    std::thread::spawn(move || {
        let _ = ended.send(child.wait());
    });
    match ending.recv_timeout(FAILS_WITHIN) {
        Ok(Ok(status)) if !status.success() => Err(format!("{program}: {status}")),
        Ok(Err(error)) => Err(format!("{program}: {error}")),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}

/// By the portal of the desktop, which gets the open file and not its path.
fn by_portal(path: &Path) -> Result<(), String> {
    let file = File::open(path).map_err(|error| format!("the file: {error}"))?;
    let compose = || -> zbus::Result<()> {
        let bus = Connection::session()?;
        let portal = Proxy::new(
            &bus,
            "org.freedesktop.portal.Desktop",
            "/org/freedesktop/portal/desktop",
            "org.freedesktop.portal.Email",
        )?;
        let options = HashMap::from([("attachment_fds", Value::from(vec![Fd::from(OwnedFd::from(file))]))]);
        portal.call::<_, _, OwnedObjectPath>("ComposeEmail", &("", options)).map(drop)
    };
    compose().map_err(|error| format!("portal: {error}"))
}

fn nobody(of_program: &str, of_portal: &str) -> ApiError {
    let message = "No mail program takes the file. Install one and make it the default for mail; Atom reaches it through \
                   xdg-email, of the package xdg-utils, or through the desktop's portal.";
    ApiError::new(ErrorCode::NotFound, message).with_details(format!("{of_program}; {of_portal}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    fn script(dir: &Path, text: &str) -> PathBuf {
        let path = dir.join("mailer");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn the_mail_program_gets_the_file_as_it_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let told = dir.path().join("told");
        let program = script(dir.path(), &format!("printf '%s\\n' \"$@\" > {}", told.display()));
        let file = dir.path().join("a b; c.txt");
        by_program(program.to_str().unwrap(), &file).unwrap();
        assert_eq!(std::fs::read_to_string(told).unwrap(), format!("--attach\n{}\n", file.display()));
    }

    #[test]
    fn a_mail_program_that_fails_or_is_missing_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let program = script(dir.path(), "exit 4");
        let failed = by_program(program.to_str().unwrap(), Path::new("/a")).unwrap_err();
        assert!(failed.contains("exit status: 4"), "{failed}");
        let missing = by_program("/nonexistent/mailer", Path::new("/a")).unwrap_err();
        let error = nobody(&missing, "portal: none");
        assert!(error.message.contains("xdg-email") && error.details.unwrap().contains("/nonexistent/mailer"));
    }
}
