//! Puts the window permissions where Tauri's code generation finds them, and sees to it that there is a page to embed.
//!
//! The package is at the root of the repository, everything native below `src-tauri`: Tauri looks for capabilities and
//! permissions next to `Cargo.toml` unless it is told.

use std::{error::Error, fs, path::Path};

/// What the window shows when the interface was never built, as in `cargo test` without Node.
const PLACEHOLDER: &str = "<!doctype html><meta charset=\"utf-8\"><title>Atom</title>\
    <p>The interface is not built yet: run <code>npm --prefix ui run build</code>.</p>\n";

fn main() -> Result<(), Box<dyn Error>> {
    for watched in ["src-tauri/capabilities", "src-tauri/permissions", "ui/dist"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let dist = Path::new("ui/dist");
    for page in ["index.html", "quick.html"] {
        if !dist.join(page).exists() {
            fs::create_dir_all(dist)?;
            fs::write(dist.join(page), PLACEHOLDER)?;
        }
    }
    tauri_build::try_build(
        tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*.json").app_manifest(
            tauri_build::AppManifest::new().permissions_path_pattern("./src-tauri/permissions/**/*.toml"),
        ),
    )?;
    // Schemas for editors, written next to Cargo.toml: nothing reads them, and the top level stays as it is.
    let schemas = Path::new("gen");
    if schemas.exists() {
        fs::remove_dir_all(schemas)?;
    }
    Ok(())
}
