//! The committed bindings are what the commands say.

use std::path::Path;

#[test]
fn committed_bindings_are_fresh() {
    let dir = tempfile::tempdir().unwrap();
    let fresh = dir.path().join("bindings.ts");
    atom_app::ipc::write_bindings(&fresh).unwrap();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/platform/bindings.gen.ts");
    let same = std::fs::read_to_string(&fresh).unwrap() == std::fs::read_to_string(&committed).unwrap_or_default();
    assert!(same, "{} is stale: run `cargo xtask bindings`", committed.display());
}
