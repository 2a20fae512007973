//! Identifiers: one type per table, so that an item cannot be passed for a chunk.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Wraps a row id.
            pub const fn new(raw: i64) -> Self {
                Self(raw)
            }

            /// The row id.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A folder or connector account that items come from.
    SourceId
);
id!(
    /// One searchable thing: a file, later a mail or an issue.
    ItemId
);
id!(
    /// One passage of an item's text: the unit of meaning search.
    ChunkId
);
id!(
    /// One piece of durable background work.
    JobId
);
