//! Known answers, computed independently from the format's description with Python's `cryptography`.

use std::io::Write;

use sha2::{Digest, Sha256};

use super::header::Header;
use super::root::SealRoot;
use super::writer::SealWriter;

const OBJECT: &str = "t_1/data/a.lance";

fn counting<const N: usize>(first: u8) -> [u8; N] {
    std::array::from_fn(|i| first + u8::try_from(i).unwrap())
}

fn seal_fixed(plaintext: &[u8], block_log2: u8) -> Vec<u8> {
    let header = Header::fixed(block_log2, counting(0x40), counting(0x80));
    let mut writer = SealWriter::start(Vec::new(), &counting(0), &header, 1 << block_log2, OBJECT).unwrap();
    writer.write_all(plaintext).unwrap();
    writer.finish().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn header_fields_lie_where_the_format_says() {
    let sealed = seal_fixed(b"", 16);
    assert_eq!(&sealed[..9], b"ATL1\x01\x01\x00\x00\x10");
    assert_eq!(sealed[9..32], [0; 23]);
    assert_eq!(sealed[32..48], counting::<16>(0x40));
    assert_eq!(sealed[48..80], counting::<32>(0x80));
}

#[test]
fn sealed_bytes_match_the_known_answers() {
    assert_eq!(hex(&seal_fixed(b"", 16)[80..]), "79ea5867483f18de1e9df2847ce1e33ea3389247838ce6d43763fac17f7c3f83");
    assert_eq!(
        hex(&seal_fixed(b"hello, sealed world", 12)[80..]),
        "d1555e37118beffd73808f2b5a7879ee190473f0e43523beda83bf83cc9d26d1e87a90bc2d7d2b2c8dcb5ee1ed6b06e34b17df"
    );
}

#[test]
fn several_blocks_match_the_known_answer_and_open() {
    let plaintext: Vec<u8> = (0..10_000usize).map(|i| ((i * 7 + i / 256) % 256) as u8).collect();
    let sealed = seal_fixed(&plaintext, 12);
    assert_eq!(sealed.len(), 10_144);
    assert_eq!(hex(&Sha256::digest(&sealed)), "6a31b60ecf9f47d39f330d031b2b18bb7a60f008b711e5a7f8a0841453ed5136");
    assert_eq!(SealRoot::new(&counting(0)).open_bytes(OBJECT, &sealed).unwrap(), plaintext);
}
