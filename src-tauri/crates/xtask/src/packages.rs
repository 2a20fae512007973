//! What must come from the system's package manager.

use std::path::Path;
use std::process::Stdio;

use crate::process::{Failure, command, is_installed, run, say, succeeds};
use crate::setup::For;

/// How to see that a requirement is met, whatever system it is.
enum Probe {
    /// One of these programs is there.
    Program(&'static [&'static str]),
    /// `pkg-config` knows this library.
    Library(&'static str),
}

struct Requirement {
    /// Name in Debian and Ubuntu.
    package: &'static str,
    probe: Probe,
    what: &'static str,
    only_for_tests: bool,
}

const fn build(package: &'static str, probe: Probe, what: &'static str) -> Requirement {
    Requirement { package, probe, what, only_for_tests: false }
}

const fn test(package: &'static str, probe: Probe, what: &'static str) -> Requirement {
    Requirement { package, probe, what, only_for_tests: true }
}

const REQUIREMENTS: &[Requirement] = &[
    build("build-essential", Probe::Program(&["cc"]), "a C compiler and make"),
    build("perl", Probe::Program(&["perl"]), "Perl, for building OpenSSL"),
    build("pkg-config", Probe::Program(&["pkg-config"]), "pkg-config"),
    build("cmake", Probe::Program(&["cmake"]), "CMake"),
    build("clang", Probe::Program(&["clang"]), "Clang"),
    build("protobuf-compiler", Probe::Program(&["protoc"]), "the protocol buffer compiler"),
    build("libprotobuf-dev", Probe::Library("protobuf"), "the protocol buffer definitions"),
    build("libdbus-1-dev", Probe::Library("dbus-1"), "D-Bus headers"),
    build("libwebkit2gtk-4.1-dev", Probe::Library("webkit2gtk-4.1"), "WebKitGTK 4.1 headers"),
    build(
        "libayatana-appindicator3-dev",
        Probe::Library("ayatana-appindicator3-0.1"),
        "headers of the tray icon library",
    ),
    build("librsvg2-dev", Probe::Library("librsvg-2.0"), "librsvg headers"),
    test("xvfb", Probe::Program(&["Xvfb"]), "the virtual X server"),
    test("openbox", Probe::Program(&["openbox"]), "a window manager for the virtual screen"),
    test("xdotool", Probe::Program(&["xdotool"]), "real key presses on the virtual screen"),
    test("dbus-x11", Probe::Program(&["dbus-launch"]), "a message bus for the virtual desktop"),
    test("strace", Probe::Program(&["strace"]), "a tracer that sees every socket that is made"),
    test("faketime", Probe::Program(&["faketime"]), "another clock for one program"),
    test("webkit2gtk-driver", Probe::Program(&["WebKitWebDriver"]), "WebKitGTK's web driver"),
    test(
        "chromium",
        Probe::Program(&["chromium", "chromium-browser", "google-chrome"]),
        "a browser for the user interface's tests",
    ),
];

/// Installs what is missing where that is possible without asking, and says what is missing where it is not.
pub(crate) fn install(root: &Path, purpose: For) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        say(
            "system packages: on this system see the list for it in Tauri's prerequisites; protoc, cmake and clang are needed besides",
        );
        return Ok(());
    }
    let missing = missing(root, purpose);
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|requirement| requirement.package).collect();
    if !is_installed("apt-get") {
        return Err(Failure::new(explain(
            &missing,
            "with this system's package manager; the names below are Debian's",
        )));
    }
    say(format_args!("installing system packages: {}", packages.join(" ")));
    if apt_install(root, &packages).is_none() {
        let how = format!("with `sudo apt-get install {}`", packages.join(" "));
        return Err(Failure::new(explain(&missing, &how)));
    }
    let still = self::missing(root, purpose);
    if still.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(explain(&still, "by hand: installing their packages did not help")))
    }
}

/// Installs `packages` by apt as root; `None` if there is no way to be root without a question, or apt fails.
pub(crate) fn apt_install(root: &Path, packages: &[&str]) -> Option<()> {
    let is_root = crate::process::output(command("id", root).arg("-u")).is_some_and(|id| id == "0");
    let can_sudo = || is_installed("sudo") && succeeds(command("sudo", root).args(["-n", "true"]));
    let prefix: &[&str] = if is_root {
        &[]
    } else if can_sudo() {
        &["sudo", "-n"]
    } else {
        return None;
    };
    let apt = |args: &[&str]| {
        let words = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"], args].concat();
        let (program, args) = words.split_first()?;
        run(command(program, root).args(args).stdout(Stdio::null())).ok()
    };
    apt(&["update"])?;
    apt(&[&["install", "--no-install-recommends"], packages].concat())
}

fn missing(root: &Path, purpose: For) -> Vec<&'static Requirement> {
    REQUIREMENTS
        .iter()
        .filter(|requirement| purpose == For::Test || !requirement.only_for_tests)
        .filter(|requirement| !is_met(root, requirement))
        .collect()
}

fn is_met(root: &Path, requirement: &Requirement) -> bool {
    match requirement.probe {
        Probe::Program(names) => names.iter().any(|name| is_installed(name)),
        Probe::Library(name) => succeeds(command("pkg-config", root).args(["--exists", name])),
    }
}

fn explain(missing: &[&Requirement], how: &str) -> String {
    let mut text = format!("some tools are missing; install them {how}:\n");
    for requirement in missing {
        text.push_str(&format!("  {:<30} {}\n", requirement.package, requirement.what));
    }
    text.push_str("then run this command again");
    text
}
