//! A set out of Python's standard library: the first sentence of each docstring, and the code with the rest of it.

use serde_json::Value;

use super::sets::{File, Pair};
use super::text::first_sentence;
use crate::process::{Failure, command, output, succeeds};
use crate::project::Project;

const SCRIPT: &str = include_str!("docstrings.py");

pub(super) fn docstrings(project: &Project, _wanted: usize) -> Result<Vec<Pair>, Failure> {
    let own = project.private().join(if cfg!(windows) { "venv/Scripts/python.exe" } else { "venv/bin/python" });
    let python = [own.into_os_string(), "python3".into(), "python".into()]
        .into_iter()
        .find(|python| succeeds(command(python, &project.root).arg("--version")));
    let Some(python) = python else { return Ok(Vec::new()) };
    let lines = output(command(python, &project.root).args(["-B", "-c", SCRIPT]))
        .ok_or_else(|| Failure::new("Python's standard library could not be read"))?;
    Ok(lines.lines().filter_map(|line| serde_json::from_str(line).ok()).map(|found: Value| pair(&found)).collect())
}

fn pair(found: &Value) -> Pair {
    let said = |key: &str| found.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Pair {
        key: said("key"),
        group: said("group"),
        said: first_sentence(&said("docs")),
        text: said("text"),
        file: File::Extension("py"),
    }
}
