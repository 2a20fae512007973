//! Folders to change hints, and reconcile scans.
