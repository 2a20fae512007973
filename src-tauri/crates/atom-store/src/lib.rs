//! Encrypted SQLite: the source of truth.
