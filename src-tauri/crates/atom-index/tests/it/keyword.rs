//! The keyword index.
