//! Verifying everything, and mending what is derived.

use super::audit::in_words;
use super::session::reconcile_vectors;
use super::{App, blocking};
use crate::dto::{CheckView, DoctorRequest, DoctorResponse};
use crate::error::{ApiError, ApiResult, ErrorCode};
use std::sync::Arc;

impl App {
    /// Verifies everything and mends what is derived; what is not derived is never deleted.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`]; [`ErrorCode::InvalidInput`] for something else to rebuild than `words` or `meaning`.
    pub async fn doctor(self: &Arc<Self>, request: DoctorRequest) -> ApiResult<DoctorResponse> {
        let mut checks = Vec::new();
        match request.rebuild.as_deref() {
            None => {}
            Some(which @ ("words" | "meaning")) => {
                self.rebuild(which == "words", which == "meaning").await?;
                checks.push(check(
                    "rebuild",
                    true,
                    true,
                    format!("{which}: thrown away, being built again from the vault"),
                ));
            }
            Some(other) => {
                let message = format!("{other} cannot be rebuilt; words and meaning can");
                return Err(ApiError::new(ErrorCode::InvalidInput, message));
            }
        }
        let session = self.session().await?;
        checks.push(check("keys", true, false, "the key slots are sound and open the vault".to_owned()));
        checks.extend(session.mended.iter().map(|note| check("opening", true, true, note.clone())));

        let store = Arc::clone(&session.store);
        let database = blocking(move || Ok(store.verify()?)).await;
        checks.push(outcome("database", "every page and the structure are sound", database));

        let audited = Arc::clone(&session);
        let log = blocking(move || audited.log.verify_blocking()).await;
        checks.push(match log {
            Ok(verdict) => check("log", verdict.broken.is_none(), false, in_words(&verdict)),
            Err(error) => check("log", false, false, error.message),
        });

        let keyword = session.keyword.clone();
        let words = blocking(move || Ok(keyword.verify()?)).await;
        let words_damaged = words.is_err();
        checks.push(outcome("words", "every file of the keyword index is sound", words));

        let facts = Arc::clone(&session);
        let counts = blocking(move || facts.store.counts().map_err(ApiError::from)).await?.total;
        let documents = session.keyword.doc_count();
        let expected = counts.items().saturating_sub(counts.words_pending);
        let words_missing = documents < expected;
        checks.push(check(
            "words-count",
            !words_missing,
            false,
            format!("{documents} items in the keyword index, {expected} expected"),
        ));

        let meaning = reconcile_vectors(&session.store, &session.vector).await;
        let meaning_damaged = meaning.is_err();
        checks.push(match meaning {
            Ok(0) => check("meaning", true, false, "the vector index has every passage, and no other".to_owned()),
            Ok(count) => check(
                "meaning",
                true,
                true,
                format!("{count} items differed in the vector index and are embedded again"),
            ),
            Err(error) => check("meaning", false, false, error.message),
        });
        if let Some(ingest) = session.ingest() {
            ingest.wake();
        }
        drop(session);

        if words_damaged || words_missing || meaning_damaged {
            self.rebuild(words_damaged || words_missing, meaning_damaged).await?;
            for view in &mut checks {
                let mendable = ["words", "words-count", "meaning"].contains(&view.name.as_str());
                if mendable && !view.ok {
                    (view.ok, view.mended) = (true, true);
                    view.message.push_str("; built again from the vault");
                }
            }
        }
        Ok(DoctorResponse { ok: checks.iter().all(|check| check.ok), checks })
    }
}

fn check(name: &str, ok: bool, mended: bool, message: String) -> CheckView {
    CheckView { name: name.to_owned(), ok, mended, message }
}

fn outcome(name: &str, sound: &str, result: ApiResult<()>) -> CheckView {
    match result {
        Ok(()) => check(name, true, false, sound.to_owned()),
        Err(error) => check(name, false, false, error.message),
    }
}
