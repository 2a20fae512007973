//! Meaning: LanceDB on a sealed object store.
