//! The loaded model.

use fastembed::{
    InitOptionsUserDefined, Pooling, QuantizationMode, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};

use crate::batch::group_by_length;
use crate::error::{Error, Result};
use crate::files::ModelFiles;
use crate::runtime;

/// Values in a vector.
pub const DIMS: usize = 384;

/// Tokens of a text that count, its two marks included; the rest is cut off.
pub const MAX_TOKENS: usize = 256;

/// Padded tokens in one run of the model: bounds its working memory, and keeps what a run touches in the
/// cache. 256 to 1024 measured alike; 4096 took a third more processor time and 150 MB more.
const BATCH_TOKENS: usize = 512;

/// Bytes of a text that are looked at: far more than [`MAX_TOKENS`] tokens ever need, and far less than
/// a whole book that somebody passes by mistake.
const MAX_BYTES: usize = 16 * 1024;

/// An embedding model in memory, about 100 MB; drop it to give the memory back.
///
/// Quantization scales are chosen per batch, so a text's vector depends a little on the texts beside it:
/// cosine at least 0.98 to the float model either way, never bit for bit the same.
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

    /// One vector of [`DIMS`] values and unit length per text, in the order of the texts.
    ///
    /// Texts may have any length and any mix of lengths: they are batched by length inside, and only the
    /// first [`MAX_TOKENS`] tokens of each count. An empty text has a vector too, near to nothing else.
    ///
    /// # Errors
    /// [`Error::Embed`] when the runtime fails; no partial result is given.
    pub fn embed(&mut self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let texts: Vec<&str> = texts.iter().map(|text| clip(text)).collect();
        let lengths = texts.iter().map(|text| self.count_tokens(text)).collect::<Result<Vec<_>>>()?;
        let mut vectors = vec![Vec::new(); texts.len()];
        for group in group_by_length(&lengths, BATCH_TOKENS) {
            let batch: Vec<&str> = group.iter().filter_map(|&index| texts.get(index).copied()).collect();
            for (index, vector) in group.into_iter().zip(self.embed_batch(&batch)?) {
                if let Some(slot) = vectors.get_mut(index) {
                    *slot = vector;
                }
            }
        }
        Ok(vectors)
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
            .map_err(|_| Error::Embed { texts: 1, reason: "the tokenizer failed".to_owned() })
    }

    fn embed_batch(&mut self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let vectors = self.inner.embed(texts, None).map_err(|error| Error::Embed {
            texts: texts.len(),
            // The one message that could quote its input.
            reason: match error {
                fastembed::Error::Tokenization(_) => "the tokenizer failed".to_owned(),
                other => other.to_string(),
            },
        })?;
        if vectors.len() != texts.len() {
            return Err(Error::Shape { found: vectors.len(), expected: texts.len() });
        }
        match vectors.iter().find(|vector| vector.len() != DIMS) {
            Some(vector) => Err(Error::Shape { found: vector.len(), expected: DIMS }),
            None => Ok(vectors),
        }
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
