//! Inputs made from seeds by chance, for functions that have to survive every input.
//!
//! The seeds lie in `src-tauri/fuzz/corpus/TARGET`; the same functions run under libFuzzer, guided by coverage, from
//! `src-tauri/fuzz`. A bug that is found there becomes a seed, which every test run tries first.

use crate::noise::{Noise, count_from};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// How many inputs each target gets; a long run sets more.
pub const INPUTS: &str = "ATOM_TEST_FUZZ";
/// Numbers at which lengths and offsets break.
const EDGES: [u64; 10] = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, i64::MAX as u64, u64::MAX];
/// Inputs do not grow beyond this.
const LONGEST: usize = 16 * 1024;

/// Hands `target` each seed of the corpus `name` and then inputs made from them, always the same ones.
///
/// # Panics
/// When `target` does, with the path of the input; when there is no seed.
pub fn hammer(name: &str, default: u32, target: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).expect("a seed can be read")).collect();
    assert!(!seeds.is_empty(), "no seeds in {}", folder.display());
    for (path, seed) in paths.iter().zip(&seeds) {
        assert!(survived(&target, seed), "{name} does not survive the seed {}", path.display());
    }
    let count = count_from(INPUTS, default);
    let mut noise = Noise::new(name.bytes().fold(7, |sum, byte| sum * 31 + u64::from(byte)));
    for index in 0..count {
        let input = mutated(&seeds, &mut noise);
        if !survived(&target, &input) {
            let kept = std::env::temp_dir().join(format!("atom-fuzz-{name}-{index}"));
            let _ = fs::write(&kept, &input);
            panic!("{name} does not survive input {index}, kept in {}", kept.display());
        }
    }
    let inputs = u64::from(count) + u64::try_from(seeds.len()).unwrap_or(0);
    eprintln!("fuzz {name}: {inputs} inputs survived, {} of them seeds", seeds.len());
}

fn survived(target: &impl Fn(&[u8]), input: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| target(input))).is_ok()
}

fn mutated(seeds: &[Vec<u8>], noise: &mut Noise) -> Vec<u8> {
    let mut bytes = noise.one_of(seeds).cloned().unwrap_or_default();
    for _ in 0..=noise.below(6) {
        let at = noise.below(bytes.len() + 1);
        let end = bytes.len().min(at + 1 + noise.below(32));
        match noise.below(9) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (at % 8)),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..end.max(at))),
            3 => {
                let part = bytes.get(at..end).unwrap_or_default().to_vec();
                let to = noise.below(bytes.len() + 1);
                drop(bytes.splice(to..to, part));
            }
            4 => {
                let edge = EDGES.get(noise.below(EDGES.len())).copied().unwrap_or(0);
                let width = [1, 2, 4, 8].get(noise.below(4)).copied().unwrap_or(1);
                let (big, little) = (edge.to_be_bytes(), edge.to_le_bytes());
                let number = if noise.below(2) == 0 { big.get(8 - width..) } else { little.get(..width) };
                bytes.iter_mut().skip(at).zip(number.unwrap_or_default()).for_each(|(to, from)| *to = *from);
            }
            5 => {
                let new: Vec<u8> = (0..=noise.below(12)).map(|_| noise.number().to_le_bytes()[0]).collect();
                drop(bytes.splice(at..at, new));
            }
            6 => {
                let other = noise.one_of(seeds).cloned().unwrap_or_default();
                let from = noise.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend(other.get(from..).unwrap_or_default());
            }
            7 => {
                // What a person types: letters, signs and other scripts, so that texts stay texts.
                let signs = ["\"", "(", ")", "{", "}", "[", "]", ":", ",", "-", "\\", "*", "é", "\u{202e}", "𝕏", "0"];
                let sign = signs.get(noise.below(signs.len())).copied().unwrap_or_default();
                drop(bytes.splice(at..at, sign.bytes()));
            }
            _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = noise.number().to_le_bytes()[0]),
        }
        bytes.truncate(LONGEST);
    }
    bytes
}
