//! Every kind of damage to every class of file in the data folder, against the whole core.
//!
//! After each damage the vault is unlocked, searched, checked, indexed to the end and searched again. What is allowed: a
//! typed error that says what to do, a loss that a person has to accept, or all the same answers. Wrong answers, panics and
//! manual repairs are not. One process opens all the damaged copies, one after the other.

use super::place::Place;
use atom_api::dto::{
    DoctorRequest, FilesListRequest, IdRequest, SearchMode, SearchRequest, SourcesAddRequest, StatusView,
    VaultUnlockRequest,
};
use atom_api::{ApiError, App, AppConfig, ErrorCode, Indexing};
use atom_testkit::damage::{HARMS, Harm, Results, cases, copy_folder, files_below};
use atom_testkit::noise::Noise;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// By what the path inside of the data folder begins and ends with.
const CLASSES: [(&str, &str, &str); 14] = [
    ("database", "vault.db", "vault.db"),
    ("database log", "vault.db-wal", ""),
    ("database log index", "vault.db-shm", ""),
    ("key slots", "keyslots.v1", "v1"),
    ("copy of key slots", "keyslots.v1.bak", ""),
    ("anchor", "anchor.bin", ""),
    ("refused attempts", "refused.v1", ""),
    ("vector manifest", "vectors", ".manifest"),
    ("vector transaction", "vectors", ".txn"),
    ("vector data", "vectors", ".lance"),
    ("vector deletions", "vectors", ".arrow"),
    ("keyword segment", "keyword", "segment"),
    ("keyword meta.json", "keyword/meta.json", ""),
    ("keyword .managed.json", "keyword/.managed.json", ""),
];
const QUERIES: [(&str, SearchMode); 7] = [
    ("cucumbers", SearchMode::Words),
    ("accountant", SearchMode::Words),
    ("greenhouse OR violin", SearchMode::Words),
    ("harvest", SearchMode::Words),
    ("\"bicycle workshop\"", SearchMode::Words),
    ("growing vegetables", SearchMode::Meaning),
    ("music", SearchMode::Meaning),
];
/// Documents beside those that the queries are about.
const FILLERS: usize = 24;
/// No case takes so long, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// What a search says: path and passage of each hit. Not their order: equal scores may come in any.
type Answers = Vec<BTreeSet<(String, String)>>;

/// A vault as a killed process left it, how it was before, and what it has to answer.
struct Scene {
    place: Place,
    code: String,
    /// Data folders beside that of the place.
    sound: PathBuf,
    older: PathBuf,
    assets: PathBuf,
    expect: Answers,
    runtime: tokio::runtime::Runtime,
}

fn config(data_dir: &Path, assets: &Path) -> AppConfig {
    AppConfig {
        data_dir: data_dir.to_owned(),
        assets_dir: assets.to_owned(),
        worker_program: env!("CARGO_BIN_EXE_atom").into(),
        worker_args: vec!["--extract-worker".into()],
        indexing: Indexing::Full,
        at_rest: || {},
    }
}

async fn unlock(app: &Arc<App>, code: &str) -> Result<(), ApiError> {
    app.vault_unlock(VaultUnlockRequest { passphrase: code.to_owned() }).await.map(drop)
}

/// Waits until everything is indexed.
async fn settle(app: &Arc<App>) -> Result<(), ApiError> {
    let begun = Instant::now();
    let mut quiet = 0;
    loop {
        let status: StatusView = app.status_get().await?;
        let progress = &status.progress;
        let left = progress.words.total - progress.words.done + progress.meaning.total - progress.meaning.done;
        let scanned = app.sources_list().await?.iter().all(|source| source.last_scan_at.is_some());
        // Twice: what a scan has found is counted a moment later.
        quiet = if left == 0 && scanned { quiet + 1 } else { 0 };
        if quiet > 1 {
            return Ok(());
        }
        assert!(begun.elapsed() < PATIENCE, "not indexed: {status:?}");
        tokio::time::sleep(Duration::from_millis(if left == 0 { 750 } else { 50 })).await;
    }
}

