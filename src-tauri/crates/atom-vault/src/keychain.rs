//! The keychain of the operating system, as one way to unlock.
//!
//! There is no fallback: where the system has no keychain, or it is locked or silent, the answer is [`Error::KeychainUnavailable`] and the user unlocks in another way.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::{Error, Result};

const SERVICE: &str = "atom";
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// A place outside the vault that keeps small secrets.
pub trait Keychain: Send + Sync {
    /// Which keychain this is; recorded in the slot, so that another one is noticed.
    fn backend(&self) -> &str;

    /// The secret of `account`, or `None` if there is none.
    ///
    /// # Errors
    /// [`Error::KeychainUnavailable`] if the keychain is missing, locked or silent.
    fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>>;

    /// Stores the secret of `account`.
    ///
    /// # Errors
    /// As [`Keychain::get`].
    fn set(&self, account: &str, secret: &[u8]) -> Result<()>;

    /// Removes the secret of `account`; it is no error if there is none.
    ///
    /// # Errors
    /// As [`Keychain::get`].
    fn delete(&self, account: &str) -> Result<()>;
}

/// Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
///
/// Every call runs on its own thread and gives up after 30 seconds, because the keychain may be waiting for a prompt that nobody sees. The thread ends when the keychain answers.
#[derive(Debug, Default)]
pub struct OsKeychain;

impl Keychain for OsKeychain {
    fn backend(&self) -> &str {
        if cfg!(target_os = "macos") {
            "macos-keychain"
        } else if cfg!(windows) {
            "windows-credential-manager"
        } else {
            "secret-service"
        }
    }

    fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        with_entry(account, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    fn set(&self, account: &str, secret: &[u8]) -> Result<()> {
        let secret = Zeroizing::new(secret.to_vec());
        with_entry(account, move |entry| entry.set_secret(&secret))
    }

    fn delete(&self, account: &str) -> Result<()> {
        with_entry(account, |entry| match entry.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
    }
}

/// Keeps secrets in this process only, for tests.
#[derive(Default)]
pub struct MemoryKeychain {
    secrets: Mutex<HashMap<String, Zeroizing<Vec<u8>>>>,
}

impl MemoryKeychain {
    fn secrets(&self) -> MutexGuard<'_, HashMap<String, Zeroizing<Vec<u8>>>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Number of secrets it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.secrets().len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.secrets().is_empty()
    }

    /// Forgets everything, as a reinstalled system does.
    pub fn clear(&self) {
        self.secrets().clear();
    }
}

impl Keychain for MemoryKeychain {
    fn backend(&self) -> &str {
        "memory"
    }

    fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(self.secrets().get(account).cloned())
    }

    fn set(&self, account: &str, secret: &[u8]) -> Result<()> {
        self.secrets().insert(account.to_owned(), Zeroizing::new(secret.to_vec()));
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<()> {
        self.secrets().remove(account);
        Ok(())
    }
}

fn with_entry<T: Send + 'static>(
    account: &str,
    call: impl FnOnce(&keyring::Entry) -> keyring::Result<T> + Send + 'static,
) -> Result<T> {
    let account = account.to_owned();
    answer_within(ANSWER_TIMEOUT, move || {
        if let Err(error) = keyring::Entry::store_status() {
            return Err(unavailable(error));
        }
        keyring::Entry::new(SERVICE, &account).and_then(|entry| call(&entry)).map_err(|error| unavailable(&error))
    })
}

/// Runs `call` on its own thread and waits no longer than `timeout` for its answer.
fn answer_within<T: Send + 'static>(timeout: Duration, call: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let failed = |reason: &str| Error::KeychainUnavailable { reason: reason.to_owned() };
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("keychain".to_owned())
        // The receiver is gone after a timeout; nobody is left to tell.
        .spawn(move || drop(sender.send(call())))
        .map_err(|error| Error::io("start", "the keychain thread", error))?;
    receiver.recv_timeout(timeout).unwrap_or_else(|error| match error {
        mpsc::RecvTimeoutError::Timeout => Err(failed("it did not answer in time")),
        mpsc::RecvTimeoutError::Disconnected => Err(failed("its client failed")),
    })
}

/// The kind of failure and the system's reason; error values that carry the secret itself are not printed.
fn unavailable(error: &keyring::Error) -> Error {
    use keyring::Error as Keyring;
    let reason = match error {
        Keyring::PlatformFailure(error) => format!("the system reports: {error}"),
        Keyring::NoStorageAccess(error) => format!("it is locked or refuses access: {error}"),
        Keyring::NoDefaultStore => "this system has none".to_owned(),
        Keyring::BadEncoding(_) | Keyring::BadDataFormat(..) => "it returned data in an unknown form".to_owned(),
        Keyring::Ambiguous(_) => "it has several entries for this vault".to_owned(),
        other => other.to_string(),
    };
    Error::KeychainUnavailable { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_keychain_is_given_up() {
        // Ends when the test does: the sender side lives until then.
        let (_unblock, blocked) = mpsc::channel::<()>();
        let answer = answer_within(Duration::from_millis(10), move || Ok(blocked.recv().is_ok()));
        assert!(matches!(answer, Err(Error::KeychainUnavailable { .. })));
    }

    #[test]
    fn an_answer_in_time_is_passed_on() {
        assert_eq!(answer_within(ANSWER_TIMEOUT, || Ok(7)).unwrap(), 7);
    }

    #[test]
    fn secrets_in_errors_are_not_shown() {
        let error = unavailable(&keyring::Error::BadEncoding(b"hunter2".to_vec()));
        assert!(!format!("{error} {error:?}").contains("104"), "{error:?}");
        assert!(!error.to_string().contains("hunter2"));
    }
}
