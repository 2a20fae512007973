//! What crosses the boundary: requests and views, in camel case, with ids as strings.
//!
//! Units: times are milliseconds since the Unix epoch, sizes are bytes, text ranges are UTF-16 code units (what a web view counts in).
//! Wide integers are exported as plain numbers: all of them stay below 2^53.

mod audit;
mod backup;
mod clients;
mod finding;
mod models;
mod network;
mod pages;
mod personal;
mod slots;

pub use audit::{AuditEntryView, AuditExportResponse, AuditListRequest, AuditListResponse, AuditVerifyResponse};
pub use backup::{
    BackupCheckView, BackupDoneView, BackupListView, BackupRequest, BackupRunView, BackupSettings, BackupStateView,
    ExportView, FolderRequest, ImportView, RestoreDoneView, RestoreListRequest, RestoreRequest, RotationDoneView,
    SnapshotView,
};
pub use clients::{ClientAddRequest, ClientAddResponse, ClientView};
pub use finding::{
    CompleteRequest, CompletionView, FacetView, FacetsView, PassageView, PassagesRequest, PassagesView, SearchSort,
    SimilarRequest,
};
pub use models::{
    ModelChangeView, ModelDownloadRequest, ModelDownloadView, ModelEntryView, ModelImportRequest, ModelsView,
};
pub use network::{ConnectionView, ConnectionsResponse};
pub use pages::{PreviewPageRequest, PreviewPageView};
pub use personal::{
    HistoryEntryView, HistoryForgetRequest, HistoryListRequest, HistoryNoteRequest, InsightsView, SavedPutRequest,
    SavedSearchView,
};
pub use slots::{
    SlotKind, SlotView, SlotsView, VaultPassphraseRequest, VaultProof, VaultRecoveryConfirmRequest, VaultRecoveryView,
    VaultRotateRequest,
};

use serde::{Deserialize, Serialize};
use specta::Type;

/// Whether there is a vault, and whether it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum VaultState {
    /// No vault in the data folder yet.
    Absent,
    /// A vault that waits for its passphrase.
    Locked,
    /// Keys are in memory.
    Open,
}

/// The vault as the unlock screen needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultView {
    /// Absent, locked or open.
    pub state: VaultState,
    /// Whether the system has a keychain that answers.
    pub keychain_available: bool,
    /// Whether this vault can be opened from the keychain.
    pub has_keychain_slot: bool,
    /// Where everything is kept.
    pub data_dir: String,
}

/// Makes a vault.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultCreateRequest {
    /// The new passphrase; empty for none, when the keychain is used.
    pub passphrase: String,
    /// Also open from the system's keychain.
    pub keychain: bool,
}

/// A vault was made.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultCreateResponse {
    /// The recovery code: shown once, kept nowhere.
    pub recovery_code: String,
}

/// Opens the vault.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultUnlockRequest {
    /// The passphrase, or the recovery code.
    pub passphrase: String,
}

/// Which engines answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SearchMode {
    /// Words and meaning, fused.
    #[default]
    Hybrid,
    /// Words only.
    Words,
    /// Meaning only.
    Meaning,
}

/// One search.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchRequest {
    /// The query as typed.
    pub query: String,
    /// Which engines answer.
    pub mode: SearchMode,
    /// At most this many hits.
    pub limit: u32,
    /// Skips this many hits.
    pub offset: u32,
    /// Fills [`HitView::explain`].
    pub explain: bool,
    /// In which order.
    #[serde(default)]
    pub sort: SearchSort,
    /// Fills [`SearchResponse::facets`].
    #[serde(default)]
    pub facets: bool,
}

/// The passage that matched.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Snippet {
    /// The passage, white space collapsed.
    pub text: String,
    /// Ranges of the matched words, in order, not overlapping.
    pub highlights: Vec<(u32, u32)>,
}

/// Why a hit is where it is.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExplainView {
    /// Rank among the word matches, from 1.
    pub words_rank: Option<u32>,
    /// Rank among the meaning matches, from 1.
    pub meaning_rank: Option<u32>,
    /// What else counted, in words.
    pub boosts: Vec<String>,
}

/// One result.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HitView {
    /// Position, from 1.
    pub rank: u32,
    /// The item's id.
    pub id: String,
    /// What to call it: the document's title, or the file's name.
    pub title: String,
    /// Ranges of the matched letters in the title.
    pub title_highlights: Vec<(u32, u32)>,
    /// `file://` address.
    pub uri: String,
    /// Path, for display.
    pub path: String,
    /// Name of the folder that holds it.
    pub folder: String,
    /// The source that it came from.
    pub source: String,
    /// Stable kind name.
    pub kind: String,
    /// Media type; empty when unknown.
    pub mime: String,
    /// Last change.
    #[specta(type = i32)]
    pub modified: i64,
    /// Size of the file.
    #[specta(type = u32)]
    pub size: u64,
    /// Score of the fusion: comparable within one search only.
    pub score: f32,
    /// The best passage; none for items found by name.
    pub snippet: Option<Snippet>,
    /// Other places of the same content.
    pub locations: Vec<String>,
    /// State of the item, as `atom files` names it.
    pub state: String,
    /// Filled on request.
    pub explain: Option<ExplainView>,
    /// Path of the archive that it lies in, if it does.
    pub archive: Option<String>,
}