/// Deletes documents until the vector index keeps a list of what is deleted.
async fn delete_some(app: &Arc<App>, place: &Place) {
    let lists = || {
        files_below(&place.data().join("vectors")).into_iter().any(|path| path.extension() == Some("arrow".as_ref()))
    };
    for number in 0..FILLERS / 4 {
        fs::remove_file(place.docs().join(format!("filler/{number}.txt"))).unwrap();
        let source = app.sources_list().await.unwrap().remove(0).id;
        app.sources_rescan(IdRequest { id: source }).await.unwrap();
        // The scan is a job of its own: its end is when the file is not listed any more.
        let begun = Instant::now();
        let name = format!("filler/{number}.txt");
        let is_listed = async || {
            let files =
                app.files_list(FilesListRequest { limit: 500, ..FilesListRequest::default() }).await.unwrap().files;
            files.iter().any(|file| file.path.ends_with(&name))
        };
        while is_listed().await {
            assert!(begun.elapsed() < PATIENCE, "{name} is gone, and still listed");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        settle(app).await.unwrap();
        if lists() {
            return;
        }
    }
    panic!("no list of deleted vectors was ever written");
}

fn request(query: &str, mode: SearchMode) -> SearchRequest {
    SearchRequest::new(query, mode, 100)
}

async fn answers(app: &Arc<App>) -> Result<Answers, ApiError> {
    let mut all = Vec::new();
    for (query, mode) in QUERIES {
        let found = app.search_query(request(query, mode)).await?;
        let hit =
            |hit: atom_api::dto::HitView| (hit.path, hit.snippet.map_or_else(String::new, |snippet| snippet.text));
        all.push(found.hits.into_iter().map(hit).collect());
    }
    Ok(all)
}

impl Scene {
    fn new() -> Self {
        let place = Place::bare();
        let code = place.run(&["init"]).well().out.trim().to_owned();
        let write = |name: &str, text: &str| place.write(name, text);
        write("tomatoes.txt", "Tomatoes and cucumbers thrive in a sunny bed when they are watered every morning.");
        write("taxes.md", "# Annual tax return\n\nKeep every receipt for the accountant.\n");
        write("old.txt", "An old list of apples for the harvest.");
        // Enough company that a deleted vector is noted in a list, and not its whole file written anew.
        for number in 0..FILLERS {
            write(
                &format!("filler/{number}.txt"),
                &format!("Platform {number} of the railway station is being rebuilt."),
            );
        }
        place.index();
        let older = place.at("older");
        copy_folder(&place.data(), &older);
        // Deletions, changes and additions, so that there is a file of every kind.
        fs::remove_file(place.docs().join("old.txt")).unwrap();
        write("tomatoes.txt", "The greenhouse was sold, but the cucumbers stayed for the harvest.");
        write("minutes.html", "<title>Minutes</title><p>The board approved the budget for the bicycle workshop.</p>");
        write("violin.txt", "The violin section rehearses the slow movement twice before the concert.");
        place.index();
        write("harvest.txt", "The harvest of pumpkins begins in September, that of cucumbers in July.");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (sound, code_of) = (place.at("sound"), code.clone());
        let expect = runtime.block_on(async {
            let app = App::start(config(&place.data(), &place.assets())).unwrap();
            unlock(&app, &code_of).await.unwrap();
            settle(&app).await.unwrap();
            delete_some(&app, &place).await;
            let expect = answers(&app).await.unwrap();
            // The check makes the anchor name the last commit.
            assert!(app.doctor(DoctorRequest { rebuild: None }).await.unwrap().ok);
            copy_folder(&place.data(), &sound);
            app.stop().await.unwrap();
            expect
        });
        assert!(expect.iter().all(|hits| !hits.is_empty()), "{expect:?}");
        fs::rename(&sound, place.at("data2")).unwrap();
        fs::remove_dir_all(place.data()).unwrap();
        fs::rename(place.at("data2"), place.data()).unwrap();
        // Somebody tried a wrong passphrase meanwhile.
        place.private("passphrase", "none of your business");
        assert_ne!(place.run(&["status"]).code, Some(0));
        copy_folder(&place.data(), &sound);
        assert!(sound.join("refused.v1").exists() && fs::metadata(sound.join("vault.db-wal")).unwrap().len() > 20_000);
        let assets = place.assets();
        Self { place, code, sound, older, assets, expect, runtime }
    }

    fn config(&self) -> AppConfig {
        config(&self.place.data(), &self.assets)
    }

    /// Every file of a class.
    fn files(&self, (_, begin, end): (&str, &str, &str)) -> Vec<PathBuf> {
        let is_segment = |name: &str| name.rsplit('/').next().is_some_and(|file| file.len() > 32 && file.contains('.'));
        let inner = |path: &PathBuf| path.strip_prefix(self.place.data()).unwrap().to_str().unwrap().to_owned();
        let files = files_below(&self.place.data()).into_iter();
        files
            .filter(|path| {
                let name = inner(path);
                match end {
                    "" => name == begin,
                    "segment" => name.starts_with(begin) && is_segment(&name),
                    end => name.starts_with(begin) && name.ends_with(end),
                }
            })
            .collect()
    }

    /// What becomes of a damaged vault.
    fn outcome(&self, what: &str) -> &'static str {
        self.runtime.block_on(async {
            let app = App::start(self.config()).unwrap();
            let outcome = self.opened(&app, what).await;
            app.stop().await.unwrap();
            outcome
        })
    }

    async fn opened(&self, app: &Arc<App>, what: &str) -> &'static str {
        let kept = || ["vault.db", "anchor.bin"].map(|name| fs::read(self.place.data().join(name)).ok());
        let before = kept();
        let mut outcome = "same answers";
        if let Err(error) = unlock(app, &self.code).await {
            // A damaged page may be met only after the log was taken over.
            let is_kept = error.code == ErrorCode::DataDamaged || kept() == before;
            assert!(is_kept, "{what}: a refused vault was changed");
            match error.code {
                ErrorCode::DataLost => {
                    outcome = "loss named and accepted";
                    if let Err(error) = app.vault_accept_loss().await {
                        return refused(&error, what);
                    }
                    // The folder may be among what is lost; adding it again changes nothing where it is not.
                    app.sources_add(SourcesAddRequest { path: self.place.docs_text() }).await.unwrap();
                }
                _ => return refused(&error, what),
            }
        }
        // At once, while what is damaged may not be known yet: nothing that is not in the documents. The file that the
        // older folder knew and that is gone since may show until the folder was compared with the disk.
        match answers(app).await {
            Ok(found) => {
                for ((found, expect), (query, _)) in found.iter().zip(&self.expect).zip(QUERIES) {
                    let odd: Vec<_> = found.difference(expect).collect();
                    let wrong = outcome == "same answers" && !odd.is_empty();
                    assert!(!wrong, "{what}: wrong answer to {query}: {odd:?}");
                }
            }
            Err(error) => assert_eq!(refused(&error, what), "refused"),
        }
        let doctor = match app.doctor(DoctorRequest { rebuild: None }).await {
            Ok(doctor) => doctor,
            Err(error) => return refused(&error, what),
        };
        if !doctor.ok {
            let failed: Vec<_> = doctor.checks.iter().filter(|check| !check.ok).collect();
            assert!(failed.iter().all(|check| !check.message.is_empty()), "{what}: {failed:?}");
            assert!(failed.iter().any(|check| ["database", "keys"].contains(&&*check.name)), "{what}: {failed:?}");
            return "found by a check";
        }
        let mended = doctor.checks.iter().any(|check| check.mended);
        if let Err(error) = settle(app).await {
            return refused(&error, what);
        }
        let found = answers(app).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(found, self.expect, "{what}: other answers, doctor said {:?}", doctor.checks);
        let doctor = app.doctor(DoctorRequest { rebuild: None }).await.unwrap();
        let odd = |check: &&atom_api::dto::CheckView| !check.ok || check.mended && check.name != "opening";
        assert!(!doctor.checks.iter().any(|check| odd(&check)), "{what}: {:?}", doctor.checks);
        match (outcome, mended) {
            ("same answers", true) => "healed, same answers",
            (outcome, _) => outcome,
        }
    }
}

