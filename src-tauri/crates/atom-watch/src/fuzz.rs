//! Every parser of this crate as a function that has to survive any bytes: for the fuzzing targets and the tests.

use crate::Rules;
use std::path::Path;

/// Ignore rules as a person types them, and a path to try them on: the part behind the first zero byte.
pub fn rules(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (rules, path) = text.split_once('\0').unwrap_or((text, "a/b.txt"));
    if let Ok(rules) = Rules::new(Path::new("/root"), rules, &[]) {
        for path in [Path::new("/root").join(path), path.into()] {
            let _ = (rules.ignores(&path, true), rules.ignores(&path, false));
        }
    }
}

#[cfg(test)]
mod tests {
    use atom_testkit::fuzz::hammer;

    #[test]
    fn no_text_breaks_the_ignore_rules() {
        hammer("rules", 1_000, super::rules);
    }
}
