//! Why there is no connection.

/// A connection that was not made, or did not last. Messages name the host, never what was sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The air gap is closed.
    #[error("{host} was not connected to: the air gap is on; turn it off in Settings to allow connections")]
    AirGap {
        /// Where to.
        host: String,
    },
    /// Not the name or address of a host.
    #[error("this is no name of a host: a connection needs a name or an address, without scheme, port and path")]
    InvalidHost,
    /// No reason was given.
    #[error("{host} was not connected to: a connection needs a reason")]
    NoReason {
        /// Where to.
        host: String,
    },
    /// The connection could not be recorded and was therefore not made.
    #[error("{host} was not connected to, because that could not be recorded: {reason}")]
    NotRecorded {
        /// Where to.
        host: String,
        /// What the ledger says.
        reason: String,
    },
    /// An address that is not one of a file that may be fetched.
    #[error("{url} cannot be fetched: it has to be an https address, or an http one on this machine")]
    Url {
        /// The address.
        url: String,
    },
    /// The other side does not have it, or does not give it.
    #[error("{host} refused with status {status}")]
    Status {
        /// Who.
        host: String,
        /// What it said.
        status: u16,
    },
    /// The other side answered something that makes no sense.
    #[error("the answer of {host} cannot be used: {reason}")]
    Answer {
        /// Who.
        host: String,
        /// Why not.
        reason: String,
    },
    /// Nobody can vouch for the other side.
    #[error("no encrypted connection can be made: {reason}")]
    Trust {
        /// Why not.
        reason: String,
    },
    /// The network or the other side refused.
    #[error("connecting to {host}: {source}")]
    Io {
        /// Where to.
        host: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// Result of this crate's operations.
pub type Result<T> = std::result::Result<T, Error>;
