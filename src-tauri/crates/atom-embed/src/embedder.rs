//! The loaded model.

use fastembed::{InitOptionsUserDefined, QuantizationMode, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel};

use crate::error::{Error, Result};
use crate::files::ModelFiles;
use crate::runtime;
use crate::spec::{Pooling, Spec};

/// Bytes of a text that are looked at: far more than the tokens of any model ever need, and far less than
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
    spec: Spec,
}

impl Embedder {
    /// Reads, verifies and loads the model, to run on `threads` threads (at least one).
    ///
    /// # Errors
    /// [`Error::ModelDamaged`] when a file does not match its checksum, [`Error::Runtime`] when ONNX Runtime
    /// cannot be loaded, [`Error::Load`] when it does not accept the model.
    pub fn load(files: &ModelFiles, threads: usize) -> Result<Self> {
        let spec = files.spec();
        let bytes = files.read()?;
        let environment = runtime::environment(files.runtime())?;
        let tokenizer = TokenizerFiles {
            tokenizer_file: bytes.tokenizer,
            config_file: bytes.config,
            special_tokens_map_file: bytes.special_tokens,
            tokenizer_config_file: bytes.tokenizer_config,
        };
        let model = UserDefinedEmbeddingModel::new(bytes.graph, tokenizer)
            .with_pooling(match spec.pooling {
                Pooling::Mean => fastembed::Pooling::Mean,
                Pooling::Cls => fastembed::Pooling::Cls,
            })
            .with_quantization(QuantizationMode::Dynamic);
        let options = InitOptionsUserDefined::new()
            .with_environment(environment)
            .with_max_length(spec.max_tokens)
            .with_intra_threads(threads.max(1))
            // The arena keeps the memory of the largest batch for good.
            .with_execution_providers(vec![ort::ep::CPU::default().with_arena_allocator(false).build()])
            // Waiting threads sleep: the machine belongs to its user.
            .with_session_config("session.intra_op.allow_spinning", "0");
        let inner = TextEmbedding::try_new_from_user_defined(model, options)
            .map_err(|error| Error::Load { reason: error.to_string() })?;
        Ok(Self { inner, id: files.id().to_owned(), spec: spec.clone() })
    }

    /// The model's name and a prefix of its checksum, to be stored with its vectors.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The vector of a text as it is: as many values as the model's, unit length.
    ///
    /// A text may have any length; only its first tokens count, as many as the model takes. An empty text has a vector
    /// too, near to nothing else.
    ///
    /// # Errors
    /// [`Error::Embed`] when the runtime fails.
    pub fn embed(&mut self, text: &str) -> Result<Vec<f32>> {
        let (vector, expected) = (self.measure(text)?, self.spec.dims);
        if vector.len() == expected { Ok(vector) } else { Err(Error::Shape { found: vector.len(), expected }) }
    }

    /// The vector of a query, with what the model wants before it.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    pub fn query(&mut self, text: &str) -> Result<Vec<f32>> {
        let text = format!("{}{}", self.spec.query_prefix, clip(text));
        self.embed(&text)
    }

    /// The vector of a passage that is to be found, with what the model wants before it.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    pub fn passage(&mut self, text: &str) -> Result<Vec<f32>> {
        let text = format!("{}{}", self.spec.passage_prefix, clip(text));
        self.embed(&text)
    }

    /// A vector of whatever length the model gives it.
    pub(crate) fn measure(&mut self, text: &str) -> Result<Vec<f32>> {
        let mut vectors = self.inner.embed([clip(text)], None).map_err(|error| Error::Embed {
            // The one message that could quote its input.
            reason: match error {
                fastembed::Error::Tokenization(_) => "the tokenizer failed".to_owned(),
                other => other.to_string(),
            },
        })?;
        vectors.pop().ok_or(Error::Shape { found: 0, expected: self.spec.dims })
    }

    /// Tokens of a text, its two marks included, at most as many as the model takes.
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
