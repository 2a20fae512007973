//! Every parser of this crate as a function that has to survive any bytes: for the fuzzing targets and the tests.
//!
//! What is authenticated is also tried with a valid code over the bytes, as if somebody had the key: the code after the
//! check has to be as careful as the code before it.

use crate::{Keys, RecoveryCode, SealedSecret, SecretPlace, SlotCopy, Unlock};

/// A valid recovery code that opens no slot of the corpus.
const CODE: &str = "0000-0000-0000-0000-0000-0000-0000-0000-0";

fn keys() -> Keys {
    Keys::new([1; 16], (&[2; 32]).into())
}

pub use crate::seal::fuzz::seal;

/// The key slot file, its copy in backups, and unlocking with them. No passphrase: each guess costs a second.
pub fn slots(data: &[u8]) {
    let Ok(copy) = SlotCopy::parse(data) else { return };
    assert!(copy.bytes() == data, "a copy is not what was read");
    let _ = copy.unlock(Unlock::Recovery(CODE));
    assert!(copy.verify(&keys()).is_err(), "slots verify with keys of another vault");
}

/// The envelope of a secret: 16 bytes of record, then the envelope.
pub fn secret(data: &[u8]) {
    let Some((record, envelope)) = data.split_first_chunk::<16>() else { return };
    let place = SecretPlace { connector: "imap", account: "ada", field: "token" };
    let sealed = SealedSecret { record: *record, envelope: envelope.to_vec() };
    assert!(keys().secrets().open(place, &sealed).is_err(), "an envelope opened that nobody sealed");
}

/// A recovery code as a person types it.
pub fn recovery(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(code) = RecoveryCode::parse(text) {
        let again = RecoveryCode::parse(&code.reveal());
        assert!(again.is_ok_and(|again| again.secret() == code.secret()), "a code does not read as it is written");
        for group in 0..10 {
            let _ = code.group_matches(group, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use atom_testkit::fuzz::hammer;

    #[test]
    fn no_bytes_break_a_sealed_file() {
        hammer("seal", 20_000, super::seal);
    }

    #[test]
    fn no_bytes_break_the_key_slots() {
        hammer("slots", 10_000, super::slots);
    }

    #[test]
    fn no_bytes_break_an_envelope() {
        hammer("secret", 20_000, super::secret);
    }

    #[test]
    fn no_text_breaks_a_recovery_code() {
        hammer("recovery", 50_000, super::recovery);
    }
}
