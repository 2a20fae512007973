//! The rules of who may depend on what, as `src-tauri/docs/architecture.md` draws them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Layers from the bottom up. A crate may use crates of lower layers, and of its own only where
/// [`WITHIN_LAYER`] says so.
const LAYERS: &[&[&str]] = &[
    &["atom-core", "atom-vault"],
    &["atom-store", "atom-index", "atom-embed", "atom-extract", "atom-watch", "atom-net"],
    &["atom-jobs", "atom-backup"],
    &["atom-ingest", "atom-search"],
    &["atom-api"],
    &["atom-mcp"],
    &["atom"],
];

const WITHIN_LAYER: &[(&str, &str)] = &[("atom-vault", "atom-core")];

/// Crates for development only: nothing that ships may use them.
const DEVELOPMENT: &[&str] = &["atom-testkit", "xtask"];

/// External crates that only some crates may use; a name that ends in `*` stands for all that begin so.
const OWNERS: &[(&str, &[&str])] = &[
    ("tauri*", &["atom"]),
    ("gtk", &["atom"]),
    ("clap", &["atom"]),
    // The shell uses its client, in tests.
    ("rmcp*", &["atom-mcp", "atom"]),
    ("specta*", &["atom-api", "atom"]),
    ("rusqlite", &["atom-store"]),
    ("tantivy*", &["atom-index"]),
    ("lance*", &["atom-index"]),
    ("arrow*", &["atom-index"]),
    ("object_store", &["atom-index"]),
    ("fastembed", &["atom-embed"]),
    ("ort", &["atom-embed"]),
    ("tokenizers", &["atom-embed"]),
    ("pdfium-render", &["atom-extract"]),
    ("calamine", &["atom-extract"]),
    ("mail-parser", &["atom-extract"]),
    ("html5ever", &["atom-extract"]),
    ("image", &["atom-extract"]),
    ("quick-xml", &["atom-extract"]),
    ("zip", &["atom-extract"]),
    ("bzip2", &["atom-extract"]),
    ("djvu-bzz", &["atom-extract"]),
    ("kamadak-exif", &["atom-extract"]),
    ("lofty", &["atom-extract"]),
    ("lzma-rust2", &["atom-extract"]),
    ("lzxd", &["atom-extract"]),
    ("onenote_parser", &["atom-extract"]),
    ("outlook-pst", &["atom-extract"]),
    ("plist", &["atom-extract"]),
    ("ruzstd", &["atom-extract"]),
    ("sevenz-rust2", &["atom-extract"]),
    ("snap", &["atom-extract"]),
    ("tar", &["atom-extract"]),
    ("whatlang", &["atom-extract"]),
    ("landlock", &["atom-extract"]),
    ("seccompiler", &["atom-extract"]),
    ("notify", &["atom-watch"]),
    ("ignore", &["atom-watch"]),
    ("aes-gcm", &["atom-vault"]),
    ("argon2", &["atom-vault"]),
    ("hkdf", &["atom-vault"]),
    ("keyring*", &["atom-vault"]),
    // Nothing talks to the network but through the gate.
    ("async-std", &["atom-net"]),
    ("attohttpc", &["atom-net"]),
    ("curl*", &["atom-net"]),
    ("h2", &["atom-net"]),
    ("hickory*", &["atom-net"]),
    ("httparse", &["atom-net"]),
    ("hyper*", &["atom-net"]),
    ("imap*", &["atom-net"]),
    ("isahc", &["atom-net"]),
    ("lettre", &["atom-net"]),
    ("minreq", &["atom-net"]),
    ("mio", &["atom-net"]),
    ("openssl*", &["atom-net"]),
    ("quinn*", &["atom-net"]),
    ("reqwest*", &["atom-net"]),
    ("russh*", &["atom-net"]),
    ("rustls*", &["atom-net"]),
    ("smol", &["atom-net"]),
    ("socket2", &["atom-net"]),
    ("ssh2", &["atom-net"]),
    ("surf", &["atom-net"]),
    ("tokio-rustls", &["atom-net"]),
    ("tonic", &["atom-net"]),
    ("tungstenite", &["atom-net"]),
    ("tokio-tungstenite", &["atom-net"]),
    ("ureq*", &["atom-net"]),
];

/// What opens, listens on or looks up a socket of a network, as it is written in a source file.
const SOCKETS: &[&str] = &[
    "TcpStream",
    "TcpListener",
    "TcpSocket",
    "UdpSocket",
    "ToSocketAddrs",
    "lookup_host",
    "getaddrinfo",
    "std::net",
    "AF_INET",
    "AddressFamily::INET",
    "socket_with",
];

/// Sources that may name them: the gate, and what checks that nothing else does.
const MAY_NAME_SOCKETS: &[&str] = &[
    "src-tauri/crates/atom-net/",
    // Tries to connect from inside the reader's box, where it must fail.
    "src-tauri/crates/atom-extract/src/bin/worker.rs",
    // A server on this machine, for tests of what is fetched.
    "src-tauri/crates/atom-testkit/src/server.rs",
];

/// One line of a `Cargo.toml`: `user` needs `used`, for its tests only if `is_dev`.
struct Edge {
    user: String,
    used: String,
    is_dev: bool,
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&name))
}

/// What is wrong with `edges`, one sentence each.
fn violations(edges: &[Edge]) -> Vec<String> {
    edges.iter().filter_map(|edge| internal(edge).or_else(|| external(edge))).collect()
}

