//! What is left out of an index.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{IncrementalIgnore, WalkBuilder};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Left out everywhere: version control, caches, build output, trash, keys and passwords, browser profiles.
///
/// In the syntax of `.gitignore`. Hidden folders are left out as well, hidden files are not.
const BUILT_IN: &[&str] = &[
    ".git/",
    ".hg/",
    ".svn/",
    ".jj/",
    ".bzr/",
    "CVS/",
    "node_modules/",
    "bower_components/",
    "__pycache__/",
    ".venv/",
    "venv/",
    ".tox/",
    ".mypy_cache/",
    ".pytest_cache/",
    ".cargo/",
    ".rustup/",
    ".gradle/",
    ".m2/",
    ".npm/",
    ".cache/",
    "Cache/",
    "Caches/",
    "CachedData/",
    "GPUCache/",
    ".Trash/",
    ".Trash-*/",
    "Trash/",
    "$RECYCLE.BIN/",
    "System Volume Information/",
    "lost+found/",
    ".ssh/",
    ".gnupg/",
    ".pki/",
    "keyrings/",
    ".password-store/",
    ".mozilla/",
    ".config/google-chrome/",
    ".config/chromium/",
    ".config/BraveSoftware/",
    "*.kdbx",
    "*.kdb",
    ".env",
    ".env.*",
    "id_rsa",
    "id_ed25519",
    "*.pem.key",
    "*.tmp",
    "*.swp",
    "*.swo",
    "*~",
    ".#*",
    "#*#",
    "*.part",
    "*.crdownload",
    "*.lock.tmp",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "*.pyc",
    "*.o",
    "*.obj",
    "*.class",
    "*.rlib",
    "*.rmeta",
];

/// Marks a folder as a cache: <https://bford.info/cachedir/>.
const CACHE_TAG: &str = "CACHEDIR.TAG";
/// Ignore files that are honoured inside of a source.
const IGNORE_FILES: [&str; 2] = [".atomignore", GIT_IGNORE];
const GIT_IGNORE: &str = ".gitignore";

/// Whether a file of this name decides about what is around it.
pub(crate) fn decides(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name == CACHE_TAG || IGNORE_FILES.contains(&name))
}

/// A rule that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("ignore rule {line} cannot be understood: {reason}")]
pub struct RulesError {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Why a path is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion<'a> {
    /// The path itself, or the folder above it that is left out with all that is in it.
    pub at: PathBuf,
    /// By what.
    pub because: Because<'a>,
}

