//! Models that are known by name: what they are for, and how they are used.
//!
//! The built-in one comes with Atom. The others are taken in from a folder ([`crate::import()`]); some can be fetched, from one
//! revision of one repository, and every file has to have the checksum that stands here. The checksums are those that
//! many unrelated projects pin for the same revision. A model that is not in this list can be taken in too: its folder
//! says how it is used.

use crate::installed::GRAPH;
use crate::spec::{Pooling, Spec};

/// The id of the model that comes with Atom.
pub const BUILT_IN: &str = "all-minilm-l6-v2";

/// A model that is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The name of its folder, and what a person types.
    pub id: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it understands, for a person.
    pub languages: &'static str,
    /// Values in a vector.
    pub dims: usize,
    /// Tokens of a text that count.
    pub max_tokens: usize,
    /// How one vector is made of those of the tokens.
    pub pooling: Pooling,
    /// What it wants before a query.
    pub query_prefix: &'static str,
    /// What it wants before a passage.
    pub passage_prefix: &'static str,
    /// Where it is published; none for the one that comes with Atom.
    pub repository: Option<&'static str>,
    /// The revision and the files that can be fetched; none where their checksums are not known.
    pub fetched: Option<Fetched>,
}

/// What is fetched of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetched {
    /// The commit of the repository.
    pub revision: &'static str,
    /// Every file that the model needs.
    pub files: &'static [RemoteFile],
}

/// A file that can be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteFile {
    /// Where it is in the repository.
    pub path: &'static str,
    /// What it is called here.
    pub name: &'static str,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: &'static str,
}

impl Fetched {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

impl Known {
    /// How it is used.
    pub fn spec(&self) -> Spec {
        Spec {
            dims: self.dims,
            max_tokens: self.max_tokens,
            pooling: self.pooling,
            query_prefix: self.query_prefix.to_owned(),
            passage_prefix: self.passage_prefix.to_owned(),
        }
    }

    /// The model of this id.
    pub fn of(id: &str) -> Option<&'static Self> {
        KNOWN.iter().find(|known| known.id == id)
    }

    /// The model that a longer name speaks of: that of a folder, or of a repository.
    pub fn named_in(name: &str) -> Option<&'static Self> {
        let name = name.to_lowercase();
        KNOWN.iter().find(|known| name.contains(known.id))
    }
}

/// Every model that is known, the built-in one first.
pub const KNOWN: &[Known] = &[
    Known {
        id: BUILT_IN,
        name: "all-MiniLM-L6-v2 (eight bits)",
        languages: "English",
        dims: 384,
        max_tokens: 256,
        pooling: Pooling::Mean,
        query_prefix: "",
        passage_prefix: "",
        repository: None,
        fetched: None,
    },
    Known {
        id: "paraphrase-multilingual-minilm-l12-v2",
        name: "Paraphrase Multilingual MiniLM L12 v2 (eight bits)",
        languages: "about 50 languages",
        dims: 384,
        max_tokens: 128,
        pooling: Pooling::Mean,
        query_prefix: "",
        passage_prefix: "",
        repository: Some("Qdrant/paraphrase-multilingual-MiniLM-L12-v2-onnx-Q"),
        fetched: Some(Fetched { revision: "faf4aa4225822f3bc6376869cb1164e8e3feedd0", files: PARAPHRASE }),
    },
    Known {
        id: "multilingual-e5-small-int8",
        name: "Multilingual E5 small (eight bits, for processors with VNNI)",
        languages: "about 100 languages",
        dims: 384,
        max_tokens: 512,
        pooling: Pooling::Mean,
        query_prefix: "query: ",
        passage_prefix: "passage: ",
        repository: Some("intfloat/multilingual-e5-small"),
        fetched: Some(Fetched { revision: "614241f622f53c4eeff9890bdc4f31cfecc418b3", files: E5_SMALL_INT8 }),
    },
    Known {
        id: "multilingual-e5-small",
        name: "Multilingual E5 small",
        languages: "about 100 languages",
        dims: 384,
        max_tokens: 512,
        pooling: Pooling::Mean,
        query_prefix: "query: ",
        passage_prefix: "passage: ",
        repository: Some("intfloat/multilingual-e5-small"),
        fetched: Some(Fetched { revision: "614241f622f53c4eeff9890bdc4f31cfecc418b3", files: E5_SMALL }),
    },
    Known {
        id: "multilingual-e5-base",
        name: "Multilingual E5 base",
        languages: "about 100 languages",
        dims: 768,
        max_tokens: 512,
        pooling: Pooling::Mean,
        query_prefix: "query: ",
        passage_prefix: "passage: ",
        repository: Some("intfloat/multilingual-e5-base"),
        fetched: None,
    },
];

