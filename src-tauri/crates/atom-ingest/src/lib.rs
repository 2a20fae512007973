//! From a changed file to item, chunks, words and vectors.