/// What leaves a path out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because<'a> {
    /// Atom's own folder.
    NeverIndexed,
    /// A rule of the person.
    UserRule(&'a str),
    /// A rule that every source has: caches, build output, secrets.
    BuiltInRule(&'a str),
    /// Its name begins with a dot.
    HiddenFolder,
    /// It says of itself that it is a cache.
    CacheFolder,
    /// A rule in an ignore file of the source.
    IgnoreFile {
        /// Where it is.
        file: PathBuf,
        /// The rule.
        rule: String,
    },
    /// A rule in an ignore file that changed meanwhile.
    SomeIgnoreFile,
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
        self.reason(path, is_folder).is_some()
    }

    fn reason(&self, path: &Path, is_folder: bool) -> Option<Because<'_>> {
        if path == self.root {
            return None;
        }
        if self.excluded.iter().any(|excluded| path.starts_with(excluded)) {
            return Some(Because::NeverIndexed);
        }
        match self.user.matched(path, is_folder) {
            ignore::Match::Ignore(rule) => return Some(Because::UserRule(rule.original())),
            ignore::Match::Whitelist(_) => return None,
            ignore::Match::None => {}
        }
        if let ignore::Match::Ignore(rule) = self.built_in.matched(path, is_folder) {
            return Some(Because::BuiltInRule(rule.original()));
        }
        if is_folder && is_hidden(path) {
            return Some(Because::HiddenFolder);
        }
        (is_folder && path.join(CACHE_TAG).exists()).then_some(Because::CacheFolder)
    }

    /// Why a path inside the source is left out; nothing if it is not. Agrees with [`Rules::ignores`].
    #[must_use]
    pub fn explain(&self, path: &Path, is_folder: bool) -> Option<Exclusion<'_>> {
        let inside = path.strip_prefix(&self.root).ok()?;
        let mut ignore_files = walk_builder(&self.root).build_matchers().pop();
        let (mut at, mut below) = (self.root.clone(), PathBuf::new());
        let mut parts = inside.components().peekable();
        while let Some(part) = parts.next() {
            at.push(part);
            below.push(part);
            let is_folder = is_folder || parts.peek().is_some();
            let because = self.reason(&at, is_folder).or_else(|| {
                let is_ignored = ignore_files.as_mut()?.matched(&below, is_folder).is_ignore();
                is_ignored.then(|| self.ignore_file(&at, is_folder))
            });
            if let Some(because) = because {
                return Some(Exclusion { at, because });
            }
        }
        None
    }

    /// Which rule of which ignore file leaves `path` out.
    fn ignore_file(&self, path: &Path, is_folder: bool) -> Because<'static> {
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root));
        let mut files = folders.flat_map(|folder| IGNORE_FILES.map(|name| folder.join(name)));
        let found = files.find_map(|file| match Gitignore::new(&file).0.matched(path, is_folder) {
            ignore::Match::Ignore(rule) => Some((file, rule.original().to_owned())),
            _ => None,
        });
        found.map_or(Because::SomeIgnoreFile, |(file, rule)| Because::IgnoreFile { file, rule })
    }

    /// Whether a path inside the source is left out, by itself, by a folder above it or by an ignore file there.
    #[must_use]
    pub fn ignores(&self, path: &Path, is_folder: bool) -> bool {
        self.matcher().ignores(path, is_folder)
    }

    /// Answers for many paths.
    pub(crate) fn matcher(&self) -> Matcher {
        let ignore_files = walk_builder(&self.root).build_matchers().pop();
        Matcher { rules: self.clone(), ignore_files, folders: HashMap::new() }
    }
}

/// Whether paths are left out, with what was read of ignore files kept for the next question.
///
/// It is as old as its first question about a folder: whoever keeps one makes a new one when an ignore file changes.
pub(crate) struct Matcher {
    rules: Rules,
    /// The same matching as that of a walk, so that both always agree.
    ignore_files: Option<IncrementalIgnore>,
    folders: HashMap<PathBuf, bool>,
}

impl Matcher {
    /// As [`Rules::ignores`].
    pub(crate) fn ignores(&mut self, path: &Path, is_folder: bool) -> bool {
        if path == self.rules.root {
            return false;
        }
        let (Some(parent), Ok(relative)) = (path.parent(), path.strip_prefix(&self.rules.root)) else {
            return true;
        };
        self.ignores_folder(parent)
            || self.rules.leaves_out(path, is_folder)
            || self.ignore_files.as_mut().is_some_and(|files| files.matched(relative, is_folder).is_ignore())
    }

    fn ignores_folder(&mut self, folder: &Path) -> bool {
        if let Some(known) = self.folders.get(folder) {
            return *known;
        }
        let ignored = self.ignores(folder, true);
        self.folders.insert(folder.to_owned(), ignored);
        ignored
    }
}

/// What walking a source and asking for one path have in common.
pub(crate) fn walk_builder(start: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(start);
    builder.standard_filters(false).git_ignore(true).require_git(false).follow_links(false).same_file_system(true);
    for name in IGNORE_FILES {
        if name != GIT_IGNORE {
            builder.add_custom_ignore_filename(name);
        }
    }
    builder
}

