//! How a model is to be used: what its files alone do not say.

use serde::{Deserialize, Serialize};

/// How one vector is made of those of the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// Their mean.
    #[default]
    Mean,
    /// That of the first one.
    Cls,
}

/// What a model makes of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spec {
    /// Values in a vector.
    pub dims: usize,
    /// Tokens of a text that count, its marks included; the rest is cut off.
    pub max_tokens: usize,
    /// How one vector is made of those of the tokens.
    pub pooling: Pooling,
    /// What the model wants before a query.
    pub query_prefix: String,
    /// What it wants before a passage that is to be found.
    pub passage_prefix: String,
}

impl Spec {
    /// The fields that change a vector, as one text.
    pub(crate) fn canonical(&self) -> String {
        let Self { dims, max_tokens, pooling, query_prefix, passage_prefix } = self;
        format!("{dims}\n{max_tokens}\n{pooling:?}\n{query_prefix:?}\n{passage_prefix:?}")
    }
}
