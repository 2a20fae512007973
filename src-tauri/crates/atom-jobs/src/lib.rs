//! Durable job queue, lanes, cancellation, progress.
