//! A multipart upload that seals.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use atom_vault::{SealRoot, SealWriter};
use object_store::{Error, MultipartUpload, PutPayload, PutResult, Result, UploadPart};

use super::fault::Watch;
use super::store::BLOCK_LOG2;

/// Collects what the seal writer puts out until it is handed on.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Vec<u8>>>);

impl Outbox {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Seals parts in the order in which they are put.
///
/// Blocks run across parts; the final one is sealed when the upload completes, so an upload that does not complete
/// leaves nothing that would verify, and the staged file goes with it.
pub(crate) struct SealedUpload {
    writer: Option<SealWriter<Outbox>>,
    outbox: Outbox,
    inner: Box<dyn MultipartUpload>,
    watch: Arc<Watch>,
}

impl std::fmt::Debug for SealedUpload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedUpload").finish_non_exhaustive()
    }
}

impl SealedUpload {
    pub(crate) fn new(
        root: &SealRoot,
        binding: &str,
        inner: Box<dyn MultipartUpload>,
        watch: Arc<Watch>,
    ) -> std::result::Result<Self, atom_vault::Error> {
        let outbox = Outbox::default();
        let writer = root.writer(outbox.clone(), binding, BLOCK_LOG2)?;
        Ok(Self { writer: Some(writer), outbox, inner, watch })
    }

    fn seal(&mut self, data: &PutPayload) -> io::Result<Vec<u8>> {
        let writer = self.writer.as_mut().ok_or_else(ended)?;
        for piece in data {
            writer.write_all(piece)?;
        }
        Ok(self.outbox.take())
    }
}

fn ended() -> io::Error {
    io::Error::other("the upload has ended")
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Generic { store: "sealed", source: error.into() }
}

#[async_trait]
impl MultipartUpload for SealedUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let part = match self.seal(&data) {
            Ok(sealed) if sealed.is_empty() => return Box::pin(async { Ok(()) }),
            Ok(sealed) => self.inner.put_part(sealed.into()),
            Err(error) => return Box::pin(async { Err(failed(error)) }),
        };
        let watch = Arc::clone(&self.watch);
        Box::pin(async move { part.await.inspect_err(|error| watch.note_error(error)) })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let writer = self.writer.take().ok_or_else(|| failed(ended()))?;
        writer.finish().map_err(failed)?;
        let watch = Arc::clone(&self.watch);
        let last = self.outbox.take();
        let finished = async {
            self.inner.put_part(last.into()).await?;
            self.inner.complete().await
        };
        finished.await.inspect_err(|error| watch.note_error(error))
    }

    async fn abort(&mut self) -> Result<()> {
        self.writer = None;
        self.inner.abort().await
    }
}
