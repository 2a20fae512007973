//! Sealed secrets in real rows, with the vault's own envelopes.

use super::{NOW, open, raw};
use atom_store::{SecretName, SecretRow, Store};
use atom_vault::{Error, Keys, SealedSecret, Secret, SecretPlace, SecretRoot};
use std::path::Path;

const TOKEN: &[u8] = b"1//0gMarigoldQuartzLantern";

fn name(field: &str) -> SecretName {
    SecretName { connector: "imap".into(), account: "ada@example.org".into(), field: field.into() }
}

fn put(store: &Store, root: &SecretRoot, field: &str, secret: &[u8]) {
    let name = name(field);
    let place = SecretPlace { connector: &name.connector, account: &name.account, field };
    let SealedSecret { record, envelope } = root.seal(place, &Secret::new(secret.to_vec())).unwrap();
    store.put_secret(&name, &SecretRow { record, envelope }, NOW).unwrap();
}

fn get(store: &Store, root: &SecretRoot, field: &str) -> Result<Secret<Vec<u8>>, Error> {
    let name = name(field);
    let SecretRow { record, envelope } = store.secret(&name).unwrap().expect("the row is there");
    let place = SecretPlace { connector: &name.connector, account: &name.account, field };
    root.open(place, &SealedSecret { record, envelope })
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_secret_is_put_replaced_listed_by_name_and_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let (store, root) = (open(dir.path()), Keys::ephemeral().unwrap().secrets());
    assert!(store.secret(&name("refresh-token")).unwrap().is_none());
    put(&store, &root, "refresh-token", b"old");
    put(&store, &root, "refresh-token", TOKEN);
    put(&store, &root, "password", b"hunter2");
    assert_eq!(get(&store, &root, "refresh-token").unwrap().expose(), TOKEN);
    assert_eq!(store.secret_names().unwrap(), [(name("password"), NOW), (name("refresh-token"), NOW)]);
    assert!(store.delete_secret(&name("password")).unwrap());
    assert!(!store.delete_secret(&name("password")).unwrap());
    assert!(store.secret(&name("password")).unwrap().is_none());
}

/// Two exchanged ciphertexts open in neither row, with or without their salts.
#[test]
fn exchanged_envelopes_open_nowhere() {
    for columns in ["envelope", "record, envelope"] {
        let dir = tempfile::tempdir().unwrap();
        let root = Keys::ephemeral().unwrap().secrets();
        let store = open(dir.path());
        put(&store, &root, "a", TOKEN);
        put(&store, &root, "b", b"another token of the same");
        drop(store);
        exchange(dir.path(), columns);
        let store = open(dir.path());
        for field in ["a", "b"] {
            let refused = get(&store, &root, field).err();
            assert!(matches!(refused, Some(Error::Tampered { .. })), "{columns}, {field}: {refused:?}");
        }
        drop(store);
        exchange(dir.path(), columns);
        assert_eq!(get(&open(dir.path()), &root, "a").unwrap().expose(), TOKEN, "back in place");
    }
}

fn exchange(dir: &Path, columns: &str) {
    let other = |field: &str| format!("(SELECT {columns} FROM kept WHERE field = '{field}')");
    let set = |columns: &str, value: &str| {
        if columns.contains(',') { format!("({columns}) = {value}") } else { format!("{columns} = {value}") }
    };
    raw(&dir.join("vault.db"))
        .execute_batch(&format!(
            "CREATE TEMP TABLE kept AS SELECT * FROM secret;
             UPDATE secret SET {} WHERE field = 'a';
             UPDATE secret SET {} WHERE field = 'b';",
            set(columns, &other("b")),
            set(columns, &other("a")),
        ))
        .unwrap();
}

#[test]
fn the_row_itself_shows_nothing_of_the_secret() {
    let dir = tempfile::tempdir().unwrap();
    let (store, root) = (open(dir.path()), Keys::ephemeral().unwrap().secrets());
    put(&store, &root, "refresh-token", TOKEN);
    drop(store);
    let db = raw(&dir.path().join("vault.db"));
    let dump: Vec<u8> = db
        .query_row("SELECT connector, account, field, record, envelope FROM secret", [], |row| {
            let texts: [String; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
            let bytes: [Vec<u8>; 2] = [row.get(3)?, row.get(4)?];
            let hex = bytes.concat().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            Ok([texts.concat().into_bytes(), bytes.concat(), hex.into_bytes()].concat())
        })
        .unwrap();
    assert!(contains(&dump, b"refresh-token"), "the dump is of the row");
    for part in TOKEN.windows(6) {
        let hex: String = part.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!contains(&dump, part) && !contains(&dump, hex.as_bytes()));
    }
}
