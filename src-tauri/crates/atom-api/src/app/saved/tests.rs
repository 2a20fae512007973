//! Kept searches over a real vault and a real keyword index, into which the tests put documents themselves.

use super::*;
use crate::app::fixture;
use atom_core::{Kind, SourceId};
use atom_index::keyword::{Document, KeywordWriter};
use std::path::{Path, PathBuf};

struct Fixture {
    app: Arc<App>,
    session: Arc<Session>,
    source: SourceId,
    writer: KeywordWriter,
    _dir: tempfile::TempDir,
}

async fn vault() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let app = fixture::vault(dir.path()).await;
    let session = app.session().await.unwrap();
    let source = session.store.add_source(Path::new("/home/me"), 1).unwrap();
    let writer = session.keyword.writer().unwrap();
    Fixture { app, session, source, writer, _dir: dir }
}

impl Fixture {
    /// A file that is found by `body`.
    fn add(&mut self, name: &str, body: &str) -> ItemId {
        let path = PathBuf::from("/home/me").join(name);
        let entry = fixture::entry(&path, self.session.store.newest_item().unwrap().get().cast_unsigned() + 1);
        self.session.store.apply_scan(self.source, &[entry], 1, &|_| true).unwrap();
        let item = self.session.store.newest_item().unwrap();
        self.write(item, &path, body);
        item
    }

    fn write(&mut self, item: ItemId, path: &Path, body: &str) {
        let document = Document {
            item,
            source: self.source,
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            title: None,
            author: None,
            people: None,
            language: None,
            labels: Vec::new(),
            traits: Vec::new(),
            path: path.to_string_lossy().into_owned(),
            body: body.to_owned(),
            kind: Kind::Text,
            ext: "txt".to_owned(),
            mime: "text/plain".to_owned(),
            modified_ms: 5,
            size: 10,
        };
        self.writer.upsert(&document).unwrap();
        self.writer.commit().unwrap();
    }

    async fn put(&self, id: Option<&str>, query: &str, notify: bool) -> ApiResult<SavedSearchView> {
        let (id, name) = (id.map(str::to_owned), "Rent".to_owned());
        self.app.saved_put(SavedPutRequest { id, name, query: query.to_owned(), notify }).await
    }

    async fn fresh(&self) -> u32 {
        self.app.saved_list().await.unwrap()[0].fresh
    }
}

fn id(view: &SavedSearchView) -> IdRequest {
    IdRequest { id: view.id.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_is_what_matches_now_and_did_not_when_it_was_looked_at() {
    let mut vault = vault().await;
    vault.add("a.txt", "the rent of may");
    let older = vault.add("b.txt", "nothing of that");
    let kept = vault.put(None, "rent", false).await.unwrap();
    assert_eq!((kept.fresh, kept.name.as_str()), (0, "Rent"));
    vault.add("c.txt", "the rent of june");
    vault.add("d.txt", "something else");
    assert_eq!(vault.fresh().await, 1);
    // A file that was there before and says so only now.
    vault.write(older, Path::new("/home/me/b.txt"), "the rent of april");
    assert_eq!(vault.fresh().await, 2);
    vault.app.saved_seen(id(&kept)).await.unwrap();
    assert_eq!(vault.fresh().await, 0);
    vault.add("e.txt", "the rent of july");
    assert_eq!(vault.fresh().await, 1);
    // Renaming it does not change what was seen; another query begins anew.
    assert_eq!(vault.put(Some(&kept.id), "rent", true).await.unwrap().fresh, 1);
    assert_eq!(vault.put(Some(&kept.id), "the", true).await.unwrap().fresh, 0);
    vault.app.saved_remove(id(&kept)).await.unwrap();
    assert!(vault.app.saved_list().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_with_too_many_matches_counts_those_in_newer_items() {
    let mut vault = vault().await;
    vault.add("a.txt", "the rent of may");
    let kept = vault.put(None, "rent", false).await.unwrap();
    let newest = vault.session.store.newest_item().unwrap();
    vault.session.store.see_saved_search(kept.id.parse().unwrap(), &Seen { newest, known: None }).unwrap();
    assert_eq!(vault.fresh().await, 0);
    vault.add("b.txt", "the rent of june");
    vault.add("c.txt", "nothing of that");
    assert_eq!(vault.fresh().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_number_of_new_matches_is_told_once_and_only_where_that_was_asked() {
    let mut vault = vault().await;
    let asked = vault.put(None, "rent", true).await.unwrap();
    vault.put(None, "rent", false).await.unwrap();
    vault.add("a.txt", "the rent of may");
    vault.app.tell_of_saved().await;
    // Nobody listened, so it is told once somebody does.
    let mut events = vault.app.subscribe();
    let mut told = move || {
        let mut told = Vec::new();
        while let Ok(event) = events.try_recv() {
            told.extend(match event {
                Event::SavedSearchFound { name, count } => Some((name, count)),
                _ => None,
            });
        }
        told
    };
    vault.app.tell_of_saved().await;
    vault.app.tell_of_saved().await;
    assert_eq!(told(), [("Rent".to_owned(), 1)]);
    vault.add("b.txt", "the rent of june");
    vault.app.tell_of_saved().await;
    assert_eq!(told(), [("Rent".to_owned(), 2)]);
    vault.app.saved_seen(id(&asked)).await.unwrap();
    vault.app.tell_of_saved().await;
    assert!(told().is_empty());
    vault.add("c.txt", "the rent of july");
    vault.app.vault_lock().await.unwrap();
    vault.app.tell_of_saved().await;
    assert!(told().is_empty(), "a locked vault tells nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_new_before_telling_was_switched_on_is_not_told() {
    let mut vault = vault().await;
    let kept = vault.put(None, "rent", false).await.unwrap();
    vault.add("a.txt", "the rent of may");
    assert_eq!(vault.put(Some(&kept.id), "rent", true).await.unwrap().fresh, 1);
    let mut events = vault.app.subscribe();
    vault.app.tell_of_saved().await;
    assert!(events.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_without_name_or_query_is_not_kept_and_one_that_is_gone_not_found() {
    let vault = vault().await;
    let code = |error: ApiError| error.code;
    assert_eq!(vault.put(None, "  ", true).await.map(drop).map_err(code), Err(ErrorCode::InvalidInput));
    assert_eq!(vault.put(Some("x"), "rent", true).await.map(drop).map_err(code), Err(ErrorCode::InvalidInput));
    assert_eq!(vault.put(Some("7"), "rent", true).await.map(drop).map_err(code), Err(ErrorCode::NotFound));
    let unnamed = SavedPutRequest { id: None, name: " ".to_owned(), query: "rent".to_owned(), notify: true };
    assert_eq!(vault.app.saved_put(unnamed).await.map(drop).map_err(code), Err(ErrorCode::InvalidInput));
    let seven = || IdRequest { id: "7".to_owned() };
    assert_eq!(vault.app.saved_seen(seven()).await.map_err(code), Err(ErrorCode::NotFound));
    assert_eq!(vault.app.saved_remove(seven()).await.map_err(code), Err(ErrorCode::NotFound));
    // Meaning alone has no words to look for.
    assert_eq!(vault.put(None, "~rent", true).await.unwrap().fresh, 0);
}
