//! The loaded model.

use fastembed::{
    InitOptionsUserDefined, Pooling, QuantizationMode, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};

use crate::error::{Error, Result};
use crate::files::ModelFiles;
use crate::runtime;

/// Values in a vector.
pub const DIMS: usize = 384;

/// Tokens of a text that count, its two marks included; the rest is cut off.
pub const MAX_TOKENS: usize = 256;

/// Bytes of a text that are looked at: far more than [`MAX_TOKENS`] tokens ever need, and far less than
/// a whole book that somebody passes by mistake.
const MAX_BYTES: usize = 16 * 1024;

/// An embedding model in memory, about 100 MB; drop it to give the memory back.
///
/// A vector is a function of its text alone, bit for bit: the runtime chooses the quantization scales from all that
/// a run holds, so every run holds one text. Batches were no faster on a processor (within a tenth for short texts,
/// slower for long ones), and further from the float model.
pub struct Embedder {
    inner: TextEmbedding,
    id: String,
}

impl Embedder {
    /// Reads, verifies and loads the model, to run on `threads` threads (at least one).
    ///
    /// # Errors
    /// [`Error::ModelDamaged`] when a file does not match its checksum, [`Error::Runtime`] when ONNX Runtime
    /// cannot be loaded, [`Error::Load`] when it does not accept the model.
    pub fn load(files: &ModelFiles, threads: usize) -> Result<Self> {
        let bytes = files.read()?;
        let environment = runtime::environment(files.runtime())?;
        let tokenizer = TokenizerFiles {
            tokenizer_file: bytes.tokenizer,
            config_file: bytes.config,
            special_tokens_map_file: bytes.special_tokens,
            tokenizer_config_file: bytes.tokenizer_config,
        };
        let model = UserDefinedEmbeddingModel::new(bytes.graph, tokenizer)
            .with_pooling(Pooling::Mean)
            .with_quantization(QuantizationMode::Dynamic);
        let options = InitOptionsUserDefined::new()
            .with_environment(environment)
            .with_max_length(MAX_TOKENS)
            .with_intra_threads(threads.max(1))
            // The arena keeps the memory of the largest batch for good.
            .with_execution_providers(vec![ort::ep::CPU::default().with_arena_allocator(false).build()])
            // Waiting threads sleep: the machine belongs to its user.
            .with_session_config("session.intra_op.allow_spinning", "0");
        let inner = TextEmbedding::try_new_from_user_defined(model, options)
            .map_err(|error| Error::Load { reason: error.to_string() })?;
        Ok(Self { inner, id: files.id().to_owned() })
    }

    /// The model's name and a prefix of its checksum, to be stored with its vectors.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The vector of a text: [`DIMS`] values, unit length.
    ///
    /// A text may have any length; only its first [`MAX_TOKENS`] tokens count. An empty text has a vector too, near
    /// to nothing else.
    ///
    /// # Errors
    /// [`Error::Embed`] when the runtime fails.
    pub fn embed(&mut self, text: &str) -> Result<Vec<f32>> {
        let mut vectors = self.inner.embed([clip(text)], None).map_err(|error| Error::Embed {
            // The one message that could quote its input.
            reason: match error {
                fastembed::Error::Tokenization(_) => "the tokenizer failed".to_owned(),
                other => other.to_string(),
            },
        })?;
        match vectors.pop() {
            Some(vector) if vector.len() == DIMS => Ok(vector),
            other => Err(Error::Shape { found: other.map_or(0, |vector| vector.len()), expected: DIMS }),
        }
    }

    /// Tokens of a text, its two marks included, at most [`MAX_TOKENS`].
    ///
    /// # Errors
    /// [`Error::Embed`] when the tokenizer fails.
    pub fn count_tokens(&self, text: &str) -> Result<usize> {
        self.inner
            .tokenizer
            .encode_fast(clip(text), true)
            .map(|encoding| encoding.len())
            .map_err(|_| Error::Embed { reason: "the tokenizer failed".to_owned() })
    }
}

impl std::fmt::Debug for Embedder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedder").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The start of a text, cut at a code point.
fn clip(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipping_keeps_short_texts_and_whole_code_points() {
        assert_eq!(clip("short"), "short");
        let long = format!("a{}", "ü".repeat(MAX_BYTES));
        assert_eq!(clip(&long).len(), MAX_BYTES - 1);
    }
}
