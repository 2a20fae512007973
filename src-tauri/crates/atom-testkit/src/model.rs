//! An embedding model of a few lines, for tests of whatever goes on around a model.
//!
//! Its graph looks the vector of each token up in a table of noise: texts are near where they share words. It reads the
//! tokenizer of the built-in model, from which the files of the tokenizer are copied.

use crate::noise::Noise;
use std::fs;
use std::path::Path;

/// Words that the tokenizer knows.
const VOCABULARY: usize = 30_522;
/// Kinds of numbers, as ONNX counts them.
const FLOAT: u64 = 1;
const INT64: u64 = 7;
const TOKENIZER: [&str; 4] = ["tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"];

/// Writes a model with vectors of `dims` values into `folder`, with the tokenizer of the built-in model below `assets`.
///
/// # Panics
/// When the built-in model is not installed or the folder cannot be written.
pub fn write_small_model(folder: &Path, assets: &Path, dims: usize) {
    fs::create_dir_all(folder).expect("make the folder of the model");
    let built_in = assets.join("models").join("all-MiniLM-L6-v2");
    for name in TOKENIZER {
        fs::copy(built_in.join(name), folder.join(name))
            .expect("the built-in model is installed: run `cargo xtask setup`");
    }
    fs::write(folder.join("model.onnx"), small_graph(dims)).expect("write the graph");
}

/// `last_hidden_state[b, s, :] = table[input_ids[b, s], :]`, as ONNX.
pub fn small_graph(dims: usize) -> Vec<u8> {
    let mut noise = Noise::new(7);
    let mut table = Vec::with_capacity(VOCABULARY * dims * 4);
    for _ in 0..VOCABULARY * dims {
        // The top 24 bits as a number between -1 and 1.
        let value = (noise.number() >> 40) as f32 / 8_388_608.0 - 1.0;
        table.extend_from_slice(&value.to_le_bytes());
    }
    let node = [text(1, "table"), text(1, "input_ids"), text(2, "last_hidden_state"), text(4, "Gather")].concat();
    let weights =
        [number(1, VOCABULARY as u64), number(1, dims as u64), number(2, FLOAT), text(8, "table"), bytes(9, &table)]
            .concat();
    let graph = [
        bytes(1, &node),
        text(2, "small"),
        bytes(5, &weights),
        value(11, "input_ids", INT64, None),
        value(11, "attention_mask", INT64, None),
        value(12, "last_hidden_state", FLOAT, Some(dims as u64)),
    ]
    .concat();
    [number(1, 8), bytes(7, &graph), bytes(8, &number(2, 13))].concat()
}

/// A tensor `[batch, tokens]` or `[batch, tokens, last]` that goes in or comes out.
fn value(field: u8, name: &str, kind: u64, last: Option<u64>) -> Vec<u8> {
    let mut shape = [bytes(1, &text(2, "batch")), bytes(1, &text(2, "tokens"))].concat();
    if let Some(last) = last {
        shape.extend(bytes(1, &number(1, last)));
    }
    let tensor = [number(1, kind), bytes(2, &shape)].concat();
    bytes(field, &[text(1, name), bytes(2, &bytes(1, &tensor))].concat())
}

fn number(field: u8, value: u64) -> Vec<u8> {
    let mut out = vec![field << 3];
    varint(value, &mut out);
    out
}

fn text(field: u8, value: &str) -> Vec<u8> {
    bytes(field, value.as_bytes())
}

fn bytes(field: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![field << 3 | 2];
    varint(value.len() as u64, &mut out);
    out.extend_from_slice(value);
    out
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