/// Something that the reader of the results should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Stable code: `meaning-partial`, `words-partial`, `meaning-off`, `corrected`, `unknown-operator`, `empty-query`.
    pub code: String,
    /// In plain words.
    pub message: String,
}

/// An operator that the parser understood, as a range of the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Chip {
    /// The text as typed.
    pub text: String,
    /// Start in the query.
    pub start: u32,
    /// End in the query, exclusive.
    pub end: u32,
    /// Canonical operator.
    pub operator: String,
    /// Its value.
    pub value: String,
}

/// Answer to a search.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchResponse {
    /// The query as typed.
    pub query: String,
    /// Which engines were asked.
    pub mode: SearchMode,
    /// Time of the whole search, parse to snippets, in milliseconds.
    pub took_ms: f32,
    /// How many items match in all (an estimate where meaning is asked).
    pub total: u32,
    /// The hits.
    pub hits: Vec<HitView>,
    /// What to know about them.
    pub notices: Vec<Notice>,
    /// Operators found in the query.
    pub chips: Vec<Chip>,
    /// What the matches are; null where that was not asked.
    pub facets: Option<FacetsView>,
}

/// Names one item, source or job.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdRequest {
    /// The id.
    pub id: String,
}

/// Asks for an item's text.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewRequest {
    /// The item.
    pub id: String,
    /// The query to highlight.
    pub query: String,
    /// Where in the whole text to begin, in bytes; around the first match when null.
    #[serde(default)]
    #[specta(type = Option<u32>)]
    pub start: Option<u64>,
}

/// An item's text, or the part around the first match.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewView {
    /// The item.
    pub id: String,
    /// Title or name.
    pub title: String,
    /// Path, for display.
    pub path: String,
    /// Stable kind name.
    pub kind: String,
    /// Media type.
    pub mime: String,
    /// Last change.
    #[specta(type = i32)]
    pub modified: i64,
    /// Size of the file.
    #[specta(type = u32)]
    pub size: u64,
    /// State of the item.
    pub state: String,
    /// Why there is no text, in plain words.
    pub reason: Option<String>,
    /// The text; at most about 200 kB.
    pub text: String,
    /// Where `text` starts in the whole text.
    #[specta(type = u32)]
    pub text_start: u64,
    /// Whether text was left out.
    pub truncated: bool,
    /// Ranges of the matches in `text`.
    pub highlights: Vec<(u32, u32)>,
}

/// How far something is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Done so far.
    #[specta(type = u32)]
    pub done: u64,
    /// To do in all.
    #[specta(type = u32)]
    pub total: u64,
    /// Current speed.
    pub per_second: Option<f32>,
    /// Estimated time left, in seconds.
    pub eta_seconds: Option<f32>,
}

/// Progress of the stages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StageProgress {
    /// Items findable by name.
    pub names: Progress,
    /// Items findable by word.
    pub words: Progress,
    /// Passages findable by meaning.
    pub meaning: Progress,
    /// Pictures and scans findable by the text in them; none where that is switched off or Tesseract is not installed.
    pub ocr: Option<Progress>,
}

/// How many items are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StateCount {
    /// State name.
    pub state: String,
    /// Items in it.
    #[specta(type = u32)]
    pub count: u64,
}

/// What a source is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SourceState {
    /// Names are being collected.
    Scanning,
    /// Text is being read.
    Indexing,
    /// All is findable.
    Ready,
    /// Work is paused.
    Paused,
    /// The folder is not there (an unplugged disk); its index is kept.
    Missing,
    /// Being removed.
    Removing,
}

/// A folder and how far it is.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SourceView {
    /// The source.
    pub id: String,
    /// The folder.
    pub path: String,
    /// What it is doing.
    pub state: SourceState,
    /// When it was added.
    #[specta(type = i32)]
    pub added_at: i64,
    /// When it was last compared with the disk.
    #[specta(type = Option<i32>)]
    pub last_scan_at: Option<i64>,
    /// Files in it.
    #[specta(type = u32)]
    pub files: u64,
    /// Folders in it.
    #[specta(type = u32)]
    pub folders: u64,
    /// Files in its archives.
    #[specta(type = u32)]
    pub members: u64,
    /// Size of its files.
    #[specta(type = u32)]
    pub bytes: u64,
    /// Files by state.
    pub counts: Vec<StateCount>,
    /// How far it is.
    pub progress: StageProgress,
    /// What a person should know: an unreadable folder.
    pub message: Option<String>,
    /// Files that are gone in great number, so that a person is asked.
    pub vanished: Option<VanishedView>,
    /// Whether it goes before the others and is not held back, because a person asked for that.
    pub goes_first: bool,
}

