//! Keeps keys of this process out of core dumps and away from debuggers.
//!
//! Pages are not locked into memory: that needs `unsafe`, and decrypted caches could be swapped all the same. Swap has to be encrypted by the system.

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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn the_process_neither_dumps_nor_lets_attach() {
        assert_eq!(harden(), Hardening { core_dumps_off: true, not_attachable: true });
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