fn build<'a>(root: &Path, lines: impl Iterator<Item = (usize, &'a str)>) -> Result<Gitignore, RulesError> {
    let mut builder = GitignoreBuilder::new(root);
    // A bracket that is never closed is a mistake that its author wants to hear of.
    builder.allow_unclosed_class(false);
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
    use super::{Because, Exclusion, Rules};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

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

    #[test]
    fn the_rules_of_atom_come_before_those_of_git() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        std::fs::write(dir.path().join(".atomignore"), "!keep.log\n").unwrap();
        std::fs::write(dir.path().join("sub/.gitignore"), "*.log\n").unwrap();
        let rules = Rules::new(dir.path(), "", &[]).unwrap();
        assert!(rules.ignores(&dir.path().join("sub/other.log"), false));
        assert!(!rules.ignores(&dir.path().join("sub/keep.log"), false));
    }

    #[test]
    fn what_is_left_out_has_a_reason_and_a_place() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for folder in ["code/node_modules/x", "code/.hidden", "cache", "code/src", "own"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::fs::write(root.join("cache/CACHEDIR.TAG"), "").unwrap();
        std::fs::write(root.join("code/.gitignore"), "# drafts\n*.draft\n").unwrap();
        let rules = Rules::new(root, "*.log\n!kept.log\n", &[root.join("own")]).unwrap();
        let why = |path: &str| rules.explain(&root.join(path), false);
        let check = |path: &str, at: &str, because: Because<'_>| {
            assert_eq!(why(path), Some(Exclusion { at: root.join(at), because }), "{path}");
        };
        check("a.log", "a.log", Because::UserRule("*.log"));
        check("own/vault.db", "own", Because::NeverIndexed);
        check("code/node_modules/x/a.js", "code/node_modules", Because::BuiltInRule("node_modules/"));
        check("code/.hidden/a.txt", "code/.hidden", Because::HiddenFolder);
        check("cache/a.txt", "cache", Because::CacheFolder);
        let rule = Because::IgnoreFile { file: root.join("code/.gitignore"), rule: "*.draft".to_owned() };
        check("code/src/a.draft", "code/src/a.draft", rule);
        for found in ["kept.log", "code/src/a.rs", "code", ""] {
            assert_eq!(why(found), None, "{found}");
        }
    }

    const NAMES: [&str; 8] = ["a", "b", "c.log", "d.txt", ".hidden", "build", ".env", ".git"];
    const RULES: [&str; 8] = ["*.log", "!c.log", "build/", "/a", "b/**", "!b/", "**/d.txt", "!.hidden/"];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// The scan and the question for one path are two ways to the same answer.
        #[test]
        fn a_scan_and_single_questions_agree(
            files in vec(vec(0..NAMES.len(), 1..5), 1..25),
            ignore_files in vec((vec(0..NAMES.len(), 0..3), any::<bool>(), vec(0..RULES.len(), 1..4)), 0..5),
            user in vec(0..RULES.len(), 0..3),
        ) {
            let dir = tempfile::tempdir().unwrap();
            let at = |names: &[usize]| names.iter().fold(dir.path().to_owned(), |path, name| path.join(NAMES[*name]));
            let text = |rules: &[usize]| rules.iter().map(|rule| RULES[*rule]).collect::<Vec<_>>().join("\n");
            for names in &files {
                let path = at(names);
                // Some names are a file here and a folder there; the first one stays.
                if std::fs::create_dir_all(path.parent().unwrap()).is_ok() && !path.exists() {
                    std::fs::write(path, "x").unwrap();
                }
            }
            for (names, git, rules) in &ignore_files {
                let name = if *git { ".gitignore" } else { ".atomignore" };
                std::fs::write(at(names).join(name), text(rules)).ok();
            }
            let rules = Rules::new(dir.path(), &text(&user), &[]).unwrap();
            let mut scanned = BTreeSet::new();
            crate::scan(&rules, &AtomicBool::new(false), |entry| { scanned.insert(entry.path); }).unwrap();
            let mut asked = BTreeSet::new();
            let mut folders = vec![dir.path().to_owned()];
            while let Some(folder) = folders.pop() {
                for entry in std::fs::read_dir(folder).unwrap() {
                    let entry = entry.unwrap();
                    let is_folder = entry.file_type().unwrap().is_dir();
                    if is_folder {
                        folders.push(entry.path());
                    }
                    prop_assert_eq!(
                        rules.explain(&entry.path(), is_folder).is_some(),
                        rules.ignores(&entry.path(), is_folder)
                    );
                    if !rules.ignores(&entry.path(), is_folder) {
                        asked.insert(entry.path());
                    }
                }
            }
            prop_assert_eq!(&scanned, &asked);
            let listed: BTreeSet<_> = std::iter::once(dir.path().to_owned())
                .chain(scanned.iter().filter(|path| path.is_dir()).cloned())
                .flat_map(|folder| crate::list_folder(&rules, &folder).unwrap())
                .map(|entry| entry.path)
                .collect();
            prop_assert_eq!(&scanned, &listed);
        }
    }
}
