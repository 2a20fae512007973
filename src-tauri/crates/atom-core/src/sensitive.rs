//! Values that must not reach a log.

use std::fmt;

/// A value that prints as `[redacted]`: document text, queries, paths in telemetry.
///
/// Secrets proper (keys, tokens) are of `atom-vault`: `Secret` and zeroizing types, which do not print at all.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for use; not for printing.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::Sensitive;

    #[test]
    fn debug_output_hides_the_value() {
        assert_eq!(format!("{:?}", Sensitive::new("diary")), "[redacted]");
    }
}
