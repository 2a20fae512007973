//! Desktop entries in a folder of the test, read and started in a process of its own whose environment names it.

use super::*;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::Command;

/// Where the child finds its folder.
const CHILD: &str = "ATOM_TEST_PROGRAMS";

fn entry(dir: &Path, name: &str, lines: &str) {
    let text = format!("[Desktop Entry]\nType=Application\n{lines}\n");
    fs::write(dir.join("share/applications").join(name), text).unwrap();
}

/// Runs this very test again with `dir` for its home and its programs.
fn again(test: &str, dir: &Path) {
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, dir)
        .env("HOME", dir)
        .env("XDG_DATA_HOME", dir.join("share"))
        .env("XDG_DATA_DIRS", "/usr/share")
        .env("XDG_CONFIG_HOME", dir.join("config"))
        .env("XDG_CURRENT_DESKTOP", "GNOME")
        .env("LANGUAGE", "de")
        .env("LC_ALL", "de_DE.UTF-8")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .status()
        .unwrap();
    assert!(ended.success());
}

fn child() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

/// Entries of every kind, and a pipe into which the second one copies what it opens.
fn desktop() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("share/applications")).unwrap();
    fs::create_dir_all(dir.path().join("config")).unwrap();
    let pipe = dir.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
    let started = format!("Exec=cp \"{}\" {} %U", dir.path().join("started").display(), pipe.display());
    fs::write(dir.path().join("started"), "started").unwrap();
    entry(
        dir.path(),
        "atom-test-one.desktop",
        &format!("Name=One\nName[de]=Eins\nComment=First\nGenericName[de]=Zähler\nKeywords[de]=Zahl;eine;\n{started}"),
    );
    let opens = format!("Exec=cp %f {}", pipe.display());
    let opener = |name: &str| format!("Name={name}\nNoDisplay=true\nMimeType=text/plain;\n{opens}");
    entry(dir.path(), "atom-test-two.desktop", &opener("Two"));
    entry(dir.path(), "atom-test-three.desktop", &opener("Three"));
    for (name, line) in [
        ("hidden", "Hidden=true"),
        ("elsewhere", "OnlyShowIn=KDE;"),
        ("nothere", "TryExec=/nonexistent/program"),
        ("unseen", "NoDisplay=true"),
    ] {
        entry(dir.path(), &format!("atom-test-{name}.desktop"), &format!("Name={name}\nExec=true\n{line}"));
    }
    let cache = "[MIME Cache]\ntext/plain=atom-test-two.desktop;atom-test-three.desktop;\n";
    fs::write(dir.path().join("share/applications/mimeinfo.cache"), cache).unwrap();
    let defaults = "[Default Applications]\ntext/plain=atom-test-three.desktop;\n";
    fs::write(dir.path().join("config/mimeapps.list"), defaults).unwrap();
    dir
}

/// What was copied into the pipe: opening it waits for whoever copies.
fn piped(dir: &Path) -> String {
    let mut text = String::new();
    fs::File::open(dir.join("pipe")).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn of_test(programs: Vec<ProgramView>) -> Vec<ProgramView> {
    programs.into_iter().filter(|program| program.id.starts_with("atom-test")).collect()
}

#[test]
fn programs_are_those_that_the_desktop_shows_in_the_language_of_the_person() {
    let Some(dir) = child() else {
        let dir = desktop();
        return again(
            "shell::programs::tests::programs_are_those_that_the_desktop_shows_in_the_language_of_the_person",
            dir.path(),
        );
    };
    let one = ProgramView {
        id: "atom-test-one.desktop".to_owned(),
        name: "Eins".to_owned(),
        detail: "Zähler".to_owned(),
        keywords: vec!["Zahl".to_owned(), "eine".to_owned()],
        is_default: false,
    };
    assert_eq!(of_test(all()), [one]);
    launch("atom-test-one.desktop").unwrap();
    assert_eq!(piped(&dir), "started");
    for id in ["atom-test-unseen.desktop", "atom-test-hidden.desktop", "/bin/true", "../one", ""] {
        assert_eq!(launch(id).map_err(|error| error.code), Err(ErrorCode::NotFound), "{id}");
    }
}

#[test]
fn a_file_is_opened_by_what_knows_its_type_and_by_nothing_else() {
    let Some(dir) = child() else {
        let dir = desktop();
        return again(
            "shell::programs::tests::a_file_is_opened_by_what_knows_its_type_and_by_nothing_else",
            dir.path(),
        );
    };
    let path = dir.join("with space; $(x) %f.txt");
    fs::write(&path, "the rent of may").unwrap();
    let programs = of_test(of_file(&path, "text/plain"));
    let names: Vec<_> = programs.iter().map(|program| (program.name.as_str(), program.is_default)).collect();
    assert_eq!(names, [("Three", true), ("Two", false)]);
    open_with(&path, "text/plain", "atom-test-two.desktop").unwrap();
    assert_eq!(piped(&dir), "the rent of may");
    let other = open_with(&path, "text/plain", "atom-test-one.desktop");
    assert_eq!(other.map_err(|error| error.code), Err(ErrorCode::NotFound));
    assert!(of_test(of_file(Path::new("/nonexistent/a.bin"), "")).is_empty());
    assert_eq!(
        of_test(of_file(Path::new("/nonexistent/a.bin"), "text/plain")).len(),
        2,
        "what Atom knows of it counts"
    );
}
