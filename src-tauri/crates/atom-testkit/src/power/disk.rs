//! A disk: what was asked of it, and what of that is durable.

use crate::noise::Noise;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A file or a folder, whatever its names are.
pub(super) type Node = usize;
/// The folder at the top.
pub(super) const TOP: Node = 0;
/// What a disk writes as one piece.
const PIECE: usize = 4096;
/// What a torn write is cut to a multiple of.
const SECTOR: usize = 512;

/// What a power cut leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Only what was made durable.
    Durable,
    /// All that was asked for, in order, but of the last write a part only.
    Torn,
    /// What was made durable, and of the rest anything, in any order.
    Reordered,
}

impl Cut {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Durable, Self::Torn, Self::Reordered];
}

/// One change that is done as a whole or not at all, but for a write of several pieces.
#[derive(Debug, Clone)]
enum Change {
    Write { node: Node, at: usize, bytes: Vec<u8> },
    Length { node: Node, length: usize },
    Names(Vec<Named>),
}

/// A name in a folder and what it stands for; none where it is removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) folder: Node,
    pub(super) name: String,
    pub(super) node: Option<Node>,
}

#[derive(Debug, Clone)]
struct Pending {
    change: Change,
    /// When it was done: a sync that began earlier does not include it.
    when: usize,
    /// A sync of it has failed: no later one writes it.
    lost: bool,
}

/// Content of every node: bytes of a file, or names of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    File(Vec<u8>),
    Folder(BTreeMap<String, Node>),
}

/// Files and folders as they are at one moment.
#[derive(Debug, Clone)]
struct View(Vec<Content>);

/// The model.
#[derive(Debug, Clone)]
pub struct Disk {
    now: View,
    durable: View,
    pending: Vec<Pending>,
}

impl Disk {
    /// A disk with an empty folder.
    pub(super) fn new() -> Self {
        let empty = View(vec![Content::Folder(BTreeMap::new())]);
        Self { now: empty.clone(), durable: empty, pending: Vec::new() }
    }

    /// What a path below the top stands for; none where there is nothing.
    pub(super) fn find(&self, path: &str) -> Option<Node> {
        path.split('/').filter(|part| !part.is_empty()).try_fold(TOP, |node, part| match self.now.0.get(node)? {
            Content::Folder(names) => names.get(part).copied(),
            Content::File(_) => None,
        })
    }

    pub(super) fn length(&self, node: Node) -> usize {
        match self.now.0.get(node) {
            Some(Content::File(bytes)) => bytes.len(),
            _ => 0,
        }
    }

    /// A new file or folder without a name.
    pub(super) fn make(&mut self, is_folder: bool) -> Node {
        let content = if is_folder { Content::Folder(BTreeMap::new()) } else { Content::File(Vec::new()) };
        self.now.0.push(content.clone());
        // That it exists says nothing as long as it has no durable name.
        self.durable.0.push(content);
        self.now.0.len() - 1
    }

    pub(super) fn write(&mut self, node: Node, at: usize, bytes: Vec<u8>, when: usize) {
        self.change(Change::Write { node, at, bytes }, when);
    }

    pub(super) fn set_length(&mut self, node: Node, length: usize, when: usize) {
        self.change(Change::Length { node, length }, when);
    }

    /// Names that change together.
    pub(super) fn set_names(&mut self, names: Vec<Named>, when: usize) {
        self.change(Change::Names(names), when);
    }

    fn change(&mut self, change: Change, when: usize) {
        self.now.apply(&change);
        self.pending.push(Pending { change, when, lost: false });
    }

    /// Makes durable what was done to a file, or to the names in a folder, before the sync began; everything without a node.
    pub(super) fn sync(&mut self, node: Option<Node>, began: usize) {
        let (done, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|pending| pending.when < began && pending.change.touches(node));
        self.pending = left;
        for pending in done.into_iter().filter(|pending| !pending.lost) {
            self.durable.apply(&pending.change);
            if let Change::Names(names) = &pending.change {
                self.forget_older(names, pending.when);
            }
        }
    }

    /// Of changes to the same names that came before and are not durable, nothing can be seen any more.
    fn forget_older(&mut self, newer: &[Named], when: usize) {
        for older in self.pending.iter_mut().filter(|older| older.when < when) {
            if let Change::Names(names) = &mut older.change {
                names.retain(|name| !newer.iter().any(|new| (new.folder, &new.name) == (name.folder, &name.name)));
            }
        }
    }

    /// A sync of a file has failed: the system gives up what was written to it, and no later sync tries again.
    pub(super) fn fail(&mut self, node: Option<Node>, began: usize) {
        let given_up = |pending: &&mut Pending| {
            pending.when < began && !matches!(pending.change, Change::Names(_)) && pending.change.touches(node)
        };
        self.pending.iter_mut().filter(given_up).for_each(|pending| pending.lost = true);
    }

    /// Number of changes that are not durable.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Writes what a cut at this moment leaves into the empty folder `target`.
    ///
    /// # Panics
    /// When a file cannot be written.
    pub fn write_to(&self, target: &Path, cut: Cut, noise: &mut Noise) {
        self.after(cut, noise).write_to(TOP, target);
    }

