//! Archives without a program that makes them.

/// A tar archive with those members, each changed last a year into the Unix epoch.
///
/// # Panics
/// For a name of more than 99 bytes.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in members {
        assert!(name.len() < 100, "{name} is too long");
        let mut head = vec![0_u8; 512];
        let mut put = |at: usize, bytes: &[u8]| drop(head.splice(at..at + bytes.len(), bytes.iter().copied()));
        put(0, name.as_bytes());
        put(100, b"0000644\0");
        put(124, format!("{:011o}\0", content.len()).as_bytes());
        put(136, format!("{:011o}\0", 365 * 86_400).as_bytes());
        put(148, b"        ");
        put(156, b"0");
        put(257, b"ustar\x0000");
        let sum: u32 = head.iter().map(|&byte| u32::from(byte)).sum();
        head.splice(148..156, format!("{sum:06o}\0 ").into_bytes());
        archive.extend(head);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}
