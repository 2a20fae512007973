//! Words: tantivy on a sealed directory.
