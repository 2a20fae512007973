//! Every parser of this crate as a function that has to survive any bytes: for the fuzzing targets and the tests.
//!
//! Libraries for whole formats (PDF, zip, spreadsheets) run in the box and are not ours; they are met by `tests/it/fuzz.rs`.

use crate::wire::{Answer, Job, answer_lengths, answer_of};
use crate::{Limits, Outcome, Readers};

/// What parent and worker say to each other: the head of a frame, then an answer, and a job.
///
/// # Panics
/// When a section of an answer points into the middle of a character.
pub fn messages(data: &[u8]) {
    let _ = serde_json::from_slice::<Job>(data);
    let Some((frame, rest)) = data.split_first_chunk::<8>() else { return };
    let Some((head, text)) = answer_lengths(*frame) else { return };
    let Some((json, rest)) = rest.split_at_checked(head) else { return };
    let text = rest.get(..text).unwrap_or(rest).to_vec();
    if let Some(Answer::Done { outcome: Outcome::Text(extracted), .. }) = answer_of(json, text) {
        let text = &extracted.text;
        assert!(extracted.sections.iter().all(|section| text.is_char_boundary(section.start)), "half a character");
    }
}

/// A document: the first byte chooses the format.
///
/// # Panics
/// When the text is not what an index may take.
pub fn document(data: &[u8]) {
    let Some((which, bytes)) = data.split_first() else { return };
    let (readers, _) = Readers::load(Limits { max_text: 1 << 16, ..Limits::default() }, None);
    let outcome = readers.parse_any(which % Readers::CHOICES, bytes);
    if let Outcome::Text(extracted) = outcome {
        let text = &extracted.text;
        assert!(!text.is_empty() && text.len() <= 1 << 16, "a text of {} bytes", text.len());
        assert!(extracted.sections.iter().all(|section| text.is_char_boundary(section.start)), "half a character");
    }
}

#[cfg(test)]
mod tests {
    use atom_testkit::fuzz::hammer;

    #[test]
    fn no_bytes_break_the_messages_of_a_worker() {
        hammer("messages", 20_000, super::messages);
    }

    #[test]
    fn no_bytes_break_a_reader() {
        hammer("document", 10_000, super::document);
    }
}
