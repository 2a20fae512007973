//! Locking in the middle of indexing: the lock comes soon, nothing is lost, and the next session goes on from there.

use super::place::{PASSPHRASE, Place};
use atom_api::dto::{SearchMode, SearchRequest, SourcesAddRequest, StatusView, VaultState, VaultUnlockRequest};
use atom_api::{App, AppConfig, ErrorCode, Event, Indexing};
use std::sync::Arc;
use std::time::{Duration, Instant};

const FILES: u64 = 300;
/// Far more than a lock takes, and far less than what it interrupts.
const SOON: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_secs(240);

fn start(place: &Place) -> Arc<App> {
    App::start(AppConfig {
        data_dir: place.data(),
        assets_dir: place.assets(),
        worker_program: env!("CARGO_BIN_EXE_atom").into(),
        worker_args: vec!["--extract-worker".into()],
        indexing: Indexing::Full,
        at_rest: || {},
    })
    .unwrap()
}

fn unlock() -> VaultUnlockRequest {
    VaultUnlockRequest { passphrase: PASSPHRASE.to_owned() }
}

/// Waits until the status is as wanted, by the events that the core sends.
async fn wait_for(app: &Arc<App>, what: &str, wanted: impl Fn(&StatusView) -> bool) {
    let mut events = app.subscribe();
    let waited = tokio::time::timeout(PATIENCE, async {
        while !wanted(&app.status_get().await.unwrap()) {
            let _ = tokio::time::timeout(Duration::from_secs(1), events.recv()).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("{what} never came"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_during_indexing_comes_soon_and_loses_nothing() {
    let place = Place::with_vault();
    for number in 0..FILES {
        let text = format!("Entry {number}: cucumbers thrive in a sunny bed, unlike anything in the cellar.\n\n");
        place.write(&format!("part-{}/entry-{number}.txt", number % 7), text.repeat(15));
    }
    let app = start(&place);
    app.vault_unlock(unlock()).await.unwrap();
    app.sources_add(SourcesAddRequest { path: place.docs_text() }).await.unwrap();

    // Once while names are collected and files read, once while words are indexed, once among the passages.
    let stages: [(&str, fn(&StatusView) -> bool); 3] = [
        ("a name", |status| status.items > 0),
        ("a word", |status| status.progress.words.done > 50),
        ("a vector", |status| status.vectors > 0),
    ];
    for (what, reached) in stages {
        wait_for(&app, what, reached).await;
        let mut events = app.subscribe();
        let begun = Instant::now();
        let view = app.vault_lock().await.unwrap();
        let took = begun.elapsed();
        eprintln!("locked {took:?} after {what}");
        assert!(took < SOON, "{what}: {took:?}");
        assert_eq!(view.state, VaultState::Locked);
        let mut told = false;
        while let Ok(event) = events.try_recv() {
            told |= matches!(event, Event::VaultChanged(view) if view.state == VaultState::Locked);
        }
        assert!(told, "nobody was told");
        for refused in [app.status_get().await.map(drop), app.sources_list().await.map(drop)] {
            assert_eq!(refused.unwrap_err().code, ErrorCode::VaultLocked);
        }
        app.vault_unlock(unlock()).await.unwrap();
    }
    wait_for(&app, "the end", |status| {
        let done = |progress: atom_api::dto::Progress| progress.done == progress.total;
        status.items >= FILES && done(status.progress.words) && done(status.progress.meaning)
    })
    .await;
    let request = SearchRequest::new("cucumbers", SearchMode::Words, 1);
    assert_eq!(u64::from(app.search_query(request).await.unwrap().total), FILES);
    app.stop().await.unwrap();
    drop(app);
    place.assert_sound();
}
