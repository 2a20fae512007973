//! What is left out of an index.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::{Path, PathBuf};

/// Left out everywhere: version control, caches, build output, trash, keys and passwords, browser profiles.
///
/// In the syntax of `.gitignore`. Hidden folders are left out as well, hidden files are not.
const BUILT_IN: &[&str] = &[
    ".git/", ".hg/", ".svn/", ".jj/", ".bzr/", "CVS/",
    "node_modules/", "bower_components/", "__pycache__/", ".venv/", "venv/", ".tox/", ".mypy_cache/", ".pytest_cache/",
    ".cargo/", ".rustup/", ".gradle/", ".m2/", ".npm/", ".cache/", "Cache/", "Caches/", "CachedData/", "GPUCache/",
    ".Trash/", ".Trash-*/", "Trash/", "$RECYCLE.BIN/", "System Volume Information/", "lost+found/",
    ".ssh/", ".gnupg/", ".pki/", "keyrings/", ".password-store/",
    ".mozilla/", ".config/google-chrome/", ".config/chromium/", ".config/BraveSoftware/",
    "*.kdbx", "*.kdb", ".env", ".env.*", "id_rsa", "id_ed25519", "*.pem.key",
    "*.tmp", "*.swp", "*.swo", "*~", ".#*", "#*#", "*.part", "*.crdownload", "*.lock.tmp", ".DS_Store", "Thumbs.db",
    "desktop.ini", "*.pyc", "*.o", "*.obj", "*.class", "*.rlib", "*.rmeta",
];

/// Marks a folder as a cache: <https://bford.info/cachedir/>.
const CACHE_TAG: &str = "CACHEDIR.TAG";
/// Ignore files that are honoured inside of a source.
pub(crate) const IGNORE_FILES: [&str; 2] = [".atomignore", ".gitignore"];

/// A rule that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("ignore rule {line} cannot be understood: {reason}")]
pub struct RulesError {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// What is left out of one source.
#[derive(Debug, Clone)]
pub struct Rules {
    root: PathBuf,
    built_in: Gitignore,
    user: Gitignore,
    excluded: Vec<PathBuf>,
}

impl Rules {
    /// Rules for the source at `root`: the built-in ones, `user_rules` (syntax of `.gitignore`, a `!` brings back),
    /// and folders that are never looked into.
    ///
    /// # Errors
    /// When a user rule cannot be understood.
    pub fn new(root: &Path, user_rules: &str, excluded: &[PathBuf]) -> Result<Self, RulesError> {
        let lines = user_rules.lines().enumerate().map(|(index, line)| (index + 1, line));
        Ok(Self {
            root: root.to_owned(),
            built_in: build(root, BUILT_IN.iter().map(|line| (0, *line)))?,
            user: build(root, lines)?,
            excluded: excluded.to_vec(),
        })
    }

    /// Checks user rules without a source.
    ///
    /// # Errors
    /// Names the first rule that cannot be understood.
    pub fn check(user_rules: &str) -> Result<(), RulesError> {
        Self::new(Path::new("/"), user_rules, &[]).map(drop)
    }

    /// The folder that these rules are for.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether an entry is left out, its parents and ignore files aside: the scan has dealt with those.
    pub(crate) fn leaves_out(&self, path: &Path, is_folder: bool) -> bool {
        if path == self.root {
            return false;
        }
        if self.excluded.iter().any(|excluded| path.starts_with(excluded)) {
            return true;
        }
        match self.user.matched(path, is_folder) {
            ignore::Match::Ignore(_) => return true,
            ignore::Match::Whitelist(_) => return false,
            ignore::Match::None => {}
        }
        if self.built_in.matched(path, is_folder).is_ignore() {
            return true;
        }
        is_folder && (is_hidden(path) || path.join(CACHE_TAG).exists())
    }

    /// Whether a path inside the source is left out, by itself, by a folder above it or by an ignore file there.
    pub fn ignores(&self, path: &Path, is_folder: bool) -> bool {
        let Ok(relative) = path.strip_prefix(&self.root) else { return true };
        let mut current = self.root.clone();
        let mut ignore_files: Vec<Gitignore> = Vec::new();
        let count = relative.components().count();
        for (index, component) in relative.components().enumerate() {
            for name in IGNORE_FILES {
                let file = current.join(name);
                if file.is_file() {
                    // Lines that cannot be understood are skipped, as git does.
                    ignore_files.push(Gitignore::new(file).0);
                }
            }
            current.push(component);
            let folder = is_folder || index + 1 < count;
            if self.leaves_out(&current, folder) {
                return true;
            }
            let verdict = ignore_files.iter().rev().map(|file| file.matched(&current, folder)).find(|m| !m.is_none());
            if verdict.is_some_and(|verdict| verdict.is_ignore()) {
                return true;
            }
        }
        false
    }
}

fn build<'a>(root: &Path, lines: impl Iterator<Item = (usize, &'a str)>) -> Result<Gitignore, RulesError> {
    let mut builder = GitignoreBuilder::new(root);
    for (line, rule) in lines {
        builder.add_line(None, rule).map_err(|error| RulesError { line, reason: error.to_string() })?;
    }
    builder.build().map_err(|error| RulesError { line: 0, reason: error.to_string() })
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::Rules;
    use std::path::Path;

    #[test]
    fn built_in_rules_leave_out_noise_and_secrets() {
        let rules = Rules::new(Path::new("/home/me"), "", &["/home/me/atom-data".into()]).unwrap();
        let check = |path: &str, folder, expect| {
            assert_eq!(rules.ignores(&Path::new("/home/me").join(path), folder), expect, "{path}");
        };
        check("project/node_modules", true, true);
        check("project/node_modules/left-pad/index.js", false, true);
        check(".ssh/id_ed25519", false, true);
        check("passwords.kdbx", false, true);
        check("project/.git/config", false, true);
        check("atom-data/vault.db", false, true);
        check(".bashrc", false, false);
        check("project/src/main.rs", false, false);
        check("Documents", true, false);
    }

    #[test]
    fn user_rules_add_and_bring_back() {
        let rules = Rules::new(Path::new("/r"), "*.log\n!venv/\n", &[]).unwrap();
        assert!(rules.ignores(Path::new("/r/a/b.log"), false));
        assert!(!rules.ignores(Path::new("/r/venv"), true));
        assert!(rules.ignores(Path::new("/elsewhere/a"), false));
    }

    #[test]
    fn a_rule_that_makes_no_sense_is_named() {
        let error = Rules::check("fine\n[").unwrap_err();
        assert_eq!(error.line, 2);
    }

    #[test]
    fn ignore_files_count_for_single_paths_too() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        std::fs::write(dir.path().join("sub/.gitignore"), "draft*\n").unwrap();
        let rules = Rules::new(dir.path(), "", &[]).unwrap();
        assert!(rules.ignores(&dir.path().join("sub/draft.txt"), false));
        assert!(!rules.ignores(&dir.path().join("draft.txt"), false));
    }
}
