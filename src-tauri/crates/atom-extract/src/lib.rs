//! Bytes to text and metadata, in a boxed worker process.
