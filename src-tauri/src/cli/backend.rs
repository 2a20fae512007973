//! Who answers: a core of this process's own, or the running app.
//!
//! The other process may be a command that ends in a moment, or one that only just begins. So whoever is not answered tries
//! again for a while, and becomes the one that has the vault when the other one is gone.

use super::unlock;
use atom_api::socket::Client;
use atom_api::{ApiError, ApiResult, App, AppConfig, Call, ErrorCode};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A process that begins or ends does so within this time.
const PATIENCE: Duration = Duration::from_secs(20);
const TRY_EVERY: Duration = Duration::from_millis(100);

/// The core, near or far.
pub(super) enum Backend {
    /// This process has the vault.
    Local(Arc<App>),
    /// The running app has it.
    Remote {
        /// The connection to it.
        client: Client,
        /// What this process would be if it had the vault.
        config: Box<AppConfig>,
    },
}

impl Backend {
    /// Takes the vault, or connects to whoever has it.
    pub(super) async fn open(config: AppConfig) -> ApiResult<Self> {
        let begun = Instant::now();
        loop {
            match Self::try_open(&config).await {
                Err(error) if error.code == ErrorCode::Busy && begun.elapsed() < PATIENCE => {}
                other => return other,
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
    }

    async fn try_open(config: &AppConfig) -> ApiResult<Self> {
        match App::start(config.clone()) {
            Ok(app) => Ok(Self::Local(app)),
            Err(error) if error.code == ErrorCode::Busy => {
                let client = Client::connect(&config.data_dir).await?;
                Ok(Self::Remote { client, config: Box::new(config.clone()) })
            }
            Err(error) => Err(error),
        }
    }

    /// Takes the vault over if whoever has it ends within a few seconds; stays connected to them otherwise.
    pub(super) async fn take_over(&mut self) -> ApiResult<()> {
        let begun = Instant::now();
        while let Self::Remote { config, .. } = self {
            if begun.elapsed() >= PATIENCE {
                return Ok(());
            }
            if let Ok(app) = App::start(AppConfig::clone(config)) {
                *self = Self::Local(app);
                return unlock::unlock(self).await;
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
        Ok(())
    }

    pub(super) const fn is_remote(&self) -> bool {
        matches!(self, Self::Remote { .. })
    }

    pub(super) async fn call<T: DeserializeOwned>(&mut self, call: Call) -> ApiResult<T> {
        serde_json::from_value(self.ask(call).await?).map_err(|error| {
            ApiError::new(ErrorCode::Internal, "the running Atom is of another version; restart it")
                .with_details(error.to_string())
        })
    }

    async fn ask(&mut self, call: Call) -> ApiResult<serde_json::Value> {
        let begun = Instant::now();
        loop {
            let (client, config) = match self {
                Self::Local(app) => return app.call(call).await,
                Self::Remote { client, config } => (client, config),
            };
            match client.call(&call).await {
                Err(error) if error.code == ErrorCode::Busy && may_be_repeated(&call) && begun.elapsed() < PATIENCE => {
                }
                other => return other,
            }
            // It has ended, or is about to: ask whoever has the vault now.
            tokio::time::sleep(TRY_EVERY).await;
            *self = Self::open(AppConfig::clone(config)).await?;
            if !matches!(call, Call::VaultStatus | Call::VaultUnlock(_)) {
                Box::pin(unlock::unlock(self)).await?;
            }
        }
    }

    /// Ends in order.
    pub(super) async fn stop(self) {
        if let Self::Local(app) = self
            && let Err(error) = app.stop().await
        {
            tracing::warn!(%error, "could not end in order");
        }
    }
}

/// Whether a call that was perhaps carried out already, by a process that is gone, changes nothing when it comes again.
const fn may_be_repeated(call: &Call) -> bool {
    matches!(
        call,
        Call::VaultStatus
            | Call::VaultUnlock(_)
            | Call::SearchQuery(_)
            | Call::SourcesList
            | Call::SourcesAdd(_)
            | Call::FilesList(_)
            | Call::ActivityList
            | Call::StatusGet
            | Call::SettingsGet
            | Call::AuditList(_)
            | Call::AuditVerify
            | Call::ModelList
            | Call::ModelUse(_)
            | Call::ClientsList
    )
}
