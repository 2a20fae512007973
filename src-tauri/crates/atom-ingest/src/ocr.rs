//! Text in pictures and scans, by Tesseract where it is installed: last in the queue, one picture at a time.
//!
//! What waits is a state of each item, as everywhere here. What was recognised is kept by content, with the pages of a long
//! scan as far as they are done, so that a stop costs one page and a copy of a file costs nothing.

mod language;

use crate::chunk;
use crate::error::{Error, Result};
use crate::pipeline::{Notice, Shared, Step, lock};
use atom_core::{ItemId, ItemState};
use atom_extract::{FileHint, Outcome, Picture, RecogniseLimits, Recogniser, Recognition, WorkerCommand};
use atom_jobs::Stop;
use atom_store::{NewChunk, OcrOutcome, OcrTask, Recognised};
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Name of this stage.
pub(crate) const STAGE: &str = "ocr";
/// Setting: what recognised text last, as `version languages`.
const ENGINE: &str = "ocrEngine";
/// Tasks fetched from the store at once.
const FETCH: usize = 64;
/// Most pages of a scan that are looked at.
const MAX_PAGES: usize = 500;
/// Whether everything else is done is looked at this often.
const OTHERS_FIRST: Duration = Duration::from_secs(1);
/// Whether Tesseract was installed meanwhile is looked at this often.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// A file that is not what was read is left alone for so long: it is read again first.
const LATER: Duration = Duration::from_secs(30);
/// Both indexes take what was recognised this often: a commit for every picture would cost more than the picture.
const INDEX_EVERY: Duration = Duration::from_secs(3);
/// Pages of a scan that are not finished are kept this often.
const KEEP_EVERY: Duration = Duration::from_secs(10);
/// Between the pages of a text that is kept; no text has it.
const PAGE_BREAK: char = '\u{c}';

/// What a person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcrChoice {
    /// Whether to recognise text at all.
    pub enabled: bool,
    /// In which languages, by Tesseract's codes; those of the system when empty.
    pub languages: Vec<String>,
}

impl Default for OcrChoice {
    fn default() -> Self {
        Self { enabled: true, languages: Vec::new() }
    }
}

/// Whether and with what text is recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OcrFacts {
    /// Whether it is switched on.
    pub enabled: bool,
    /// Where Tesseract is; none where it is not installed.
    pub program: Option<PathBuf>,
    /// Its version, once it was asked.
    pub version: Option<String>,
    /// Languages that are installed, once it was asked.
    pub installed: Vec<String>,
    /// Languages that are used.
    pub languages: Vec<String>,
}

impl OcrFacts {
    /// What can be told without starting Tesseract.
    pub fn without_asking(choice: &OcrChoice, search_path: &std::ffi::OsStr) -> Self {
        let program = Recogniser::find(search_path);
        Self { enabled: choice.enabled, program, languages: choice.languages.clone(), ..Self::default() }
    }
}

/// What the stage keeps in memory.
pub(crate) struct OcrDesk {
    command: WorkerCommand,
    search_path: OsString,
    choice: Mutex<OcrChoice>,
    recogniser: Mutex<Option<(PathBuf, Recogniser)>>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    /// Left alone until then.
    later: HashMap<ItemId, Instant>,
    /// When the indexes were told last.
    told: Option<Instant>,
    /// The engine that the store knows of.
    noted: Option<String>,
}

/// Tesseract and how it is used.
struct Engine {
    recogniser: Recogniser,
    languages: Vec<String>,
}

impl Engine {
    fn name(&self) -> String {
        format!("{} {}", self.recogniser.version(), self.languages.join("+"))
    }
}

impl OcrDesk {
    pub(crate) fn new(command: WorkerCommand, search_path: OsString, choice: OcrChoice) -> Self {
        Self { command, search_path, choice: Mutex::new(choice), recogniser: Mutex::default(), queue: Mutex::default() }
    }

