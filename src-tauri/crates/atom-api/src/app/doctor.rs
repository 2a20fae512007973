//! Verifying everything, and mending what is derived.

use super::audit::in_words;
use super::meaning_sets::reconcile_vectors;
use super::session::Session;
use super::{App, blocking};
use crate::dto::{CheckView, DoctorRequest, DoctorResponse};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_vault::{SlotKind, Vault};
use std::sync::Arc;

/// What is built again from the vault if it is not sound; the rest is only reported.
const WORDS: [&str; 2] = ["words", "words-count"];
const MEANING: [&str; 2] = ["meaning", "meaning-files"];

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
        checks.push(self.check_keys(&session).await);
        checks.extend(session.mended.iter().map(|note| check("opening", true, true, note.clone())));
        checks.extend(check_database(&session).await);
        let audited = Arc::clone(&session);
        let log = blocking(move || audited.log.verify_blocking()).await;
        checks.push(match log {
            Ok(verdict) => check("log", verdict.broken.is_none(), false, in_words(&verdict)),
            Err(error) => check("log", false, false, error.message),
        });
        checks.extend(check_words(&session).await?);
        checks.extend(check_meaning(&session).await);
        if let Some(ingest) = session.ingest() {
            ingest.wake();
        }
        drop(session);

        let failed = |names: &[&str]| checks.iter().any(|check| !check.ok && names.contains(&check.name.as_str()));
        let (words, meaning) = (failed(&WORDS), failed(&MEANING));
        if words || meaning {
            self.rebuild(words, meaning).await?;
            for view in &mut checks {
                let mendable = WORDS.iter().chain(&MEANING).any(|name| *name == view.name);
                if mendable && !view.ok {
                    (view.ok, view.mended) = (true, true);
                    view.message.push_str("; built again from the vault");
                }
            }
        }
        Ok(DoctorResponse { ok: checks.iter().all(|check| check.ok), checks })
    }

    async fn check_keys(&self, session: &Arc<Session>) -> CheckView {
        let (dir, keys) = (self.config.data_dir.clone(), session.keys.clone());
        match blocking(move || Ok(Vault::verify(&dir, &keys)?)).await {
            Ok(found) => {
                let ways: Vec<_> = found.slots.iter().map(|slot| way(slot.kind)).collect();
                let mended = if found.mended {
                    "; the second copy of the key slots was damaged and is written again"
                } else {
                    ""
                };
                let message = format!("the key slots are authentic; the vault opens with {}{mended}", ways.join(", "));
                check("keys", true, found.mended, message)
            }
            Err(error) => check("keys", false, false, error.message),
        }
    }
}

const fn way(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::Passphrase => "the passphrase",
        SlotKind::Keychain => "the keychain",
        SlotKind::Recovery => "the recovery code",
    }
}

/// The database and its anchor: neither is derived, so neither is mended here.
async fn check_database(session: &Arc<Session>) -> Vec<CheckView> {
    let store = Arc::clone(&session.store);
    let database = blocking(move || Ok(store.verify()?)).await;
    let mut checks = vec![outcome("database", "every page and the structure are sound", database)];
    let store = Arc::clone(&session.store);
    let anchor = blocking(move || {
        store.verify_anchor()?;
        Ok((store.commits()?, store.accepted_losses()?))
    });
    match anchor.await {
        Ok((commits, losses)) => {
            let message = format!("the database is the newest one: the anchor knows its last change, number {commits}");
            checks.push(check("anchor", true, false, message));
            checks.extend(losses.iter().map(|accepted| {
                check("loss", true, false, format!("accepted on {}: {}", date(accepted.accepted_ms), accepted.loss))
            }));
        }
        Err(error) => checks.push(check("anchor", false, false, error.message)),
    }
    checks
}

async fn check_words(session: &Arc<Session>) -> ApiResult<Vec<CheckView>> {
    let keyword = session.keyword.clone();
    let words = blocking(move || Ok(keyword.verify()?)).await;
    let facts = Arc::clone(session);
    let counts = blocking(move || facts.store.counts().map_err(ApiError::from)).await?.total;
    let documents = session.keyword.doc_count();
    let expected = counts.items().saturating_sub(counts.words_pending);
    let message = format!("{documents} items in the keyword index, {expected} expected");
    Ok(vec![
        outcome("words", "every file of the keyword index is sound", words),
        check("words-count", documents >= expected, false, message),
    ])
}

async fn check_meaning(session: &Arc<Session>) -> Vec<CheckView> {
    let vector = session.sets.current().vector;
    let files = match vector.verify().await {
        Err(atom_index::Error::Corrupt { .. }) => {
            // What only older versions need goes with a round of maintenance.
            let cleaned = match vector.put_aside_damaged().await {
                Ok(_) => vector.maintain().await,
                Err(error) => Err(error),
            };
            match (cleaned, vector.verify().await) {
                (Ok(_), Ok(files)) => Ok((files, true)),
                (_, Err(error)) | (Err(error), _) => Err(error),
            }
        }
        Ok(files) => Ok((files, false)),
        Err(error) => Err(error),
    };
    let files = match files {
        Ok((files, false)) => {
            check("meaning-files", true, false, format!("every one of the {files} files of the vector index is sound"))
        }
        Ok((_, true)) => check(
            "meaning-files",
            true,
            true,
            "damaged files of older versions of the vector index are removed".to_owned(),
        ),
        Err(error) => check("meaning-files", false, false, ApiError::from(error).message),
    };
    let passages = match reconcile_vectors(&session.store, &vector).await {
        Ok(0) => check("meaning", true, false, "the vector index has every passage, and no other".to_owned()),
        Ok(count) => {
            check("meaning", true, true, format!("{count} items differed in the vector index and are embedded again"))
        }
        Err(error) => check("meaning", false, false, error.message),
    };
    vec![files, passages]
}

fn date(ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(ms).map_or_else(|| "?".to_owned(), |at| at.format("%Y-%m-%d").to_string())
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
