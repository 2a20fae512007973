//! Use cases, DTOs and error codes; knows no Tauri.
