//! Web archives (WARC): the pages that were answered, each under its address.

use super::bytes::find;
use super::nest::{Members, Nest, Packed};
use crate::draft::{Draft, Failure};

/// Longest head of a record, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// Reads an archive.
pub(crate) fn read(bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let mut members = Members::pages(*nest);
    let mut at = 0;
    while let Some(start) = find(bytes, b"WARC/", at) {
        let Some((head, body)) = split_head(bytes.get(start..).unwrap_or_default()) else { break };
        let Some(length) = field(head, "content-length").and_then(|length| length.parse::<usize>().ok()) else { break };
        let block = body.get(..length).unwrap_or(body);
        at = start.saturating_add(head.len()).saturating_add(length).max(start + 5);
        let kind = field(head, "warc-type").unwrap_or_default();
        if !matches!(kind.as_str(), "response" | "resource" | "conversion") {
            continue;
        }
        let address = field(head, "warc-target-uri").unwrap_or_default();
        let is_answer = block.starts_with(b"HTTP/");
        let page = if is_answer { split_head(block).map_or(block, |(_, page)| page) } else { block };
        let packed = Packed::new(address.trim_matches(['<', '>']), page.len() as u64);
        if !members.add(packed, page, draft) {
            break;
        }
    }
    members.finish(draft);
    if at == 0 { Err(Failure::damaged("The web archive is damaged.")) } else { Ok(()) }
}

/// Up to and after the first blank line.
fn split_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let near = bytes.get(..MAX_HEAD).unwrap_or(bytes);
    let end = find(near, b"\r\n\r\n", 0).map(|at| at + 4).or_else(|| find(near, b"\n\n", 0).map(|at| at + 2))?;
    bytes.split_at_checked(end)
}

fn field(head: &[u8], name: &str) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::super::nest::with_nest;
    use crate::draft::Draft;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> String {
        let mut draft = Draft::new(1000);
        let _ = with_nest(|nest| super::read(bytes, nest, &mut draft));
        draft.finish("application/warc").map(|found| found.text).unwrap_or_default()
    }

    #[test]
    fn answered_pages_are_text() {
        let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><p>words</html>";
        let warc = format!(
            "WARC/1.0\r\nWARC-Type: request\r\nContent-Length: 5\r\n\r\nGET /\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://example.org/a\r\nContent-Length: {}\r\n\r\n{page}\r\n\r\n",
            page.len()
        );
        assert_eq!(read(warc.as_bytes()), "http://example.org/a\nwords");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(noise in "[A-Za-z:/0-9 \r\n]{0,300}") {
            read(format!("WARC/1.0\r\n{noise}").as_bytes());
        }
    }
}
