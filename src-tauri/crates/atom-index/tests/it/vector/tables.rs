//! Two tables in one folder, as while the model changes.

use atom_index::Error;
use atom_index::vector::{VectorIndex, new_table_name, remove_table, series_of, tables};
use atom_vault::Keys;

use super::home::{Noise, items, nearest, pairs, row};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_table_grows_beside_the_first_and_outlives_it() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (dir, keys) = (folder.path().join("vectors"), Keys::ephemeral().unwrap());
    let root = || keys.seal_root("lance/root");
    let mut noise = Noise::new(5);

    let old = VectorIndex::open(&dir, root(), 16).await.unwrap().index;
    let old_vector = noise.vector(16);
    old.replace(&items([1]), vec![row(1, 1, old_vector.clone())]).await.unwrap();
    let name = new_table_name();
    let new = VectorIndex::open_table(&dir, root(), 8, &name).await.unwrap().index;
    let new_vector = noise.vector(8);
    new.replace(&items([1]), vec![row(1, 1, new_vector.clone())]).await.unwrap();

    assert_eq!((new.name(), new.dims()), (name.as_str(), 8));
    assert_eq!(series_of(&name), Some(new.head().await.unwrap().series));
    assert_eq!(nearest(&old, &old_vector, 1, None).await, [1]);
    assert_eq!(nearest(&new, &new_vector, 1, None).await, [1]);
    assert!(old.verify().await.unwrap() > 0 && new.verify().await.unwrap() > 0);
    assert_eq!(tables(&dir).unwrap().len(), 2);

    let old_name = old.name().to_owned();
    let query = old.clone();
    let old = old.remove_if_last().unwrap().expect("a query may still use it");
    assert_eq!(nearest(&query, &old_vector, 1, None).await, [1]);
    drop(query);
    assert!(old.remove_if_last().unwrap().is_none());
    remove_table(&dir, &old_name).unwrap();
    assert_eq!(tables(&dir).unwrap(), [name.as_str()]);
    assert_eq!(nearest(&new, &new_vector, 1, None).await, [1]);
    drop(new);

    let again = VectorIndex::open_table(&dir, root(), 8, &name).await.unwrap();
    assert!(!again.healed);
    assert_eq!(pairs(&again.index).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_opened_by_the_name_that_it_was_given_and_by_no_other() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (dir, keys) = (folder.path().join("vectors"), Keys::ephemeral().unwrap());
    let root = || keys.seal_root("lance/root");
    for name in ["", "vectors", "t_../x", "t_1"] {
        assert!(VectorIndex::open_table(&dir, root(), 8, name).await.is_err(), "{name}");
    }
    let name = new_table_name();
    drop(VectorIndex::open_table(&dir, root(), 8, &name).await.unwrap());
    let other_length = VectorIndex::open_table(&dir, root(), 9, &name).await.unwrap_err();
    assert!(matches!(other_length, Error::Corrupt { .. }), "{other_length}");

    // What the process began and did not finish is no table.
    std::fs::create_dir_all(dir.join(format!("{}.lance", new_table_name())).join("_versions")).unwrap();
    assert_eq!(tables(&dir).unwrap(), [name]);
}
