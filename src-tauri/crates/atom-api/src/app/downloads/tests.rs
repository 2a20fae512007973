//! A model fetched from a server on this machine, through the real gate into a real vault.

use super::*;
use crate::dto::VaultCreateRequest;
use crate::{AppConfig, Indexing};
use atom_embed::Pooling;
use atom_testkit::model::write_small_model;
use atom_testkit::server::{Files, Server};
use atom_vault::MemoryKeychain;
use tempfile::TempDir;

const REPOSITORY: &str = "example/small";
const REVISION: &str = "0123456789abcdef";

struct World {
    app: Arc<App>,
    server: Server,
    known: &'static Known,
    dir: TempDir,
}

/// Where the model and the runtime of these tests are.
fn assets() -> PathBuf {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(|dir| dir.join("tauri.conf.json").is_file());
    std::env::var_os("ATOM_ASSETS").map_or_else(|| checkout.unwrap().join("assets"), PathBuf::from)
}

impl World {
    async fn new() -> Self {
        // Not where scratch files of the index go, which is emptied when the last index closes.
        let dir = tempfile::tempdir_in(std::env::temp_dir()).unwrap();
        let config = AppConfig {
            data_dir: dir.path().join("data"),
            assets_dir: assets(),
            worker_program: "/nonexistent/worker".into(),
            worker_args: Vec::new(),
            indexing: Indexing::Off,
            at_rest: || {},
        };
        let app =
            App::start_with(config, super::super::slots::Slots::cheap(Box::new(MemoryKeychain::default()))).unwrap();
        let request = VaultCreateRequest { passphrase: "a quiet place".to_owned(), keychain: false };
        app.vault_create(request).await.unwrap();
        let source = dir.path().join("source");
        write_small_model(&source, &assets(), 32);
        let mut files = Files::default();
        let mut remote = Vec::new();
        for entry in fs::read_dir(source).unwrap() {
            let name: &'static str = entry.as_ref().unwrap().file_name().into_string().unwrap().leak();
            let content = fs::read(entry.unwrap().path()).unwrap();
            let sha256 = hex(&Sha256::digest(&content)).leak();
            remote.push(RemoteFile { path: name, name, bytes: content.len() as u64, sha256 });
            files.content.insert(format!("/{REPOSITORY}/resolve/{REVISION}/{name}"), content);
        }
        // The large one last, as in the catalogue.
        remote.sort_by_key(|file| file.bytes);
        let known = Box::leak(Box::new(Known {
            id: "small",
            name: "Small",
            languages: "none",
            dims: 32,
            max_tokens: 64,
            pooling: Pooling::Mean,
            query_prefix: "",
            passage_prefix: "",
            repository: Some(REPOSITORY),
            fetched: Some(Fetched { revision: REVISION, files: remote.leak() }),
        }));
        Self { app, server: Server::start(files), known, dir }
    }

    async fn begin(&self) -> ApiResult<ModelsView> {
        self.app.fetch_model(self.known, format!("http://127.0.0.1:{}", self.server.port)).await
    }

    /// Fetches to the end, and how it ended.
    async fn fetch(&self) -> ModelDownloadView {
        self.begin().await.unwrap();
        let thread = lock(&self.app.session().await.unwrap().downloads.thread).take().unwrap();
        blocking(move || Ok(thread.join().unwrap())).await.unwrap();
        self.app.model_list().await.unwrap().download.unwrap()
    }

    fn models(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path().join("data/models")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn large(&self) -> &'static RemoteFile {
        self.known.fetched.unwrap().files.last().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_fetched_once_checked_and_recorded() {
    let world = World::new().await;
    let done = world.fetch().await;
    assert_eq!((done.state.as_str(), done.error), ("done", None));
    assert_eq!(done.done, world.known.fetched.unwrap().bytes());
    let models = world.app.model_list().await.unwrap().models;
    let small = models.iter().find(|model| model.id == "small").unwrap();
    assert_eq!((small.state.as_str(), small.dims), ("installed", Some(32)));
    assert_eq!(world.models(), ["small"]);
    let again = world.begin().await.unwrap_err();
    assert!(again.message.contains("already"), "{again}");

    let connections = world.app.network_list().await.unwrap().connections;
    assert_eq!(connections.len(), world.known.fetched.unwrap().files.len());
    let received: u64 = connections.iter().map(|connection| connection.received).sum();
    assert!(received > done.total, "{received}");
    assert!(connections.iter().all(|one| one.host == "127.0.0.1" && one.reason == REASON && one.allowed));
    let log = world.app.audit_list(crate::dto::AuditListRequest { limit: 50, ..Default::default() }).await.unwrap();
    assert!(log.entries.iter().any(|entry| entry.subject == super::super::models::INSTALLED));
    world.app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_download_goes_on_where_it_ended() {
    let world = World::new().await;
    world.server.change(|files| files.cut_after = Some(3_000_000));
    let cut = world.fetch().await;
    assert_eq!(cut.state, "failed");
    assert!(cut.error.unwrap().message.contains("goes on from there"));
    assert_eq!(world.models(), [".small.part"]);
    assert!(world.app.model_list().await.unwrap().models.iter().all(|model| model.id != "small"));
    world.server.change(|files| files.cut_after = None);
    assert_eq!(world.fetch().await.state, "done");
    let large = world.large().name;
    let requests = world.server.requests();
    let of_the_large_one: Vec<_> = requests.iter().filter(|asked| asked.contains(large)).collect();
    assert!(of_the_large_one[0].ends_with(" 0") && of_the_large_one[1].ends_with(" 3000000"), "{of_the_large_one:?}");
    assert_eq!(
        requests.len(),
        world.known.fetched.unwrap().files.len() + 1,
        "what was complete was not asked for again"
    );
    world.app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bytes_than_those_that_were_published_are_not_kept() {
    let world = World::new().await;
    let path = format!("/{REPOSITORY}/resolve/{REVISION}/{}", world.large().path);
    world.server.change(|files| files.content.get_mut(&path).unwrap()[5_000] ^= 1);
    let refused = world.fetch().await;
    assert_eq!(refused.state, "failed");
    assert!(refused.error.unwrap().message.contains("checksum"));
    let part = world.dir.path().join("data/models/.small.part");
    assert!(
        fs::read_dir(part).unwrap().all(|entry| !entry
            .unwrap()
            .file_name()
            .to_str()
            .unwrap()
            .starts_with("model.onnx"))
    );
    world.server.change(|files| {
        let content = files.content.get_mut(&path).unwrap();
        content[5_000] ^= 1;
        content.push(0);
    });
    let longer = world.fetch().await;
    assert_eq!(longer.state, "failed");
    world.server.change(|files| files.content.get_mut(&path).unwrap().truncate(world.large().bytes as usize));
    assert_eq!(world.fetch().await.state, "done");
    world.app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_the_air_gap_nothing_is_fetched_and_the_refusal_is_listed() {
    let world = World::new().await;
    let settings = world.app.settings_get().await.unwrap();
    world.app.settings_set(crate::dto::Settings { air_gap: true, ..settings }).await.unwrap();
    let refused = world.begin().await.unwrap_err();
    assert!(refused.message.contains("air gap is on"), "{refused}");
    let connections = world.app.network_list().await.unwrap().connections;
    assert_eq!((connections.len(), connections[0].allowed), (1, false));
    assert!(world.server.requests().is_empty());
    assert!(world.app.model_list().await.unwrap().download.is_none());
    let unknown =
        world.app.model_download(ModelDownloadRequest { id: "nonsense".to_owned(), metered: false }).await.unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NotFound);
    world.app.stop().await.unwrap();
}
