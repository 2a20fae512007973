//! The recovery code: 160 random bits that a person writes on paper.
//!
//! Crockford's base 32 in eight groups of four, then a check character modulo 37, so that one mistyped or two exchanged characters are noticed before they are tried.

use zeroize::Zeroizing;

use crate::{Error, Result};

const DIGITS: &[u8; 37] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";
const BITS: usize = 5;
const CODE_BYTES: usize = 20;
const CODE_CHARS: usize = 32;
const GROUP_CHARS: usize = 4;
/// Groups of a code, without its check character.
pub(crate) const GROUPS: usize = CODE_CHARS / GROUP_CHARS;

/// A recovery code. Deliberately neither printable nor comparable except through its own methods.
pub struct RecoveryCode {
    secret: Zeroizing<[u8; CODE_BYTES]>,
}

impl RecoveryCode {
    pub(crate) fn random() -> Result<Self> {
        let mut secret = Zeroizing::new([0; CODE_BYTES]);
        getrandom::fill(&mut secret[..]).map_err(Error::random)?;
        Ok(Self { secret })
    }

    /// Reads a code as people type it: any case, spaces and dashes anywhere, O for 0, I and L for 1.
    ///
    /// # Errors
    /// [`Error::MalformedRecoveryCode`] if it has the wrong length, an impossible character or a wrong check character.
    pub fn parse(typed: &str) -> Result<Self> {
        let malformed = |reason| Error::MalformedRecoveryCode { reason };
        let mut values = Zeroizing::new([0u8; CODE_CHARS + 1]);
        let mut slots = values.iter_mut();
        for char in typed.chars().filter(|char| !char.is_whitespace() && !is_dash(*char)) {
            let value = digit_value(char).ok_or_else(|| malformed("it contains a character that no code contains"))?;
            *slots.next().ok_or_else(|| malformed("it is too long"))? = value;
        }
        if slots.next().is_some() {
            return Err(malformed("it is too short"));
        }
        let (digits, check) = values.split_at(CODE_CHARS);
        if digits.iter().any(|value| *value >= 32) {
            return Err(malformed("it contains a character that no code contains"));
        }
        let mut secret = Zeroizing::new([0; CODE_BYTES]);
        // Eight digits of five bits are exactly five bytes.
        for (bytes, digits) in secret.chunks_mut(BITS).zip(digits.chunks(8)) {
            let group = digits.iter().fold(0u64, |acc, digit| acc << BITS | u64::from(*digit));
            let [_, _, _, group @ ..] = group.to_be_bytes();
            bytes.copy_from_slice(&group);
        }
        let code = Self { secret };
        if check != [code.check_value()] {
            return Err(malformed("a character is mistyped"));
        }
        Ok(code)
    }

    /// The code as it is shown once: eight groups of four and a check character, joined by dashes.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(48));
        for (at, digit) in self.digits().enumerate() {
            if at > 0 && at % GROUP_CHARS == 0 {
                text.push('-');
            }
            text.push(digit);
        }
        text.push('-');
        text.push(digit_char(self.check_value()));
        text
    }

    /// Whether `typed` is group `index`, 0 to 7: lets a set-up ask for two groups again.
    #[must_use]
    pub fn group_matches(&self, index: usize, typed: &str) -> bool {
        let group = self.digits().skip(index.saturating_mul(GROUP_CHARS)).take(GROUP_CHARS);
        let typed = typed.chars().filter(|char| !char.is_whitespace() && !is_dash(*char));
        index < GROUPS && typed.map(digit_value).eq(group.map(digit_value))
    }

    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret[..]
    }

    fn digits(&self) -> impl Iterator<Item = char> + '_ {
        (0..CODE_CHARS).map(|at| {
            let bit = at * BITS;
            let byte = |index: usize| u16::from(self.secret.get(index).copied().unwrap_or(0));
            let window = byte(bit / 8) << 8 | byte(bit / 8 + 1);
            // The window starts at the byte's first bit: shift the five wanted bits to its end.
            let value = window >> (16 - BITS - bit % 8) & 0x1f;
            digit_char(u8::try_from(value).unwrap_or(0))
        })
    }

    fn check_value(&self) -> u8 {
        let sum = self.secret.iter().fold(0u32, |acc, byte| (acc * 256 + u32::from(*byte)) % 37);
        u8::try_from(sum).unwrap_or(0)
    }
}