    pub(crate) fn choose(&self, choice: OcrChoice) {
        *lock(&self.choice) = choice;
    }

    fn choice(&self) -> OcrChoice {
        lock(&self.choice).clone()
    }

    pub(crate) fn facts(&self) -> OcrFacts {
        let choice = self.choice();
        let mut facts = OcrFacts::without_asking(&choice, &self.search_path);
        // Until then what another version is to look at again may not wait yet.
        let is_noted = lock(&self.queue).noted.is_some();
        if let Some((_, recogniser)) = &*lock(&self.recogniser)
            && facts.program.is_some()
            && is_noted
        {
            facts.version = Some(recogniser.version().to_owned());
            facts.installed = recogniser.languages().to_vec();
            facts.languages = language::of(&choice.languages, recogniser.languages());
        }
        facts
    }

    /// Tesseract as it is wanted; none where it is not, or not installed.
    fn engine(&self) -> Result<Option<Engine>> {
        let choice = self.choice();
        let program = choice.enabled.then(|| Recogniser::find(&self.search_path)).flatten();
        let Some(program) = program else {
            *lock(&self.recogniser) = None;
            return Ok(None);
        };
        let known = lock(&self.recogniser).clone().filter(|(path, _)| *path == program);
        let recogniser = match known {
            Some((_, recogniser)) => recogniser,
            None => {
                let asked = Recogniser::ask(self.command.clone(), &program, RecogniseLimits::default());
                let recogniser = asked.map_err(Error::Ocr)?;
                *lock(&self.recogniser) = Some((program, recogniser.clone()));
                recogniser
            }
        };
        let languages = language::of(&choice.languages, recogniser.languages());
        Ok(Some(Engine { recogniser, languages }))
    }
}

pub(crate) fn step(shared: &Shared, stop: &Stop) -> Result<Step> {
    let Some(engine) = shared.ocr.engine()? else { return Ok(Step::Idle(LOOK_AGAIN)) };
    note_engine(shared, &engine)?;
    let Some(task) = next_task(shared)? else {
        tell_indexes(shared, true);
        return Ok(Step::Idle(LATER));
    };
    // Meaning that cannot be had holds nothing up.
    let meaning = !shared.is_stuck("meaning");
    if shared.store.waits_to_read(1, shared.clock.now_ms())? || shared.store.waits_before_ocr(meaning)? {
        return Ok(Step::Idle(OTHERS_FIRST));
    }
    // As heavy as meaning, and held back with it.
    let pace = shared.pace();
    if pace.held().is_some() {
        return Ok(Step::Idle(OTHERS_FIRST));
    }
    let started = Instant::now();
    let Some(outcome) = look_at(shared, stop, &engine, &task)? else {
        return Ok(Step::Worked);
    };
    shared.store.store_ocr(&task, &outcome)?;
    shared.count_picture();
    tell_indexes(shared, false);
    shared.notify(Notice::Progressed);
    shared.rest(&pace, started.elapsed(), stop, &shared.bells.ocr);
    Ok(Step::Worked)
}

/// Other languages read other words, so everything is looked at again; another version may read what the last one did not.
fn note_engine(shared: &Shared, engine: &Engine) -> Result<()> {
    let name = engine.name();
    if lock(&shared.ocr.queue).noted.as_ref() == Some(&name) {
        return Ok(());
    }
    let before = shared.store.setting(ENGINE)?;
    if let Some((version, languages)) = before.as_deref().and_then(|before| before.split_once(' ')) {
        let other_languages = languages != engine.languages.join("+");
        if other_languages || version != engine.recogniser.version() {
            shared.store.restart_ocr(!other_languages)?;
        }
    }
    if before.as_ref() != Some(&name) {
        shared.store.set_setting(ENGINE, &name)?;
    }
    lock(&shared.ocr.queue).noted = Some(name);
    Ok(())
}

