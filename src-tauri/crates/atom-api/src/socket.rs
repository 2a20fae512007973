//! The local socket: how a second process talks to the one that has the vault.