fn internal(edge: &Edge) -> Option<String> {
    let Edge { user, used, is_dev } = edge;
    if DEVELOPMENT.contains(&used.as_str()) {
        return (!is_dev && !DEVELOPMENT.contains(&user.as_str())).then(|| format!("{user} ships, {used} does not"));
    }
    if DEVELOPMENT.contains(&user.as_str()) {
        return None;
    }
    let used_layer = layer(used)?;
    let Some(user_layer) = layer(user) else {
        return Some(format!("{user} is in no layer"));
    };
    let is_down = used_layer < user_layer || WITHIN_LAYER.contains(&(user.as_str(), used.as_str()));
    (!is_down).then(|| format!("{user} may not use {used}: it is not below"))
}

fn external(edge: &Edge) -> Option<String> {
    let matches = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => edge.used.starts_with(start),
        None => edge.used == pattern,
    };
    let (_, owners) = OWNERS.iter().find(|(pattern, _)| matches(pattern))?;
    (!owners.contains(&edge.user.as_str()))
        .then(|| format!("{} may not use {}: only {} may", edge.user, edge.used, owners.join(" and ")))
}

/// What cargo knows of this workspace.
fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Members and dependencies of this workspace.
fn workspace() -> (Vec<String>, Vec<Edge>) {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let edges = packages.iter().flat_map(|package| {
        package["dependencies"].as_array().unwrap().iter().map(|dependency| Edge {
            user: text(&package["name"]),
            used: text(&dependency["name"]),
            is_dev: dependency["kind"] == "dev",
        })
    });
    (packages.iter().map(|package| text(&package["name"])).collect(), edges.collect())
}

#[test]
fn dependencies_point_down() {
    let (_, edges) = workspace();
    assert!(edges.len() > 50, "metadata lists {} dependencies only", edges.len());
    let found = violations(&edges);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Crates that can be built without encryption, by hand and for measuring.
const WITH_PLAIN: [&str; 3] = ["atom-api", "atom-index", "atom-store"];

#[test]
fn no_manifest_turns_encryption_off() {
    let metadata = metadata();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let features = package["features"].as_object().unwrap();
        for (feature, what) in features.iter().filter(|(feature, _)| *feature != "plain") {
            assert!(!what.to_string().contains("plain"), "{name}: its feature {feature} turns `plain` on");
        }
        assert_eq!(features.contains_key("plain"), WITH_PLAIN.contains(&name), "{name}");
        for used in package["dependencies"].as_array().unwrap() {
            let features = used["features"].as_array().unwrap();
            assert!(!features.iter().any(|feature| feature == "plain"), "{name} takes {} in the clear", used["name"]);
        }
    }
}

#[test]
fn every_crate_has_a_layer() {
    let (members, _) = workspace();
    for name in &members {
        assert!(layer(name).is_some() || DEVELOPMENT.contains(&name.as_str()), "{name} is in no layer");
    }
}

#[test]
fn wrong_edges_are_found() {
    let check = |user: &str, used: &str, is_dev: bool| {
        violations(&[Edge { user: user.to_owned(), used: used.to_owned(), is_dev }]).len()
    };
    assert_eq!(check("atom-search", "atom-store", false), 0);
    assert_eq!(check("atom-store", "atom-search", false), 1, "upwards");
    assert_eq!(check("atom-search", "atom-ingest", false), 1, "sideways");
    assert_eq!(check("atom-core", "atom-vault", false), 1, "the core uses nothing");
    assert_eq!(check("atom-store", "rusqlite", false), 0);
    assert_eq!(check("atom-jobs", "rusqlite", false), 1, "not its library");
    assert_eq!(check("atom-api", "tauri-plugin-dialog", false), 1, "knows no Tauri");
    assert_eq!(check("atom-api", "rmcp", false), 1, "only speaks its own protocols");
    assert_eq!(check("atom-net", "ureq", false), 0);
    assert_eq!(check("atom-api", "ureq", false), 1, "past the gate");
    assert_eq!(check("atom-search", "hyper-util", true), 1, "past the gate, in a test");
    assert_eq!(check("atom-api", "atom-testkit", true), 0);
    assert_eq!(check("atom-api", "atom-testkit", false), 1, "does not ship");
}

/// Every Rust source of what ships, with its path below the root.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut found, mut folders) = (Vec::new(), vec![root.join("src-tauri")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found
}

/// Lines of `text` that name a socket of a network.
fn sockets_in(text: &str) -> Vec<&str> {
    text.lines().filter(|line| SOCKETS.iter().any(|name| line.contains(name))).collect()
}

#[test]
fn only_the_gate_opens_sockets_of_a_network() {
    let sources = sources();
    assert!(sources.len() > 100, "{} sources only", sources.len());
    let odd: Vec<_> = sources
        .iter()
        .filter(|(name, _)| !MAY_NAME_SOCKETS.iter().any(|allowed| name.starts_with(allowed)))
        .flat_map(|(name, text)| sockets_in(text).into_iter().map(move |line| format!("{name}: {}", line.trim())))
        .collect();
    assert!(odd.is_empty(), "connections go through atom_net::Gate:\n{}", odd.join("\n"));
    for allowed in MAY_NAME_SOCKETS {
        let uses = sources.iter().any(|(name, text)| name.starts_with(allowed) && !sockets_in(text).is_empty());
        assert!(uses, "{allowed} needs no leave any more");
    }
}

#[test]
fn a_socket_in_a_source_is_found() {
    assert_eq!(sockets_in("use tokio::net::{TcpStream, UnixStream};\nlet x = 1;").len(), 1);
    assert_eq!(sockets_in("use std::os::unix::net::UnixStream;\nuse tokio::net::UnixListener;"), Vec::<&str>::new());
}