    fn after(&self, cut: Cut, noise: &mut Noise) -> View {
        let mut view = self.durable.clone();
        match cut {
            Cut::Durable => {}
            Cut::Torn => {
                let last = self.pending.iter().rposition(|pending| matches!(pending.change, Change::Write { .. }));
                for (index, pending) in self.pending.iter().enumerate() {
                    let torn = if Some(index) == last { torn(&pending.change, noise) } else { None };
                    view.apply(torn.as_ref().unwrap_or(&pending.change));
                }
            }
            Cut::Reordered => {
                // Sometimes almost all of it, sometimes almost nothing.
                let kept_of_eight = 1 + noise.below(7);
                let mut is_kept = || noise.below(8) < kept_of_eight;
                for pending in &self.pending {
                    for piece in pending.change.pieces() {
                        if is_kept() {
                            view.apply(&piece);
                        }
                    }
                }
            }
        }
        view
    }
}

impl Change {
    fn touches(&self, wanted: Option<Node>) -> bool {
        let Some(wanted) = wanted else { return true };
        match self {
            Self::Write { node, .. } | Self::Length { node, .. } => *node == wanted,
            Self::Names(names) => names.iter().any(|named| named.folder == wanted),
        }
    }

    /// What may be on the disk without the rest.
    fn pieces(&self) -> Vec<Self> {
        let Self::Write { node, at, bytes } = self else { return vec![self.clone()] };
        let first = (PIECE - at % PIECE).min(bytes.len());
        let (head, tail) = bytes.split_at(first);
        let starts = std::iter::once(*at).chain((at + first..).step_by(PIECE));
        let parts = std::iter::once(head).chain(tail.chunks(PIECE));
        starts.zip(parts).map(|(at, part)| Self::Write { node: *node, at, bytes: part.to_vec() }).collect()
    }
}

/// A write of which only the beginning has arrived.
fn torn(change: &Change, noise: &mut Noise) -> Option<Change> {
    let Change::Write { node, at, bytes } = change else { return None };
    let kept = match bytes.len() {
        length if length > SECTOR => noise.below(length / SECTOR + 1) * SECTOR,
        length => noise.below(length),
    };
    let mut part = bytes.get(..kept).unwrap_or_default().to_vec();
    if noise.below(2) == 0 {
        // The file has its new length already, and zeroes where nothing was written.
        part.resize(bytes.len(), 0);
    }
    Some(Change::Write { node: *node, at: *at, bytes: part })
}

impl View {
    fn apply(&mut self, change: &Change) {
        match change {
            Change::Write { node, at, bytes } => {
                let Some(Content::File(content)) = self.0.get_mut(*node) else { return };
                let end = at + bytes.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                if let Some(range) = content.get_mut(*at..end) {
                    range.copy_from_slice(bytes);
                }
            }
            Change::Length { node, length } => {
                if let Some(Content::File(content)) = self.0.get_mut(*node) {
                    content.resize(*length, 0);
                }
            }
            Change::Names(names) => {
                for Named { folder, name, node } in names {
                    let Some(Content::Folder(all)) = self.0.get_mut(*folder) else { continue };
                    match node {
                        Some(node) => drop(all.insert(name.clone(), *node)),
                        None => drop(all.remove(name)),
                    }
                }
            }
        }
    }

    fn write_to(&self, node: Node, target: &Path) {
        let Some(Content::Folder(names)) = self.0.get(node) else { return };
        for (name, node) in names {
            let path = target.join(name);
            match self.0.get(*node) {
                Some(Content::File(bytes)) => {
                    fs::write(&path, bytes).expect("a file of the image can be written");
                    private(&path, 0o600);
                }
                _ => {
                    fs::create_dir(&path).expect("a folder of the image can be made");
                    private(&path, 0o700);
                    self.write_to(*node, &path);
                }
            }
        }
    }
}

