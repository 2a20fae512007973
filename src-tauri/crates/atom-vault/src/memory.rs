//! Keeps keys of this process out of core dumps and away from debuggers.
//!
//! The keys themselves are locked into memory ([`LockedKey`](crate::LockedKey)); decrypted caches are not, and could be swapped out. Swap has to be encrypted by the system.

/// What [`harden`] achieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hardening {
    /// No core file is written if the process crashes.
    pub core_dumps_off: bool,
    /// Processes of the same user may not attach to this one or read its memory.
    pub not_attachable: bool,
}

/// Turns core dumps off and refuses debuggers, as far as the system allows. Call it once, first thing in `main`.
///
/// On Linux this also makes most of `/proc/self` of this process belong to root.
#[must_use]
pub fn harden() -> Hardening {
    #[cfg(unix)]
    let core_dumps_off = {
        use rustix::process::{Resource, Rlimit, setrlimit};
        setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).is_ok()
    };
    #[cfg(not(unix))]
    let core_dumps_off = false;

    #[cfg(target_os = "linux")]
    let not_attachable = {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok()
    };
    #[cfg(not(target_os = "linux"))]
    let not_attachable = false;

    Hardening { core_dumps_off, not_attachable }
}

/// Turns core dumps off and nothing else: for the desktop app, which has to stay readable for the system.
///
/// A process that is not dumpable cannot use the desktop's portals: they look into its `/proc` to learn who asks. Only the soft limit is lowered, so that a program that Atom opens a file with can raise it again. Returns whether no core is written now.
pub fn no_core_dumps() -> bool {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        // The kernel ignores a limit of 0 when it pipes cores to a program such as systemd-coredump, and takes 1 for "none"; as the size of a file, 1 is less than any core.
        let maximum = getrlimit(Resource::Core).maximum;
        let current = Some(maximum.map_or(1, |maximum| maximum.min(1)));
        setrlimit(Resource::Core, Rlimit { current, maximum }).is_ok()
    }
    #[cfg(not(unix))]
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn the_desktop_app_writes_no_core() {
        assert!(no_core_dumps());
        assert!(getrlimit(Resource::Core).current.is_some_and(|bytes| bytes <= 1));
    }

    #[test]
    fn the_process_neither_dumps_nor_lets_attach() {
        assert_eq!(harden(), Hardening { core_dumps_off: true, not_attachable: true });
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