fn next_task(shared: &Shared) -> Result<Option<OcrTask>> {
    let mut queue = lock(&shared.ocr.queue);
    queue.later.retain(|_, until| *until > Instant::now());
    let tasks = shared.store.ocr_tasks(FETCH + queue.later.len())?;
    Ok(tasks.into_iter().find(|task| !queue.later.contains_key(&task.item)))
}

/// Has both indexes take what was recognised, at once or when the last time is long ago.
fn tell_indexes(shared: &Shared, now: bool) {
    let mut queue = lock(&shared.ocr.queue);
    let due = match queue.told {
        None => !now,
        Some(told) => now || told.elapsed() >= INDEX_EVERY,
    };
    if due {
        queue.told = (!now).then(Instant::now);
        shared.bells.words.ring();
        shared.bells.meaning.ring();
    }
}

/// Recognises the text in an item; none when told to stop or pause, or when the file is not what was read.
fn look_at(shared: &Shared, stop: &Stop, engine: &Engine, task: &OcrTask) -> Result<Option<OcrOutcome>> {
    let Some(file) = open(shared, task) else {
        lock(&shared.ocr.queue).later.insert(task.item, Instant::now() + LATER);
        return Ok(None);
    };
    let now_ms = shared.clock.now_ms();
    let kept = shared.store.recognised(&task.content_hash, &engine.name(), now_ms)?.unwrap_or_default();
    let mut work =
        Work { shared, stop, engine, task, pages: pages_of(&kept.pages), next: kept.next_page, failed: None };
    if !kept.is_whole {
        let ended = if task.mime == PDF { work.scan(&file)? } else { work.picture(file)? };
        if !ended {
            return Ok(None);
        }
    }
    Ok(Some(work.outcome()))
}

const PDF: &str = "application/pdf";

/// One item while text in it is being recognised.
struct Work<'a> {
    shared: &'a Shared,
    stop: &'a Stop,
    engine: &'a Engine,
    task: &'a OcrTask,
    /// Page, counted from 0, and text.
    pages: Vec<(u32, String)>,
    next: u32,
    failed: Option<(ItemState, String)>,
}

impl Work<'_> {
    fn goes_on(&self) -> bool {
        !self.stop.requested() && !self.shared.paused() && lock(&self.shared.ocr.choice).enabled
    }

    /// A picture; false when told to stop.
    fn picture(&mut self, file: File) -> Result<bool> {
        if !self.recognise(0, Picture::File(file))? {
            return Ok(false);
        }
        self.keep(true)?;
        Ok(true)
    }

    /// The pages of a PDF that have no text; false when told to stop.
    fn scan(&mut self, file: &File) -> Result<bool> {
        let name = self.task.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let hint = FileHint::new(&name, self.task.size);
        let mut kept = Instant::now();
        for _ in 0..MAX_PAGES {
            let page = match self.shared.extractor.scanned_page(file, &hint, self.next) {
                Ok(Some(page)) => page,
                Ok(None) => break,
                Err(outcome) => {
                    if let Outcome::Unavailable { reason } = &*outcome {
                        self.keep(false)?;
                        return if self.goes_on() { Err(Error::Ocr(reason.clone())) } else { Ok(false) };
                    }
                    self.fail(outcome.state(), &outcome.reason().unwrap_or_default());
                    break;
                }
            };
            if page.picture.is_empty() {
                self.fail(ItemState::Unreadable, "A page cannot be drawn.");
            } else if !self.recognise(page.index, Picture::Bytes(&page.picture))? {
                self.keep(false)?;
                return Ok(false);
            }
            self.next = page.index + 1;
            if kept.elapsed() >= KEEP_EVERY {
                self.keep(false)?;
                kept = Instant::now();
            }
        }
        self.keep(true)?;
        Ok(true)
    }

    /// One picture; false when told to stop.
    fn recognise(&mut self, page: u32, picture: Picture<'_>) -> Result<bool> {
        match self.engine.recogniser.recognise(picture, &self.engine.languages, &|| self.goes_on()) {
            Recognition::Text(text) if text.is_empty() => {}
            Recognition::Text(text) => self.pages.push((page, text)),
            Recognition::Unreadable => self.fail(ItemState::Unreadable, "Tesseract does not read this picture."),
            Recognition::TimedOut => self.fail(ItemState::TimedOut, "It took too long and was stopped."),
            Recognition::Crashed { reason } => self.fail(ItemState::Crashed, &reason),
            Recognition::Stopped => return Ok(false),
            Recognition::Unavailable { reason } => return Err(Error::Ocr(reason)),
        }
        Ok(true)
    }

    fn fail(&mut self, state: ItemState, why: &str) {
        self.failed = Some((state, format!("Its text could not be recognised: {why}")));
    }

    /// Keeps what there is by content. What failed is not kept, so that it can be tried again.
    fn keep(&self, is_whole: bool) -> Result<()> {
        if self.failed.is_some() || !is_whole && self.next == 0 {
            return Ok(());
        }
        let mut pages = String::new();
        for (page, text) in &self.pages {
            pages.push_str(&format!("{page}\n{text}{PAGE_BREAK}"));
        }
        let found = Recognised { next_page: self.next, is_whole, pages };
        let now_ms = self.shared.clock.now_ms();
        self.shared.store.keep_recognised(&self.task.content_hash, &self.engine.name(), &found, now_ms)?;
        Ok(())
    }

    fn outcome(self) -> OcrOutcome {
        match self.failed {
            Some((state, reason)) if self.pages.is_empty() => OcrOutcome::Failed { state, reason },
            _ if self.pages.is_empty() => OcrOutcome::None,
            failed => OcrOutcome::Text {
                reason: reason(self.task.mime == PDF, failed.is_some()),
                truncated: failed.is_some(),
                chunks: passages(self.task, &self.pages),
            },
        }
    }
}

