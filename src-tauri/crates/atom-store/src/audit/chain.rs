//! What ties a row of the activity log to the one before it.
//!
//! `mac = HMAC-SHA256(key, "atom/audit/v1" | previous mac | seq | at | actor | action | subject | times | sealed)`.
//! Numbers are 64 bits, big endian; a text or MAC is its length in bytes and then itself; `sealed` is a zero byte, or a one, the
//! number of the last row that the checkpoint stands for, and that row's MAC.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What the first row follows.
pub(super) const START: [u8; 32] = [0; 32];
const DOMAIN: &[u8] = b"atom/audit/v1";

/// The authenticated fields of a row.
pub(super) struct Link<'a> {
    pub(super) seq: u64,
    pub(super) at_ms: i64,
    pub(super) actor: &'a str,
    pub(super) action: &'a str,
    pub(super) subject: &'a str,
    pub(super) times: u64,
    pub(super) sealed: Option<(u64, &'a [u8])>,
}

impl Link<'_> {
    pub(super) fn mac(&self, key: &[u8; 32], previous: &[u8]) -> [u8; 32] {
        self.keyed(key, previous).finalize().into_bytes().into()
    }

    /// Whether `mac` is the row's, in constant time.
    pub(super) fn verifies(&self, key: &[u8; 32], previous: &[u8], mac: &[u8]) -> bool {
        self.keyed(key, previous).verify_slice(mac).is_ok()
    }

    fn keyed(&self, key: &[u8; 32], previous: &[u8]) -> Hmac<Sha256> {
        // Padded to HMAC's block size, which is how HMAC itself treats a short key.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::<Sha256>::new((&block).into());
        mac.update(DOMAIN);
        bytes(&mut mac, previous);
        mac.update(&self.seq.to_be_bytes());
        mac.update(&self.at_ms.to_be_bytes());
        for text in [self.actor, self.action, self.subject] {
            bytes(&mut mac, text.as_bytes());
        }
        mac.update(&self.times.to_be_bytes());
        match self.sealed {
            None => mac.update(&[0]),
            Some((through, carried)) => {
                mac.update(&[1]);
                mac.update(&through.to_be_bytes());
                bytes(&mut mac, carried);
            }
        }
        mac
    }
}

fn bytes(mac: &mut Hmac<Sha256>, value: &[u8]) {
    mac.update(&u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes());
    mac.update(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> [u8; 32] {
        std::array::from_fn(|i| u8::try_from(i).unwrap())
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    const FIRST: Link<'_> = Link {
        seq: 1,
        at_ms: 1_700_000_000_000,
        actor: "app",
        action: "vault-made",
        subject: "",
        times: 1,
        sealed: None,
    };

    /// Computed from the description above with Python's `hmac`.
    #[test]
    fn macs_match_the_known_answers() {
        let first = FIRST.mac(&counting(), &START);
        assert_eq!(hex(&first), "c623c9abb2fb610f74ae0d467906f62cf313c74f38a58d39ee1251a6d2aaea8b");
        let second = Link {
            seq: 2,
            at_ms: -5,
            actor: "system",
            action: "log-sealed",
            subject: "größe=3",
            times: 7,
            sealed: Some((1, &first)),
        };
        let mac = second.mac(&counting(), &first);
        assert_eq!(hex(&mac), "bb1701c5815f4c09cdc4f3f6f33bf6099f0b580542a3cc0e9b0a7b339c816e8c");
        assert!(second.verifies(&counting(), &first, &mac));
        assert!(!second.verifies(&counting(), &START, &mac));
    }

    #[test]
    fn a_letter_that_moves_to_the_next_field_changes_the_mac() {
        let moved = Link { actor: "ap", action: "pvault-made", ..FIRST };
        assert_ne!(moved.mac(&counting(), &START), FIRST.mac(&counting(), &START));
    }
}
