//! The folder that is measured when nobody names one: small texts, the same on every machine.
//!
//! A change of these texts makes figures incomparable with earlier ones, so a test holds them still.

use std::path::Path;

/// Texts in the corpus.
pub(super) const FILES: u32 = 2_000;
const PER_FOLDER: u32 = 100;

/// Common first: a word is taken the more often, the earlier it stands.
const WORDS: &str = "the of and to in a is for with on that by this from at as it was we are not can new all more \
    project report meeting invoice customer contract budget schedule design review system network server database \
    password key file folder index search query result document page letter note photo journey holiday flight hotel \
    train ticket kitchen recipe bread soup garden tomato apple winter summer rain river mountain forest harbour \
    island music concert piano violin painting museum theatre novel poem library student teacher school lesson exam \
    doctor hospital medicine vaccine nurse insurance claim bank loan interest tax salary pension rent landlord \
    tenant repair engine bicycle wheel brake bridge tunnel railway station airport weather storm energy solar panel \
    battery cable sensor robot compiler memory thread lock error failure crash recovery backup restore encryption \
    certificate firewall router cloud container deploy release version branch merge test coverage latency \
    throughput cache disk sector cluster node replica transaction ledger audit policy privacy consent court lawyer \
    evidence treaty election parliament minister village harvest cattle wheat dairy fishing vessel anchor captain \
    voyage compass telescope planet orbit galaxy particle molecule protein enzyme membrane neuron fossil glacier \
    volcano desert climate carbon ocean coral whale sparrow falcon orchid birch pottery loom weaving leather copper \
    granite marble lantern candle clock violet amber crimson";

/// What is looked for in it: one word and several, the beginning of one, phrases, operators, a typing error, questions.
pub(super) const QUERIES: [&str; 20] = [
    "invoice",
    "glacier",
    "customer contract",
    "solar panel battery",
    "encr",
    "museum theatre conc",
    "\"project report\"",
    "\"the server\"",
    "hospital -doctor",
    "tomato OR apple",
    "type:markdown budget",
    "name:note winter",
    "telescpoe orbit",
    "memory thread lock error failure crash recovery",
    "how to repair a bicycle brake",
    "letter from the landlord about the rent",
    "what did we decide at the meeting",
    "animals that live in the ocean",
    "train journey in the mountains",
    "keeping a copy of my data safe",
];

/// Writes the corpus into a folder that is there and empty.
pub(super) fn write(folder: &Path) -> std::io::Result<()> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    for number in 0..FILES {
        let (name, text) = file(number, &words);
        let path = folder.join(name);
        if number % PER_FOLDER == 0
            && let Some(parent) = path.parent()
        {
            std::fs::create_dir(parent)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(())
}

/// Name and text of a file; depends on its number alone.
fn file(number: u32, words: &[&'static str]) -> (String, String) {
    let mut random = Random(u64::from(number));
    let markdown = number.is_multiple_of(3);
    let (kind, extension) = if markdown { ("note", "md") } else { ("letter", "txt") };
    let name = format!("folder-{:02}/{kind}-{number:04}.{extension}", number / PER_FOLDER);
    let mut text = String::new();
    if markdown {
        text.push_str("# ");
    }
    text.push_str(&sentence(&mut random, words, 4));
    for _ in 0..2 + random.below(4) {
        text.push_str("\n\n");
        for _ in 0..3 + random.below(3) {
            let length = 6 + random.below(10);
            text.push_str(&sentence(&mut random, words, length));
            text.push_str(". ");
        }
        // As real texts: most of a vocabulary is words that occur once.
        text.push_str(&format!("Reference {}.", random.below(1_000_000)));
    }
    text.push('\n');
    (name, text)
}

fn sentence(random: &mut Random, words: &[&'static str], length: usize) -> String {
    let count = words.len();
    let mut word = || words.get(random.below(count) * random.below(count) / count.max(1)).copied().unwrap_or_default();
    let mut text: String = (0..length).flat_map(|_| [word(), " "]).collect();
    text.pop();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers everywhere, and no secrets.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_corpus_is_the_same_everywhere_and_always() {
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        // FNV-1a over names and texts.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for number in 0..FILES {
            let (name, text) = file(number, &words);
            for byte in name.bytes().chain(text.bytes()) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        assert_eq!(hash, 0xc6b5_6d9a_0cde_b197, "{hash:#x}");
    }

    #[test]
    fn no_text_is_there_twice() {
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        let texts: HashSet<String> = (0..FILES).map(|number| file(number, &words).1).collect();
        assert_eq!(texts.len(), FILES as usize);
    }
}