fn reason(is_scan: bool, is_cut: bool) -> String {
    let what =
        if is_scan { "Text was recognised in its scanned pages." } else { "Text was recognised in the picture." };
    if is_cut { format!("{what} Some of it could not be.") } else { what.to_owned() }
}

fn passages(task: &OcrTask, pages: &[(u32, String)]) -> Vec<NewChunk> {
    let (mut text, mut sections) = (String::new(), Vec::new());
    for (page, words) in pages {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        let heading = if task.mime == PDF { format!("Page {}", page + 1) } else { "Text in the picture".to_owned() };
        sections.push((text.len(), heading));
        text.push_str(words);
    }
    chunk::chunk(&text, &sections, task.kind)
        .into_iter()
        .map(|span| NewChunk {
            start: span.start,
            text: text.get(span.start..span.end).unwrap_or_default().to_owned(),
            heading: span.heading,
        })
        .collect()
}

fn pages_of(kept: &str) -> Vec<(u32, String)> {
    let page = |page: &str| {
        let (number, text) = page.split_once('\n')?;
        Some((number.parse().ok()?, text.to_owned()))
    };
    kept.split_terminator(PAGE_BREAK).filter_map(page).collect()
}

/// The file inside its source, if it is still what was read.
fn open(shared: &Shared, task: &OcrTask) -> Option<File> {
    let source = shared.store.source(task.source).ok()??;
    let relative = task.path.strip_prefix(&source.path).unwrap_or(&task.path);
    let file = atom_watch::open_beneath(&source.path, relative).ok()?;
    let entry = atom_watch::entry_of(task.path.clone(), &file.metadata().ok()?)?;
    (entry.size == task.size && entry.modified_ns == task.modified_ns).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::{PAGE_BREAK, pages_of};

    #[test]
    fn pages_are_kept_as_they_were() {
        let kept = format!("0\nfirst line\n\nsecond{PAGE_BREAK}7\neighth page{PAGE_BREAK}");
        assert_eq!(pages_of(&kept), [(0, "first line\n\nsecond".to_owned()), (7, "eighth page".to_owned())]);
        assert!(pages_of("").is_empty());
    }
}
