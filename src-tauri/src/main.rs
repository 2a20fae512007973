//! Atom.
fn main() {}