/// Files that are gone from the disk and still found, in case they come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VanishedView {
    /// Files and folders.
    #[specta(type = u32)]
    pub count: u64,
    /// When they are forgotten by themselves, Unix milliseconds.
    #[specta(type = i32)]
    pub kept_until: i64,
}

/// Adds a folder.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SourcesAddRequest {
    /// Absolute path of the folder; `~` is understood.
    pub path: String,
}

/// Asks for a page of files.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FilesListRequest {
    /// Only of this source.
    pub source: Option<String>,
    /// Only in these states; all when empty. `failed` stands for every failure.
    pub states: Vec<String>,
    /// Only with this in the path.
    pub query: String,
    /// Skips this many.
    pub offset: u32,
    /// At most this many.
    pub limit: u32,
    /// Also those in archives.
    #[serde(default)]
    pub in_archives: bool,
}

/// One file and its state.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    /// The item.
    pub id: String,
    /// Path, for display.
    pub path: String,
    /// File name.
    pub name: String,
    /// State name.
    pub state: String,
    /// `names`, `words` or `meaning`: how findable it is.
    pub stage: String,
    /// Media type.
    pub mime: String,
    /// Size.
    #[specta(type = u32)]
    pub size: u64,
    /// Last change.
    #[specta(type = i32)]
    pub modified: i64,
    /// Why it is in that state.
    pub reason: Option<String>,
    /// Recognising text in what it shows: `waiting`, `text`, `none` or `failed`; none where there is nothing to recognise.
    pub ocr: Option<String>,
    /// Path of the archive that it lies in, if it does.
    pub archive: Option<String>,
    /// How many files in it can be found, where it is an archive.
    #[specta(type = u32)]
    pub members: u64,
}

/// Asks why a file is found, or why not.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FilesExplainRequest {
    /// Its path; `~` stands for the home folder.
    pub path: String,
}

/// Why a file is found, or why not.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FilesExplainResponse {
    /// The path as it was understood, for display.
    pub path: String,
    /// The file, if Atom knows it.
    pub file: Option<FileView>,
    /// How it can be found, or why it cannot, and what to do: sentences.
    pub message: String,
}

/// A page of files.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FilesListResponse {
    /// How many there are in all.
    #[specta(type = u32)]
    pub total: u64,
    /// This page.
    pub files: Vec<FileView>,
}

/// Tries files again.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FilesRetryRequest {
    /// Only of this source.
    pub source: Option<String>,
    /// In these states; every failure when empty.
    pub states: Vec<String>,
    /// Only this one.
    pub id: Option<String>,
}

/// How many things an action touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CountResponse {
    /// How many.
    #[specta(type = u32)]
    pub count: u64,
}

/// One piece of background work.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// The job.
    pub id: String,
    /// `scan`, `extract`, `words`, `meaning`, `remove`, `backup`, `maintain` or `rebuild`.
    pub kind: String,
    /// The source that it works on.
    pub source: Option<String>,
    /// In plain words.
    pub title: String,
    /// `queued`, `running`, `paused`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// How far it is.
    pub progress: Progress,
    /// When it started.
    #[specta(type = Option<i32>)]
    pub started_at: Option<i64>,
    /// When it ended.
    #[specta(type = Option<i32>)]
    pub finished_at: Option<i64>,
    /// What went wrong and what to do.
    pub error: Option<String>,
}

/// Background work.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    /// Newest first; finished ones too, for a while.
    pub jobs: Vec<JobView>,
    /// Whether work is paused.
    pub paused: bool,
}

/// A named size on disk.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SizeView {
    /// `vault`, `keyword`, `vectors`.
    pub name: String,
    /// Bytes on disk.
    #[specta(type = u32)]
    pub bytes: u64,
}

/// The embedding model.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelView {
    /// Name and hash; none when missing.
    pub id: Option<String>,
    /// `ready`, `unloaded`, `missing`, or `failed` when it is there and cannot be used.
    pub state: String,
    /// Another model whose vectors are being made.
    pub change: Option<ModelChangeView>,
}

/// What the watcher covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchingView {
    /// Folders with a kernel watch.
    #[specta(type = u32)]
    pub folders: u64,
    /// Folders that are looked at from time to time instead.
    #[specta(type = u32)]
    pub polled: u64,
}

