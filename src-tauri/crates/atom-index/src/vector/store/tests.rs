use futures::TryStreamExt;
use object_store::{ObjectStoreExt, PutPayload, WriteMultipart};

use super::*;

struct Home {
    folder: tempfile::TempDir,
    store: SealedStore,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = atom_vault::Keys::ephemeral().unwrap();
        let path = std::fs::canonicalize(folder.path()).unwrap();
        let store = SealedStore::new(&path, keys.seal_root("lance/root")).unwrap();
        Self { folder, store }
    }

    fn at(&self, name: &str) -> Path {
        let path = std::fs::canonicalize(self.folder.path()).unwrap();
        Path::from_absolute_path(path.join(name)).unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn put(&self, name: &str, bytes: &[u8]) {
        self.store.put(&self.at(name), bytes.to_vec().into()).await.unwrap();
    }

    async fn get(&self, name: &str) -> Result<Vec<u8>> {
        let bytes = self.store.get(&self.at(name)).await?.bytes().await?;
        Ok(bytes.to_vec())
    }
}

fn sample(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 7 + i / 251) as u8).collect()
}

const BLOCK: usize = 1 << BLOCK_LOG2;

#[tokio::test]
async fn ranges_read_back_at_every_block_edge() {
    let home = Home::new();
    for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 20 * BLOCK + 5] {
        let plain = sample(length);
        home.put("a", &plain).await;
        assert_eq!(home.get("a").await.unwrap(), plain);
        let at = home.at("a");
        assert_eq!(home.store.head(&at).await.unwrap().size, length as u64);
        let listed: Vec<_> = home.store.list(Some(&home.store.folder)).try_collect().await.unwrap();
        assert_eq!(listed[0].size, length as u64);
        for (start, end) in [
            (0, 1),
            (BLOCK - 1, BLOCK + 1),
            (BLOCK, 2 * BLOCK),
            (5, 18 * BLOCK + 7),
            (length.saturating_sub(3), length),
        ] {
            if start < end && end <= length {
                let range = start as u64..end as u64;
                // Once from the file and once from the cache.
                for _ in 0..2 {
                    let read = home.store.get_range(&at, range.clone()).await.unwrap();
                    assert_eq!(read, &plain[start..end]);
                }
                let both = home.store.get_ranges(&at, &[range.clone(), 0..1]).await.unwrap();
                assert_eq!(both, [&plain[start..end], &plain[..1]]);
            }
        }
        let past = home.store.get_range(&at, length as u64 + 1..length as u64 + 2).await;
        assert!(past.is_err());
        #[allow(clippy::reversed_empty_ranges, reason = "such a request must be refused")]
        let reversed = home.store.get_range(&at, 3..2).await;
        assert!(reversed.is_err());
    }
}

#[tokio::test]
async fn create_keeps_what_is_there_and_overwriting_replaces_it() {
    let home = Home::new();
    home.put("a", b"first").await;
    assert_eq!(home.get("a").await.unwrap(), b"first");
    let created = home.store.put_opts(&home.at("a"), "second".into(), PutMode::Create.into()).await;
    assert!(matches!(created, Err(Error::AlreadyExists { .. })));
    assert_eq!(home.get("a").await.unwrap(), b"first");
    home.put("a", b"third").await;
    assert_eq!(home.get("a").await.unwrap(), b"third");
}

#[tokio::test]
async fn uploads_in_parts_read_back_and_aborted_ones_leave_nothing() {
    let home = Home::new();
    let plain = sample(5 * BLOCK + 77);
    let mut upload = home.store.put_multipart(&home.at("a")).await.unwrap();
    let parts: Vec<_> = plain.chunks(BLOCK / 3).map(|part| upload.put_part(part.to_vec().into())).collect();
    // The parts may arrive in any order; their places were given when they were put.
    for part in parts.into_iter().rev() {
        part.await.unwrap();
    }
    assert!(home.get("a").await.is_err(), "visible before it was complete");
    upload.complete().await.unwrap();
    assert_eq!(home.get("a").await.unwrap(), plain);

    let empty = home.store.put_multipart(&home.at("b")).await.unwrap();
    WriteMultipart::new(empty).finish().await.unwrap();
    assert_eq!(home.get("b").await.unwrap(), b"");

    let mut upload = home.store.put_multipart(&home.at("c")).await.unwrap();
    upload.put_part(PutPayload::from(sample(2 * BLOCK))).await.unwrap();
    upload.abort().await.unwrap();
    assert!(upload.complete().await.is_err());
    let names = std::fs::read_dir(home.folder.path()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a", "b"]);
}

#[tokio::test]
async fn objects_open_under_their_own_path_only() {
    let home = Home::new();
    home.put("one/a", b"plain").await;
    std::fs::create_dir(home.file("two")).unwrap();
    std::fs::copy(home.file("one/a"), home.file("two/a")).unwrap();
    assert!(home.get("two/a").await.is_err());
    home.store.copy(&home.at("one/a"), &home.at("two/b")).await.unwrap();
    assert_eq!(home.get("two/b").await.unwrap(), b"plain");
    home.store.rename(&home.at("one/a"), &home.at("two/a")).await.unwrap();
    assert_eq!(home.get("two/a").await.unwrap(), b"plain");
    assert!(matches!(home.get("one/a").await, Err(Error::NotFound { .. })));
    let kept = home.store.copy_if_not_exists(&home.at("two/a"), &home.at("two/b")).await;
    assert!(matches!(kept, Err(Error::AlreadyExists { .. })));
}

#[tokio::test]
async fn plain_files_and_foreign_paths_are_refused() {
    let home = Home::new();
    std::fs::write(home.file("plain"), sample(500)).unwrap();
    let mark = home.store.watch().mark();
    let error = home.get("plain").await.unwrap_err();
    let judged = home.store.watch().classify("reading", mark, &error);
    assert!(matches!(judged, crate::Error::Corrupt { .. }));
    assert!(home.store.head(&home.at("plain")).await.is_err());

    let outside = tempfile::tempdir().unwrap();
    let outside = Path::from_absolute_path(outside.path().join("a")).unwrap();
    assert!(home.store.put(&outside, "x".into()).await.is_err());
    assert!(home.store.get(&outside).await.is_err());
    assert!(home.store.delete(&outside).await.is_err());
}

#[tokio::test]
async fn replaced_file_is_not_served_from_the_cache() {
    let home = Home::new();
    home.put("a", &sample(100)).await;
    home.get("a").await.unwrap();
    let other = home.file("a");
    let mut bytes = std::fs::read(&other).unwrap();
    bytes[150] ^= 1;
    std::fs::remove_file(&other).unwrap();
    std::fs::write(&other, bytes).unwrap();
    assert!(home.get("a").await.is_err());
    std::fs::remove_file(&other).unwrap();
    assert!(matches!(home.get("a").await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn listing_is_in_order() {
    let home = Home::new();
    for name in ["b", "a/2", "a/10", "c/1"] {
        home.put(name, b"x").await;
    }
    let folder = home.store.folder.clone();
    let listed: Vec<_> = home.store.list(Some(&folder)).try_collect().await.unwrap();
    let names: Vec<_> = listed.iter().map(|m| home.store.binding(&m.location).unwrap()).collect();
    assert_eq!(names, ["a/10", "a/2", "b", "c/1"]);
}
