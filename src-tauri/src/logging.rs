//! What goes to standard error, and what never does.

use tracing_subscriber::filter::{EnvFilter, LevelFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Logs to standard error, never to a file: `default`, unless `ATOM_LOG` asks for more.
///
/// More is to be had of Atom's own crates only. Libraries write down what they work on, one for example the ignore rules
/// that a person has set; of them there are warnings and errors, whatever is asked for.
pub(crate) fn to_stderr(default: LevelFilter) {
    let filter = EnvFilter::try_from_env("ATOM_LOG").unwrap_or_else(|_| EnvFilter::new(default.to_string()));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_filter(filter_fn(|event| *event.level() <= tracing::Level::WARN || is_own(event.target())));
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}

fn is_own(target: &str) -> bool {
    let crate_name = target.split("::").next().unwrap_or_default();
    crate_name == "atom" || crate_name.starts_with("atom_")
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn own_crates_are_known_by_their_names() {
        assert!(["atom", "atom_app::shell", "atom_ingest::read"].iter().all(|target| is_own(target)));
        assert!(!["globset", "atomic_waker", "lance::dataset", ""].iter().any(|target| is_own(target)));
    }
}