/// The whole state of the index.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// How far it is.
    pub progress: StageProgress,
    /// Whether work is paused.
    pub paused: bool,
    /// Files and folders in all.
    #[specta(type = u32)]
    pub items: u64,
    /// Files in archives, beside them.
    #[specta(type = u32)]
    pub members: u64,
    /// Passages in all.
    #[specta(type = u32)]
    pub chunks: u64,
    /// Passages with a vector.
    #[specta(type = u32)]
    pub vectors: u64,
    /// Items by state.
    pub counts: Vec<StateCount>,
    /// Sizes on disk.
    pub sizes: Vec<SizeView>,
    /// The embedding model.
    pub model: ModelView,
    /// What the watcher covers.
    pub watching: WatchingView,
    /// Something that a person should know and act on: a full disk, a missing model.
    pub message: Option<String>,
    /// Atom's version.
    pub version: String,
    /// How fast background work goes; none where this process does none.
    pub governor: Option<GovernorView>,
    /// Recognising text in pictures and scans.
    pub ocr: OcrView,
}

/// How fast background work goes, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GovernorView {
    /// `free` within the budget, `slowed`, or `held` when meaning rests.
    pub state: String,
    /// Why, in plain words, unless it is free.
    pub reason: Option<String>,
    /// Threads that may work at once.
    pub threads: u32,
    /// Whether they rest as long as they work.
    pub rests: bool,
    /// Whether a person said to go on anyway.
    pub anyway: bool,
}

/// Whether and with what text in pictures and scans is recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OcrView {
    /// `ready`, `missing` (Tesseract is not installed), `failed` (it cannot be used) or `off`.
    pub state: String,
    /// Version of Tesseract, once it was used.
    pub version: Option<String>,
    /// Languages in which text is recognised, by Tesseract's codes.
    pub languages: Vec<String>,
    /// Languages that are installed, once it was used.
    pub installed: Vec<String>,
    /// Pictures and scans whose text is not findable yet.
    #[specta(type = u32)]
    pub waiting: u64,
    /// What to do about it, where something is to be done.
    pub message: Option<String>,
}

/// How the app looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How much of the machine background work may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum IndexBudget {
    /// One core, with rests.
    Gentle,
    /// Half of the cores.
    #[default]
    Half,
    /// Every core.
    Full,
}

/// What a person can set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Global shortcut of quick search, as `Alt+Space`.
    pub hotkey: String,
    /// Light, dark or the system's.
    pub theme: Theme,
    /// More ignore rules, in the syntax of `.gitignore`.
    pub ignore_rules: String,
    /// How much background work may take.
    pub index_budget: IndexBudget,
    /// Notify when a folder's first indexing is done.
    pub notify_when_done: bool,
    /// Lock after so many idle minutes, when the computer sleeps and with its lock screen; never when empty.
    pub lock_after_minutes: Option<u32>,
    /// Refuse every outgoing connection.
    pub air_gap: bool,
    /// Where and when to back up.
    pub backup: BackupSettings,
    /// On battery, meaning rests below this charge in percent, and above it one core works; a battery is no reason when empty.
    pub battery_floor: Option<u32>,
    /// Whether meaning waits while a person uses the computer.
    pub wait_for_person: bool,
    /// Whether work slows down when the computer gets warm, and meaning rests while it is hot.
    pub follow_heat: bool,
    /// Recognising text in pictures and scans.
    pub ocr: OcrSettings,
    /// Whether past searches are kept, on this machine, for completion and insights.
    pub remember_searches: bool,
}

/// How text in pictures and scans is recognised, where Tesseract is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OcrSettings {
    /// Whether it is.
    pub enabled: bool,
    /// In which languages, by Tesseract's codes such as `eng`; those of the system when empty.
    pub languages: Vec<String>,
}

impl Default for OcrSettings {
    fn default() -> Self {
        Self { enabled: true, languages: Vec::new() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hotkey: "Alt+Space".to_owned(),
            theme: Theme::System,
            ignore_rules: String::new(),
            index_budget: IndexBudget::Half,
            notify_when_done: true,
            lock_after_minutes: Some(15),
            air_gap: false,
            backup: BackupSettings::default(),
            battery_floor: Some(30),
            wait_for_person: false,
            follow_heat: true,
            ocr: OcrSettings::default(),
            remember_searches: true,
        }
    }
}

/// Verifies the store and its indexes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DoctorRequest {
    /// Also throw away and rebuild: `words` or `meaning`.
    pub rebuild: Option<String>,
}

/// One thing that the doctor looked at.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CheckView {
    /// Stable name.
    pub name: String,
    /// Whether it is sound now.
    pub ok: bool,
    /// Whether something was mended.
    pub mended: bool,
    /// What was found, in plain words.
    pub message: String,
}

/// What the doctor found.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DoctorResponse {
    /// Whether everything is sound now.
    pub ok: bool,
    /// One by one.
    pub checks: Vec<CheckView>,
}
