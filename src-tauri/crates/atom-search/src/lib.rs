//! Query language, retrieval, fusion, snippets.
