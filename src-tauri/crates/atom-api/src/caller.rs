//! Who asks, for the activity log.
//!
//! It goes along with the task and not through every signature: what is logged is decided far below the place that knows.

use atom_store::AuditActor;
use std::future::Future;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A person at the windows.
    Window,
    /// The command line, in this process or over the local socket.
    Terminal,
    /// Atom itself.
    Atom,
}

tokio::task_local! {
    static CALLER: Caller;
}

impl Caller {
    /// Runs `work` on behalf of this caller; whatever is not run so is asked by the windows.
    ///
    /// Tasks that `work` spawns are their own callers.
    pub async fn asks<T>(self, work: impl Future<Output = T>) -> T {
        CALLER.scope(self, Box::pin(work)).await
    }

    /// Who asks in this task.
    pub(crate) fn current() -> Self {
        CALLER.try_with(|caller| *caller).unwrap_or(Self::Window)
    }

    pub(crate) const fn actor(self) -> AuditActor {
        match self {
            Self::Window => AuditActor::App,
            Self::Terminal => AuditActor::Cli,
            Self::Atom => AuditActor::System,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Caller;

    #[tokio::test]
    async fn a_task_asks_for_the_windows_unless_it_says_otherwise() {
        assert_eq!(Caller::current(), Caller::Window);
        let inner = Caller::Terminal.asks(async { Caller::Atom.asks(async { Caller::current() }).await });
        assert_eq!(inner.await, Caller::Atom);
        assert_eq!(Caller::Terminal.asks(async { Caller::current() }).await, Caller::Terminal);
        let spawned = Caller::Terminal.asks(async { tokio::spawn(async { Caller::current() }).await.unwrap() });
        assert_eq!(spawned.await, Caller::Window);
    }
}
