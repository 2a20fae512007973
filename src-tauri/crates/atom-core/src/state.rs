//! How far an item has come, and why it may have stopped.

/// Outcome of reading one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemState {
    /// Seen, its text not read yet.
    Pending,
    /// Text read and stored.
    Indexed,
    /// Read; holds no text.
    Empty,
    /// Found by name only, by design: images, audio, programs, folders.
    NameOnly,
    /// Needs a password that Atom does not have.
    Encrypted,
    /// Larger than the limit for its format.
    TooLarge,
    /// A format that Atom does not read.
    Unsupported,
    /// Reading took longer than the limit.
    TimedOut,
    /// The reader process died on it.
    Crashed,
    /// Cannot be opened or is damaged.
    Unreadable,
}

impl ItemState {
    /// Every state, in the order in which a person wants to see them.
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::Indexed,
        Self::Empty,
        Self::NameOnly,
        Self::Encrypted,
        Self::TooLarge,
        Self::Unsupported,
        Self::TimedOut,
        Self::Crashed,
        Self::Unreadable,
    ];

    /// The stable name, as the CLI prints it and the database stores it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Indexed => "indexed",
            Self::Empty => "empty",
            Self::NameOnly => "name-only",
            Self::Encrypted => "encrypted",
            Self::TooLarge => "too-large",
            Self::Unsupported => "unsupported",
            Self::TimedOut => "timed-out",
            Self::Crashed => "crashed",
            Self::Unreadable => "unreadable",
        }
    }

    /// The state with that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether a person would call it a failure: something is there that Atom could not read.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Encrypted | Self::TooLarge | Self::TimedOut | Self::Crashed | Self::Unreadable)
    }
}

/// How findable an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// By its name and path.
    Names,
    /// By every word of its text.
    Words,
    /// By what its text means.
    Meaning,
}

impl Stage {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Words => "words",
            Self::Meaning => "meaning",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ItemState;

    #[test]
    fn every_state_parses_back_from_its_name() {
        for state in ItemState::ALL {
            assert_eq!(ItemState::parse(state.as_str()), Some(state));
        }
        assert_eq!(ItemState::parse("other"), None);
    }
}
