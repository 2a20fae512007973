use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use super::home::{Home, Noise, files, fill, items, row, rows_of};

const DIMS: usize = 32;
const FOOTER: &[u8] = b"LANC";

/// Eight components that every vector has in the same place.
const MARK: [f32; 8] = [0.0173, -0.0291, 0.0457, -0.0119, 0.0233, 0.0391, -0.0073, 0.0511];

fn marked(mut vector: Vec<f32>) -> Vec<f32> {
    vector[10..18].copy_from_slice(&MARK);
    vector
}

fn mark_bytes() -> Vec<u8> {
    MARK.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn is_plain(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.ends_with(FOOTER) || contains(bytes, mark)
}

fn assert_sealed(folder: &Path) {
    let mark = mark_bytes();
    let found = files(folder);
    assert!(!found.is_empty());
    for file in found {
        let bytes = fs::read(&file).unwrap();
        assert!(bytes.starts_with(b"ATL1"), "{} is not sealed", file.display());
        assert!(!is_plain(&bytes, &mark), "{} is readable", file.display());
    }
}

/// Files of a folder for temporary files that were written since `start`, down to a few levels.
fn recent(folder: &Path, start: SystemTime, levels: usize) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(meta) = entry.metadata() else {
            continue;
        };
        if meta.is_dir() && levels > 0 {
            found.extend(recent(&entry.path(), start, levels - 1));
        } else if meta.is_file() && meta.modified().is_ok_and(|time| time >= start) {
            found.push(entry.path());
        }
    }
    found
}

/// Looks at the disk again and again until told to stop; gives back what was readable, and whether scratch was used.
fn look(folder: PathBuf, temporary: PathBuf, scratch: PathBuf, stop: Arc<AtomicBool>) -> (Vec<PathBuf>, bool) {
    let start = SystemTime::now();
    let mark = mark_bytes();
    let mut readable = Vec::new();
    let mut used = false;
    while !stop.load(Ordering::Relaxed) {
        used |= !files(&scratch).is_empty();
        let mut seen = files(&folder);
        seen.extend(recent(&temporary, start, 3));
        for file in seen {
            // A staged file may be empty or gone by now; one with bytes must not be readable.
            if fs::read(&file).is_ok_and(|bytes| is_plain(&bytes, &mark)) {
                readable.push(file);
            }
        }
    }
    (readable, used)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_vector_reaches_the_disk_in_the_clear() {
    let disk_temporary = std::env::temp_dir();
    let home = Home::new(DIMS);
    let index = home.open().await;
    let scratch = tempfile::env::temp_dir();
    assert!(
        scratch != disk_temporary && scratch.components().any(|c| c.as_os_str() != "tmp"),
        "scratch files would go to {}",
        scratch.display()
    );

    let stop = Arc::new(AtomicBool::new(false));
    let looking = {
        let (folder, scratch, stop) = (home.path(), scratch.clone(), Arc::clone(&stop));
        std::thread::spawn(move || look(folder, disk_temporary, scratch, stop))
    };
    let mut noise = Noise::new(21);
    let vectors = noise.clustered(20_000, DIMS).into_iter().map(marked).collect();
    fill(&index, &rows_of(vectors), 10_000).await;
    assert!(index.maintain().await.unwrap().indexed);
    let more: Vec<_> = (0..6_000).map(|i| row(100_000 + i, 100_000 + i, marked(noise.vector(DIMS)))).collect();
    fill(&index, &more, 6_000).await;
    index.delete(&items(1..100)).await.unwrap();
    assert!(index.maintain().await.unwrap().indexed);
    index.search(&more[0].vector, 10, None).await.unwrap();
    assert_sealed(&home.path());
    drop(index);
    stop.store(true, Ordering::Relaxed);
    let (readable, used) = looking.join().unwrap();
    assert_eq!(readable, Vec::<PathBuf>::new());
    assert!(used, "the index was built without scratch files: the test looks in the wrong place");
    assert!(files(&scratch).is_empty(), "scratch files stay behind");
    assert_sealed(&home.path());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn scratch_folder_is_private() {
    use std::os::unix::fs::MetadataExt;
    let home = Home::new(DIMS);
    let _index = home.open().await;
    let scratch = tempfile::env::temp_dir();
    for folder in [scratch.as_path(), scratch.parent().unwrap()] {
        assert_eq!(fs::metadata(folder).unwrap().mode() & 0o777, 0o700);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_on_disk_say_nothing() {
    let home = Home::new(DIMS);
    let index = home.open().await;
    index.replace(&items([1]), vec![row(1, 1, marked(Noise::new(22).vector(DIMS)))]).await.unwrap();
    for file in files(&home.path()) {
        let name = file.strip_prefix(home.path()).unwrap().to_string_lossy().to_lowercase();
        for word in ["chunk", "item", "source", "vector"] {
            assert!(!name.contains(word), "{name}");
        }
    }
}
