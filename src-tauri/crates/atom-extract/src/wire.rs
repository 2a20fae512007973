//! What parent and worker say to each other over their socket.
//!
//! A job is a length, a JSON [`Job`] and, beside the length, the open file. An answer is two lengths, a JSON
//! [`Answer`] and the text, or the picture or the pixels of a page. The worker is not trusted: the parent bounds every
//! length before it reads.

use crate::outcome::{FileHint, Outcome, ScannedPage};
use crate::page::{Drawn, PageRequest};
use crate::sandbox::SandboxStatus;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// Largest job description, in bytes.
pub(crate) const MAX_JOB: usize = 64 * 1024;
/// Largest JSON part of an answer, in bytes.
pub(crate) const MAX_HEAD: usize = 8 * 1024 * 1024;
/// Largest text or picture of an answer, in bytes.
pub(crate) const MAX_TEXT: usize = 24 * 1024 * 1024;

/// One file to read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) hint: FileHint,
    /// Processor seconds the worker may spend on it.
    pub(crate) cpu_seconds: u64,
    /// What to do with it.
    pub(crate) task: Task,
}

/// What a worker does with a file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Read its text.
    Read,
    /// Draw the first scanned page from that one on, for its text to be recognised.
    Scan(u32),
    /// Draw a page as it looks, for a person.
    Draw(PageRequest),
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// Once, at the start, when it is locked in.
    Ready {
        /// [`crate::PARSER_VERSION`] of the worker.
        version: u32,
        /// How it is locked in.
        sandbox: SandboxStatus,
    },
    /// For every job that asked for a scanned page.
    Page {
        /// Without its picture, which follows; none where there is no more such page.
        page: Option<ScannedPage>,
        /// Resident memory in bytes; 0 where unknown.
        resident: u64,
    },
    /// For every job that asked for a page as it looks.
    Drawn {
        /// Without its pixels, which follow.
        drawn: Drawn,
        /// Resident memory in bytes; 0 where unknown.
        resident: u64,
    },
    /// For every other job, and for what cannot be read.
    Done {
        /// Without its text, which follows.
        outcome: Outcome,
        /// Resident memory in bytes; 0 where unknown.
        resident: u64,
    },
}

/// Writes an answer.
pub(crate) fn write_answer(to: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let head = serde_json::to_vec(answer).map_err(io::Error::other)?;
    let bytes: &[u8] = match answer {
        Answer::Done { outcome: Outcome::Text(extracted), .. } => extracted.text.as_bytes(),
        Answer::Page { page: Some(page), .. } => &page.picture,
        Answer::Drawn { drawn, .. } => &drawn.pixels,
        _ => &[],
    };
    let length = |bytes: usize| u32::try_from(bytes).map(u32::to_le_bytes).map_err(io::Error::other);
    let mut frame = Vec::with_capacity(8 + head.len());
    frame.extend_from_slice(&length(head.len())?);
    frame.extend_from_slice(&length(bytes.len())?);
    frame.extend_from_slice(&head);
    to.write_all(&frame)?;
    to.write_all(bytes)
}

/// The answer in the two parts that follow the lengths; none where it makes no sense.
pub(crate) fn answer_of(json: &[u8], bytes: Vec<u8>) -> Option<Answer> {
    let mut answer = serde_json::from_slice(json).ok()?;
    match &mut answer {
        Answer::Done { outcome: Outcome::Text(extracted), .. } => {
            extracted.text = String::from_utf8(bytes).ok()?;
            let text = &extracted.text;
            extracted.sections.retain(|section| text.is_char_boundary(section.start));
            extracted.sections.sort_by_key(|section| section.start);
            let is_place = |at: usize| text.is_char_boundary(at);
            extracted.members.retain(|member| {
                member.from <= member.start
                    && member.start <= member.end
                    && [member.from, member.start, member.end].into_iter().all(is_place)
            });
        }
        Answer::Page { page: Some(page), .. } => page.picture = bytes,
        Answer::Drawn { drawn, .. } => {
            drawn.pixels = bytes;
            if !drawn.makes_sense() {
                return None;
            }
        }
        _ => {}
    }
    Some(answer)
}

/// The two lengths at the head of an answer, unless they are beyond the limits.
pub(crate) fn answer_lengths(frame: [u8; 8]) -> Option<(usize, usize)> {
    let [a, b, c, d, e, f, g, h] = frame;
    let head = u32::from_le_bytes([a, b, c, d]) as usize;
    let text = u32::from_le_bytes([e, f, g, h]) as usize;
    (head <= MAX_HEAD && text <= MAX_TEXT).then_some((head, text))
}