fn is_dash(char: char) -> bool {
    matches!(char, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn digit_char(value: u8) -> char {
    DIGITS.get(usize::from(value)).copied().map_or('0', char::from)
}

fn digit_value(char: char) -> Option<u8> {
    let char = match char.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let value = DIGITS.iter().position(|digit| char::from(*digit) == char)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(secret: [u8; 20]) -> RecoveryCode {
        RecoveryCode { secret: Zeroizing::new(secret) }
    }

    #[test]
    fn codes_match_the_known_answers() {
        let check = |secret: [u8; 20], text: &str| {
            assert_eq!(*code(secret).reveal(), text);
            assert_eq!(*RecoveryCode::parse(text).unwrap().secret, secret);
        };
        check([0; 20], "0000-0000-0000-0000-0000-0000-0000-0000-0");
        check([0xff; 20], "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-8");
        check(std::array::from_fn(|i| i as u8), "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-R");
    }

    #[test]
    fn typing_is_forgiven() {
        let secret: [u8; 20] = std::array::from_fn(|i| i as u8);
        let text = code(secret).reveal();
        let sloppy = text.to_lowercase().replace('-', " \n").replace('0', "o").replace('1', "l");
        assert_eq!(*RecoveryCode::parse(&sloppy).unwrap().secret, secret);
        assert_eq!(*RecoveryCode::parse(&text.replace('1', "I")).unwrap().secret, secret);
    }

    #[test]
    fn malformed_codes_are_named() {
        let text = code([0x5a; 20]).reveal();
        for bad in ["", "0", &text[..40], &format!("{}0", *text), &text.replace('-', "!"), "ü"] {
            let refused = RecoveryCode::parse(bad).err();
            assert!(matches!(refused, Some(Error::MalformedRecoveryCode { .. })), "{bad}");
        }
        // U is a check character, never a digit.
        assert!(RecoveryCode::parse("UUUU-0000-0000-0000-0000-0000-0000-0000-0").is_err());
    }

    #[test]
    fn groups_are_compared_as_typed() {
        let code = code(std::array::from_fn(|i| i as u8));
        let text = code.reveal();
        for (index, group) in text.split('-').take(8).enumerate() {
            assert!(code.group_matches(index, &format!(" {} ", group.to_lowercase())));
            assert!(!code.group_matches(index, "ZZZZ"));
            assert!(!code.group_matches(index, &group[..3]));
        }
        assert!(!code.group_matches(8, ""));
    }

    proptest! {
        #[test]
        fn any_code_survives_paper(secret: [u8; 20]) {
            let text = code(secret).reveal();
            prop_assert_eq!(*RecoveryCode::parse(&text).unwrap().secret, secret);
        }

        #[test]
        fn any_single_typo_is_noticed(secret: [u8; 20], at: prop::sample::Index, other in 0usize..32) {
            let text = code(secret).reveal();
            let places: Vec<usize> = (0..text.len()).filter(|i| &text[*i..=*i] != "-").collect();
            let at = places[at.index(places.len())];
            let mut typo = text.as_bytes().to_vec();
            prop_assume!(typo[at] != DIGITS[other]);
            typo[at] = DIGITS[other];
            prop_assert!(RecoveryCode::parse(std::str::from_utf8(&typo).unwrap()).is_err());
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}") {
            let _ = RecoveryCode::parse(&text).is_ok();
        }
    }
}
