//! The box of a program that is not ours: it still has to load its libraries and its data after it was started.

use std::path::PathBuf;

/// Leaves only these files and folders, to be read and run; says whether the kernel enforces that.
#[cfg(target_os = "linux")]
pub(crate) fn open_only(paths: &[PathBuf]) -> bool {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
        path_beneath_rules,
    };
    let restrict = || {
        Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V6))?
            .handle_access(AccessNet::from_all(ABI::V6))?
            .scope(Scope::from_all(ABI::V6))?
            .create()?
            .add_rules(path_beneath_rules(paths, AccessFs::from_read(ABI::V6)))?
            .restrict_self()
    };
    restrict().is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}

/// Leaves only the system calls that a program needs that computes: no socket, no other process, no change of any file.
/// What is left out does not exist for it, so that libraries fall back on what there is.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn close_calls_of_program() -> bool {
    build_filter().is_ok_and(|filter| seccompiler::apply_filter(&filter).is_ok())
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn build_filter() -> Result<seccompiler::BpfProgram, seccompiler::BackendError> {
    use seccompiler::{
        SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule as Rule,
    };
    use std::collections::BTreeMap;

    let freely = [
        // Files, as far as Landlock lets it open them.
        libc::SYS_openat,
        libc::SYS_close,
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_pread64,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_lseek,
        libc::SYS_fstat,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_statfs,
        libc::SYS_fstatfs,
        libc::SYS_faccessat,
        libc::SYS_faccessat2,
        libc::SYS_readlinkat,
        libc::SYS_getdents64,
        libc::SYS_getcwd,
        libc::SYS_fcntl,
        libc::SYS_dup,
        libc::SYS_dup3,
        libc::SYS_ppoll,
        // To become the program.
        libc::SYS_execve,
        libc::SYS_set_tid_address,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        // Memory, executable too: libraries are mapped.
        libc::SYS_brk,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_membarrier,
        // Time, randomness, locks, and what a process may know about itself and the machine.
        libc::SYS_clock_gettime,
        libc::SYS_clock_getres,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_gettimeofday,
        libc::SYS_times,
        libc::SYS_getrusage,
        libc::SYS_getrandom,
        libc::SYS_futex,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_sysinfo,
        libc::SYS_uname,
        libc::SYS_getpid,
        libc::SYS_getppid,
        libc::SYS_gettid,
        libc::SYS_getuid,
        libc::SYS_geteuid,
        libc::SYS_getgid,
        libc::SYS_getegid,
        libc::SYS_restart_syscall,
        // Dying properly.
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];
    let mut rules: BTreeMap<i64, Vec<Rule>> = freely.into_iter().map(|call| (call, Vec::new())).collect();
    #[cfg(target_arch = "x86_64")]
    rules.extend(
        [
            libc::SYS_open,
            libc::SYS_stat,
            libc::SYS_lstat,
            libc::SYS_access,
            libc::SYS_readlink,
            libc::SYS_poll,
            libc::SYS_time,
            libc::SYS_dup2,
            libc::SYS_getpgrp,
            libc::SYS_arch_prctl,
        ]
        .into_iter()
        .map(|call| (call, Vec::new())),
    );
    let equals =
        |argument, value: u64| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value);
    // To end itself by a signal, nobody else: the process stays the same when it becomes the program.
    rules.insert(libc::SYS_tgkill, vec![Rule::new(vec![equals(0, u64::from(std::process::id()))?])?]);
    // Whether standard output is a terminal, and no other control of a device.
    rules.insert(libc::SYS_ioctl, vec![Rule::new(vec![equals(1, libc::TCGETS)?])?]);
    // Limits may be asked for, of itself, and not be changed.
    let no_new = SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![Rule::new(vec![equals(0, 0)?, no_new])?]);
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Errno(libc::ENOSYS as u32),
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into()?,
    )?;
    filter.try_into()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn open_only(_: &[PathBuf]) -> bool {
    false
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(crate) fn close_calls_of_program() -> bool {
    false
}