fn private(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the image is ours");
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn named(folder: Node, name: &str, node: Option<Node>) -> Named {
        Named { folder, name: name.to_owned(), node }
    }

    /// A file `a` with durable content and name.
    fn with_a(content: &[u8]) -> (Disk, Node) {
        let mut disk = Disk::new();
        let file = disk.make(false);
        disk.set_names(vec![named(TOP, "a", Some(file))], 1);
        disk.write(file, 0, content.to_vec(), 2);
        disk.sync(None, 3);
        (disk, file)
    }

    fn left(disk: &Disk, cut: Cut, seed: u64) -> BTreeMap<String, Vec<u8>> {
        let dir = tempfile::tempdir().unwrap();
        disk.write_to(dir.path(), cut, &mut Noise::new(seed));
        let files = crate::damage::files_below(dir.path()).into_iter();
        let name = |path: &Path| path.strip_prefix(dir.path()).unwrap().to_str().unwrap().to_owned();
        files.map(|path| (name(&path), fs::read(&path).unwrap())).collect()
    }

    fn file(name: &str, content: &[u8]) -> BTreeMap<String, Vec<u8>> {
        BTreeMap::from([(name.to_owned(), content.to_vec())])
    }

    #[test]
    fn content_and_name_each_need_a_sync_of_their_own() {
        let mut disk = Disk::new();
        let a = disk.make(false);
        disk.set_names(vec![named(TOP, "a", Some(a))], 1);
        disk.write(a, 0, b"text".to_vec(), 2);
        disk.sync(Some(a), 3);
        assert_eq!(left(&disk, Cut::Durable, 0), BTreeMap::new(), "the folder was not synced");
        disk.sync(Some(TOP), 4);
        assert_eq!(left(&disk, Cut::Durable, 0), file("a", b"text"));
        disk.write(a, 4, b" more".to_vec(), 5);
        assert_eq!(left(&disk, Cut::Durable, 0), file("a", b"text"));
        assert_eq!((disk.pending(), disk.find("a"), disk.find("b")), (1, Some(a), None));
    }

    #[test]
    fn a_sync_does_not_include_what_came_after_it_began() {
        let (mut disk, a) = with_a(b"old");
        disk.write(a, 0, b"new".to_vec(), 11);
        disk.sync(Some(a), 10);
        assert_eq!(left(&disk, Cut::Durable, 0), file("a", b"old"));
        disk.sync(Some(a), 12);
        assert_eq!(left(&disk, Cut::Durable, 0), file("a", b"new"));
    }

    #[test]
    fn what_is_below_a_folder_without_a_durable_name_is_not_there() {
        let mut disk = Disk::new();
        let (folder, inner) = (disk.make(true), disk.make(false));
        disk.set_names(vec![named(TOP, "f", Some(folder))], 1);
        disk.set_names(vec![named(folder, "a", Some(inner))], 2);
        disk.sync(Some(folder), 3);
        assert!(left(&disk, Cut::Durable, 0).is_empty());
        disk.sync(Some(TOP), 4);
        assert_eq!(left(&disk, Cut::Durable, 0), file("f/a", b""));
    }

    #[test]
    fn a_rename_is_whole_and_an_older_name_does_not_come_back() {
        let mut disk = Disk::new();
        let (one, other, a) = (disk.make(true), disk.make(true), disk.make(false));
        disk.set_names(vec![named(TOP, "1", Some(one)), named(TOP, "2", Some(other))], 1);
        disk.sync(None, 2);
        disk.set_names(vec![named(one, "a", Some(a))], 3);
        disk.set_names(vec![named(other, "b", Some(a)), named(one, "a", None)], 4);
        disk.sync(Some(other), 5);
        assert_eq!(left(&disk, Cut::Durable, 0), file("2/b", b""));
        for seed in 0..50 {
            assert_eq!(left(&disk, Cut::Reordered, seed), file("2/b", b""), "seed {seed}");
        }
    }

    #[test]
    fn a_torn_write_is_cut_and_everything_before_it_is_there() {
        let (mut disk, a) = with_a(&[1; 3000]);
        disk.write(a, 0, vec![2; 100], 11);
        disk.write(a, 100, vec![3; 2900], 12);
        disk.set_names(vec![named(TOP, "b", Some(a)), named(TOP, "a", None)], 13);
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let found = left(&disk, Cut::Torn, seed);
            let content = &found["b"];
            assert!(content[..100].iter().all(|byte| *byte == 2));
            let written = content[100..].iter().take_while(|byte| **byte == 3).count();
            assert!(written % SECTOR == 0 && content[100 + written..].iter().all(|byte| [0, 1].contains(byte)));
            seen.insert(written);
        }
        assert_eq!(seen.len(), 6, "{seen:?}");
    }

    #[test]
    fn in_any_order_every_combination_is_seen_and_pieces_are_whole() {
        let (mut disk, a) = with_a(b"");
        let b = disk.make(false);
        disk.write(a, 4000, vec![7; 200], 11);
        disk.set_names(vec![named(TOP, "b", Some(b))], 12);
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..300 {
            let found = left(&disk, Cut::Reordered, seed);
            let pieces = (found["a"].get(4000) == Some(&7), found["a"].get(4199) == Some(&7));
            assert!(pieces.0 || found["a"].iter().take(4096).all(|byte| *byte == 0));
            seen.insert((pieces, found.contains_key("b")));
        }
        assert_eq!(seen.len(), 8, "{seen:?}");
    }

    #[test]
    fn what_a_failed_sync_gave_up_is_not_written_by_the_next_one() {
        let (mut disk, a) = with_a(b"old");
        disk.write(a, 0, b"new".to_vec(), 11);
        disk.fail(Some(a), 12);
        let may_be_there = (0..50).map(|seed| left(&disk, Cut::Reordered, seed)["a"] == b"new").collect::<Vec<_>>();
        assert!(may_be_there.contains(&true) && may_be_there.contains(&false));
        disk.sync(Some(a), 13);
        assert_eq!((left(&disk, Cut::Durable, 0), disk.pending()), (file("a", b"old"), 0));
        disk.write(a, 0, b"net".to_vec(), 14);
        disk.sync(Some(a), 15);
        assert_eq!(left(&disk, Cut::Durable, 0), file("a", b"net"));
    }
}