/// A refusal has a code that says what it is, and a sentence that says what to do.
fn refused(error: &ApiError, what: &str) -> &'static str {
    let codes = [
        ErrorCode::DataDamaged,
        ErrorCode::DataLost,
        ErrorCode::IndexCorrupt,
        ErrorCode::VaultAbsent,
        ErrorCode::WrongPassphrase,
        ErrorCode::ModelMissing,
    ];
    assert!(codes.contains(&error.code) || error.message.contains("update Atom"), "{what}: {error:?}");
    "refused"
}

#[test]
fn every_damage_to_the_data_folder_is_refused_healed_or_harmless() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        usual(panic);
    }));
    let scene = Scene::new();
    let (mut noise, mut results) = (Noise::new(31), Results::default());
    for class in CLASSES {
        let mut done = 0;
        for turn in 0.. {
            if done == cases(2) {
                break;
            }
            assert!(turn < 100 + 20 * cases(2) as usize, "{class:?} cannot be damaged");
            copy_folder(&scene.sound, &scene.place.data());
            let files = scene.files(class);
            let path = noise.one_of(&files).unwrap_or_else(|| panic!("no file of {class:?}"));
            // In the short form each class begins with another harm.
            let harm = HARMS[(turn + class.0.len()) % HARMS.len()];
            let older = scene.older.join(path.strip_prefix(scene.place.data()).unwrap());
            let others =
                if files.len() > 1 && harm == Harm::Swap { files.clone() } else { files_below(&scene.place.data()) };
            let Some(what) = harm.done_to(path, &others, Some(&older), &mut noise) else { continue };
            done += 1;
            let outcome = scene.outcome(&what);
            results.add(class.0, outcome);
            let panics = PANICS.load(Ordering::Relaxed);
            assert_eq!(panics, 0, "{what}: {panics} panics");
        }
    }
    results.print();
}