const fn file(path: &'static str, name: &'static str, bytes: u64, sha256: &'static str) -> RemoteFile {
    RemoteFile { path, name, bytes, sha256 }
}

const PARAPHRASE: &[RemoteFile] = &[
    file("config.json", "config.json", 673, "c8ec081fdad2df991bf5abbf18418fec7a5cdaa421f60ffb060a30040b8c376f"),
    file(
        "special_tokens_map.json",
        "special_tokens_map.json",
        964,
        "8c785abebea9ae3257b61681b4e6fd8365ceafde980c21970d001e834cf10835",
    ),
    file(
        "tokenizer_config.json",
        "tokenizer_config.json",
        1_416,
        "0666eebf692422757e1dddf3c9fb1ded73ba3dc726c5828671fc89e45bf3609f",
    ),
    file(
        "tokenizer.json",
        "tokenizer.json",
        17_083_009,
        "fa685fc160bbdbab64058d4fc91b60e62d207e8dc60b9af5c002c5ab946ded00",
    ),
    file(
        "model_optimized.onnx",
        GRAPH,
        235_052_644,
        "634d0f66c29dc934c8fa72b8a4fe91dd4d420a22f1d82a241058d4316e659a99",
    ),
];

const E5_SMALL_INT8: &[RemoteFile] = &[
    file("config.json", "config.json", 655, "69137736cab8b8903a07fe8afaafdda25aac55415a12a55d1bffa9f581abf959"),
    file(
        "special_tokens_map.json",
        "special_tokens_map.json",
        167,
        "d05497f1da52c5e09554c0cd874037a083e1dc1b9cfd48034d1c717f1afc07a7",
    ),
    file(
        "tokenizer_config.json",
        "tokenizer_config.json",
        443,
        "a1d6bc8734a6f635dc158508bef000f8e2e5a759c7d92f984b2c86e5ff53425b",
    ),
    file(
        "tokenizer.json",
        "tokenizer.json",
        17_082_730,
        "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    ),
    file(
        "onnx/model_qint8_avx512_vnni.onnx",
        GRAPH,
        118_346_824,
        "dd476dd0c2514e9b9be83aeb3853fac0763e0bdf4a71645407587d77c48a2d88",
    ),
];

const E5_SMALL: &[RemoteFile] = &[
    file("config.json", "config.json", 655, "69137736cab8b8903a07fe8afaafdda25aac55415a12a55d1bffa9f581abf959"),
    file(
        "special_tokens_map.json",
        "special_tokens_map.json",
        167,
        "d05497f1da52c5e09554c0cd874037a083e1dc1b9cfd48034d1c717f1afc07a7",
    ),
    file(
        "tokenizer_config.json",
        "tokenizer_config.json",
        443,
        "a1d6bc8734a6f635dc158508bef000f8e2e5a759c7d92f984b2c86e5ff53425b",
    ),
    file(
        "tokenizer.json",
        "tokenizer.json",
        17_082_730,
        "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    ),
    file("onnx/model.onnx", GRAPH, 470_268_510, "ca456c06b3a9505ddfd9131408916dd79290368331e7d76bb621f1cba6bc8665"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_by_its_id_and_in_the_name_of_its_repository() {
        assert_eq!(Known::of(BUILT_IN), KNOWN.first());
        for known in KNOWN {
            let named = Known::named_in(known.repository.unwrap_or(known.id)).unwrap();
            assert_eq!(named.spec(), known.spec(), "{}", known.id);
            assert_eq!(Known::named_in(&known.id.to_uppercase()), Some(known));
            assert!(crate::installed::is_id(known.id), "{}", known.id);
        }
        assert_eq!(Known::named_in("something-else"), None);
    }

    #[test]
    fn what_is_fetched_is_a_whole_model_with_checksums() {
        for fetched in KNOWN.iter().filter_map(|known| known.fetched) {
            let mut names: Vec<_> = fetched.files.iter().map(|file| file.name).collect();
            names.sort_unstable();
            let mut needed: Vec<_> = crate::installed::TOKENIZER_FILES.into_iter().chain([GRAPH]).collect();
            needed.sort_unstable();
            assert_eq!(names, needed);
            let is_hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_hex(fetched.revision, 40) && fetched.files.iter().all(|file| is_hex(file.sha256, 64)));
            assert!(fetched.bytes() > 100_000_000);
        }
    }

    #[test]
    fn e5_is_told_a_query_from_a_passage() {
        for known in KNOWN.iter().filter(|known| known.id.contains("-e5-")) {
            let spec = known.spec();
            assert_eq!((spec.query_prefix.as_str(), spec.passage_prefix.as_str()), ("query: ", "passage: "));
        }
    }
}
