//! Locks a worker in: it keeps its memory, its clock, its socket and the files that are handed to it, and
//! nothing else.
//!
//! Two layers on Linux: Landlock takes the file system and TCP away, seccomp leaves only the system calls on a
//! list; everything else fails with "operation not permitted". Where a layer is missing the worker runs without
//! it and says so in its [`SandboxStatus`].

mod program;

pub(crate) use program::{close_calls_of_program, open_only};

use serde::{Deserialize, Serialize};

/// Whether one layer of the box holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layer {
    /// In force.
    On,
    /// In force in part: the kernel knows only some of it.
    Partial,
    /// Not in force, and why.
    Off(String),
}

impl Layer {
    /// Whether the layer is fully in force.
    pub const fn is_on(&self) -> bool {
        matches!(self, Self::On)
    }
}

/// How far a worker is locked in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxStatus {
    /// No file system and no TCP (Landlock).
    pub files: Layer,
    /// Only system calls on a list (seccomp).
    pub calls: Layer,
    /// Memory, processor time, open files, no core dump, no new rights.
    pub limits: Layer,
    /// Whether the PDF library is there and loaded.
    pub pdf: Layer,
}

impl Default for SandboxStatus {
    /// Nothing in force.
    fn default() -> Self {
        let off = || Layer::Off("not tried".to_owned());
        Self { files: off(), calls: off(), limits: off(), pdf: off() }
    }
}

impl SandboxStatus {
    /// Whether a reader that goes wrong can neither open a file nor reach the network.
    pub fn is_tight(&self) -> bool {
        self.calls.is_on() && self.limits.is_on()
    }
}

/// Limits of the process itself. Call first, on one thread.
#[cfg(unix)]
pub(crate) fn limit_process(memory: u64) -> Layer {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let mut failed = Vec::new();
    let mut set = |name: &str, resource, value| {
        let limit = Rlimit { current: Some(value), maximum: Some(value) };
        if let Err(error) = setrlimit(resource, limit) {
            failed.push(format!("{name}: {error}"));
        }
    };
    set("address space", Resource::As, own_address_space().saturating_add(memory));
    set("open files", Resource::Nofile, 16);
    set("file size", Resource::Fsize, 0);
    set("core dump", Resource::Core, 0);
    set("processes", Resource::Nproc, 0);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal};
        let mut note = |name: &str, result: rustix::io::Result<()>| {
            if let Err(error) = result {
                failed.push(format!("{name}: {error}"));
            }
        };
        note("no new rights", rustix::thread::set_no_new_privs(true));
        note("not dumpable", set_dumpable_behavior(DumpableBehavior::NotDumpable));
        note("die with the parent", set_parent_process_death_signal(Some(Signal::KILL)));
    }
    if failed.is_empty() { Layer::On } else { Layer::Off(failed.join("; ")) }
}

/// Address space in use, in bytes: the program's own libraries must not count against the limit.
#[cfg(unix)]
fn own_address_space() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.as_deref().and_then(|line| line.split(' ').next()).and_then(|word| word.parse::<u64>().ok());
    pages.unwrap_or(0).saturating_mul(rustix::param::page_size() as u64)
}

/// Allows that many more seconds of processor time.
#[cfg(unix)]
pub(crate) fn allow_cpu(seconds: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    // A failure leaves the parent's wall time, which ends the worker as well.
    let limit = Rlimit {
        current: Some(used.saturating_add(seconds).saturating_add(1)),
        maximum: getrlimit(Resource::Cpu).maximum,
    };
    let _ = setrlimit(Resource::Cpu, limit);
}

/// Takes the file system and TCP away.
#[cfg(target_os = "linux")]
pub(crate) fn close_files() -> Layer {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
    let restrict = || {
        Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V6))?
            .handle_access(AccessNet::from_all(ABI::V6))?
            .scope(Scope::from_all(ABI::V6))?
            .create()?
            .restrict_self()
    };
    match restrict() {
        Ok(status) => match status.ruleset {
            RulesetStatus::FullyEnforced => Layer::On,
            RulesetStatus::PartiallyEnforced => Layer::Partial,
            RulesetStatus::NotEnforced => Layer::Off("this kernel has no Landlock".to_owned()),
        },
        Err(error) => Layer::Off(error.to_string()),
    }
}

/// Leaves only the system calls that reading needs. Nothing but them works afterwards.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn close_calls() -> Layer {
    match build_filter() {
        Ok(filter) => match seccompiler::apply_filter(&filter) {
            Ok(()) => Layer::On,
            Err(error) => Layer::Off(error.to_string()),
        },
        Err(error) => Layer::Off(error.to_string()),
    }
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn build_filter() -> Result<seccompiler::BpfProgram, seccompiler::BackendError> {
    use seccompiler::{SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule};
    use std::collections::BTreeMap;

    let freely = [
        // The socket and the files handed over.
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_pread64,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_recvmsg,
        libc::SYS_lseek,
        libc::SYS_fstat,
        libc::SYS_close,
        libc::SYS_dup,
        libc::SYS_ppoll,
        // Memory.
        libc::SYS_brk,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        // Time, randomness for hash tables, locks.
        libc::SYS_clock_gettime,
        libc::SYS_clock_getres,
        libc::SYS_clock_nanosleep,
        libc::SYS_gettimeofday,
        libc::SYS_getrandom,
        libc::SYS_futex,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_restart_syscall,
        // Dying properly: a stack overflow or an abort must reach the parent as a signal.
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];
    let equals =
        |argument, value: u64| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value);
    let own_pid = u64::from(std::process::id());
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = freely.into_iter().map(|call| (call, Vec::new())).collect();
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_poll, Vec::new());
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_time, Vec::new());
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![equals(0, own_pid)?])?]);
    // Own processor time only: the other limits stay as they are.
    rules.insert(
        libc::SYS_prlimit64,
        vec![SeccompRule::new(vec![equals(0, 0)?, equals(1, u64::from(libc::RLIMIT_CPU))?])?],
    );
    // Memory may change its protection, and never become executable.
    let not_executable =
        SeccompCondition::new(2, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64), 0)?;
    rules.insert(libc::SYS_mprotect, vec![SeccompRule::new(vec![not_executable.clone()])?]);
    rules.insert(libc::SYS_mmap, vec![SeccompRule::new(vec![not_executable])?]);
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Errno(libc::EPERM as u32),
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into()?,
    )?;
    filter.try_into()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn close_files() -> Layer {
    Layer::Off("not there on this system yet".to_owned())
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(crate) fn close_calls() -> Layer {
    Layer::Off("not there on this system yet".to_owned())
}