#[test]
fn every_damage_to_the_model_is_refused_or_harmless() {
    const FOLDER: &str = "models/all-MiniLM-L6-v2";
    let mut scene = Scene::new();
    let assets = scene.place.at("assets");
    let installed = scene.place.assets();
    copy_folder(&installed.join(FOLDER), &assets.join(FOLDER));
    std::os::unix::fs::symlink(installed.join("runtime"), assets.join("runtime")).unwrap();
    scene.assets = assets.clone();
    let names: Vec<PathBuf> =
        files_below(&installed.join(FOLDER)).iter().map(|path| path.file_name().unwrap().into()).collect();
    assert!(names.len() >= 6, "{names:?}");
    let (mut noise, mut results) = (Noise::new(37), Results::default());
    copy_folder(&scene.sound, &scene.place.data());
    let (mut done, mut touched) = (0, names.clone());
    for turn in 0.. {
        if done == cases(6) {
            break;
        }
        for name in touched.drain(..) {
            fs::copy(installed.join(FOLDER).join(&name), assets.join(FOLDER).join(&name)).unwrap();
        }
        let name = noise.one_of(&names).unwrap();
        let other = noise.one_of(&names).unwrap();
        touched = vec![name.clone(), other.clone()];
        let (path, other) = (assets.join(FOLDER).join(name), assets.join(FOLDER).join(other));
        // There is no older copy of a model; an empty file is what an installation that was cut short leaves.
        let empty = scene.place.at("empty");
        fs::write(&empty, b"").unwrap();
        let Some(what) = HARMS[turn % HARMS.len()].done_to(&path, &[other], Some(&empty), &mut noise) else { continue };
        done += 1;
        let outcome = scene.runtime.block_on(async {
            let app = App::start(AppConfig { indexing: Indexing::Off, ..scene.config() }).unwrap();
            unlock(&app, &scene.code).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            let doctor = app.doctor(DoctorRequest { rebuild: None }).await.unwrap();
            assert!(doctor.ok && !doctor.checks.iter().any(|check| check.mended), "{what}: {:?}", doctor.checks);
            let outcome = match answers(&app).await {
                Ok(found) if found == scene.expect => "same answers",
                Ok(found) => {
                    let by_words = QUERIES.iter().filter(|(_, mode)| *mode == SearchMode::Words).count();
                    assert_eq!(found[..by_words], scene.expect[..by_words], "{what}");
                    assert!(found[by_words..].iter().all(BTreeSet::is_empty), "{what}: {found:?}");
                    let (query, mode) = QUERIES[by_words];
                    let told = app.search_query(request(query, mode)).await.unwrap().notices;
                    let told = told.iter().find(|notice| notice.code == "meaning-off");
                    assert!(
                        told.is_some_and(|notice| notice.message.contains("cargo xtask setup")),
                        "{what}: {told:?}"
                    );
                    "words only, and told"
                }
                Err(error) => {
                    assert_eq!(error.code, ErrorCode::ModelMissing, "{what}: {error:?}");
                    assert!(error.message.contains("cargo xtask setup"), "{what}: {error:?}");
                    "refused"
                }
            };
            app.stop().await.unwrap();
            outcome
        });
        results.add("model", outcome);
    }
    results.print();
    assert!(results.of("refused") + results.of("words only, and told") > 0, "{results:?}");
}
