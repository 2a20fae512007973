//! What the command line understands.

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Private search on this machine: by word and by meaning, offline, encrypted at rest.
///
/// Without a subcommand it opens the desktop app.
#[derive(Debug, Parser)]
#[command(name = "atom", version, arg_required_else_help = true)]
pub(super) struct Arguments {
    /// Where Atom keeps its data (also ATOM_DATA_DIR).
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data_dir: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a vault; prints the recovery code once.
    Init {
        /// Read the passphrase from standard input.
        #[arg(long)]
        passphrase_stdin: bool,
        /// Also unlock with this computer's keychain.
        #[arg(long)]
        keychain: bool,
    },
    /// Add folders and bring them in; Ctrl-C loses nothing.
    Index {
        /// Folders.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Return when everything is findable by this.
        #[arg(long, value_enum, default_value_t = Wait::Meaning)]
        wait: Wait,
        /// Forget what is gone from these folders, however much it is; otherwise a great number is kept for a day.
        #[arg(long)]
        forget_gone: bool,
        /// Print JSON lines.
        #[arg(long)]
        json: bool,
    },
    /// Search.
    Search(Search),
    /// Show sources, counts, sizes, model, versions.
    Status {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List every file's state and reason.
    Files {
        /// Only this state, or several with commas; `failed` stands for every failure.
        #[arg(long, conflicts_with = "why")]
        state: Option<String>,
        /// Also files in archives.
        #[arg(long, conflicts_with = "why")]
        in_archives: bool,
        /// Say why this file is found, or what keeps it from being found.
        #[arg(long, value_name = "PATH")]
        why: Option<PathBuf>,
        /// Print JSON lines.
        #[arg(long)]
        json: bool,
    },
    /// Keep the index live without a window.
    Watch,
    /// Show what was done to the vault, by whom and when.
    Audit(Audit),
    /// Show what was searched before, or forget it.
    History(History),
    /// Show the searches that are kept, keep one, or forget one.
    Saved(Saved),
    /// Verify everything: keys, database and its anchor, both indexes, counts; say and mend.
    Doctor {
        /// Throw an index away and build it again.
        #[arg(long, value_enum)]
        rebuild: Option<Rebuild>,
        /// Go on with what is there after saved data was lost or rolled back; what is lost stays lost.
        #[arg(long)]
        accept_loss: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Back the vault up, or look after the backups.
    Backup(Backup),
    /// Bring a backup back; everything is verified before anything is replaced.
    Restore(Restore),
    /// Write folders, settings and texts in open formats, as plain text.
    Export {
        /// A new or empty folder.
        folder: PathBuf,
        /// Print JSON lines.
        #[arg(long)]
        json: bool,
    },
    /// Take folders and settings of an export in.
    Import {
        /// The folder of the export.
        folder: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// See and change the ways into the vault: passphrase, recovery code, keychain.
    Vault {
        #[command(subcommand)]
        action: VaultAction,
    },
    /// See and change the model that searching by meaning goes by.
    Model {
        #[command(subcommand)]
        action: ModelAction,
    },
    /// See which other programs may ask, let one ask, or no longer.
    Client {
        #[command(subcommand)]
        action: ClientAction,
    },
    /// Answer an assistant that speaks MCP, on standard input and output; asks the running Atom.
    Mcp {
        /// The program whose token is in the variable ATOM_TOKEN.
        #[arg(long, value_name = "NAME")]
        client: String,
    },
    /// Show or hide quick search in the running app.
    Toggle,
    /// Measure on a throw-away vault, with the budgets beside the figures; `cargo xtask bench` builds for it first.
    #[command(hide = true)]
    DevBench(Bench),
}

#[derive(Debug, Subcommand)]
pub(super) enum ModelAction {
    /// Show the models that there are.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take another model into use; the present one answers until the new one's vectors are made. Ctrl-C loses nothing.
    Use {
        /// The model, as `atom model list` names it.
        id: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Give up a change of the model that is under way.
    Cancel,
    /// Bring a model in from a folder with an ONNX graph and the files of its tokenizer.
    Import {
        /// The folder, as model hubs publish it.
        folder: PathBuf,
        /// What to call it; named after the folder without.
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fetch a known model from where its makers publish it: the one time that Atom connects, and only because you say so.
    Download {
        /// The model, as `atom model list` names it.
        id: String,
        /// Also where the network is metered.
        #[arg(long)]
        metered: bool,
    },
    /// Remove a model that is not in use.
    Remove {
        /// The model, as `atom model list` names it.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ClientAction {
    /// Let a program ask; prints its token once.
    Add {
        /// What to call it.
        name: String,
        /// A folder that it sees; once for each.
        #[arg(long, value_name = "PATH", required_unless_present = "all", conflicts_with = "all")]
        source: Vec<PathBuf>,
        /// It sees all folders, those to come included.
        #[arg(long)]
        all: bool,
    },
    /// Show which programs may ask, and what each sees.
    List {
        /// Print JSON lines.
        #[arg(long)]
        json: bool,
    },
    /// Let a program ask no longer; its next call is refused.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum VaultAction {
    /// Show the ways into the vault and when each was made.
    Slots {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Change the passphrase; nothing is encrypted again.
    Passphrase {
        /// Read the new passphrase from standard input.
        #[arg(long)]
        new_passphrase_stdin: bool,
    },
    /// Make a new recovery code: printed once, in force when two groups of it were typed again.
    Recovery,
    /// Let this computer's keychain open the vault, or no longer.
    Keychain {
        #[command(subcommand)]
        change: KeychainChange,
    },
    /// Give the vault another master key: everything is encrypted again, and every way in is made anew.
    Rotate(Rotate),
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// Read a new passphrase from standard input, before the groups of the recovery code.
    #[arg(long)]
    pub(super) new_passphrase_stdin: bool,
    /// Give up a change that was begun; what opened the vault before opens it still.
    #[arg(long, conflicts_with_all = ["new_passphrase_stdin", "json"])]
    pub(super) cancel: bool,
    /// Print progress and the result as JSON lines, after the recovery code.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(super) enum KeychainChange {
    /// Let it open the vault.
    Add,
    /// Let it open the vault no longer.
    Remove,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Backup {
    #[command(subcommand)]
    pub(super) command: Option<BackupCommand>,
    /// The folder to back up to; the first time a new or empty one.
    #[arg(required = true, value_name = "DIR")]
    pub(super) folder: Option<PathBuf>,
    /// Also read back everything that was there before, and mend what is damaged.
    #[arg(long)]
    pub(super) verify: bool,
    /// Leave the indexes out: smaller, but they are built again after a restore.
    #[arg(long)]
    pub(super) without_indexes: bool,
    /// Then keep the newest so many backups.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) keep_last: u32,
    /// Then keep one backup a day, for so many days that have one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) keep_daily: u32,
    /// Then keep one backup a week, for so many weeks that have one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) keep_weekly: u32,
    /// Print JSON lines.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum BackupCommand {
    /// List the backups in a folder.
    List {
        /// The folder.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Read everything and say what is damaged.
    Check {
        /// The folder.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Print JSON lines.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The folder of the backups.
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,
    /// Which backup, as `atom backup list` names it; the newest without it.
    #[arg(long, value_name = "ID")]
    pub(super) snapshot: Option<String>,
    /// The data folder to restore to; Atom's own without it.
    #[arg(long, value_name = "DATA_DIR")]
    pub(super) to: Option<PathBuf>,
    /// Print JSON lines.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Bench {
    /// The folder to measure with; a made one of small texts without it.
    #[arg(long, value_name = "DIR")]
    pub(super) folder: Option<PathBuf>,
    /// A file with a query a line; 20 built-in ones without it.
    #[arg(long, value_name = "FILE")]
    pub(super) queries: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Verify the chain of the log instead of listing it.
    #[arg(long, conflicts_with = "since")]
    pub(super) verify: bool,
    /// Only from this day on, as 2026-11-21.
    #[arg(long, value_name = "DATE")]
    pub(super) since: Option<NaiveDate>,
    /// Print JSON lines.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct History {
    /// Forget this one.
    #[arg(long, value_name = "QUERY", conflicts_with = "clear")]
    pub(super) forget: Option<String>,
    /// Forget all of them, their times, and how often items were opened.
    #[arg(long)]
    pub(super) clear: bool,
    /// Print JSON lines.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Saved {
    #[command(subcommand)]
    pub(super) action: Option<SavedAction>,
    /// Print JSON lines.
    #[arg(long, global = true)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum SavedAction {
    /// Keep a search.
    Add {
        /// What to call it.
        name: String,
        /// The query, with operators as in the app.
        query: String,
        /// Have the app notify of new matches.
        #[arg(long)]
        notify: bool,
    },
    /// Forget a kept search.
    Remove {
        /// Its id, as the list has it.
        id: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Search {
    /// The query; operators as in the app: type:pdf, -not, "a phrase", after:2024.
    #[arg(required_unless_present = "stdin")]
    pub(super) query: Option<String>,
    /// Which engines answer.
    #[arg(long, value_enum, default_value_t = Mode::Hybrid)]
    pub(super) mode: Mode,
    /// At most this many hits.
    #[arg(long, default_value_t = 10)]
    pub(super) limit: u32,
    /// Leave out this many hits at the beginning.
    #[arg(long, default_value_t = 0)]
    pub(super) offset: u32,
    /// The order of hits.
    #[arg(long, value_enum, default_value_t = Sort::Best)]
    pub(super) sort: Sort,
    /// Count what the matches are: kinds, folders, people, labels, times.
    #[arg(long)]
    pub(super) facets: bool,
    /// Say why each hit is where it is.
    #[arg(long)]
    pub(super) explain: bool,
    /// Read one query a line from standard input; the process stays warm.
    #[arg(long, conflicts_with = "query")]
    pub(super) stdin: bool,
    /// Print JSON, one line a query.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Wait {
    Words,
    Meaning,
    /// Also by the text in pictures and scans.
    Ocr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Mode {
    Hybrid,
    Words,
    Meaning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Sort {
    Best,
    Newest,
    Oldest,
    Largest,
    Smallest,
    Name,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Rebuild {
    Words,
    Meaning,
}

impl Rebuild {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Meaning => "meaning",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::error::ErrorKind;

    #[test]
    fn a_backup_needs_a_folder_or_something_to_do() {
        let parse =
            |args: &[&str]| Arguments::try_parse_from([&["atom", "backup"], args].concat()).map(|args| args.command);
        let plain = parse(&["/disk", "--keep-last", "3"]);
        assert!(matches!(plain, Ok(Command::Backup(Backup { command: None, folder: Some(_), keep_last: 3, .. }))));
        let check = parse(&["check", "/disk"]);
        assert!(matches!(check, Ok(Command::Backup(Backup { command: Some(BackupCommand::Check { .. }), .. }))));
        assert_eq!(parse(&[]).unwrap_err().kind(), ErrorKind::MissingRequiredArgument);
        assert!(parse(&["/disk", "list", "/disk"]).is_err());
        assert!(Arguments::try_parse_from(["atom", "restore"]).is_err());
    }

    #[test]
    fn a_program_sees_either_all_folders_or_some() {
        let sees = |args: &[&str]| {
            let parsed = Arguments::try_parse_from([&["atom", "client", "add", "one"], args].concat());
            match parsed.map(|arguments| arguments.command) {
                Ok(Command::Client { action: ClientAction::Add { source, all, .. } }) => Ok((source.len(), all)),
                Ok(other) => panic!("{other:?}"),
                Err(error) => Err(error.kind()),
            }
        };
        assert_eq!(sees(&["--source", "/a", "--source", "/b"]), Ok((2, false)));
        assert_eq!(sees(&["--all"]), Ok((0, true)));
        assert_eq!(sees(&[]), Err(ErrorKind::MissingRequiredArgument));
        assert_eq!(sees(&["--all", "--source", "/a"]), Err(ErrorKind::ArgumentConflict));
    }

    #[test]
    fn help_is_a_subcommand_and_leaves_out_what_is_not_for_people() {
        for args in [&["atom", "help"][..], &["atom", "--help"], &["atom", "help", "search"]] {
            let help = Arguments::try_parse_from(args).unwrap_err();
            assert_eq!(help.kind(), ErrorKind::DisplayHelp, "{args:?}");
            assert!(help.to_string().contains("earch"), "{args:?}");
            assert!(!help.to_string().contains("dev-bench"), "{args:?}");
        }
    }
}
